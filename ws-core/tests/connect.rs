//! The other form of the handshake, CONNECT with `:protocol` (RFC 8441, RFC 9220): one set of rules, and what
//! differs between the two.

#![cfg(test)]

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
};
use ws_core::{
    ArgumentError, ClientConfig, ClientHandshake, HandshakeError, Negotiated, ParsedRequest,
    RecvBuf, Rejection, RequestRule, ServerConfig, UpgradeRequest, Verifier, connect_request,
    is_upgrade, respond,
};

const LATER: [Version; 2] = [Version::HTTP_2, Version::HTTP_3];

/// A request in either form, as HTTP stacks give it.
struct Asked {
    request: Request<()>,
    protocol: Option<&'static str>,
}

impl Asked {
    fn connect(version: Version) -> Self {
        let request = Request::connect("https://ws.example/room/7?x=1").version(version);
        let request = request.header("sec-websocket-version", "13").body(()).unwrap();
        Self { request, protocol: Some("websocket") }
    }

    fn upgrade() -> Self {
        let request = Request::get("/room/7?x=1")
            .header("host", "ws.example")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-version", "13")
            .body(())
            .unwrap();
        Self { request, protocol: None }
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.request.headers_mut().append(name, HeaderValue::from_static(value));
        self
    }

    fn without(mut self, name: &'static str) -> Self {
        self.request.headers_mut().remove(name);
        self
    }

    fn method(mut self, method: Method) -> Self {
        *self.request.method_mut() = method;
        self
    }

    fn uri(mut self, uri: &'static str) -> Self {
        *self.request.uri_mut() = Uri::from_static(uri);
        self
    }

    fn protocol(self, protocol: Option<&'static str>) -> Self {
        Self { protocol, ..self }
    }

    fn parsed(&self) -> ParsedRequest<'_> {
        ParsedRequest::from(&self.request).protocol(self.protocol)
    }

    /// The answer of both functions, which have to agree.
    fn respond(&self, config: &ServerConfig) -> Result<(Response<()>, Negotiated), Box<Rejection>> {
        let in_hand = UpgradeRequest::from_request(config, self.parsed(), RecvBuf::new());
        assert_eq!(in_hand.is_upgrade(), is_upgrade(self.parsed()));
        let in_hand = in_hand.respond_with(|_| {});
        let answer = respond(self.parsed(), config);
        match (&answer, in_hand) {
            (Ok((one, _)), Ok((other, _))) => {
                assert_eq!((one.status(), one.headers()), (other.status(), other.headers()));
            }
            (Err(one), Err(other)) => {
                let (one, other) = (one.response(), other.response());
                assert_eq!((one.status(), one.headers()), (other.status(), other.headers()));
                assert_eq!(one.body(), other.body());
            }
            (one, other) => panic!("{one:?} and {other:?}"),
        }
        answer
    }

    fn refused(&self, config: &ServerConfig) -> Box<Rejection> {
        self.respond(config).unwrap_err()
    }
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.keys().map(HeaderName::as_str).collect()
}

#[test]
fn a_connect_opens_a_web_socket_with_200() {
    for version in LATER {
        let asked = Asked::connect(version);
        assert!(is_upgrade(asked.parsed()));
        let (response, negotiated) = asked.respond(&ServerConfig::new()).unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers().is_empty(), "{response:?}");
        assert_eq!(negotiated.subprotocol(), None);
    }
}

/// "Protocol names [are compared] case-insensitively", as those in Upgrade are.
#[test]
fn the_protocol_has_no_case() {
    let asked = Asked::connect(Version::HTTP_2).protocol(Some("WebSocket"));
    assert!(is_upgrade(asked.parsed()) && asked.respond(&ServerConfig::new()).is_ok());
}

#[test]
fn a_key_is_not_looked_at() {
    for key in ["dGhlIHNhbXBsZSBub25jZQ==", "nonsense"] {
        let asked = Asked::connect(Version::HTTP_2).with("sec-websocket-key", key);
        let (response, _) = asked.respond(&ServerConfig::new()).unwrap();
        assert!(!response.headers().contains_key("sec-websocket-accept"));
    }
}

/// What is refused in one form is refused in the other, by the same rule and with the same status.
#[test]
fn the_rules_are_those_of_both_forms() {
    let config = ServerConfig::new()
        .subprotocols(["chat"])
        .require_subprotocol(true)
        .origins(["https://app.example"])
        .unwrap();
    type Change = fn(Asked) -> Asked;
    let cases: &[(Change, &str, u16)] = &[
        (|asked| asked.method(Method::from_bytes(b"BREW").unwrap()), "unknown-method", 501),
        (|asked| asked.with("content-length", "5"), "unexpected-body", 413),
        (|asked| asked.with("content-length", "x"), "bad-content-length", 400),
        (|asked| asked.with("transfer-encoding", "chunked"), "transfer-encoding", 400),
        (|asked| asked.with("expect", "tea"), "unknown-expectation", 417),
        (|asked| asked.without("sec-websocket-version"), "missing-version", 400),
        (|asked| asked.with("sec-websocket-version", "13"), "duplicate-version", 400),
        (|asked| asked.with("sec-websocket-protocol", "ch@t"), "bad-subprotocol", 400),
        (|asked| asked.with("sec-websocket-extensions", ";"), "bad-extension", 400),
        (|asked| asked.with("origin", "https://evil.example"), "origin-not-allowed", 403),
        (|asked| asked.with("sec-websocket-protocol", "talk"), "no-common-subprotocol", 400),
    ];
    for (change, name, status) in cases {
        let forms = [Asked::upgrade(), Asked::connect(LATER[0]), Asked::connect(LATER[1])];
        for asked in forms.map(change) {
            let rejection = asked.refused(&config);
            let version = asked.request.version();
            assert_eq!(rejection.rule().name(), *name, "{version:?}");
            assert_eq!(rejection.response().status(), *status, "{name} {version:?}");
            let headers = rejection.response().headers();
            let of_connection =
                headers.contains_key("connection") || headers.contains_key("upgrade");
            assert_eq!(of_connection, version == Version::HTTP_11, "{name} {version:?}");
            assert!(!rejection.response().body().is_empty(), "{name} {version:?}");
        }
    }
}

#[test]
fn subprotocols_are_negotiated_alike() {
    let config = ServerConfig::new().subprotocols(["v2", "v1"]);
    for asked in [Asked::upgrade(), Asked::connect(Version::HTTP_2)] {
        let asked = asked.with("sec-websocket-protocol", "v1, v2");
        let (response, negotiated) = asked.respond(&config).unwrap();
        assert_eq!(negotiated.subprotocol(), Some("v2"));
        assert_eq!(response.headers()["sec-websocket-protocol"], "v2");
    }
    let request = Asked::connect(Version::HTTP_2).with("sec-websocket-protocol", "v1, v2");
    let mut upgrade = UpgradeRequest::from_request(&config, request.parsed(), RecvBuf::new());
    assert!(upgrade.offered_subprotocols().eq(["v1", "v2"]));
    upgrade.select_subprotocol(Some("v1")).unwrap();
    let (response, _) = upgrade.respond_with(|_| {}).unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "v1");
}

#[cfg(feature = "deflate")]
#[test]
fn compression_is_negotiated_alike() {
    use ws_core::DeflateConfig;

    let config = ServerConfig::new().deflate(DeflateConfig::new());
    let answers = [Asked::upgrade(), Asked::connect(Version::HTTP_2)].map(|asked| {
        let asked =
            asked.with("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
        let (response, negotiated) = asked.respond(&config).unwrap();
        assert!(negotiated.deflate().is_some());
        response.headers()["sec-websocket-extensions"].clone()
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn an_ordinary_request_is_told_how_to_ask() {
    for version in LATER {
        // Also one that asks as in HTTP/1.1, which is what a gateway makes of that by mistake.
        let mut by_mistake = Asked::upgrade();
        *by_mistake.request.version_mut() = version;
        let get = Asked::connect(version).method(Method::GET).protocol(None);
        let post = Asked::connect(version).method(Method::POST).protocol(None);
        for asked in [by_mistake, get, post] {
            assert!(!is_upgrade(asked.parsed()));
            let rejection = asked.refused(&ServerConfig::new());
            assert_eq!(rejection.rule(), RequestRule::NotConnect);
            assert_eq!(rejection.value(), Some(asked.request.method().as_str().as_bytes()));
            assert_eq!(rejection.response().status(), 405);
            assert_eq!(rejection.response().headers()["allow"], "CONNECT");
        }
    }
}

#[test]
fn a_tunnel_and_another_protocol_are_not_what_is_here() {
    for version in LATER {
        let tunnel = Asked::connect(version).uri("ws.example:443").protocol(None);
        assert!(!is_upgrade(tunnel.parsed()));
        let rejection = tunnel.refused(&ServerConfig::new());
        assert_eq!(rejection.rule(), RequestRule::NoProtocol);
        assert_eq!(rejection.response().status(), 501);

        for name in ["connect-udp", "websocket2", ""] {
            let other = Asked::connect(version).protocol(Some(name));
            assert!(!is_upgrade(other.parsed()));
            let rejection = other.refused(&ServerConfig::new());
            assert_eq!(rejection.rule(), RequestRule::OtherProtocol);
            assert_eq!(rejection.value(), Some(name.as_bytes()));
            assert_eq!(rejection.response().status(), 501);
        }
    }
}

/// 426 needs an Upgrade, which is not there.
#[test]
fn another_version_is_a_400_that_names_ours() {
    let asked = Asked::connect(Version::HTTP_2).without("sec-websocket-version");
    let rejection = asked.with("sec-websocket-version", "8").refused(&ServerConfig::new());
    assert_eq!(rejection.rule(), RequestRule::BadVersion);
    assert_eq!(rejection.response().status(), 400);
    assert_eq!(rejection.response().headers()["sec-websocket-version"], "13");
    assert!(!rejection.response().headers().contains_key("upgrade"));
}

#[test]
fn fields_of_a_connection_are_refused() {
    for (name, value) in
        [("connection", "upgrade"), ("upgrade", "websocket"), ("connection", "close")]
    {
        let rejection =
            Asked::connect(Version::HTTP_2).with(name, value).refused(&ServerConfig::new());
        assert_eq!(rejection.rule(), RequestRule::ConnectionField);
        assert_eq!(rejection.value(), Some(value.as_bytes()));
        assert_eq!(rejection.response().status(), 400);
    }
}

#[test]
fn a_body_that_was_read_is_none() {
    let asked = Asked::connect(Version::HTTP_2).with("content-length", "5");
    assert!(respond(asked.parsed(), &ServerConfig::new()).is_err());
    assert!(respond(asked.parsed().body_read(), &ServerConfig::new()).is_ok());
    let asked = Asked::connect(Version::HTTP_2).with("content-length", "0");
    assert!(asked.respond(&ServerConfig::new()).is_ok());
}

#[test]
fn the_host_is_that_of_authority() {
    let config = ServerConfig::new().same_origin().require_origin(true);
    let from = |origin| Asked::connect(Version::HTTP_2).with("origin", origin);
    assert!(from("https://ws.example").respond(&config).is_ok());
    assert!(from("https://WS.example:443").respond(&config).is_ok());
    for origin in ["https://evil.example", "https://ws.example:444", "null"] {
        assert_eq!(from(origin).refused(&config).rule(), RequestRule::Origin);
    }
    assert_eq!(Asked::connect(Version::HTTP_2).refused(&config).rule(), RequestRule::MissingOrigin);
    // A Host that says something else is what an attacker would send to pass.
    let other = from("https://evil.example").with("host", "evil.example").refused(&config);
    assert_eq!((other.rule(), other.response().status().as_u16()), (RequestRule::OtherHost, 400));
    assert_eq!(other.value(), Some(&b"evil.example"[..]));
    assert!(from("https://ws.example").with("host", "WS.example").respond(&config).is_ok());
    let twice = from("https://ws.example").with("host", "ws.example").with("host", "ws.example");
    assert_eq!(twice.refused(&config).rule(), RequestRule::DuplicateHost);
    // Gateways may leave :authority out, and send Host.
    let by_host = |host| from("https://ws.example").uri("/room/7").with("host", host);
    assert!(by_host("ws.example").respond(&config).is_ok());
    assert_eq!(by_host("other.example").refused(&config).rule(), RequestRule::Origin);
    let none = from("https://ws.example").uri("/room/7").refused(&config);
    assert_eq!(none.rule(), RequestRule::MissingHost);
}

#[test]
fn a_target_is_http_and_names_no_user() {
    for uri in ["ftp://ws.example/", "wss://ws.example/", "https://u:p@ws.example/"] {
        let rejection = Asked::connect(Version::HTTP_2).uri(uri).refused(&ServerConfig::new());
        assert_eq!(rejection.rule(), RequestRule::BadTarget, "{uri}");
    }
    assert!(
        Asked::connect(Version::HTTP_2)
            .uri("http://ws.example/")
            .respond(&ServerConfig::new())
            .is_ok()
    );
}

#[test]
fn hooks_see_and_change_as_before() {
    let config = ServerConfig::new().subprotocols(["a"]).decorate(|request, response| {
        let request = request.unwrap();
        assert_eq!(request.method(), Method::CONNECT);
        response.headers_mut().insert("x-room", HeaderValue::from_static("7"));
        if let Some(wanted) = request.headers().get("x-status") {
            let status = StatusCode::from_bytes(wanted.as_bytes()).unwrap();
            *response.status_mut() = status;
        }
    });
    let asked = Asked::connect(Version::HTTP_2).with("sec-websocket-protocol", "a, b");
    let (response, _) = asked.respond(&config).unwrap();
    assert_eq!(response.headers()["x-room"], "7");

    let refused = asked.with("x-status", "401").refused(&config);
    assert_eq!(refused.rule(), RequestRule::Application);
    assert_eq!(refused.response().status(), 401);
    let kept = names(refused.response().headers());
    assert!(!kept.contains(&"connection") && !kept.contains(&"sec-websocket-protocol"), "{kept:?}");

    // A 2xx would open a tunnel in which nobody speaks WebSocket, be it instead of a 200 or of a 4xx.
    let bad = Asked::connect(Version::HTTP_2).without("sec-websocket-version");
    for asked in [Asked::connect(Version::HTTP_2), bad] {
        for status in ["202", "204"] {
            let mut asked = asked.request.clone();
            asked.headers_mut().insert("x-status", HeaderValue::from_static(status));
            let asked = Asked { request: asked, protocol: Some("websocket") };
            let mistake = asked.refused(&config);
            assert_eq!(mistake.rule(), RequestRule::Response, "{status}");
            assert_eq!(mistake.response().status(), 500);
            assert!(matches!(mistake.cause(), Some(ArgumentError::Response(_))));
        }
    }
    // To a GET it opens nothing.
    let page = ServerConfig::new().decorate(|_, response| *response.status_mut() = StatusCode::OK);
    let get = Asked::connect(Version::HTTP_2).method(Method::GET).protocol(None);
    assert_eq!(get.refused(&page).response().status(), 200);

    let contradicting = ServerConfig::new().decorate(|_, response| {
        let key = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        response.headers_mut().insert("sec-websocket-accept", key);
    });
    let mistake = Asked::connect(Version::HTTP_2).refused(&contradicting);
    assert!(matches!(mistake.cause(), Some(ArgumentError::ReservedHeader(_))));
}

/// Only the stack that has read it can answer it.
#[test]
fn such_a_request_is_not_answered_on_the_wire() {
    let asked = Asked::connect(Version::HTTP_2);
    let in_hand =
        || UpgradeRequest::from_request(&ServerConfig::new(), asked.parsed(), RecvBuf::new());
    for rejected in [in_hand().accept(), in_hand().accept_with(|_| {})] {
        let error = rejected.unwrap_err().error;
        assert_eq!(error.name(), "bad-http-version");
        assert!(error.to_string().contains("HTTP/2.0"), "{error}");
    }
}

fn made(config: &ClientConfig) -> (Request<()>, Verifier) {
    connect_request(config, "wss", "ws.example:81", "/room/7?x=1").unwrap()
}

fn answer(fields: &[(&'static str, &'static str)]) -> Response<()> {
    let mut response = Response::new(());
    *response.version_mut() = Version::HTTP_2;
    for (name, value) in fields {
        response.headers_mut().append(*name, HeaderValue::from_static(value));
    }
    response
}

#[test]
fn a_client_asks_in_the_same_form() {
    let config =
        ClientConfig::new().subprotocols(["a", "b"]).header("origin", "https://app.example");
    let (request, verifier) = made(&config);
    assert_eq!((request.method(), request.version()), (&Method::CONNECT, Version::HTTP_2));
    assert_eq!(request.uri(), "https://ws.example:81/room/7?x=1");
    let mut fields = names(request.headers());
    fields.sort_unstable();
    assert_eq!(fields, ["origin", "sec-websocket-protocol", "sec-websocket-version"]);
    assert_eq!(verifier.protocol(), Some("websocket"));
    let (_, of_http_1) = ws_core::upgrade_request(&config, "ws.example", "/").unwrap();
    assert_eq!(of_http_1.protocol(), None);
    let (plain, _) = connect_request(&config, "WS", "ws.example", "").unwrap();
    assert_eq!(plain.uri(), "http://ws.example/");

    // The server takes it.
    let server = ServerConfig::new().subprotocols(["b"]);
    let asked = Asked { request, protocol: verifier.protocol() };
    let (response, _) = asked.respond(&server).unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "b");
}

#[test]
fn what_cannot_be_asked_is_an_error_of_the_caller() {
    let error = |config: &ClientConfig, scheme, host, target| {
        connect_request(config, scheme, host, target).unwrap_err().name()
    };
    let config = ClientConfig::new();
    assert_eq!(error(&config, "https", "h", "/"), "invalid-scheme");
    assert_eq!(error(&config, "wss", "", "/"), "invalid-host");
    assert_eq!(error(&config, "wss", "%77s.example", "/"), "invalid-host");
    assert_eq!(error(&config, "wss", "h", "/ "), "invalid-target");
    for name in ["host", "connection", "sec-websocket-key", "content-length"] {
        assert_eq!(error(&config.clone().header(name, "1"), "wss", "h", "/"), "reserved-header");
    }
    let hooked = config.decorate(|request| *request.method_mut() = Method::GET);
    assert_eq!(error(&hooked, "wss", "h", "/"), "invalid-request");
}

#[test]
fn a_client_takes_a_2xx() {
    let config = ClientConfig::new().subprotocols(["a", "b"]);
    let (_, verifier) = made(&config);
    for version in LATER {
        for status in [200, 201, 204] {
            let mut response = answer(&[("sec-websocket-protocol", "b")]);
            *response.version_mut() = version;
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            assert_eq!(verifier.verify(&response).unwrap().subprotocol(), Some("b"));
        }
    }
    // Whatever key that answers.
    assert!(verifier.verify(&answer(&[("sec-websocket-accept", "x")])).is_ok());
}

#[test]
fn a_client_refuses_what_breaks_a_rule() {
    let (_, verifier) = made(&ClientConfig::new().subprotocols(["a"]));
    for (fields, name) in [
        (&[("sec-websocket-protocol", "c")][..], "unoffered-subprotocol"),
        (&[("sec-websocket-extensions", "permessage-deflate")], "unoffered-extension"),
        (&[("connection", "upgrade")], "connection-field"),
        (&[("upgrade", "websocket")], "connection-field"),
    ] {
        let error = verifier.verify(&answer(fields)).unwrap_err();
        assert_eq!(error.name(), name);
        assert!(error.to_string().contains(fields[0].1), "{error}");
    }
    for version in [Version::HTTP_10, Version::HTTP_11] {
        let mut response = answer(&[]);
        *response.version_mut() = version;
        assert_eq!(verifier.verify(&response).unwrap_err().name(), "bad-http-version");
    }
    for status in [101, 301, 404, 501] {
        let mut response = answer(&[]);
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let error = verifier.verify(&response).unwrap_err();
        assert!(matches!(error, HandshakeError::Declined(_)), "{status}: {error}");
    }
}

#[test]
fn such_a_request_is_not_written_here() {
    let (request, verifier) = made(&ClientConfig::new());
    let error = ClientHandshake::from_request(request, verifier).unwrap_err();
    assert_eq!(error.name(), "invalid-request");
    assert!(error.to_string().contains("CONNECT https://ws.example:81/room/7"), "{error}");
}
