//! Any text as environment variables, a line each, and as the URL of a server in the first line: what is
//! taken for a proxy means the same when it is written down, and nobody's password is.

use ws_core::{Proxy, ProxyHandshake, ProxyRules, Url};

const NAMES: [&str; 12] = [
    "no_proxy",
    "all_proxy",
    "ws_proxy",
    "wss_proxy",
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "HTTPS_PROXY",
    "REQUEST_METHOD",
    "request_method",
];

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (url, variables) = text.split_once('\n').unwrap_or((text, ""));
    for url in variables.lines() {
        check(url);
    }
    let values: Vec<&str> = variables.split('\n').collect();
    let look_up = |name: &str| {
        let at = NAMES.iter().position(|other| *other == name)?;
        values.get(at).map(|value| (*value).to_owned())
    };
    let Ok(url) = Url::parse(url) else { return };
    match ProxyRules::from_variables(look_up) {
        Ok(rules) => {
            if let Some(proxy) = rules.proxy_for(&url) {
                // Whatever it is, it can be asked, or there is an error that says why not.
                if let Err(error) = ProxyHandshake::new(proxy, url.host(), url.port()) {
                    assert!(error.to_string().is_ascii(), "{error}");
                }
            }
        }
        Err(error) => assert!(error.to_string().is_ascii(), "{error}"),
    }
}

fn check(url: &str) {
    let proxy = match Proxy::parse(url) {
        Ok(proxy) => proxy,
        Err(error) => {
            assert!(error.to_string().is_ascii(), "{error}");
            return;
        }
    };
    let written = proxy.to_string();
    let again = Proxy::parse(&written).expect("it was taken");
    assert_eq!(again, proxy.clone().user_info("", ""));
    assert_eq!(again.to_string(), written);
    let shown = format!("{:?}", proxy.user_info("a-user", "a-password"));
    assert!(!shown.contains("a-user") && !shown.contains("a-password"), "{shown}");
}
