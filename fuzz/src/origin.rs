//! Any text as an origin of a configuration, as Origin and as Host: who is let in has, to a browser, the same origin.
//! The configured one is the first line, Origin the second, and Host the third.

use ws_core::{RequestRule, ServerConfig, respond};

use crate::{asking::asking, input::lines};

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut lines = lines(data);
    let mut line = || lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let (Some(listed), Some(origin)) = (line(), line()) else { return };
    let host = line().unwrap_or("h");
    let same = is_let_in(&ServerConfig::new().same_origin(), origin, host);
    if same == Some(true) {
        let (Some(page), Some(own)) = (browsers(origin), browsers(&format!("http://{host}/")))
        else {
            // What no browser takes for a URL is no browser's origin.
            return;
        };
        assert_eq!(page.host_str(), own.host_str(), "{origin} {host}");
        assert_eq!(page.port_or_known_default(), port(host, &page), "{origin} {host}");
    }
    match ServerConfig::new().origins([listed]) {
        Ok(config) => {
            if is_let_in(&config, origin, host) == Some(true) && listed != "null" {
                let (listed, page) = (browsers(listed), browsers(origin));
                assert_eq!(
                    listed.map(|it| it.origin().ascii_serialization()),
                    page.map(|it| it.origin().ascii_serialization()),
                    "{origin}"
                );
            }
        }
        Err(error) => assert!(error.to_string().is_ascii(), "{error}"),
    }
}

/// The port that a Host means to a page: the one that is written down, or that of the page's scheme.
fn port(host: &str, page: &url::Url) -> Option<u16> {
    let written = host.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
    match written.and_then(|(_, port)| port.parse().ok()) {
        None if page.scheme() == "https" => Some(443),
        None => Some(80),
        port => port,
    }
}

fn browsers(origin: &str) -> Option<url::Url> {
    url::Url::parse(origin).ok()
}

/// `None` if it cannot be asked.
fn is_let_in(config: &ServerConfig, origin: &str, host: &str) -> Option<bool> {
    let request = asking(host).header("origin", origin).body(()).ok()?;
    match respond(&request, config) {
        Ok(_) => Some(true),
        Err(rejection) if rejection.rule() == RequestRule::Origin => Some(false),
        Err(rejection) => {
            assert_eq!(rejection.rule(), RequestRule::BadHost);
            None
        }
    }
}
