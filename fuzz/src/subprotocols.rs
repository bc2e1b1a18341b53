//! Any lines as Sec-WebSocket-Protocol, of a request and of an answer: what is chosen is what reading the lists slowly
//! says, and an answer is taken if it is one of the names that were offered.

use http::{HeaderValue, Response, header::SEC_WEBSOCKET_PROTOCOL};
use ws_core::{
    ClientConfig, Preference, RequestRule, ResponseRule, ServerConfig, connect_request, respond,
};

use crate::{
    asking::asking,
    input::lines,
    token_list::{is_token, members},
};

const KNOWN: [&str; 4] = ["chat", "superchat", "v1.chat", "Chat"];

/// Runs one input.
pub fn run(data: &[u8]) {
    let lines: Vec<_> = lines(data).collect();
    offer(&lines);
    answer(&lines);
}

fn offer(lines: &[&[u8]]) {
    let mut request = asking("h");
    for line in lines {
        request = request.header(SEC_WEBSOCKET_PROTOCOL, *line);
    }
    // Some octets cannot stand in a field.
    let Ok(request) = request.body(()) else { return };
    let offered: Vec<_> = members(lines).collect();
    let is_list = !offered.is_empty() && offered.iter().all(|name| is_token(name));
    let is_offered = |name: &&str| offered.contains(&name.as_bytes());
    let known = |name: &&[u8]| KNOWN.iter().find(|known| known.as_bytes() == *name);
    for (preference, expected) in [
        (Preference::Server, KNOWN.iter().find(|name| is_offered(name))),
        (Preference::Client, offered.iter().find_map(known)),
    ] {
        let config = ServerConfig::new().subprotocols(KNOWN).subprotocol_preference(preference);
        match respond(&request, &config) {
            Ok((response, negotiated)) => {
                assert!(is_list);
                assert_eq!(negotiated.subprotocol(), expected.copied());
                let named = response.headers().get(SEC_WEBSOCKET_PROTOCOL);
                assert_eq!(named.map(HeaderValue::as_bytes), expected.map(|it| it.as_bytes()));
            }
            Err(rejection) => {
                assert!(!is_list);
                assert_eq!(rejection.rule(), RequestRule::BadSubprotocol);
            }
        }
    }
}

fn answer(lines: &[&[u8]]) {
    // In HTTP/2 there is no key, so that an answer can be written down.
    let config = ClientConfig::new().subprotocols(KNOWN);
    let (_, verifier) = connect_request(&config, "ws", "h", "/").expect("it can be asked");
    let mut response = Response::builder().version(http::Version::HTTP_2);
    for line in lines {
        response = response.header(SEC_WEBSOCKET_PROTOCOL, *line);
    }
    let Ok(response) = response.body(()) else { return };
    let expected = match lines {
        [line] => KNOWN.iter().find(|name| name.as_bytes() == *line),
        _ => None,
    };
    match verifier.verify(&response) {
        Ok(negotiated) => assert_eq!(negotiated.subprotocol(), expected.copied()),
        Err(error) => {
            assert!(expected.is_none());
            assert_eq!(error.name(), ResponseRule::UnofferedSubprotocol.name());
        }
    }
}
