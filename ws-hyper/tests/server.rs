//! Requests that become WebSockets.

#![cfg(test)]

mod common;

use common::{Answer, REQUEST, Raw, answer, echo, echo_server, in_time, request, serve};
use hyper::{Request, StatusCode, body::Incoming, http::HeaderValue};
use tokio::sync::mpsc;
use ws_hyper::{
    ClientConfig, Message, Rejection, ServerConfig, UpgradeRequest, is_upgrade, upgrade,
    ws_tokio::{self, Event, handshake::ArgumentError},
};

#[tokio::test]
async fn messages_go_both_ways() {
    let address = echo_server(ServerConfig::new()).await;
    let (mut ws, response) = in_time(ws_tokio::connect(format!("ws://{address}/"))).await.unwrap();
    assert_eq!(response.status(), 101);
    for message in [Message::text("hello"), vec![7; 1 << 20].into(), "".into()] {
        ws.send(message.clone()).await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(message));
    }
    ws.ping("are you there").await.unwrap();
    let event = in_time(ws.recv_event()).await.unwrap();
    assert!(matches!(event, Some(Event::Pong(_))), "{event:?}");
    assert!(
        in_time(ws.close_with(ws_hyper::CloseCode::GOING_AWAY, "bye")).await.unwrap().is_clean()
    );
}

#[tokio::test]
async fn ordinary_requests_are_told_apart() {
    let address = serve(|request| async move {
        match is_upgrade(&request) {
            true => answer(request, &ServerConfig::new(), |it| async { echo(it.await?).await }),
            false => Answer::new("a page".into()),
        }
    })
    .await;
    let mut raw = Raw::connect(address).await;
    raw.write("GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n").await;
    assert_eq!(raw.answer().await.1, "a page");
    raw.write(REQUEST).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
    raw.write(b"\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0").await;
    assert_eq!(raw.rest().await, b"\x81\x02hi\x88\x00");
}

#[tokio::test]
async fn the_101_is_that_of_the_rfc() {
    let address = echo_server(ServerConfig::new().subprotocols(["chat.v2", "chat.v1"])).await;
    let mut raw = Raw::connect(address).await;
    let offers = ("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: x, chat.v1, chat.v2");
    raw.write(request(&[offers])).await;
    let head = raw.head().await;
    for line in [
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=",
        "sec-websocket-protocol: chat.v2",
    ] {
        assert_eq!(head.matches(&format!("\r\n{line}\r\n")).count(), 1, "{line}: {head}");
    }
    assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");
}

#[tokio::test]
async fn hooks_and_services_add_fields() {
    let config = ServerConfig::new().keep_request(true).decorate(|request, response| {
        let path = request.unwrap().uri().path().parse().unwrap();
        response.headers_mut().insert("x-path", path);
    });
    let (kept, mut requests) = mpsc::channel(1);
    let address = serve(move |mut request| {
        let (config, kept) = (config.clone(), kept.clone());
        async move {
            let (mut response, upgrading) = upgrade(&mut request, &config).unwrap();
            tokio::spawn(async move {
                let ws = upgrading.await.unwrap();
                kept.send(ws.request().unwrap().uri().to_string()).await.unwrap();
            });
            response.headers_mut().insert("x-service", HeaderValue::from_static("here"));
            response
        }
    })
    .await;
    let url = format!("ws://{address}/room?7");
    let (_ws, response) = in_time(ws_tokio::connect(url)).await.unwrap();
    assert_eq!(response.headers()["x-path"], "/room");
    assert_eq!(response.headers()["x-service"], "here");
    assert_eq!(in_time(requests.recv()).await.unwrap(), "/room?7");
}

/// Chooses the last subprotocol, after a while.
async fn choose(mut request: Request<Incoming>) -> Answer {
    let config = ServerConfig::new().subprotocols(["chat.v1"]);
    let mut upgrade = UpgradeRequest::new(&mut request, &config);
    assert!(upgrade.is_upgrade() && upgrade.violation().is_none());
    assert_eq!(upgrade.negotiated().subprotocol(), Some("chat.v1"));
    tokio::task::yield_now().await;
    if upgrade.request().uri().path() == "/full" {
        let mut response = Answer::new("full".into());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return response;
    }
    let unoffered = upgrade.select_subprotocol(Some("chat.v9"));
    assert!(matches!(unoffered, Err(ArgumentError::UnofferedSubprotocol(_))), "{unoffered:?}");
    let last = upgrade.offered_subprotocols().last().map(String::from);
    upgrade.select_subprotocol(last.as_deref()).unwrap();
    let is_secret = upgrade.request().uri().path() == "/secret";
    let accepted = upgrade.accept_with(|response| {
        response.headers_mut().insert("x-room", HeaderValue::from_static("7"));
        if is_secret {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            *response.body_mut() = "who are you?".into();
        }
    });
    match accepted {
        Ok((response, upgrading)) => {
            assert_eq!(upgrading.negotiated().subprotocol(), Some("chat.v2"));
            tokio::spawn(async move { echo(upgrading.await?).await });
            response
        }
        Err(rejection) => {
            assert_eq!(rejection.name(), "refused");
            rejection.into_response()
        }
    }
}

#[tokio::test]
async fn a_request_in_hand_is_decided_upon() {
    let address = serve(choose).await;
    let config = ClientConfig::new().subprotocols(["chat.v1", "chat.v2"]);
    let connect = |path| in_time(ws_tokio::connect_with(format!("ws://{address}{path}"), &config));
    let (mut ws, response) = connect("/").await.unwrap();
    assert_eq!(ws.subprotocol(), Some("chat.v2"));
    assert_eq!(response.headers()["x-room"], "7");
    ws.send("hi").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hi".into()));
    for (path, status, text) in [("/full", 503, "full"), ("/secret", 401, "who are you?")] {
        let error = connect(path).await.unwrap_err();
        let Some(ws_tokio::handshake::HandshakeError::Declined(declined)) = error.handshake()
        else {
            panic!("{error}")
        };
        assert_eq!(declined.response().status(), status);
        assert_eq!(declined.response().body(), text);
    }
}

#[tokio::test]
async fn a_request_is_upgraded_once() {
    let address = serve(|mut request| async move {
        let first = upgrade::<_, ()>(&mut request, &ServerConfig::new());
        assert!(first.is_ok());
        let second = upgrade::<_, ()>(&mut request, &ServerConfig::new()).unwrap_err();
        assert!(matches!(second, Rejection::NotUpgradable), "{second}");
        assert_eq!((second.name(), second.rule()), ("not-upgradable", None));
        second.into_response()
    })
    .await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    let (head, body) = raw.answer().await;
    assert!(head.starts_with("http/1.1 500 "), "{head}");
    assert!(body.contains("cannot upgrade"), "{body}");
}

#[test]
fn futures_are_send() {
    fn is_send<T: Send>(_: fn() -> T) {}
    is_send(|| -> ws_hyper::Upgrading { unreachable!() });
    is_send(|| -> ws_hyper::WebSocket<ws_hyper::Upgraded> { unreachable!() });
    is_send(|| -> UpgradeRequest<'_> { unreachable!() });
    fn sends<F: Send>(_: impl Fn(ws_hyper::Upgrading) -> F) {}
    sends(ws_hyper::Upgrading::downcast::<tokio::net::TcpStream>);
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<ws_hyper::Error>();
    is_error::<Rejection>();
}
