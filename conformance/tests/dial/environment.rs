//! Proxies that the environment names. It belongs to a whole process, so each case is a process of its own: the same test
//! again, which finds a URL in the environment.

use std::{env, net::SocketAddr, process::Command};

use ws_driver::{DialConfig, Error};

use crate::{
    client::open,
    every::Live,
    proxy::{Proxy, Speaks},
    server::Server,
};

/// The URL that the process is to open, and what comes of it.
const URL: &str = "CONFORMANCE_DIAL_URL";

/// Everything that has a say in it.
const VARIABLES: &[&str] = &[
    "ws_proxy",
    "wss_proxy",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "WS_PROXY",
    "WSS_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUEST_METHOD",
];

/// Opens the URL in another process, with these variables.
fn open_with<L: Live>(url: &str, variables: &[(&str, String)]) {
    let test = L::NAME.replace('-', "_");
    let mut child = Command::new(env::current_exe().unwrap());
    child.args([
        "--exact",
        &format!("environment::the_environment_is_asked::{test}"),
        "--nocapture",
    ]);
    for name in VARIABLES {
        child.env_remove(name);
    }
    child.env(URL, url).envs(variables.iter().map(|(name, value)| (name, value)));
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // A name that fits no test would be a success, too.
    assert!(output.status.success() && said.contains("1 passed"), "{}: {output:?}", L::NAME);
}

fn the_environment_is_asked<L: Live>() {
    if let Ok(url) = env::var(URL) {
        let opened = open::<L>(&url, &DialConfig::new().proxy_from_env());
        match opened {
            Ok(_) => assert!(!url.contains("fails")),
            Err(Error::ProxyUrl(_)) => assert!(url.contains("fails")),
            Err(error) => panic!("{error:?}"),
        }
        return;
    }
    let server = Server::new(None);
    let http = Proxy::new(Speaks::Http(""), None, server.address);
    let socks = Proxy::new(Speaks::Socks5(None), None, server.address);
    let of = |scheme: &str, address: SocketAddr| format!("{scheme}://{address}");
    let http_url = of("http", http.address);

    open_with::<L>("ws://h.example/", &[("ws_proxy", http_url.clone())]);
    assert_eq!(http.after(1).told.len(), 1);
    let all = ("ALL_PROXY", of("socks5h", socks.address));
    open_with::<L>("ws://h.example/", std::slice::from_ref(&all));
    assert_eq!(socks.after(1).told.len(), 1);
    open_with::<L>("ws://h.example/", &[("https_proxy", http_url.clone()), all.clone()]);
    assert_eq!((http.after(2).told.len(), socks.seen().told.len()), (2, 1), "{}", L::NAME);

    // Without a proxy: none is named, or not for this server.
    open_with::<L>(&server.url("ws"), &[]);
    open_with::<L>(&server.url("ws"), &[all, ("no_proxy", "127.0.0.0/8".to_owned())]);
    assert_eq!((http.seen().told.len(), socks.seen().told.len()), (2, 1), "{}", L::NAME);
    server.after(5);

    open_with::<L>("ws://fails.example/", &[("ws_proxy", "ftp://p.example".to_owned())]);
}

every!(the_environment_is_asked);
