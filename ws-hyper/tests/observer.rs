//! What an observer is told under hyper.

#![cfg(test)]
#![cfg(feature = "observer")]

mod common;

use common::{
    REQUEST, Raw, answer, drive, echo, echo_server, in_time, recorder::Recorder, request, serve,
};
use http_body_util::{Empty, Full};
use hyper::{Request, Response, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use ws_hyper::{ClientConfig, UpgradeRequest, handshake_with, upgrade};

#[tokio::test]
async fn a_web_socket_on_both_sides() {
    let (server, client) = (Recorder::default(), Recorder::default());
    let address = echo_server(server.server()).await;
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(stream).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    let config = ClientConfig::new().observer(client.clone());
    let (mut ws, _) = in_time(handshake_with(&mut sender, "h", "/", &config)).await.unwrap();
    ws.send("hello").await.unwrap();
    in_time(ws.recv()).await.unwrap();
    in_time(ws.close()).await.unwrap();
    let steps = "send-request await-answer read-answer";
    let opened = format!("opened - 101: {steps}");
    assert_eq!(client.told(), [&*opened, "open", "sent 5", "got 5", "closed well"]);
    let told = ["opened - 101: send-answer", "open", "got 5", "sent 5", "closed well"];
    assert_eq!(server.told_by_then(5).await, told);
    for recorder in [server, client] {
        recorder.assert_one();
    }
}

#[tokio::test]
async fn every_rejection() {
    let recorder = Recorder::default();
    let config = recorder.server().origins(["https://app.example"]).unwrap();
    let mut raw = Raw::connect(echo_server(config).await).await;
    for (changes, name, status) in [
        (&[("Sec-WebSocket-Key", "")][..], "missing-key", 400),
        (&[("Sec-WebSocket-Key", "Sec-WebSocket-Key: short")], "bad-key", 400),
        (&[("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8")], "bad-version", 426),
        (&[("Connection", "")], "no-connection", 426),
        (&[("Upgrade", "Upgrade: websockets")], "no-upgrade", 426),
        (&[("-", "Origin: https://evil.example")], "origin-not-allowed", 403),
        (&[("-", "Expect: tea")], "unknown-expectation", 417),
    ] {
        raw.write(request(changes)).await;
        raw.answer().await;
        let expected = format!("rejected {name} {status}: send-answer");
        assert_eq!(recorder.told().last(), Some(&expected));
    }
    assert_eq!(recorder.told().len(), 7);
}

#[tokio::test]
async fn a_request_in_hand() {
    let recorder = Recorder::default();
    let config = recorder.server();
    let mut raw = Raw::connect(
        serve(move |mut request| {
            let mut upgrade = UpgradeRequest::new(&mut request, &config);
            let response = match upgrade.request().uri().path() {
                // Refused in the service's own way.
                "/no" => Response::new(Full::default()),
                "/hook" => {
                    let refused = |response: &mut Response<Bytes>| {
                        *response.status_mut() = StatusCode::IM_A_TEAPOT;
                    };
                    upgrade.accept_with::<Full<Bytes>>(refused).unwrap_err().into_response()
                }
                _ => {
                    upgrade.select_subprotocol(None).unwrap();
                    let (response, upgrading) = upgrade.accept().unwrap();
                    tokio::spawn(async { echo(upgrading.await?).await });
                    response
                }
            };
            async { response }
        })
        .await,
    )
    .await;
    for path in ["no", "hook", ""] {
        raw.write(REQUEST.replace("GET /", &format!("GET /{path}"))).await;
        raw.answer().await;
    }
    drop(raw);
    let told = [
        "cancelled - 0: decide",
        "rejected refused 418: decide send-answer",
        "opened - 101: decide send-answer",
        "open",
        "closed disconnected",
    ];
    assert_eq!(recorder.told_by_then(5).await, told);
}

#[tokio::test]
async fn what_is_not_upgraded() {
    // Not a request of hyper's.
    let recorder = Recorder::default();
    let mut request = Request::get("/")
        .header("host", "h")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .body(())
        .unwrap();
    assert!(upgrade::<_, Full<Bytes>>(&mut request, &recorder.server()).is_err());
    assert_eq!(recorder.told(), ["rejected not-upgradable 500: send-answer"]);

    // Another response is sent than the one that was made, and what waits for the stream let go of.
    let recorder = Recorder::default();
    let config = recorder.server();
    let address = serve(move |mut request| {
        drop(upgrade::<_, Full<Bytes>>(&mut request, &config).unwrap());
        async { Response::new(Full::default()) }
    });
    let mut raw = Raw::connect(address.await).await;
    raw.write(REQUEST).await;
    raw.answer().await;
    assert_eq!(recorder.told(), ["cancelled - 0: send-answer"]);

    // Nobody hands the connection over.
    let recorder = Recorder::default();
    let config = recorder.server();
    let (stream, mut peer) = tokio::io::duplex(1000);
    let driven = tokio::spawn(drive(stream, move |request| {
        let answer = answer(request, &config, |upgrading| async {
            upgrading.await.map(drop).map_err(Into::into)
        });
        async {
            drop(answer);
            std::future::pending().await
        }
    }));
    tokio::io::AsyncWriteExt::write_all(&mut peer, REQUEST.as_bytes()).await.unwrap();
    tokio::task::yield_now().await;
    driven.abort();
    assert_eq!(recorder.told_by_then(1).await, ["failed not-upgraded 0: send-answer"]);
}

#[tokio::test]
async fn a_client_that_is_declined_or_goes_wrong() {
    let recorder = Recorder::default();
    let address = serve(|_| async {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    })
    .await;
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(stream).await.unwrap();
    let driven = tokio::spawn(connection.with_upgrades());
    let config = ClientConfig::new().observer(recorder.clone());
    for target in ["/", "/a b"] {
        assert!(in_time(handshake_with(&mut sender, "h", target, &config)).await.is_err());
    }
    driven.abort();
    let _ = driven.await;
    assert!(in_time(handshake_with(&mut sender, "h", "/", &config)).await.is_err());
    let told = [
        "declined status-not-101 403: send-request await-answer read-answer",
        "failed invalid-target 0: send-request",
        "failed http 0: send-request",
    ];
    assert_eq!(recorder.told(), told);
}
