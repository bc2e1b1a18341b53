//! Requests: which become WebSockets, on whose terms, and what the others are told.

#![cfg(test)]

mod common;

use std::sync::{Arc, Mutex};

use axum::{
    Extension, Router,
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderValue, Request, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use common::{REQUEST, Raw, connect, in_time, request, serve};
use tokio::sync::mpsc;
use tower::ServiceExt;
use ws_axum::{
    Error, Message, ServerConfig, WebSocket, WebSocketUpgrade,
    rejection::WebSocketUpgradeRejection,
    ws_hyper::{
        self, ClientConfig,
        ws_tokio::{
            self,
            handshake::{ArgumentError, Preference},
            rules::RequestRule,
        },
    },
};

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            socket.send(message).await.unwrap();
        }
    }
}

#[tokio::test]
async fn each_rule_has_its_variant_and_its_status() {
    use WebSocketUpgradeRejection::{
        InvalidConnectionHeader, InvalidUpgradeHeader, InvalidWebSocketVersionHeader, MethodNotGet,
        RuleBroken, WebSocketKeyHeaderMissing,
    };

    let (sender, mut names) = mpsc::channel(1);
    let handler = |ws: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| async move {
        let rejection = ws.unwrap_err();
        let variant = match &rejection {
            MethodNotGet(_) => "MethodNotGet",
            InvalidConnectionHeader(_) => "InvalidConnectionHeader",
            InvalidUpgradeHeader(_) => "InvalidUpgradeHeader",
            InvalidWebSocketVersionHeader(_) => "InvalidWebSocketVersionHeader",
            WebSocketKeyHeaderMissing(_) => "WebSocketKeyHeaderMissing",
            RuleBroken(_) => "RuleBroken",
            _ => "another",
        };
        assert!(rejection.to_string().contains(rejection.status().as_str()), "{rejection}");
        sender.send((variant, rejection.name(), rejection.body_text())).await.unwrap();
        rejection
    };
    let address = serve(Router::new().route("/", any(handler))).await;
    for (change, status, variant, name) in [
        (("Connection", "Connection: close"), 426, "InvalidConnectionHeader", "no-connection"),
        (("Upgrade", "Upgrade: h2c"), 426, "InvalidUpgradeHeader", "no-upgrade"),
        (("Sec-WebSocket-Key", ""), 400, "WebSocketKeyHeaderMissing", "missing-key"),
        (("Sec-WebSocket-Key", "Sec-WebSocket-Key: short"), 400, "RuleBroken", "bad-key"),
        (("Sec-WebSocket-Version", ""), 400, "InvalidWebSocketVersionHeader", "missing-version"),
        (
            ("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"),
            426,
            "InvalidWebSocketVersionHeader",
            "bad-version",
        ),
        (("-", "Sec-WebSocket-Protocol: ch@t"), 400, "RuleBroken", "bad-subprotocol"),
    ] {
        let (answered, text) = Raw::ask(address, request(&[change])).await;
        let (found, rule, body) = in_time(names.recv()).await.unwrap();
        assert_eq!((answered, found, rule), (status, variant, name), "{text}");
        assert!(text.ends_with(&body) && !body.is_empty(), "{body}: {text}");
    }
    let (answered, _) = Raw::ask(address, REQUEST.replacen("GET", "PUT", 1)).await;
    let (found, ..) = in_time(names.recv()).await.unwrap();
    assert_eq!((answered, found), (405, "MethodNotGet"));
}

#[tokio::test]
async fn a_connection_is_had_once() {
    async fn twice(_first: WebSocketUpgrade, _second: WebSocketUpgrade) -> Response {
        unreachable!("one of them has it")
    }
    let address = serve(Router::new().route("/", any(twice))).await;
    let (status, text) = Raw::ask(address, REQUEST).await;
    assert_eq!(status, 500);
    assert!(text.contains("cannot upgrade"), "{text}");

    // And not at all from a request that hyper has not read.
    let request = Request::get("/")
        .header("host", "ws.example")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .body(Body::empty())
        .unwrap();
    let (mut parts, _) = request.into_parts();
    let extracted =
        <WebSocketUpgrade as FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
    let rejection = extracted.unwrap_err();
    assert!(matches!(rejection, WebSocketUpgradeRejection::ConnectionNotUpgradable(_)));
    assert_eq!((rejection.name(), rejection.rule()), ("not-upgradable", None));
    assert_eq!(rejection.into_response().status(), StatusCode::INTERNAL_SERVER_ERROR);
    let optional =
        <WebSocketUpgrade as OptionalFromRequestParts<()>>::from_request_parts(&mut parts, &());
    assert!(optional.await.is_err());
}

#[tokio::test]
async fn ordinary_http_is_told_apart() {
    async fn handler(ws: Option<WebSocketUpgrade>) -> Response {
        match ws {
            Some(ws) => ws.on_upgrade(echo),
            None => "a page".into_response(),
        }
    }
    let app = Router::new().route("/", any(handler));
    let page = app.clone().oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(page.status(), 200);
    let address = serve(app).await;
    for (changes, status) in [
        (&[][..], 101),
        (&[("Upgrade", ""), ("Connection", "")], 200),
        (&[("Upgrade", "Upgrade: h2c")], 200),
        // What asks for a WebSocket is not answered with a page.
        (&[("Sec-WebSocket-Key", "Sec-WebSocket-Key: short")], 400),
    ] {
        assert_eq!(Raw::ask(address, request(changes)).await.0, status, "{changes:?}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_out() {
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let reported = reports.clone();
    let same = |ws: WebSocketUpgrade| async move {
        let reported = reported.clone();
        ws.same_origin()
            .on_failed_upgrade(move |error: Error| {
                let error = error.into_inner();
                let rejection = error.downcast::<WebSocketUpgradeRejection>().unwrap();
                reported.lock().unwrap().push(rejection.name().into());
            })
            .on_upgrade(echo)
    };
    let listed = |ws: WebSocketUpgrade| async {
        ws.origins(["https://app.example"]).unwrap().on_upgrade(echo)
    };
    let no_origin = |ws: WebSocketUpgrade| async {
        let error = ws.origins(["*"]).unwrap_err();
        assert!(matches!(error, ArgumentError::Origin(_)));
        StatusCode::IM_A_TEAPOT
    };
    let app = Router::new()
        .route("/same", any(same))
        .route("/listed", any(listed))
        .route("/none", any(no_origin));
    let address = serve(app).await;
    for (path, origin, status) in [
        ("/same", "Origin: http://ws.example", 101),
        ("/same", "Origin: https://app.example", 403),
        ("/same", "", 101),
        ("/listed", "Origin: https://app.example", 101),
        ("/listed", "Origin: http://ws.example", 403),
        ("/none", "", 418),
    ] {
        let request = request(&[("-", origin)]).replacen("GET /", &format!("GET {path}"), 1);
        assert_eq!(Raw::ask(address, request).await.0, status, "{path} {origin}");
    }
    assert_eq!(*reports.lock().unwrap(), [RequestRule::Origin.name()]);
}

#[tokio::test]
async fn one_layer_configures_all_routes() {
    async fn handler(ws: WebSocketUpgrade) -> Response {
        let mut response = ws.on_upgrade(echo);
        response.headers_mut().insert("x-handler", HeaderValue::from_static("called"));
        response
    }
    let config = ServerConfig::new().same_origin().decorate(|_, response| {
        response.headers_mut().insert("x-hook", HeaderValue::from_static("called"));
    });
    let app =
        Router::new().route("/a", any(handler)).route("/b", any(handler)).layer(Extension(config));
    let address = serve(app).await;
    for path in ["GET /a", "GET /b"] {
        for (origin, status) in [("", 101), ("Origin: https://evil.example", 403)] {
            let request = request(&[("-", origin)]).replacen("GET /", path, 1);
            let (answered, head) = Raw::ask(address, request).await;
            assert_eq!(answered, status);
            // What the configuration refuses does not come to the handler.
            assert_eq!(head.contains("x-handler"), status == 101, "{head}");
            assert!(head.contains("x-hook"), "{head}");
        }
    }
}

#[tokio::test]
async fn subprotocols_are_selected() {
    fn shown(value: Option<&HeaderValue>) -> String {
        value.map_or("none", |value| value.to_str().unwrap()).to_owned()
    }
    async fn handler(ws: WebSocketUpgrade) -> Response {
        assert_eq!(ws.selected_protocol(), None);
        let ws = ws.protocols(["v4", "v3", "v1"]);
        assert_eq!(shown(ws.selected_protocol()), "v3");
        let ws = ws.protocols(Vec::<String>::new());
        assert_eq!(ws.selected_protocol(), None);
        let config = ServerConfig::new()
            .subprotocols(["v3", "v1"])
            .subprotocol_preference(Preference::Client);
        let mut ws = ws.config(&config);
        assert_eq!(shown(ws.selected_protocol()), "v1");
        assert_eq!(ws.inspect().negotiated().subprotocol(), Some("v1"));
        ws.set_selected_protocol(HeaderValue::from_static("v2"));
        assert_eq!(shown(ws.selected_protocol()), "v2");
        ws.on_upgrade(|mut socket| async move {
            let protocol = shown(socket.protocol());
            socket.send(protocol.into()).await.unwrap();
        })
    }
    let address = serve(Router::new().route("/", any(handler))).await;
    let config = ClientConfig::new().subprotocols(["v1", "v2", "v3"]);
    let url = format!("ws://{address}/");
    let (mut ws, _) = in_time(ws_tokio::connect_with(url, &config)).await.unwrap();
    assert_eq!(ws.subprotocol(), Some("v2"));
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("v2".into()));
}

#[tokio::test]
async fn a_subprotocol_may_be_required() {
    let config = ServerConfig::new().require_subprotocol(true);
    let handler = move |ws: WebSocketUpgrade| async move {
        ws.config(&config).protocols(["v1"]).on_upgrade(echo)
    };
    let address = serve(Router::new().route("/", any(handler))).await;
    for (offer, status) in
        [("", 400), ("Sec-WebSocket-Protocol: v2", 400), ("Sec-WebSocket-Protocol: v2, v1", 101)]
    {
        assert_eq!(Raw::ask(address, request(&[("-", offer)])).await.0, status, "{offer}");
    }
}

#[tokio::test]
async fn a_response_may_have_more_fields_and_the_socket_is_the_handlers() {
    async fn handler(ws: WebSocketUpgrade) -> Result<Response, WebSocketUpgradeRejection> {
        let (mut response, upgrading) = ws.accept()?;
        response.headers_mut().insert("x-room", HeaderValue::from_static("7"));
        tokio::spawn(async move {
            let mut socket = WebSocket::from(upgrading.await.unwrap());
            socket.send("from a task of its own".into()).await.unwrap();
        });
        Ok(response)
    }
    let address = serve(Router::new().route("/", get(handler))).await;
    let (mut ws, response) = in_time(ws_tokio::connect(format!("ws://{address}/"))).await.unwrap();
    assert_eq!(response.headers()["x-room"], "7");
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("from a task of its own".into()));
}

#[cfg(feature = "auto")]
#[tokio::test]
async fn the_stream_comes_out_of_axum() {
    async fn handler(ws: WebSocketUpgrade) -> Result<Response, WebSocketUpgradeRejection> {
        let (response, upgrading) = ws.accept()?;
        tokio::spawn(async move {
            let mut ws = upgrading.downcast::<tokio::net::TcpStream>().await.unwrap().unwrap();
            let peer = ws.get_ref().peer_addr().unwrap().to_string();
            ws.send(peer).await.unwrap();
        });
        Ok(response)
    }
    let address = serve(Router::new().route("/", get(handler))).await;
    let mut ws = connect(address, "/").await;
    let peer = ws.get_ref().get_ref().local_addr().unwrap().to_string();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(peer.into()));
}

#[tokio::test]
async fn who_is_gone_before_the_answer_is_reported() {
    let (sender, mut reports) = mpsc::channel(1);
    let handler = |ws: WebSocketUpgrade| async move {
        let sender = sender.clone();
        let response = ws
            .on_failed_upgrade(move |error: Error| sender.try_send(error).unwrap())
            .on_upgrade(|_| async { panic!("it opened") });
        // The client goes before this is over, and the response is never sent.
        std::future::pending::<()>().await;
        response
    };
    let address = serve(Router::new().route("/", get(handler))).await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    drop(raw);
    let error = in_time(reports.recv()).await.unwrap();
    assert!(error.into_inner().is::<ws_hyper::Error>());
}

#[tokio::test]
async fn a_layer_of_tower_is_one_of_a_router() {
    let layer = ws_hyper::tower::UpgradeLayer::new(
        &ServerConfig::new().same_origin(),
        |upgrading: ws_hyper::Upgrading| async { echo(upgrading.await.unwrap().into()).await },
    );
    let app = Router::new().route("/", get(|| async { "a page" })).layer(layer);
    let address = serve(app).await;
    let (status, text) = Raw::ask(address, "GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n").await;
    assert!(status == 200 && text.ends_with("a page"), "{text}");
    let evil = request(&[("-", "Origin: https://evil.example")]);
    assert_eq!(Raw::ask(address, evil).await.0, 403);
    let mut ws = connect(address, "/").await;
    ws.send("hello").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hello".into()));
}

#[test]
fn what_crosses_tasks_may() {
    fn is_send<T: Send + 'static>() {}
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_send::<WebSocket>();
    is_send::<WebSocketUpgrade>();
    is_error::<WebSocketUpgradeRejection>();
}
