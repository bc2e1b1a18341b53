//! The page over plain HTTP, and who may open a WebSocket.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use ws_tokio::ClientConfig;

use crate::common::{served, within};

/// The head, in lower case, and the body of an answer.
async fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[tokio::test]
async fn all_files_have_their_type_and_the_policy() {
    let served = served(&["http://127.0.0.1:9"]).await;
    let (_, page) = get(served.address, "/").await;
    for (path, kind) in [
        ("/", "text/html"),
        ("/style.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
        ("/chat.js", "text/javascript"),
        ("/connection.js", "text/javascript"),
        ("/rooms.js", "text/javascript"),
        ("/view.js", "text/javascript"),
    ] {
        let (head, body) = get(served.address, path).await;
        assert!(head.starts_with("http/1.1 200 ") && body.len() > 200, "{path}: {head}");
        for field in [
            &format!("content-type: {kind}"),
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
             connect-src 'self' ws://127.0.0.1:9; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'\r\n",
        ] {
            assert!(head.contains(field), "{path}: {field}\n{head}");
        }
    }
    for word in ["style=", "onclick", "onload", "//", "<script>"] {
        assert!(!page.contains(word), "{word} in the page");
    }
    assert!(get(served.address, "/secret").await.0.starts_with("http/1.1 404 "));
    assert!(get(served.address, "/ws").await.0.starts_with("http/1.1 4"));
}

#[tokio::test]
async fn pages_of_the_node_and_its_peers_are_let_in_and_others_are_not() {
    let served = served(&["http://127.0.0.1:9", "https://chat.example"]).await;
    let url = format!("ws://{}/ws", served.address);
    let own = format!("http://{}", served.address);
    for (origin, is_let_in) in [
        (&*own, true),
        ("http://127.0.0.1:9", true),
        ("https://chat.example", true),
        ("http://chat.example", false),
        ("https://evil.example", false),
        ("http://127.0.0.1:10", false),
        ("null", false),
    ] {
        let config = ClientConfig::new().header("origin", origin);
        let answer = within(ws_tokio::connect_with(&url, &config)).await;
        match answer {
            Ok(_) => assert!(is_let_in, "{origin}"),
            Err(error) => {
                assert!(!is_let_in, "{origin}: {error}");
                assert!(error.to_string().contains("403"), "{error}");
            }
        }
    }
}
