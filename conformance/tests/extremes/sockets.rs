//! WebSockets over streams, on every runtime.

use std::task::Poll;

use bytes::Bytes;
use conformance::{
    every_runtime,
    messages::{
        bare::{self, poll},
        reader::Reader,
    },
    pipe::{Peer, Pipe, Script, Waits},
    random::Random,
    sample,
};
use ws_core::{
    ClientConfig, CloseCode, Limits, Message, MessageKind, Prepared, Role, ServerConfig,
    WebSocketConfig,
};
use ws_driver::{Error, Event, Part, Reads, WebSocket, Writes};

use super::{
    connection::{check_order, negotiated},
    input::{self, TEXT},
    settings::{CLIENT, Choice, LIMITS, SERVER, WEB_SOCKET, alone, set, together, told},
    watch::{Now, watched},
};

/// A call that receives.
macro_rules! receive {
    ($calls:ident, $ws:ident) => {
        match $calls.random.below(3) {
            0 => $calls.message(poll($ws.recv())),
            1 => $calls.event(poll($ws.recv_event())),
            _ => $calls.part(poll($ws.recv_part())),
        }
    };
}

/// A call that sends.
macro_rules! send {
    ($calls:ident, $ws:ident) => {{
        let (message, bytes) = ($calls.something(), $calls.control());
        match $calls.random.below(13) {
            0 => heard(poll($ws.send(message))),
            1 => heard(poll($ws.feed(message))),
            2 => heard(poll($ws.send(&Prepared::new(message)))),
            3 => heard(Poll::Ready($ws.try_send(message).map_err(Error::from))),
            4 | 5 => {
                let part = $calls.next_part();
                let len = part.data.len();
                let fed = poll($ws.feed_part(part));
                if matches!(fed, Poll::Ready(Ok(()))) {
                    $calls.sent += len;
                }
                heard(fed);
            }
            6 => heard(poll($ws.ping(bytes))),
            7 => heard(poll($ws.pong(bytes))),
            8 => heard(Poll::Ready($ws.try_ping(bytes).map_err(Error::from))),
            9 => heard(poll(std::future::poll_fn(|cx| $ws.poll_ready(cx, message.len())))),
            10 => $ws.set_compression(message.len() % 2 == 0),
            _ => heard(poll($ws.flush())),
        }
    }};
}

#[test]
fn every_call_on_every_runtime_with_every_setting() {
    watched(|now| {
        // The macro takes a function without arguments.
        NOW.set(now.clone());
        every_runtime!(all);
    });
}

#[test]
fn handshakes_on_every_runtime_with_every_setting() {
    watched(|now| {
        NOW.set(now.clone());
        every_runtime!(handshakes);
    });
}

fn handshakes<R: Reads<Pipe> + Writes<Pipe>>() {
    let mut random = Random::new(9);
    let runtime = std::any::type_name::<R>();
    let some: Vec<_> = (0..100).map(|_| (together(&mut random), together(&mut random))).collect();
    for (limits, server) in alone().map(|server| ([None; 5], server)).chain(some) {
        let said = (told(&LIMITS, limits), told(&SERVER, server));
        NOW.with_borrow(|now| now.say(format!("{runtime}, {said:?}")));
        let config = ServerConfig::new().limits(set(&LIMITS, limits, Limits::new()));
        let config = set(&SERVER, server, config);
        let (io, peer) = Pipe::new(Script::new().nonblocking().input(sample::good().chunks(40)));
        heard(poll(ws_driver::accept::<Pipe, R>(io, &config)));
        assert!(!peer.has_written() || peer.written().starts_with(b"HTTP/1.1 "));
    }
    let some: Vec<_> = (0..100).map(|_| (together(&mut random), together(&mut random))).collect();
    for (limits, client) in alone().map(|client| ([None; 5], client)).chain(some) {
        let said = (told(&LIMITS, limits), told(&CLIENT, client));
        NOW.with_borrow(|now| now.say(format!("{runtime}, {said:?}")));
        let config = ClientConfig::new().limits(set(&LIMITS, limits, Limits::new()));
        let config = set(&CLIENT, client, config);
        for answer in sample::NOT_OPENING {
            let script = Script::new().nonblocking().stays_open().input([answer]);
            let (io, peer) = Pipe::new(script);
            heard(poll(ws_driver::handshake::<Pipe, R>(io, "h", "/", &config)));
            assert!(!peer.has_written() || peer.written().starts_with(b"GET / HTTP/1.1\r\n"));
        }
    }
}

thread_local! {
    static NOW: std::cell::RefCell<Now> = std::cell::RefCell::default();
}

fn all<R: Reads<Pipe> + Writes<Pipe>>() {
    let mut random = Random::new(5);
    let some = (0..150).map(|_| together(&mut random));
    for (at, choice) in alone().chain(some).enumerate() {
        for again in 0..4 {
            run::<R>(at as u64 * 4 + again + 1, choice);
        }
    }
}

fn run<R: Reads<Pipe> + Writes<Pipe>>(seed: u64, choice: Choice<14>) {
    let mut random = Random::new(seed);
    let role = *random.pick(&[Role::Client, Role::Server]);
    let answer = *random.pick(&[None, Some("permessage-deflate")]);
    let (runtime, said) = (std::any::type_name::<R>(), told(&WEB_SOCKET, choice));
    NOW.with_borrow(|now| now.say(format!("{runtime}, seed {seed}, {role:?}, {answer:?}, {said}")));

    let config = set(&WEB_SOCKET, choice, WebSocketConfig::new());
    let mut script = Script::new().nonblocking().capacity(*random.pick(&[0, 50, 1000, 1 << 14]));
    if random.below(3) == 0 {
        script = script.max_write(1 + random.below(9)).waits(Waits::Always).hold_until_flush();
    }
    let (io, peer) = Pipe::new(script);
    let input = input::frames(&mut random, role, answer.is_some());
    let mut calls = Calls { random, peer, input, text: Some(Vec::new()), sent: 0 };
    let mut ws = bare::open::<R>(io, role, negotiated(answer), &config);
    for _ in 0..calls.random.below(60) {
        match calls.random.below(10) {
            0..3 => calls.peer(),
            3..6 => receive!(calls, ws),
            6..8 => send!(calls, ws),
            8 => calls.close(&mut ws),
            _ => ws = calls.in_halves(ws),
        }
    }
    drop(ws);
    let Calls { peer, .. } = calls;
    let shown = Reader::new(role, answer).read_all(&peer.written());
    check_order(&shown, true);
}

struct Calls {
    random: Random,
    peer: Peer,
    input: Vec<u8>,
    /// The parts of a text so far, if all of them were seen.
    text: Option<Vec<u8>>,
    /// How far into the texts the parts that were sent have come.
    sent: usize,
}

/// Errors can be told.
fn heard<T>(outcome: Poll<Result<T, Error>>) {
    if let Poll::Ready(Err(error)) = outcome {
        assert!(!error.to_string().is_empty() && !error.name().is_empty());
    }
}

impl Calls {
    /// What the other side does.
    fn peer(&mut self) {
        match self.random.below(12) {
            0 if self.random.below(4) == 0 => self.peer.close(),
            1 => self.peer.limit(self.random.below(1000)),
            2 => self.peer.wake(),
            _ => {
                let n = self.random.below(self.input.len() + 1);
                self.peer.send(self.input.drain(..n).collect::<Vec<_>>());
            }
        }
    }

    fn message(&mut self, polled: Poll<Result<Option<Message>, Error>>) {
        self.text = None;
        if let Poll::Ready(Ok(Some(message))) = &polled {
            self.whole(message);
        }
        heard(polled);
    }

    fn event(&mut self, polled: Poll<Result<Option<Event>, Error>>) {
        self.text = None;
        match &polled {
            Poll::Ready(Ok(Some(Event::Message(message)))) => self.whole(message),
            Poll::Ready(Ok(Some(Event::Ping(bytes) | Event::Pong(bytes)))) => {
                assert!(bytes.len() <= 125);
            }
            _ => {}
        }
        heard(polled);
    }

    fn whole(&mut self, message: &Message) {
        assert!(message.is_binary() || std::str::from_utf8(message.as_bytes()).is_ok());
        self.text = Some(Vec::new());
    }

    fn part(&mut self, polled: Poll<Result<Option<Part>, Error>>) {
        if let Poll::Ready(Ok(Some(part))) = &polled {
            if let Some(text) = self.text.as_mut().filter(|_| part.kind == MessageKind::Text) {
                text.extend_from_slice(&part.data);
                let checked = std::str::from_utf8(text);
                let unfinished = checked.is_err_and(|error| error.error_len().is_none());
                assert!(checked.is_ok() || (unfinished && !part.last));
            }
            if part.last {
                self.text = Some(Vec::new());
            }
        }
        heard(polled);
    }

    fn something(&mut self) -> Message {
        let len = *self.random.pick(&[0, 1, 5, 126, 300, 5000]);
        match self.random.below(2) {
            0 => Message::text(TEXT.repeat(len / TEXT.len())),
            _ => Message::binary(vec![3; len]),
        }
    }

    fn next_part(&mut self) -> Part {
        let (last, len) = (self.random.below(3) == 0, self.random.below(300));
        Part::text(input::texts(self.sent, len, last), last)
    }

    fn control(&mut self) -> Bytes {
        vec![b'c'; self.random.below(201)].into()
    }

    fn close<R: Reads<Pipe> + Writes<Pipe>>(&mut self, ws: &mut WebSocket<Pipe, R>) {
        let code = CloseCode::new(*self.random.pick(&[1000, 1005, 1006, 3000, 0, 65535]));
        let reason = "\u{20ac}".repeat(self.random.below(70));
        // Whoever closes throws away what comes.
        self.text = None;
        match self.random.below(20) {
            0 => heard(poll(ws.close())),
            1 => heard(poll(ws.close_with(code, reason))),
            2 => heard(Poll::Ready(ws.start_close().map_err(Error::from))),
            3 => heard(Poll::Ready(ws.start_close_with(code, reason).map_err(Error::from))),
            4 => heard(poll(std::future::poll_fn(|cx| ws.poll_closed(cx)))),
            _ => {
                let _ = (ws.close_info(), ws.round_trip(), ws.leftover().len(), ws.queue_len());
                let _ = (ws.role(), ws.subprotocol(), ws.extensions(), format!("{ws:?}"));
            }
        }
    }

    /// Splits it, uses the halves for a while, and puts them together again.
    fn in_halves<R: Reads<Pipe> + Writes<Pipe>>(
        &mut self,
        ws: WebSocket<Pipe, R>,
    ) -> WebSocket<Pipe, R> {
        let (mut sender, mut receiver) = ws.split();
        for _ in 0..self.random.below(6) {
            match self.random.below(8) {
                0 | 1 => self.peer(),
                2..4 => receive!(self, receiver),
                4..6 => send!(self, sender),
                6 if self.random.below(6) == 0 => heard(poll(sender.close())),
                _ => drop((sender.close_info(), receiver.close_info(), receiver.round_trip())),
            }
        }
        receiver.unsplit(sender).unwrap_or_else(|_| unreachable!("they belong together"))
    }
}
