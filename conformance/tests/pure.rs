//! The pure functions come to the same as the machines.

use conformance::{
    core_subject::{CoreSubject, failed, respond},
    delivery::Delivery,
    fill::fill,
    prebuilt::Prebuilt,
    settings::{client_config, server_config},
    subject::Subject as _,
    vector::{self, Outcome, Role},
    wire,
};
use http::{HeaderName, HeaderValue, Response, StatusCode, Version};
use ws_core::{ClientConfig, ServerConfig, is_upgrade, upgrade_request};

/// Every request an HTTP stack would hand over is answered as it is when read from a stream.
#[test]
fn respond_answers_like_the_server() {
    let mut compared = 0;
    for vector in vector::load_own().unwrap() {
        let limited = vector.config.limits != vector::LimitSetting::default();
        if vector.role != Role::Server || limited || vector.config.prebuilt {
            continue;
        }
        let Some(prebuilt) = Prebuilt::read(&vector.input) else { continue };
        let stream = CoreSubject::default().server(&vector, Delivery::Whole);
        if stream.error.as_deref().is_some_and(is_of_reader) {
            continue;
        }
        compared += 1;
        let pure = respond(&prebuilt, &server_config(&vector.config));
        assert_eq!(pure.outcome, stream.outcome, "{}: {pure:?}", vector.id);
        assert_eq!(pure.error, stream.error, "{}", vector.id);
        assert_eq!(pure.status, stream.status, "{}", vector.id);
        assert_eq!(pure.subprotocol, stream.subprotocol, "{}", vector.id);
        assert_eq!(pure.deflate, stream.deflate, "{}", vector.id);
        // The function by itself knows of no switches.
        if stream.is_upgrade.is_some() && vector.config.lenient.is_empty() {
            assert_eq!(pure.is_upgrade, stream.is_upgrade, "{}", vector.id);
        }
        let fields = |wire: &[u8]| {
            let mut fields = wire::Answers::parse(wire).unwrap().last.unwrap().head.fields;
            fields.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
            fields.sort();
            fields
        };
        assert_eq!(fields(&pure.wire), fields(&stream.wire), "{}", vector.id);
    }
    assert!(compared > 200, "{compared}");
}

/// Limits, syntax and 100-continue are the business of the HTTP stack that reads the stream.
fn is_of_reader(error: &str) -> bool {
    ["malformed-head", "too-many-fields", "field-too-long", "head-too-large"].contains(&error)
}

/// Every answer an HTTP stack would hand over is judged as it is when read from a stream.
#[test]
fn verify_judges_like_the_client() {
    let mut compared = 0;
    for vector in vector::load_own().unwrap() {
        let limited = vector.config.limits != vector::LimitSetting::default();
        if vector.role != Role::Client || limited {
            continue;
        }
        let (request, verifier) =
            upgrade_request(&client_config(&vector.config), "ws.example", "/").unwrap();
        let key = request.headers()["sec-websocket-key"].to_str().unwrap();
        let Some(response) = parse(&fill(&vector.input, key)) else { continue };
        let stream = CoreSubject::default().client(&vector, Delivery::Whole);
        if stream.outcome == Outcome::NeedMore || stream.error.as_deref().is_some_and(is_of_reader)
        {
            continue;
        }
        compared += 1;
        match verifier.verify(&response) {
            Ok(negotiated) => {
                assert_eq!(stream.outcome, Outcome::Open, "{}", vector.id);
                assert_eq!(
                    negotiated.subprotocol(),
                    stream.subprotocol.as_deref(),
                    "{}",
                    vector.id
                );
                assert_eq!(
                    negotiated.deflate().map(conformance::settings::terms),
                    stream.deflate,
                    "{}",
                    vector.id
                );
            }
            Err(error) => {
                let pure = failed(&error);
                assert_eq!(stream.outcome, Outcome::Fail, "{}: {error}", vector.id);
                assert_eq!(pure.error, stream.error, "{}", vector.id);
                assert_eq!(pure.status, stream.status, "{}", vector.id);
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

fn parse(input: &[u8]) -> Option<Response<()>> {
    let (head, _) = wire::parse_head(input).ok()?;
    let status = wire::status_of(&head.start_line).ok()?;
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in &head.fields {
        let octets: Vec<u8> = value.chars().map(|c| c as u8).collect();
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().append(name, HeaderValue::from_bytes(&octets).ok()?);
    }
    // An HTTP stack skips interim answers by itself.
    let interim = (100..200).contains(&status) && status != 101;
    (!interim).then_some(response)
}

#[test]
fn versions_the_wire_never_sees_are_refused() {
    let prebuilt = Prebuilt::read(&conformance::sample::good()).unwrap();
    for version in [Version::HTTP_09, Version::HTTP_10, Version::HTTP_2, Version::HTTP_3] {
        let mut request = prebuilt.request.clone();
        *request.version_mut() = version;
        assert!(!is_upgrade(&request), "{version:?}");
        assert!(ws_core::respond(&request, &ServerConfig::new()).is_err(), "{version:?}");
        let (_, verifier) = upgrade_request(&ClientConfig::new(), "h", "/").unwrap();
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *response.version_mut() = version;
        assert_eq!(verifier.verify(&response).unwrap_err().name(), "bad-http-version");
    }
}

/// A body nobody has read makes the connection unusable, whoever parsed the head.
#[test]
fn a_body_nobody_read_closes() {
    let config = ServerConfig::new().keep_alive(true);
    for framing in ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"] {
        for method in ["GET", "POST"] {
            let body =
                if framing.contains("chunked") { "5\r\nhello\r\n0\r\n\r\n" } else { "hello" };
            let head = String::from_utf8(conformance::sample::upgrade(framing)).unwrap();
            let input = head.replacen("GET", method, 1) + body;
            let request = Prebuilt::read(input.as_bytes()).unwrap().request;
            let refusal = ws_core::respond(&request, &config).unwrap_err();
            assert!(!refusal.keep_alive(), "{method} {framing}");
            let read = ws_core::ParsedRequest::from(&request).body_read();
            let answered = ws_core::respond(read, &config);
            assert_eq!(answered.is_ok(), method == "GET", "{method} {framing}");
            if let Err(refusal) = answered {
                assert!(refusal.keep_alive(), "{method} {framing}");
            }
        }
    }
}
