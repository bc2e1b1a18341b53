//! Requests of HTTP/2 that do not become WebSockets, and servers that tell the versions of HTTP apart.

#![cfg(test)]
#![cfg(feature = "http2")]

mod common;

use common::{
    Answer, echo_server, http2, in_time,
    peer::{Peer, RST_STREAM},
};
use h2::client;
use http_body_util::Full;
use hyper::{Request, Response, Version, body::Bytes, ext::Protocol};
use tokio::net::TcpStream;
use ws_hyper::{ServerConfig, UpgradeRequest, is_upgrade, upgrade, ws_tokio::rules::RequestRule};

/// A change to a request, the status of the answer, and a field or a part of the text that it has.
type Case = (&'static [(&'static str, &'static str)], u16, &'static str);

const CASES: &[Case] = &[
    (&[(":method", "GET"), (":protocol", "")], 405, "CONNECT"),
    (&[(":method", "POST"), (":protocol", "")], 405, "CONNECT"),
    (&[(":method", "BREW"), (":protocol", "")], 501, "method"),
    (&[(":uri", "ws.example:80"), (":protocol", "")], 501, "tunnel"),
    (&[(":protocol", "connect-udp")], 501, ":protocol must be websocket"),
    (&[("sec-websocket-version", "")], 400, "Sec-WebSocket-Version"),
    (&[("sec-websocket-version", "8")], 400, "sec-websocket-version: 13"),
    (&[("host", "other.example")], 400, ":authority"),
    (&[("sec-websocket-protocol", "chat, ch@t")], 400, "nothing but tokens"),
    (&[("sec-websocket-extensions", ";")], 400, "Sec-WebSocket-Extensions"),
    (&[("origin", "https://evil.example")], 403, "origin"),
    (&[("expect", "tea")], 417, "100-continue"),
];

fn config() -> ServerConfig {
    ServerConfig::new().origins(["https://app.example"]).unwrap()
}

async fn whole(response: Response<h2::RecvStream>) -> String {
    let (head, mut body) = response.into_parts();
    let mut all = String::new();
    for (name, value) in &head.headers {
        all += &format!("{name}: {}\n", value.to_str().unwrap());
    }
    while let Some(data) = in_time(body.data()).await {
        all += std::str::from_utf8(&data.unwrap()).unwrap();
    }
    all
}

#[tokio::test]
async fn every_rule_has_its_answer_and_the_connection_goes_on() {
    let mut peer = Peer::connect(http2::echo_server(config()).await).await;
    for (changes, status, part) in CASES {
        let (response, mut send) = peer.ask(changes).await;
        assert_eq!(response.status(), *status, "{changes:?}");
        let all = whole(response).await;
        assert!(all.contains(part), "{changes:?}: {all}");
        for name in ["connection: ", "upgrade: ", "keep-alive: ", "transfer-encoding: "] {
            assert!(!all.lines().any(|line| line.starts_with(name)), "{changes:?}: {all}");
        }
        // The answer was whole. What may follow asks to send no more, and is no error (RFC 9113 8.1).
        let _ = send.send_data(Bytes::new(), true);
    }
    let mut ws = peer.open(&[("origin", "https://app.example")]).await;
    ws.write(b"\x81\x80\0\0\0\0");
    assert_eq!(ws.read(2).await, b"\x81\x00");
}

/// To :authority, and not to what Host says.
#[tokio::test]
async fn the_same_origin_is_that_of_authority() {
    let config = ServerConfig::new().same_origin();
    let mut peer = Peer::connect(http2::echo_server(config).await).await;
    peer.open(&[("origin", "http://ws.example")]).await;
    let (response, _) = peer.ask(&[("origin", "http://evil.example")]).await;
    assert_eq!(response.status(), 403);
    let lying = [("origin", "http://evil.example"), ("host", "evil.example")];
    assert_eq!(peer.ask(&lying).await.0.status(), 400);
}

/// A server that has not said that it takes :protocol resets the stream (RFC 8441 3).
#[tokio::test]
async fn without_the_setting_nothing_opens() {
    let builder = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
    let service = |_| async { Answer::new("never asked".into()) };
    let address = http2::serve(builder, service).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let mut peer = Peer::over(stream, &client::Builder::new()).await;
    let (answer, _send) = peer.begin(&[]);
    let error = in_time(answer).await.unwrap_err();
    assert_eq!(error.reason(), Some(h2::Reason::PROTOCOL_ERROR));
    assert_eq!(peer.frames(1).last().unwrap().0, RST_STREAM);
}

#[test]
fn requests_are_told_apart() {
    let connect = |protocol: Option<&'static str>| {
        let mut request = Request::connect("https://ws.example/").version(Version::HTTP_2);
        request = request.header("sec-websocket-version", "13");
        if let Some(protocol) = protocol {
            request = request.extension(Protocol::from_static(protocol));
        }
        request.body(()).unwrap()
    };
    assert!(is_upgrade(&connect(Some("websocket"))));
    assert!(!is_upgrade(&connect(Some("connect-udp"))));
    assert!(!is_upgrade(&connect(None)));
    for (protocol, rule) in
        [(Some("connect-udp"), RequestRule::OtherProtocol), (None, RequestRule::NoProtocol)]
    {
        let mut request = connect(protocol);
        let upgrade_request = UpgradeRequest::new(&mut request, &config());
        assert!(!upgrade_request.is_upgrade());
        assert_eq!(upgrade_request.violation().unwrap().rule(), rule);
        let rejection = upgrade::<_, ()>(&mut request, &config()).unwrap_err();
        assert_eq!(rejection.rule(), Some(rule));
    }
    // hyper has not read it.
    let rejection = upgrade::<_, ()>(&mut connect(Some("websocket")), &config()).unwrap_err();
    assert_eq!(rejection.name(), "not-upgradable");
    let response: Response<Full<Bytes>> = rejection.into();
    assert_eq!(response.status(), 500);
}

/// One service for both, over one port.
#[cfg(feature = "auto")]
#[tokio::test]
async fn a_server_that_tells_versions_apart_takes_both() {
    use common::{Raw, answer, echo, request};
    use hyper::{body::Incoming, service::service_fn};
    use hyper_util::{
        rt::{TokioExecutor, TokioIo},
        server::conn::auto,
    };
    use tokio::net::TcpListener;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service_fn(|request: Request<Incoming>| {
                let answer = answer(request, &ServerConfig::new(), |upgrading| async {
                    match upgrading.downcast::<TcpStream>().await? {
                        Ok(ws) => echo(ws).await,
                        Err(ws) => echo(ws).await,
                    }
                });
                async { Ok::<_, std::convert::Infallible>(answer) }
            });
            tokio::spawn(async move {
                let mut builder = auto::Builder::new(TokioExecutor::new());
                builder.http2().enable_connect_protocol();
                let stream = TokioIo::new(stream);
                let _ = builder.serve_connection_with_upgrades(stream, service).await;
            });
        }
    });
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    ws.write(b"\x81\x82\0\0\0\0hi");
    assert_eq!(ws.read(4).await, b"\x81\x02hi");
    ws.write(b"\x88\x80\0\0\0\0");
    assert_eq!(ws.rest().await, b"\x88\x00");
    ws.end();
    peer.assert_ended(ws.id()).await;

    let mut raw = Raw::connect(address).await;
    raw.write(request(&[])).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
    raw.write(b"\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0").await;
    assert_eq!(raw.rest().await, b"\x81\x02hi\x88\x00");
}

/// Those who speak HTTP/1.1 are not told of the other form.
#[tokio::test]
async fn connect_of_http_1_1_is_another_method() {
    let mut raw = common::Raw::connect(echo_server(ServerConfig::new()).await).await;
    raw.write("CONNECT ws.example:80 HTTP/1.1\r\nHost: ws.example:80\r\n\r\n").await;
    let (head, _) = raw.answer().await;
    assert!(head.starts_with("http/1.1 405 "), "{head}");
    assert!(head.contains("\r\nallow: get\r\n"), "{head}");
}
