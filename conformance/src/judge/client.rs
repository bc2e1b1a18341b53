//! What a client wrote and reported.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Differences, lists};
use crate::{
    observed::Observed,
    vector::{Outcome, Vector},
    wire::{self, Head},
};

pub(super) fn judge(vector: &Vector, observed: &Observed, found: &mut Differences) {
    request(vector, &observed.wire, found);
    match observed.outcome {
        Outcome::NeedMore => waiting(vector, observed, found),
        Outcome::Open => open(vector, observed, found),
        _ => failed(vector, observed, found),
    }
}

/// The upgrade request, and nothing behind it: "Once the client's opening handshake has been sent,
/// the client MUST wait for a response from the server before sending any further data." RFC 6455
/// 4.1
fn request(vector: &Vector, sent: &[u8], found: &mut Differences) {
    let (head, len) = match wire::parse_head(sent) {
        Ok(parsed) => parsed,
        Err(malformed) => {
            found.add("request", "an HTTP/1.1 request", malformed.to_string());
            return;
        }
    };
    found.octets("octets behind the request", b"", &sent[len..]);
    found.usual_case(&head);
    let parts: Vec<_> = head.start_line.split(' ').collect();
    let good = matches!(parts[..], ["GET", target, "HTTP/1.1"] if target.starts_with('/'));
    found.require(good, "request line", "GET /... HTTP/1.1", &head.start_line);
    let once = [
        ("Host", None),
        ("Upgrade", Some("websocket")),
        ("Connection", Some("Upgrade")),
        ("Sec-WebSocket-Version", Some("13")),
        ("Sec-WebSocket-Key", None),
    ];
    for (name, value) in once {
        let lines: Vec<_> = head.values(name).collect();
        let good = lines.len() == 1 && value.is_none_or(|v| lines[0].eq_ignore_ascii_case(v));
        found.require(good, "request field", &format!("one {name}: {value:?}"), lines);
    }
    for name in ["Content-Length", "Transfer-Encoding", "Sec-WebSocket-Accept"] {
        let lines: Vec<_> = head.values(name).collect();
        found.require(lines.is_empty(), "request field", &format!("no {name}"), lines);
    }
    key(&head, found);
    offers(vector, &head, found);
}

/// "The value of this header field MUST be a nonce consisting of a randomly selected 16-byte value
/// that has been base64-encoded". RFC 6455 4.1(7)
fn key(head: &Head, found: &mut Differences) {
    let key = head.values("Sec-WebSocket-Key").next().unwrap_or_default();
    let nonce = STANDARD.decode(key).unwrap_or_default();
    found.require(nonce.len() == 16, "key", "16 octets in base64", key);
}

fn offers(vector: &Vector, head: &Head, found: &mut Differences) {
    let offered = |name| {
        let lines: Vec<_> = head.values(name).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    };
    let extensions = offered("Sec-WebSocket-Extensions");
    let wanted = vector.config.offer.as_deref().map(lists::extensions);
    let same = extensions.as_deref().map(lists::extensions) == wanted;
    found.require(same, "offer", &format!("{:?}", vector.config.offer), extensions);
    let names: Vec<_> = head.members("Sec-WebSocket-Protocol").collect();
    let same = names == vector.config.subprotocols;
    found.require(same, "subprotocols", &format!("{:?}", vector.config.subprotocols), names);
}

/// With an `either`, a status that is claimed must be known although the body is still waited for.
fn waiting(vector: &Vector, observed: &Observed, found: &mut Differences) {
    let expect = &vector.expect;
    if expect.outcomes.contains(&Outcome::Fail) && expect.error() == Some("status-not-101") {
        found.same("status while waiting", &expect.statuses.first().copied(), &observed.status);
    }
    if let Some(error) = &expect.on_eof {
        found.same("on_eof", &Some(error.clone()), &observed.on_eof);
    }
}

fn open(vector: &Vector, observed: &Observed, found: &mut Differences) {
    let expect = &vector.expect;
    found.same("error", &None, &observed.error);
    if !expect.statuses.is_empty() {
        found.same("status", &expect.statuses.first().copied(), &observed.status);
    }
    if !expect.subprotocols.is_empty() {
        let wanted = format!("one of {:?}", expect.subprotocols);
        let fits = expect.subprotocols.contains(&observed.subprotocol);
        found.require(fits, "subprotocol", &wanted, &observed.subprotocol);
    }
    if let Some(deflate) = &expect.deflate {
        found.same("deflate", deflate, &observed.deflate);
    }
    headers(vector, observed, found);
    found.octets("leftover", expect.leftover.as_deref().unwrap_or_default(), &observed.leftover);
}

fn failed(vector: &Vector, observed: &Observed, found: &mut Differences) {
    let expect = &vector.expect;
    let error = observed.error.as_deref().unwrap_or_default();
    let fits = expect.errors.iter().any(|name| name == error || name == kind(error));
    found.require(fits, "error", &format!("one of {:?}", expect.errors), error);
    let claimed = expect.statuses.first().copied();
    if error == "status-not-101" {
        found.require(
            observed.status.is_some(),
            "status",
            &format!("{claimed:?}"),
            observed.status,
        );
    }
    if claimed.is_some() && observed.status.is_some() {
        found.same("status", &claimed, &observed.status);
    }
    if Some(error) != expect.error() {
        return;
    }
    headers(vector, observed, found);
    if let Some(body) = &expect.body {
        found.octets("body", body, observed.body.as_deref().unwrap_or_default());
    }
    if expect.body_complete.is_some() {
        found.same("body_complete", &expect.body_complete, &observed.body_complete);
    }
    // Without a leftover in the vector, nothing need be kept; behind a whole body there is nothing
    // to keep.
    match &expect.leftover {
        Some(leftover) => found.octets("leftover", leftover, &observed.leftover),
        None if expect.body_complete == Some(true) => {
            found.octets("leftover", b"", &observed.leftover);
        }
        None => {}
    }
}

/// Every line a vector names, in order, and no other line of that name.
fn headers(vector: &Vector, observed: &Observed, found: &mut Differences) {
    for (name, wanted) in &vector.expect.headers {
        let seen: Vec<_> = observed
            .headers
            .iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        let same = seen.len() == wanted.len()
            && seen.iter().zip(wanted).all(|(s, w)| s.eq_ignore_ascii_case(w));
        found.require(same, "headers", &format!("{name}: {wanted:?}"), seen);
    }
}

/// The vectors have one name for all limits of a head.
fn kind(error: &str) -> &str {
    match error {
        "status-line-too-long" | "field-too-long" | "too-many-fields" | "interim-too-large" => {
            "head-too-large"
        }
        other => other,
    }
}
