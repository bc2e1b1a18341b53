//! Two parties over an open WebSocket, and any order of what they do: messages, parts, pings, closing, time that
//! passes, and octets that come in any portions. What one sends the other hears, in order and once; neither ever breaks
//! a rule; at the end both are done.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes};
use ws_core::{
    CloseCode, CloseFrame, Connection, Incoming, Message, MessageKind, Prepared, Role, SendError,
    WebSocketConfig,
};

use crate::{
    deflate::ANSWERS,
    input::Input,
    wire::{fill, open},
};

/// More make a run slow and find nothing else.
const MAX_STEPS: usize = 200;

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut session = Session::new(&mut input);
    for _ in 0..MAX_STEPS {
        if input.is_empty() {
            break;
        }
        session.step(&mut input);
    }
    session.end();
}

struct Session {
    parties: [Party; 2],
    now: Instant,
    /// Somebody closes. What is said behind that need not be heard.
    closes: bool,
    /// Somebody is gone, or was given up.
    is_broken: bool,
}

struct Party {
    connection: Connection,
    /// What is on its way to the other.
    wire: VecDeque<u8>,
    sent: Vec<(MessageKind, Vec<u8>)>,
    /// How many messages of the other were heard.
    heard: usize,
    /// What has come of the next one.
    coming: Vec<u8>,
    /// Asks for parts.
    takes_parts: bool,
    /// The message that is sent in parts.
    part: Option<(MessageKind, Vec<u8>)>,
}

impl Session {
    fn new(input: &mut Input<'_>) -> Self {
        let answers = [None, Some(ANSWERS[0]), Some(ANSWERS[1]), Some(ANSWERS[2])];
        let answer = *input.pick(&answers);
        let parties = [Role::Client, Role::Server].map(|role| {
            let how = input.byte();
            let mut config = WebSocketConfig::new()
                .fragment_len([None, Some(5), Some(50), Some(500)][usize::from(how & 3)])
                .max_queue_len([1 << 18, 100, 1, 2000][usize::from(how >> 2 & 3)])
                .min_deflate_len(usize::from(how >> 4 & 1) * 64)
                .deflate_level(1);
            if how & 32 != 0 {
                config = config.ping_interval(Duration::from_secs(20));
            }
            Party {
                connection: open(role, answer, &config),
                wire: VecDeque::new(),
                sent: Vec::new(),
                heard: 0,
                coming: Vec::new(),
                takes_parts: how & 64 != 0,
                part: None,
            }
        });
        Self { parties, now: Instant::now(), closes: false, is_broken: false }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        let step = input.byte();
        let side = usize::from(step >> 7);
        let party = &mut self.parties[side];
        match step & 0x0F {
            0 | 1 => {
                let (kind, payload) = message(input);
                let message = whole(kind, &payload);
                if party.allowed(|it| it.sender().send(&message), self.closes) {
                    party.sent.push((kind, payload));
                }
            }
            2 => {
                let (kind, payload) = message(input);
                let prepared = Prepared::new(whole(kind, &payload));
                if party.allowed(|it| it.sender().send_prepared(&prepared), self.closes) {
                    party.sent.push((kind, payload));
                }
            }
            3 | 4 => {
                let (kind, payload) = message(input);
                party.send_part(kind, &payload, input.byte() & 3 == 0, self.closes);
            }
            5 => {
                let len = usize::from(input.byte()) % 126;
                let payload = Bytes::copy_from_slice(input.bytes(len));
                let pings = input.byte() & 1 == 0;
                let send = |it: &mut Connection| match pings {
                    true => it.sender().ping(payload),
                    false => it.sender().pong(payload),
                };
                party.allowed(send, self.closes);
            }
            6 => {
                let code = CloseCode::new(*input.pick(&[1000, 1001, 3000, 4999]));
                let frame = CloseFrame::new(code, "so be it");
                if input.byte() & 3 == 0 && party.allowed(|it| it.sender().close(frame), true) {
                    self.closes = true;
                }
            }
            7..=9 => party.write(1 + input.number()),
            10..=12 => self.deliver(side, 1 + input.number()),
            13 => party.connection.sender().set_compression(input.byte() & 1 == 0),
            14 => {
                self.now += Duration::from_millis(input.number() as u64);
                self.pass_time();
            }
            _ => {
                if input.byte() == 0xFF {
                    party.connection.handle_eof();
                    self.is_broken = true;
                } else if let Some(memory) = party.connection.sender().detach_buffer() {
                    party.connection.sender().attach_buffer(memory);
                }
            }
        }
    }

    fn pass_time(&mut self) {
        for party in &mut self.parties {
            if party.connection.poll_timeout(self.now).is_some_and(|at| at <= self.now) {
                let failed = party.connection.handle_timeout(self.now);
                assert_eq!(failed, None, "there is no limit");
            }
        }
    }

    /// Brings what `side` has written to the other, which looks at it.
    fn deliver(&mut self, side: usize, len: usize) {
        let [client, server] = &mut self.parties;
        let (from, to) = if side == 0 { (client, server) } else { (server, client) };
        let len = len.min(from.wire.len());
        let bytes: Vec<u8> = from.wire.drain(..len).collect();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            fill(to.connection.receiver().recv_buf(), &mut rest);
            to.connection.handle_received(self.now);
            self.closes |= to.listen(&from.sent);
        }
    }

    /// Brings everything to where it goes.
    fn settle(&mut self) {
        loop {
            let mut moved = 0;
            for side in 0..2 {
                self.parties[side].write(usize::MAX);
                moved += self.parties[side].wire.len();
                self.deliver(side, usize::MAX);
            }
            if moved == 0 {
                return;
            }
        }
    }

    fn end(mut self) {
        self.settle();
        if self.is_broken {
            return;
        }
        if !self.closes {
            for side in 0..2 {
                self.parties[side].finish();
                self.settle();
            }
            let [client, server] = &mut self.parties;
            assert_eq!([client.heard, server.heard], [server.sent.len(), client.sent.len()]);
            assert_eq!(client.connection.sender().close(CloseFrame::NORMAL), Ok(()));
            self.settle();
        }
        for party in &mut self.parties {
            assert!(party.connection.is_done());
            assert!(party.connection.close_info().is_clean());
        }
    }
}

impl Party {
    /// Does something that may be refused for a reason that can be. Whether it was done.
    fn allowed(
        &mut self,
        does: impl FnOnce(&mut Connection) -> Result<(), SendError>,
        closes: bool,
    ) -> bool {
        match does(&mut self.connection) {
            Ok(()) => true,
            Err(SendError::Full) => false,
            Err(SendError::Unfinished) => {
                assert!(self.part.is_some());
                false
            }
            Err(SendError::Closing) => {
                assert!(closes);
                false
            }
            Err(SendError::Disconnected) => false,
            Err(error) => panic!("{error}"),
        }
    }

    fn send_part(&mut self, kind: MessageKind, payload: &[u8], last: bool, closes: bool) {
        let kind = self.part.as_ref().map_or(kind, |(kind, _)| *kind);
        let mut payload = payload.to_vec();
        if kind == MessageKind::Text {
            payload.iter_mut().for_each(|byte| *byte &= 0x7F);
        }
        let part = Bytes::from(payload);
        if self.allowed(|it| it.sender().send_part(kind, &part, last), closes) {
            let (_, whole) = self.part.get_or_insert((kind, Vec::new()));
            whole.extend_from_slice(&part);
            if last {
                self.sent.extend(self.part.take());
            }
        }
    }

    /// Ends a message that is sent in parts.
    fn finish(&mut self) {
        if self.part.is_some() {
            self.send_part(MessageKind::Binary, b"", true, false);
        }
    }

    fn write(&mut self, len: usize) {
        let mut rest = len;
        loop {
            let queue = self.connection.send_queue();
            let n = queue.chunk().len().min(rest);
            if n == 0 {
                return;
            }
            self.wire.extend(&queue.chunk()[..n]);
            queue.advance(n);
            rest -= n;
        }
    }

    /// Looks at what has come. Whether the other closes.
    fn listen(&mut self, sent: &[(MessageKind, Vec<u8>)]) -> bool {
        let connection = &mut self.connection;
        loop {
            let polled = if self.takes_parts { connection.poll_part() } else { connection.poll() };
            match polled.unwrap_or_else(|rule| panic!("a rule was broken: {rule}")) {
                None => return false,
                Some(Incoming::Close) => return true,
                Some(Incoming::Ping | Incoming::Pong) => {}
                Some(Incoming::Message(kind)) => {
                    let message = connection.receiver().take_message();
                    let message = message.expect("it has just been announced");
                    let (sent_kind, payload) = &sent[self.heard];
                    assert!(kind == *sent_kind && message.as_bytes() == payload, "another message");
                    self.heard += 1;
                }
                Some(Incoming::Part { kind, last }) => {
                    self.coming.extend_from_slice(&connection.receiver().take_payload());
                    if last {
                        let (sent_kind, payload) = &sent[self.heard];
                        assert!(kind == *sent_kind && self.coming == *payload, "another message");
                        self.coming.clear();
                        self.heard += 1;
                    }
                }
            }
        }
    }
}

/// A message of some length, which may be text.
fn message(input: &mut Input<'_>) -> (MessageKind, Vec<u8>) {
    let how = input.byte();
    // Mostly short ones: they are as good, and there can be more of them in the same time.
    let len = usize::from(input.byte()) * [1, 1, 1, 10][usize::from(how >> 6)];
    let pattern = input.bytes(usize::from(how >> 2 & 15));
    let pattern = if pattern.is_empty() { b"." } else { pattern };
    let octets = pattern.iter().copied().cycle().take(len);
    if how & 1 == 0 {
        (MessageKind::Text, octets.map(|byte| byte & 0x7F).collect())
    } else {
        (MessageKind::Binary, octets.collect())
    }
}

fn whole(kind: MessageKind, payload: &[u8]) -> Message {
    match kind {
        MessageKind::Text => Message::text(String::from_utf8_lossy(payload).into_owned()),
        MessageKind::Binary => Message::binary(payload.to_vec()),
    }
}
