//! One request, and what comes back.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::peer::{Nothing, Peer};
use crate::server::answer::{check_101, check_refusal};
use crate::server::target::Target;
use crate::transcript::Transcript;
use crate::vector::{Outcome, Vector};
use crate::verdict::Verdict;
use crate::wire::frame::{BINARY, PING, PONG, Received, TEXT};
use crate::wire::head::{BodyLen, Head};

/// Plays a vector at a server, and judges.
pub(crate) fn play(target: &Target<'_>, vector: &Vector, transcript: &mut Transcript) -> Verdict {
    let input = match aimed(vector, &target.place.path) {
        Ok(input) => input,
        Err(why) => return Verdict::Skipped(why),
    };
    let mut peer = match target.connect(transcript) {
        Ok(peer) => peer,
        Err(verdict) => return verdict,
    };
    deliver(&mut peer, vector, &input, target.until());
    let verdict = judge(target, vector, &mut peer);
    *transcript = peer.transcript;
    verdict
}

/// The input, with the path that the server was said to have.
fn aimed(vector: &Vector, path: &str) -> Result<Vec<u8>, String> {
    let root = b"GET / HTTP/1.1\r\n";
    match vector.input.strip_prefix(root) {
        _ if path == "/" => Ok(vector.input.clone()),
        Some(rest) => Ok([format!("GET {path} HTTP/1.1\r\n").as_bytes(), rest].concat()),
        None if vector.outcomes.contains(&Outcome::Open) => {
            Err("has a target of its own, and the URL has a path".to_owned())
        }
        None => Ok(vector.input.clone()),
    }
}

fn deliver(peer: &mut Peer, vector: &Vector, input: &[u8], until: Instant) {
    match vector.config.get("delivery").and_then(|delivery| delivery.as_str()) {
        Some("bytewise") => {
            for octet in input.chunks(1) {
                peer.send(octet, until);
                sleep(Duration::from_millis(1));
            }
        }
        Some(_) => {
            // A cut in each third: in the middle of things.
            for piece in input.chunks(input.len().div_ceil(3).max(1)) {
                peer.send(piece, until);
                sleep(Duration::from_millis(20));
            }
        }
        None => peer.send(input, until),
    }
}

/// The final answer, after others of 1xx.
fn final_head(peer: &mut Peer, until: Instant) -> Result<Head, Nothing> {
    loop {
        let head = peer.head(until)?;
        if !matches!(head.status(), Some(100 | 102..=199)) {
            return Ok(head);
        }
    }
}

fn judge(target: &Target<'_>, vector: &Vector, peer: &mut Peer) -> Verdict {
    let may = |outcome| vector.outcomes.contains(&outcome);
    let waits = may(Outcome::Waiting);
    // Nothing has to come, so it is not waited for as long.
    let patience =
        if waits { target.timeout.min(Duration::from_millis(400)) } else { target.timeout };
    let head = match final_head(peer, Instant::now() + patience) {
        Ok(head) => head,
        Err(nothing) => return without_answer(target, vector, &nothing),
    };
    let Some(status) = head.status() else {
        let why = format!("{:?} is no status line of HTTP/1", head.start_line);
        // Some send back whatever version they were asked in.
        let is_usual = vector.input.windows(10).any(|ten| ten == b" HTTP/1.1\r");
        let is_refused = head.start_line.starts_with("HTTP/")
            && head.start_line.split(' ').nth(1).is_some_and(|status| status.starts_with('4'));
        return match is_usual {
            true => Verdict::failed(Grade::Must, why),
            false if is_refused && may(Outcome::Refused) => Verdict::Information(why),
            false => Verdict::failed(target.grade, why),
        };
    };
    if status == 101 {
        if !may(Outcome::Open) {
            return target.failed("accepted with 101, and had to be refused");
        }
        let chooses = target.setup.config.contains_key("subprotocols")
            && vector.config.contains_key("subprotocols");
        if let Some((grade, why)) = check_101(&head, vector, chooses) {
            // What may be refused may be read in more than one way.
            let grade = if may(Outcome::Refused) { Grade::Information } else { grade };
            return Verdict::failed(grade, why);
        }
        return match may(Outcome::Refused) {
            true => Verdict::Information("accepted".to_owned()),
            false => behind(target, vector, peer),
        };
    }
    if vector.outcomes == [Outcome::Open] {
        return target.failed(format!("refused with {status}, and had to be accepted"));
    }
    refused(target, vector, peer, &head, status)
}

fn without_answer(target: &Target<'_>, vector: &Vector, nothing: &Nothing) -> Verdict {
    let may = |outcome| vector.outcomes.contains(&outcome);
    let found = nothing.describe();
    match nothing {
        Nothing::Malformed(_) => Verdict::failed(Grade::Must, found),
        Nothing::Silent if may(Outcome::Waiting) => Verdict::Passed,
        _ if vector.outcomes == [Outcome::Open] => {
            target.failed(format!("{found}, and a 101 had to come"))
        }
        Nothing::Ended(_) if may(Outcome::Waiting) => {
            Verdict::Information(format!("{found} without waiting for more"))
        }
        // That there has to be an answer is asked for in cases of its own.
        Nothing::Ended(_) => Verdict::Passed,
        Nothing::Silent if MAY_WAIT.contains(&vector.id.as_str()) => {
            Verdict::Information("waits for a body that never comes".to_owned())
        }
        Nothing::Silent if has_whole_head(vector) => {
            let is_open = target.grade == Grade::Information;
            let grade = if is_open { Grade::Information } else { Grade::Security };
            Verdict::failed(grade, "no answer, and the connection stays open")
        }
        Nothing::Silent => Verdict::Information("waits for the end of the head".to_owned()),
    }
}

/// They announce more than anybody has, which is a length.
const MAY_WAIT: [&str; 2] = ["server/framing/cl-2-64", "server/framing/te-chunked-huge-size"];

fn has_whole_head(vector: &Vector) -> bool {
    vector.input.windows(4).any(|four| four == b"\r\n\r\n")
}

fn refused(
    target: &Target<'_>,
    vector: &Vector,
    peer: &mut Peer,
    head: &Head,
    status: u16,
) -> Verdict {
    if let Some((grade, why)) = check_refusal(head, status, vector) {
        return Verdict::failed(grade, why);
    }
    let is_to_head = vector.input.starts_with(b"HEAD ");
    let until = target.until();
    if let Err((grade, why)) = body(peer, head, is_to_head, until) {
        return Verdict::failed(grade, why);
    }
    if is_to_head && peer.received().first().is_some_and(|octet| *octet != b'H') {
        // `server/answer/head-content`.
        return Verdict::Information("the answer to HEAD has content".to_owned());
    }
    if vector.id.contains("hidden") {
        let until = Instant::now() + Duration::from_millis(300).min(target.timeout);
        if let Ok(second) = final_head(peer, until) {
            if second.status() == Some(101) {
                return Verdict::failed(Grade::Security, "the body was taken for a request");
            }
        }
    }
    if vector.outcomes.contains(&Outcome::Open) {
        return Verdict::Information(format!("refused with {status}"));
    }
    if vector.statuses.is_empty() || vector.statuses.contains(&status) {
        return Verdict::Passed;
    }
    let usual: Vec<_> = vector.statuses.iter().map(u16::to_string).collect();
    Verdict::Information(format!("answered with {status}; usual is {}", usual.join(" or ")))
}

/// Reads the body of a refusal.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn body(
    peer: &mut Peer,
    head: &Head,
    is_to_head: bool,
    until: Instant,
) -> Result<(), (Grade, String)> {
    let len = BodyLen::of(head, is_to_head).map_err(|why| (Grade::Must, why))?;
    loop {
        if let Some(len) = len.end_in(peer.received(), peer.end().is_some()) {
            peer.take(len);
            return Ok(());
        }
        match peer.fill(until) {
            Ok(()) => {}
            Err(Nothing::Ended(_)) if len == BodyLen::UntilEnd => {}
            Err(nothing) => {
                let why = format!("the body of the refusal does not end: {}", nothing.describe());
                return Err((Grade::Robustness, why));
            }
        }
    }
}

/// Frames behind the request are for the WebSocket.
fn behind(target: &Target<'_>, vector: &Vector, peer: &mut Peer) -> Verdict {
    let mut rest = &vector.leftover[..];
    let mut expected = Vec::new();
    while let Ok(Some((frame, len))) = Received::parse(rest) {
        rest = &rest[len..];
        let answer = match frame.opcode {
            PING => PONG,
            TEXT | BINARY => frame.opcode,
            _ => return Verdict::Passed,
        };
        if !frame.masked || !frame.fin || frame.reserved != 0 {
            return Verdict::Passed;
        }
        expected.push((answer, frame.payload));
    }
    if expected.is_empty() || !rest.is_empty() || !target.setup.echo {
        return Verdict::Passed;
    }
    let until = target.until();
    for (opcode, payload) in expected {
        // Sent in whatever pieces: the first octets of the right kind are proof enough.
        let found = loop {
            match peer.frame(until) {
                Ok(frame) if frame.opcode == opcode => break frame.payload,
                Ok(_) => {}
                Err(nothing) => {
                    let found = nothing.describe();
                    let why = format!("a frame behind the request was lost: {found}");
                    return target.failed(why);
                }
            }
        };
        if !payload.starts_with(&found) {
            let why = "a frame behind the request came back changed";
            return target.failed(why);
        }
    }
    Verdict::Passed
}
