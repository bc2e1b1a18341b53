//! What a server wrote and reported.

use super::{Differences, lists, show};
use crate::{
    observed::Observed,
    vector::{DeflateTerms, Outcome, Vector},
    wire::{Answer, Answers, Head},
};

pub(super) fn judge(vector: &Vector, observed: &Observed, found: &mut Differences) {
    let answers = match Answers::parse(&observed.wire) {
        Ok(answers) => answers,
        Err(malformed) => {
            found.add("wire", "HTTP/1.1 messages", malformed.to_string());
            return;
        }
    };
    interims(vector, observed, &answers, found);
    match (&answers.last, observed.outcome) {
        (None, Outcome::NeedMore) => waiting(vector, observed, found),
        (Some(answer), Outcome::NeedMore) => {
            found.add("status", "no final answer yet", answer.status.to_string());
        }
        (None, outcome) => found.add("status", format!("an answer for {outcome}"), "silence"),
        (Some(answer), Outcome::Accept) => {
            every_answer(vector, answer, found);
            accepted(vector, observed, answer, found);
        }
        (Some(answer), _) => {
            every_answer(vector, answer, found);
            refused(vector, observed, answer, found);
        }
    }
    application(vector, observed, found);
}

fn interims(vector: &Vector, observed: &Observed, answers: &Answers, found: &mut Differences) {
    let expect = &vector.expect;
    let sent: Vec<u16> = answers.interims.iter().map(|(status, _)| *status).collect();
    let given: Vec<_> = expect
        .interim_if
        .iter()
        .filter(|(outcome, _)| *outcome == observed.outcome)
        .map(|(_, row)| row.clone())
        .collect();
    let allowed = if given.is_empty() { &expect.interims } else { &given };
    found.require(allowed.contains(&sent), "interim", &format!("one of {allowed:?}"), &sent);
    for (_, head) in &answers.interims {
        without_framing(head, found);
    }
}

/// "A server MUST NOT send a Transfer-Encoding header field in any response with a status code of
/// 1xx", RFC 9112 6.1; the same for Content-Length, RFC 9110 8.6.
fn without_framing(head: &Head, found: &mut Differences) {
    for name in ["Content-Length", "Transfer-Encoding"] {
        let sent: Vec<_> = head.values(name).collect();
        found.require(sent.is_empty(), "1xx without framing", &format!("no {name}"), sent);
    }
}

fn waiting(vector: &Vector, observed: &Observed, found: &mut Differences) {
    if let Some(error) = &vector.expect.on_eof {
        found.same("on_eof", &Some(error.clone()), &observed.on_eof);
    }
}

/// What is true of every answer, whatever the vector says.
fn every_answer(vector: &Vector, answer: &Answer, found: &mut Differences) {
    let expect = &vector.expect;
    let head = &answer.head;
    let is_101 = answer.status == 101;
    found.usual_case(head);
    found.require(
        expect.statuses.contains(&answer.status),
        "status",
        &format!("one of {:?}", expect.statuses),
        answer.status,
    );
    found.at_most_once(
        head,
        &["Content-Length", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Date", "Server"],
    );
    found.fields(head, &expect.headers);
    for (status, fields) in &expect.headers_if {
        if *status == answer.status {
            found.fields(head, fields);
        }
    }
    match answer.status {
        101 => without_framing(head, found),
        405 => found.require(head.has_member("Allow", "GET"), "405", "Allow: GET", &head.fields),
        426 => {
            let wanted = [
                ("Upgrade", "websocket"),
                ("Connection", "upgrade"),
                ("Sec-WebSocket-Version", "13"),
            ];
            for (name, member) in wanted {
                let there = head.has_member(name, member);
                found.require(there, "426", &format!("{name}: {member}"), &head.fields);
            }
        }
        _ => {}
    }
    for name in ["Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"] {
        let sent: Vec<_> = head.values(name).collect();
        let allowed = is_101 || sent.is_empty();
        found.require(allowed, "refusal without the fields of a 101", &format!("no {name}"), sent);
    }
    if is_101 {
        found.octets("octets behind the 101", b"", &answer.rest);
    } else {
        framing(vector, answer, found);
    }
}

/// "A refusal's Content-Length equals its body."
fn framing(vector: &Vector, answer: &Answer, found: &mut Differences) {
    let encodings: Vec<_> = answer.head.values("Transfer-Encoding").collect();
    found.require(encodings.is_empty(), "refusal", "no Transfer-Encoding", encodings);
    let lengths: Vec<_> = answer.head.values("Content-Length").collect();
    let length = match lengths.as_slice() {
        [one] if one.bytes().all(|octet| octet.is_ascii_digit()) => one.parse::<usize>().ok(),
        _ => None,
    };
    if vector.input.starts_with(b"HEAD ") {
        // "the server MUST NOT send content in the response" to HEAD; its Content-Length is that of
        // the answer to a GET. RFC 9110 9.3.2 and 8.6
        found.octets("answer to HEAD", b"", &answer.rest);
        found.require(lengths.len() <= 1, "Content-Length", "at most one", lengths);
    } else {
        found.require(
            length == Some(answer.rest.len()),
            "Content-Length",
            "that of the body",
            lengths,
        );
    }
    if let Some(body) = &vector.expect.body {
        found.octets("body", body, &answer.rest);
    }
}

fn accepted(vector: &Vector, observed: &Observed, answer: &Answer, found: &mut Differences) {
    let expect = &vector.expect;
    let head = &answer.head;
    found.same("status of an accepted request", &101, &answer.status);
    found.same("error", &None, &observed.error);
    for (name, value) in [("Upgrade", "websocket"), ("Connection", "Upgrade")] {
        let sent: Vec<_> = head.members(name).collect();
        found.require(head.has_member(name, value), "101", &format!("{name}: {value}"), sent);
    }
    let keys: Vec<_> = head.values("Sec-WebSocket-Accept").collect();
    found.same("Sec-WebSocket-Accept lines", &1, &keys.len());
    if let (Some(accept), Some(sent)) = (&expect.accept, keys.first()) {
        found.same("accept", &accept.as_str(), sent);
    }
    let protocol = head.values("Sec-WebSocket-Protocol").next().map(str::to_owned);
    if !expect.subprotocols.is_empty() {
        let fits = expect.subprotocols.contains(&protocol);
        found.require(fits, "subprotocol", &format!("one of {:?}", expect.subprotocols), &protocol);
    }
    found.same("subprotocol of the stream, as on the wire", &protocol, &observed.subprotocol);
    agreed_extensions(vector, observed, head, found);
    found.octets("leftover", expect.leftover.as_deref().unwrap_or_default(), &observed.leftover);
    found.require(!observed.closed, "an accepted connection", "open", "closed");
}

fn agreed_extensions(vector: &Vector, observed: &Observed, head: &Head, found: &mut Differences) {
    let lines: Vec<_> = head.values("Sec-WebSocket-Extensions").collect();
    let sent = (!lines.is_empty()).then(|| lines.join(", "));
    let parsed = sent.as_deref().map(lists::extensions);
    if parsed == Some(None) {
        found.add("extensions", "a well-formed list", format!("{sent:?}"));
        return;
    }
    let expected = &vector.expect.extensions;
    if !expected.is_empty() {
        let fits = expected.iter().any(|e| e.as_deref().map(lists::extensions) == parsed);
        found.require(fits, "extensions", &format!("one of {expected:?}"), &sent);
    }
    // What is said on the wire and what the codec does never differ.
    let on_wire = parsed.flatten().and_then(|list| list.first().map(terms));
    found.same("deflate of the stream, as on the wire", &on_wire, &observed.deflate);
}

/// The terms a well-formed answer sets. RFC 7692 7.1
fn terms(extension: &lists::Extension) -> DeflateTerms {
    let value = |name: &str| extension.1.iter().find(|(key, _)| key == name).map(|(_, v)| v);
    let bits = |name| {
        value(name).and_then(Option::as_deref).and_then(|bits| bits.parse().ok()).unwrap_or(15)
    };
    DeflateTerms {
        server_max_window_bits: bits("server_max_window_bits"),
        client_max_window_bits: bits("client_max_window_bits"),
        server_no_context_takeover: value("server_no_context_takeover").is_some(),
        client_no_context_takeover: value("client_no_context_takeover").is_some(),
    }
}

fn refused(vector: &Vector, observed: &Observed, answer: &Answer, found: &mut Differences) {
    let head = &answer.head;
    found.require(answer.status >= 200, "status of a refusal", "200 or above", answer.status);
    found.require(observed.error.is_some(), "error", "a name", &observed.error);
    found.same("status of the error, as on the wire", &Some(answer.status), &observed.status);
    let says_close = head.has_member("Connection", "close");
    if vector.expect.close {
        found.require(says_close || observed.closed, "close", "said or done", &head.fields);
    }
    found.same("closes as the answer says", &says_close, &observed.closed);
    match &vector.expect.leftover {
        _ if observed.closed => {}
        Some(expected) if observed.leftover != *expected => {
            found.add("leftover for the next request", show(expected), show(&observed.leftover));
        }
        Some(_) => {}
        // Nothing that must be kept; what is kept all the same has at least been sent.
        None => {
            let sent = vector.input.ends_with(&observed.leftover);
            found.require(sent, "leftover for the next request", "octets sent", &observed.leftover);
        }
    }
}

fn application(vector: &Vector, observed: &Observed, found: &mut Differences) {
    if let (Some(expected), Some(seen)) = (&vector.expect.request, &observed.request) {
        if let Some(path) = &expected.path {
            found.same("request path", path, &seen.path);
        }
        if expected.query.is_some() {
            found.same("request query", &expected.query, &seen.query);
        }
        if expected.authority.is_some() {
            found.same("request authority", &expected.authority, &seen.authority);
        }
    }
    if let (Some(expected), Some(said)) = (vector.expect.is_upgrade, observed.is_upgrade) {
        found.same("is_upgrade", &expected, &said);
    }
}
