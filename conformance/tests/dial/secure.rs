//! TLS over sockets: who is trusted, what the others get to hear, and what is known of the server.

use std::{
    future::ready,
    io::{Read as _, Write as _},
    net::TcpListener,
};

use rcgen::date_time_ymd;
use rustls::{ClientConfig, ServerConfig};
use ws_driver::{DialConfig, Error};

use crate::{
    NEWEST,
    authority::Authority,
    client::open,
    every::Live,
    server::{Answer, Server},
    silent::listen,
};

/// What comes of a certificate at `h.example`.
fn failure<L: Live>(server: &Server, client: ClientConfig) -> Error {
    let address = server.address;
    let dial = DialConfig::new().tls(client).resolver(move |_, _| ready(Ok(vec![address])));
    open::<L>("wss://h.example/secret", &dial).map(drop).unwrap_err()
}

fn whoever_is_not_trusted_hears_nothing<L: Live>() {
    let authority = Authority::new("A");
    let identity = |from, to| {
        authority.issue_with(&["h.example"], |params| {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        })
    };
    let of_another = Authority::new("B").issue(&["h.example"]);
    let cases: [(ServerConfig, &str); 5] = [
        (authority.issue(&["other.example"]).server(NEWEST), "tls-wrong-host"),
        (authority.issue(&["127.0.0.1"]).server(NEWEST), "tls-wrong-host"),
        (identity(1990, 2000).server(NEWEST), "tls-expired"),
        (identity(3990, 4000).server(NEWEST), "tls-not-yet-valid"),
        (of_another.server(NEWEST), "tls-unknown-issuer"),
    ];
    for (config, name) in cases {
        let server = Server::new(Some(config));
        let error = failure::<L>(&server, authority.client(NEWEST));
        assert_eq!(error.name(), name, "{}: {error:?}", L::NAME);
        assert!(!error.is_transient(), "{} {name}", L::NAME);
        assert_eq!(server.after(1).octets, b"", "{} {name}", L::NAME);
    }
}

/// It hears nothing of the server, or of who asks for it, and the error says that it was the proxy.
fn a_proxy_that_is_not_trusted_hears_nothing<L: Live>() {
    let proxy = Server::new(Some(Authority::new("B").issue(&["127.0.0.1"]).server(NEWEST)));
    let url = format!("https://ada:lovelace@{}", proxy.address);
    let dial = DialConfig::new()
        .tls(Authority::new("A").client(NEWEST))
        .proxy(ws_core::Proxy::parse(&url).unwrap());
    let error = open::<L>("ws://h.example/secret", &dial).map(drop).unwrap_err();
    assert_eq!(error.name(), "tls-unknown-issuer", "{}: {error:?}", L::NAME);
    assert!(error.to_string().starts_with("with the proxy as the server: "), "{error}");
    assert_eq!(proxy.after(1).octets, b"", "{}", L::NAME);
}

fn a_server_that_wants_a_certificate<L: Live>() {
    let authority = Authority::new("A");
    let config = authority.demanding_server(NEWEST, &authority.issue(&["h.example"]));
    let server = Server::new(Some(config));
    for connections in 1..=3 {
        let error = failure::<L>(&server, authority.client(NEWEST));
        assert_eq!(error.name(), "tls-client-certificate-required", "{}: {error:?}", L::NAME);
        assert_eq!(server.after(connections).octets, b"", "{}", L::NAME);
    }
}

fn a_server_that_does_not_speak_tls<L: Live>() {
    let authority = Authority::new("A");
    for said in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.9\r\n"] {
        let (sender, receiver) = std::sync::mpsc::channel();
        let address = listen(move |mut stream| {
            let mut heard = vec![0; 4096];
            let n = stream.read(&mut heard).unwrap();
            stream.write_all(said).unwrap();
            let _ = stream.read_to_end(&mut heard);
            heard.rotate_left(n);
            sender.send(String::from_utf8_lossy(&heard).into_owned()).unwrap();
        });
        let dial = DialConfig::new().tls(authority.client(NEWEST));
        let error = open::<L>(&format!("wss://{address}/secret"), &dial).map(drop).unwrap_err();
        assert_eq!(error.name(), "tls-not-tls", "{}: {error:?}", L::NAME);
        let heard = receiver.recv().unwrap();
        assert!(!heard.contains("GET") && !heard.contains("secret"), "{}: {heard}", L::NAME);
    }
    // Gone at once.
    for _ in 0..3 {
        let address = listen(|mut stream| drop(stream.read(&mut [0; 4096])));
        let dial = DialConfig::new().tls(authority.client(NEWEST));
        let error = open::<L>(&format!("wss://{address}/"), &dial).map(drop).unwrap_err();
        let is_known = match &error {
            Error::Tls(_) => error.name() == "tls-truncated",
            // A reset.
            Error::Io(error) => error.to_string().contains(&format!("{address}: beginning TLS: ")),
            _ => false,
        };
        assert!(is_known && error.is_transient(), "{}: {error:?}", L::NAME);
    }
}

fn what_is_known_of_the_server<L: Live>() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["127.0.0.1", "::1", "h.example"]);
    let dial = DialConfig::new().tls(authority.client(NEWEST));
    for ip in ["127.0.0.1", "[::1]"] {
        let listener = TcpListener::bind((ip.trim_matches(['[', ']']), 0)).unwrap();
        let server = Server::on(listener, Some(identity.server(NEWEST)), |_| Answer::Open);
        let url = format!("wss://{ip}:{}/", server.address.port());
        let (about, response) = open::<L>(&url, &dial).unwrap();
        assert!(about.is_tls, "{}", L::NAME);
        assert_eq!(about.alpn.as_deref(), Some(&b"http/1.1"[..]), "{}", L::NAME);
        assert_eq!(about.certificates.unwrap(), [identity.certificate.to_vec()], "{}", L::NAME);
        assert_eq!(about.peer, server.address, "{}", L::NAME);
        assert_eq!(response.status(), 101);
        let seen = server.after(1);
        assert_eq!((seen.peers[0], seen.clean), (about.local, 1), "{}", L::NAME);
    }

    let server = Server::new(None);
    let (about, _) = open::<L>(&server.url("ws"), &dial).unwrap();
    assert_eq!((about.is_tls, about.alpn, about.certificates), (false, None, None), "{}", L::NAME);
}

every!(
    whoever_is_not_trusted_hears_nothing,
    a_proxy_that_is_not_trusted_hears_nothing,
    a_server_that_wants_a_certificate,
    a_server_that_does_not_speak_tls,
    what_is_known_of_the_server,
);
