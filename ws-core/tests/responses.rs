//! Requests that another HTTP stack has read, and whose answers it sends.

#![cfg(test)]

use http::{HeaderValue, Request, StatusCode, Version};
use ws_core::{ArgumentError, RecvBuf, RequestRule, ServerConfig, UpgradeRequest, respond};

fn request(version: Version, protocols: &str) -> Request<()> {
    Request::get("https://ws.example/chat")
        .version(version)
        .header("host", "ws.example")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-protocol", protocols)
        .body(())
        .unwrap()
}

fn in_hand(request: &Request<()>, config: &ServerConfig) -> UpgradeRequest {
    UpgradeRequest::from_request(config, request, RecvBuf::new())
}

#[test]
fn in_hand_or_not_the_answer_is_the_same() {
    let config = ServerConfig::new().subprotocols(["a", "b"]).keep_alive(true).decorate(
        |request, response| {
            assert!(request.is_some());
            response.headers_mut().insert("server", HeaderValue::from_static("example/1"));
        },
    );
    // Its hook names one that is not always offered.
    let naming = ServerConfig::new().decorate(|_, response| {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("b"));
    });
    for config in [config, naming] {
        for (version, protocols) in [
            (Version::HTTP_11, "b, a"),
            (Version::HTTP_11, "c"),
            (Version::HTTP_11, "not a token"),
            (Version::HTTP_10, "a"),
            (Version::HTTP_2, "a"),
            (Version::HTTP_3, "a"),
        ] {
            let request = request(version, protocols);
            let one = respond(&request, &config);
            let other = in_hand(&request, &config).respond_with(|_| {});
            match (one, other) {
                (Ok((one, negotiated)), Ok((other, also))) => {
                    assert_eq!(one.headers(), other.headers());
                    assert_eq!(negotiated.subprotocol(), also.subprotocol());
                }
                (Err(one), Err(other)) => {
                    assert_eq!(one.rule(), other.rule());
                    assert_eq!(one.response().headers(), other.response().headers());
                    assert_eq!(one.response().body(), other.response().body());
                    assert_eq!(one.keep_alive(), other.keep_alive());
                }
                (one, other) => panic!("{one:?} and {other:?}"),
            }
        }
    }
}

#[test]
fn a_subprotocol_is_chosen_in_hand() {
    let request = request(Version::HTTP_11, "a, b");
    let mut upgrade = in_hand(&request, &ServerConfig::new());
    let error = upgrade.select_subprotocol(Some("c")).unwrap_err();
    assert_eq!(error.name(), "unoffered-subprotocol");
    upgrade.select_subprotocol(Some("b")).unwrap();
    let (response, negotiated) = upgrade
        .respond_with(|response| {
            assert_eq!(response.headers()["sec-websocket-protocol"], "b");
            response.headers_mut().insert("x-room", HeaderValue::from_static("7"));
        })
        .unwrap();
    assert_eq!(negotiated.subprotocol(), Some("b"));
    assert_eq!(response.headers()["sec-websocket-protocol"], "b");
    assert_eq!(response.headers()["x-room"], "7");
}

#[test]
fn whoever_decorates_may_refuse_and_may_not_contradict() {
    let request = request(Version::HTTP_11, "a, b");
    let refused = in_hand(&request, &ServerConfig::new()).respond_with(|response| {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    });
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.rule(), refused.response().status().as_u16()),
        (RequestRule::Application, 401)
    );
    assert!(!refused.response().headers().contains_key("sec-websocket-accept"));

    let wrong = in_hand(&request, &ServerConfig::new()).respond_with(|response| {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("c"));
    });
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.rule(), wrong.response().status().as_u16()), (RequestRule::Response, 500));
    assert!(matches!(wrong.cause(), Some(ArgumentError::UnofferedSubprotocol(_))));
}

/// "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields."
/// RFC 9113 8.2.2
#[test]
fn later_versions_hear_nothing_of_the_connection() {
    for version in [Version::HTTP_2, Version::HTTP_3] {
        let rejection = respond(&request(version, "a"), &ServerConfig::new()).unwrap_err();
        assert_eq!(rejection.rule(), RequestRule::NotConnect);
        assert_eq!(rejection.response().status(), 405);
        let headers = rejection.response().headers();
        assert!(!headers.contains_key("connection") && !headers.contains_key("upgrade"));
        assert_eq!(headers["allow"], "CONNECT");
        assert_eq!(headers["content-length"], rejection.response().body().len().to_string());
    }
    let rejection = respond(&request(Version::HTTP_10, "a"), &ServerConfig::new()).unwrap_err();
    assert_eq!(rejection.response().headers()["connection"], "Upgrade, close");
}

/// Names are told apart by more than their length.
#[test]
fn fields_with_names_as_long_as_others_are_nobody_s() {
    let mut request = request(Version::HTTP_11, "a");
    for name in [
        "cost",
        "region",
        "extend",
        "upgrad3",
        "connectors",
        "content-lengt1",
        "x-forwarded-proto",
        "x-content-encoding-no",
        "sec-websocket-protoco1",
        "sec-websocket-extension5",
    ] {
        let name = http::HeaderName::from_static(name);
        request.headers_mut().insert(name, HeaderValue::from_static("x, y"));
    }
    let config = ServerConfig::new().subprotocols(["a"]);
    let (_, negotiated) = respond(&request, &config).unwrap();
    assert_eq!((negotiated.subprotocol(), negotiated.extensions()), (Some("a"), None));
}
