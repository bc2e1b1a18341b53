//! The core's connection.

use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use conformance::{messages::frames::other, messages::reader::Reader, random::Random};
use ws_core::{
    CloseCode, CloseFrame, Connection, FrameRule, Incoming, Message, MessageKind, Negotiated,
    Prepared, ReceiveLimits, Reply, Role, SendError, Timeout, WebSocketConfig,
};

use super::{
    input::{self, TEXT},
    settings::{WEB_SOCKET, alone, set, together, told},
    watch::watched,
};

#[test]
fn every_call_in_any_order_with_every_setting() {
    watched(|now| {
        let mut seed = 1;
        let mut try_all = |choice, runs: u64| {
            for role in [Role::Client, Role::Server] {
                for answer in ANSWERS {
                    for _ in 0..runs {
                        let said = told(&WEB_SOCKET, choice);
                        now.say(format!("seed {seed}, {role:?}, {answer:?}, {said}"));
                        let config = set(&WEB_SOCKET, choice, WebSocketConfig::new());
                        run(seed, role, answer, &config);
                        seed += 1;
                    }
                }
            }
        };
        alone().for_each(|choice| try_all(choice, 5));
        let mut random = Random::new(7);
        (0..150).for_each(|_| try_all(together(&mut random), 2));
    });
}

/// What was negotiated.
const ANSWERS: [Option<&str>; 3] = [
    None,
    Some("permessage-deflate"),
    Some(
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
         server_max_window_bits=9; client_max_window_bits=9",
    ),
];

pub(crate) fn negotiated(answer: Option<&str>) -> Negotiated {
    Negotiated::new(None, answer.and_then(|answer| answer.parse().ok()))
}

fn run(seed: u64, role: Role, answer: Option<&str>, config: &WebSocketConfig) {
    let mut random = Random::new(seed);
    let input = input::frames(&mut random, role, answer.is_some());
    let leftover = random.below(2) * random.below(input.len());
    let mut core = Connection::new(role, negotiated(answer), &input[..leftover], config);
    let mut calls = Calls {
        input: input[leftover..].to_vec(),
        random,
        start: Instant::now(),
        written: Vec::new(),
        cut: false,
        text: Some(Vec::new()),
        sent: 0,
        replies: Vec::new(),
    };
    for _ in 0..20 + calls.random.below(100) {
        match calls.random.below(10) {
            0..4 => calls.receive(&mut core),
            4..6 => calls.send(&mut core),
            6 => calls.pass_time(&mut core),
            7 => calls.look(&mut core),
            8 => core = calls.take_apart(core),
            _ => calls.write(&mut core, 100_000),
        }
    }
    let before = calls.written.len() + core.sender().queue_len();
    while !core.send_queue().is_empty() {
        calls.write(&mut core, 1 << 20);
        assert!(calls.written.len() < 20 * before + 1000, "output without end");
    }
    calls.judge(role, answer);
}

/// Calls, and what came of them.
struct Calls {
    random: Random,
    input: Vec<u8>,
    start: Instant,
    written: Vec<u8>,
    /// The stream has ended: what was under way may end anywhere.
    cut: bool,
    /// The parts of a text so far, if all of them were seen.
    text: Option<Vec<u8>>,
    /// How far into the texts the parts that were sent have come.
    sent: usize,
    replies: Vec<Reply>,
}

impl Calls {
    fn receive(&mut self, core: &mut Connection) {
        match self.random.below(20) {
            0..6 => self.read(core),
            6..8 => {
                let polled = core.poll();
                self.polled(core, polled, false);
            }
            8..10 => {
                let polled = core.poll_part();
                self.polled(core, polled, true);
            }
            10..13 => {
                // Its replies are taken some time later.
                let polled = core.receiver().poll();
                self.polled(core, polled, false);
            }
            13 => {
                for _ in 0..2 {
                    if let Some(Message::Text(text)) = core.receiver().take_message() {
                        assert!(std::str::from_utf8(text.as_bytes()).is_ok());
                    }
                }
                assert_eq!(core.receiver().take_message(), None);
            }
            14 => {
                let payload = core.receiver().payload().to_vec();
                assert_eq!(core.receiver().take_payload(), payload);
                assert!(core.receiver().take_payload().is_empty());
                assert!(core.receiver().payload().is_empty());
            }
            15 => {
                self.replies.extend(core.receiver().take_reply());
                assert!(core.receiver().take_reply().is_none());
            }
            16 => {
                // Bytes are taken away that the receiver has not given out, or not all of.
                self.text = None;
                match self.random.below(4) {
                    0 => core.receiver().recv_buf().clear(),
                    1 => *core.receiver().recv_buf() = b"\x81\x03abc".into(),
                    _ => {
                        let n = self.length();
                        core.receiver().recv_buf().consume(n);
                    }
                }
            }
            17 => {
                let recv = core.receiver().recv_buf();
                recv.hint_read_len(self.random.below(100_000));
                if let Some(memory) = recv.detach_buffer() {
                    assert!(memory.is_empty());
                }
                drop(recv.attach_buffer(BytesMut::with_capacity(self.random.below(70_000))));
            }
            18 => {
                let before = core.receiver().set_limits(ReceiveLimits {
                    max_frame_len: self.length(),
                    max_message_len: self.length(),
                    max_fragments: *self.random.pick(&[0, 1, 2, u32::MAX]),
                });
                if self.random.below(2) == 0 {
                    core.receiver().set_limits(before);
                }
            }
            _ if self.random.below(10) == 0 => {
                self.cut = true;
                core.handle_eof();
            }
            _ => self.read(core),
        }
    }

    /// Some of what the peer sends arrives.
    fn read(&mut self, core: &mut Connection) {
        let recv = core.receiver().recv_buf();
        let mut n = self.random.below(self.input.len() + 1);
        if self.random.below(2) == 0 {
            n = n.min(self.random.below(20));
        }
        match self.random.below(3) {
            0 => recv.extend_from_slice(&self.input[..n]),
            1 => {
                let mut room = recv.buf_mut();
                n = n.min(room.remaining_mut());
                room.put_slice(&self.input[..n]);
            }
            _ => {
                let space = recv.space_mut();
                n = n.min(space.len());
                space[..n].copy_from_slice(&self.input[..n]);
                if self.random.below(50) == 0 {
                    // A reader that lies hands over zeros.
                    recv.commit(usize::MAX);
                    self.text = None;
                } else {
                    recv.commit(n);
                }
            }
        }
        self.input.drain(..n);
        core.handle_received(self.time());
    }

    /// What came is as it must be.
    fn polled(
        &mut self,
        core: &mut Connection,
        polled: Result<Option<Incoming>, FrameRule>,
        parts: bool,
    ) {
        if !parts {
            // The rest of a text is skipped, if it began with parts.
            self.text = None;
        }
        let payload = core.receiver().payload();
        match polled {
            Ok(Some(Incoming::Part { kind, last })) => {
                assert!(parts);
                if let Some(text) = self.text.as_mut().filter(|_| kind == MessageKind::Text) {
                    text.extend_from_slice(payload);
                    let checked = std::str::from_utf8(text);
                    let unfinished = checked.is_err_and(|error| error.error_len().is_none());
                    assert!(checked.is_ok() || (unfinished && !last), "{text:x?}");
                }
                if last {
                    self.text = Some(Vec::new());
                }
            }
            Ok(Some(Incoming::Message(kind))) => {
                assert!(!parts);
                self.text = Some(Vec::new());
                if kind == MessageKind::Text {
                    assert!(std::str::from_utf8(payload).is_ok(), "{payload:x?}");
                }
            }
            Ok(Some(Incoming::Ping | Incoming::Pong | Incoming::Close)) => {
                assert!(payload.len() <= 125);
            }
            Ok(None) | Err(_) => assert!(payload.is_empty()),
        }
        if let Err(rule) = polled {
            let receiver = core.receiver();
            assert_eq!(receiver.violation().map(|violation| violation.rule()), Some(rule));
            assert_eq!((receiver.is_done(), receiver.poll()), (true, Err(rule)));
        }
    }

    fn send(&mut self, core: &mut Connection) {
        let len = *self.random.pick(&[0, 1, 5, 125, 126, 300, 5000]);
        let len = if self.random.below(60) == 0 { 70_000 } else { len };
        let texts = TEXT.repeat(len / TEXT.len());
        let message =
            if len % 2 == 0 { Message::text(texts) } else { Message::binary(vec![1; len]) };
        let sender = core.sender();
        let open = sender.check_open();
        let sent = match self.random.below(16) {
            0..3 => sender.send(&message),
            3 => sender.send_prepared(&Prepared::new(message)),
            4 => sender.send_unbounded(&message),
            5..8 => self.send_part(core, len.min(300)),
            8 | 9 => sender.ping(vec![b'i'; self.random.below(201)].into()),
            10 => sender.pong(vec![b'o'; self.random.below(201)].into()),
            11 if self.random.below(6) == 0 => {
                let code = *self.random.pick(&CODES);
                let reason = "\u{20ac}".repeat(self.random.below(70));
                let (allowed, fits) = (CloseCode::new(code).is_sendable(), reason.len() <= 123);
                let empty = code == 1005 && reason.is_empty();
                let closed = sender.close(CloseFrame::new(CloseCode::new(code), reason));
                assert!(closed.is_err() || empty || (allowed && fits));
                closed
            }
            12 => {
                let reply = self.replies.pop();
                reply.into_iter().for_each(|reply| {
                    sender.reply(reply.clone());
                    sender.reply(reply);
                });
                Ok(())
            }
            13 if self.random.below(20) == 0 => {
                self.cut = true;
                let timeouts = [Timeout::Idle, Timeout::Pong, Timeout::Send, Timeout::Close];
                sender.reply(Reply::timed_out(*self.random.pick(&timeouts)));
                Ok(())
            }
            14 => {
                let empty = sender.wants_buffer();
                sender.attach_buffer(BytesMut::with_capacity(self.random.below(10_000)).into());
                let memory = sender.detach_buffer();
                assert!(!empty || memory.is_none_or(|memory| memory.is_empty()));
                Ok(())
            }
            _ => {
                sender.set_compression(self.random.below(2) == 0);
                sender.take_abandoned();
                Ok(())
            }
        };
        if let (Err(why), Ok(_)) = (open, sent) {
            // What says nothing to the peer is possible at any time.
            assert!(core.sender().check_open() == Err(why) || why == SendError::Closing);
        }
    }

    /// The parts of a text are cut anywhere, and end with a character.
    fn send_part(&mut self, core: &mut Connection, len: usize) -> Result<(), SendError> {
        let last = self.random.below(3) == 0;
        let part = Bytes::from(input::texts(self.sent, len, last));
        core.sender().send_part(MessageKind::Text, &part, last)?;
        self.sent += part.len();
        Ok(())
    }

    fn pass_time(&mut self, core: &mut Connection) {
        let now = self.time();
        match self.random.below(5) {
            0 => core.handle_received(now),
            1 | 2 => core.handle_written(now),
            3 => drop(core.poll_timeout(now)),
            _ => self.cut |= core.handle_timeout(now).is_some(),
        }
    }

    /// Any instant, in any order.
    fn time(&mut self) -> Instant {
        let start = self.start;
        let far = Duration::from_secs(1 << *self.random.pick(&[20, 35, 60]));
        match self.random.below(8) {
            0 => start.checked_sub(Duration::from_secs(1)).unwrap_or(start),
            1 => start.checked_add(far).unwrap_or(start),
            n => start + Duration::from_millis(n as u64),
        }
    }

    fn look(&mut self, core: &mut Connection) {
        let info = core.close_info();
        assert!(info.sent.is_none() || core.sender().close_frame().is_some());
        let sender = core.sender();
        let _ = (sender.queue_len(), sender.written(), sender.is_drained(), sender.check_ready(1));
        let _ = (core.is_done(), core.leftover().len(), core.role(), core.receiver().stream_end());
        if self.random.below(10) == 0 {
            let _ = format!("{core:?}");
        }
    }

    /// Uses the parts by themselves for a while.
    fn take_apart(&mut self, core: Connection) -> Connection {
        let (mut receiver, mut sender, mut clock, negotiated) = core.split();
        for _ in 0..self.random.below(4) {
            let now = self.time();
            match self.random.below(9) {
                0 => clock.handle_absent(),
                1 => clock.handle_listening(now),
                2 => {
                    clock.handle_pong(&vec![0; self.random.below(9)]);
                }
                3 => {
                    clock.handle_pong(&(self.random.below(3) as u64).to_be_bytes());
                }
                4 => clock.handle_sending(sender.progress(), now),
                5 if self.random.below(5) == 0 => clock.handle_closing(now),
                6 => {
                    let action = clock.handle_timeout(now);
                    if let Some(ws_core::TimeoutAction::Reply(reply)) = action {
                        self.replies.push(reply);
                    }
                }
                7 => {
                    let mut merged = Reply::default();
                    self.replies.drain(..).for_each(|reply| merged.merge(reply));
                    let _ = (merged.is_empty(), clock.round_trip());
                    sender.reply(merged);
                }
                _ => self.replies.extend(receiver.take_reply()),
            }
        }
        Connection::join(receiver, sender, clock, negotiated)
    }

    /// Writes some of what is to be sent.
    fn write(&mut self, core: &mut Connection, most: usize) {
        let queue = core.send_queue();
        let n = queue.remaining().min(most);
        let n = if most < 1 << 20 { self.random.below(n + 1) } else { n };
        self.written.extend_from_slice(&queue.copy_to_bytes(n));
    }

    fn length(&mut self) -> usize {
        *self.random.pick(&[0, 1, 2, 7, 20, 200, 9000, usize::MAX])
    }

    /// What was written is right.
    fn judge(self, role: Role, answer: Option<&str>) {
        let shown = Reader::new(role, answer).read_all(&self.written);
        check_order(&shown, self.cut);
        let unlimited = WebSocketConfig::new()
            .max_frame_len(usize::MAX)
            .max_message_len(usize::MAX)
            .max_fragments(u32::MAX);
        let mut peer = Connection::new(other(role), negotiated(answer), self.written, &unlimited);
        let last = std::iter::from_fn(|| peer.poll().transpose()).find(Result::is_err);
        assert!(last.is_none(), "{last:?} {shown:?}");
    }
}

/// Frames are right, fragments belong together, and nothing is behind a close frame.
pub(crate) fn check_order(shown: &[String], cut: bool) {
    let mut begun = false;
    for (at, frame) in shown.iter().enumerate() {
        let kind = frame.strip_prefix("deflated ").unwrap_or(frame);
        let kind = kind.split(' ').next().unwrap_or_default();
        let is_last = at + 1 == shown.len();
        let is_right = match kind {
            "ping" | "pong" => true,
            "close" => is_last,
            "text" | "binary" | "text+" | "binary+" => {
                !std::mem::replace(&mut begun, kind.ends_with('+'))
            }
            "continuation" | "continuation+" => std::mem::replace(&mut begun, kind.ends_with('+')),
            _ => cut && is_last && frame.starts_with("an unfinished"),
        };
        assert!(is_right, "{at}: {frame} in {shown:?}");
    }
}

/// Some that may be sent, and all kinds that may not.
const CODES: [u16; 16] =
    [1000, 1001, 1014, 3000, 4999, 1004, 1005, 1006, 1015, 1016, 0, 1, 999, 2999, 5000, 65535];
