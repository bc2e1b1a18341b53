//! One request of a client, and what it makes of the answer.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::case::{Case, Play};
use crate::grade::Grade;
use crate::peer::{Nothing, Peer};
use crate::script::Script;
use crate::setup::Setup;
use crate::talk::Talk;
use crate::vector::{Outcome, Vector};
use crate::verdict::Verdict;
use crate::wire::accept::accept_value;
use crate::wire::deflate::Deflation;
use crate::wire::extension::{agreed as agreed_upon, misfit, parse_offers};
use crate::wire::frame::{CLOSE, Frame, PING};
use crate::wire::head::Head;

/// What a client's connection is judged with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) timeout: Duration,
}

impl Judge<'_> {
    /// Plays a case with a client that has connected, and asks with the head `request`.
    pub(crate) fn play(&self, peer: &mut Peer, request: &Head, case: &Case) -> Verdict {
        let key = request.values("Sec-WebSocket-Key").next().unwrap_or_default().to_owned();
        let verdict = match &case.play {
            Play::Request(check) => {
                let checked = check(request);
                self.take_leave(peer, &key);
                checked.map_or_else(|why| Verdict::failed(case.grade, why), |()| Verdict::Passed)
            }
            Play::Handshake(vector) => match other_offer(vector, request) {
                Some(why) => {
                    self.take_leave(peer, &key);
                    Verdict::Skipped(why.to_owned())
                }
                None => self.answer(peer, &key, case.grade, vector),
            },
            Play::Messages(script) => self.messages(peer, request, case.grade, script),
            Play::Scenario(_) => Verdict::Skipped("is for servers".to_owned()),
        };
        peer.half_close();
        verdict
    }

    fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Opens, and closes at once.
    fn take_leave(&self, peer: &mut Peer, key: &str) {
        let close = Frame::close(1000, "").octets(false);
        let all = [good_answer(key, None).as_bytes(), &close].concat();
        peer.send(&all, self.until());
        peer.half_close();
        peer.await_end(self.until());
    }

    fn answer(&self, peer: &mut Peer, key: &str, grade: Grade, vector: &Vector) -> Verdict {
        let input = filled_in(&vector.input, key);
        match vector.config.get("delivery").and_then(|delivery| delivery.as_str()) {
            Some("bytewise") => {
                for octet in input.chunks(1) {
                    peer.send(octet, self.until());
                    sleep(Duration::from_millis(1));
                }
            }
            Some(_) => {
                for piece in input.chunks(input.len().div_ceil(3).max(1)) {
                    peer.send(piece, self.until());
                    sleep(Duration::from_millis(20));
                }
            }
            None => peer.send(&input, self.until()),
        }
        let ends = vector.config.contains_key("eof");
        let is_101 = input.windows(4).any(|four| four == b" 101");
        let is_whole = input.windows(4).any(|four| four == b"\r\n\r\n");
        if is_101 && is_whole && !ends && vector.outcomes != [Outcome::Waiting] {
            // Whoever takes the answer for a good one answers this.
            let ping = Frame::new(PING, "open?").octets(false);
            peer.send(&ping, self.until());
        }
        if ends {
            peer.half_close();
        }
        self.judge(peer, grade, vector, is_whole)
    }

    fn judge(&self, peer: &mut Peer, grade: Grade, vector: &Vector, is_whole: bool) -> Verdict {
        let may = |outcome| vector.outcomes.contains(&outcome);
        let waits = may(Outcome::Waiting);
        let patience =
            if waits { self.timeout.min(Duration::from_millis(400)) } else { self.timeout };
        let found = peer.frame(Instant::now() + patience);
        let has_ended = vector.config.contains_key("eof");
        match found {
            Ok(_) if !may(Outcome::Open) => {
                Verdict::failed(grade, "the WebSocket was opened, and the answer had to be refused")
            }
            Ok(frame) => {
                if !frame.masked {
                    return Verdict::failed(Grade::Must, "the client does not mask its frames");
                }
                self.leave(peer, frame.opcode == CLOSE);
                match may(Outcome::Refused) {
                    true => Verdict::Information("opened".to_owned()),
                    false => Verdict::Passed,
                }
            }
            Err(Nothing::Malformed(why)) => Verdict::failed(grade, why),
            // A good answer right before the end: whether it was open for a moment is not seen.
            Err(Nothing::Ended(_)) if vector.outcomes == [Outcome::Open] && has_ended => {
                Verdict::Information("the connection ends".to_owned())
            }
            Err(Nothing::Ended(_)) if vector.outcomes == [Outcome::Open] => {
                Verdict::failed(grade, "the connection was ended, and had to open")
            }
            Err(Nothing::Ended(_)) if may(Outcome::Open) => {
                Verdict::Information("refused".to_owned())
            }
            Err(Nothing::Ended(_)) if waits => {
                Verdict::Information("ended without waiting for more".to_owned())
            }
            Err(Nothing::Ended(_)) => Verdict::Passed,
            Err(Nothing::Silent) if may(Outcome::Waiting) => Verdict::Passed,
            Err(Nothing::Silent) if vector.outcomes == [Outcome::Open] => {
                Verdict::failed(grade, "neither opened nor failed")
            }
            Err(Nothing::Silent) if !is_whole && !has_ended => {
                Verdict::Information("waits for the end of the head".to_owned())
            }
            Err(Nothing::Silent) => {
                let grade = if grade == Grade::Information { grade } else { Grade::Robustness };
                Verdict::failed(
                    grade,
                    "the answer is refused by nothing that can be seen: the connection stays open",
                )
            }
        }
    }

    /// Closes a WebSocket that has opened.
    fn leave(&self, peer: &mut Peer, is_closing: bool) {
        let until = self.until();
        peer.send(&Frame::close(1000, "").octets(false), until);
        let mut is_closed = is_closing;
        while !is_closed {
            match peer.frame(until) {
                Ok(frame) => is_closed = frame.opcode == CLOSE,
                Err(_) => return,
            }
        }
        peer.half_close();
        peer.await_end(until);
    }

    fn messages(&self, peer: &mut Peer, request: &Head, grade: Grade, script: &Script) -> Verdict {
        let key = request.values("Sec-WebSocket-Key").next().unwrap_or_default();
        let offers: Vec<_> = request.values("Sec-WebSocket-Extensions").collect();
        let agreed = script.extension.filter(|name| misfit(name, &offers.join(", ")).is_none());
        if script.extension.is_some() && agreed.is_none() {
            let has_any = parse_offers(&offers.join(", ")).is_empty();
            let why = if has_any {
                "nothing was offered"
            } else {
                "what was offered wants another answer"
            };
            self.take_leave(peer, key);
            return Verdict::Skipped(format!("permessage-deflate: {why}"));
        }
        peer.send(good_answer(key, agreed).as_bytes(), self.until());
        let mut talk = Talk {
            peer,
            is_client: false,
            unfinished: None,
            deflation: agreed.and_then(agreed_upon).map(|agreed| Deflation::new(agreed, false)),
            grade,
            timeout: self.timeout,
            max_message: self.setup.max_message,
        };
        talk.play(script, &mut || Ok(()))
    }
}

/// Why a vector says nothing of a client with these offers of compression: it was made for others.
fn other_offer(vector: &Vector, request: &Head) -> Option<&'static str> {
    if !vector.config.contains_key("deflate") {
        return None;
    }
    let offers: Vec<_> = request.values("Sec-WebSocket-Extensions").collect();
    if offers.is_empty() {
        return Some("permessage-deflate: nothing was offered");
    }
    let head = Head::parse(&vector.input).ok()??;
    let answers: Vec<_> = head.values("Sec-WebSocket-Extensions").collect();
    let fits = misfit(&answers.join(", "), &offers.join(", ")).is_none();
    let is_other = match vector.outcomes[..] {
        _ if answers.is_empty() => false,
        [Outcome::Open] => !fits,
        [Outcome::Refused] => fits,
        _ => false,
    };
    is_other.then_some("permessage-deflate: what is offered wants another answer")
}

/// A 101 with all that is needed.
pub(crate) fn good_answer(key: &str, extension: Option<&str>) -> String {
    let mut text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n".to_owned();
    text.push_str("Connection: Upgrade\r\n");
    text.push_str(&format!("Sec-WebSocket-Accept: {}\r\n", accept_value(key.as_bytes())));
    if let Some(extension) = extension {
        text.push_str(&format!("Sec-WebSocket-Extensions: {extension}\r\n"));
    }
    text + "\r\n"
}

/// Puts the key and its accept value where a vector has them.
fn filled_in(input: &[u8], key: &str) -> Vec<u8> {
    let accept = accept_value(key.as_bytes());
    let swapped = accept.chars().map(|c| {
        if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
    });
    let (first, rest) = accept.split_at(10);
    let places = [
        ("{K}", key.to_owned()),
        ("{A}", accept.clone()),
        ("{A~swapcase}", swapped.collect()),
        ("{A~nopad}", accept.trim_end_matches('=').to_owned()),
        ("{A~space}", format!("{first} {rest}")),
    ];
    let mut filled = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        match places.iter().find(|(place, _)| input[at..].starts_with(place.as_bytes())) {
            Some((place, value)) => {
                filled.extend(value.as_bytes());
                at += place.len();
            }
            None => {
                filled.push(input[at]);
                at += 1;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in() {
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let filled = filled_in(b"\x81{K}{A}|{A~nopad}|{A~space}{B}", key);
        let text: String = filled[1..].iter().copied().map(char::from).collect();
        assert_eq!(filled[0], 0x81);
        assert!(
            text.starts_with(key) && text.ends_with("s3pPLMBiTx aQ9kYGzzhZRbK+xOo={B}"),
            "{text}"
        );
    }
}
