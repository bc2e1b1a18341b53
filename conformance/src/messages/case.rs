//! A case: what both sides do, step by step, and what has to come of it.

use bytes::Bytes;
use std::time::Duration;

use ws_core::{FrameRule, Message, MessageKind, Negotiated, Role, WebSocketConfig};

use super::{
    command::{Command, close_frame},
    frames::{self, Frame},
    socket::WAITS,
};

/// One case, for one role.
#[derive(Clone, Debug)]
pub struct Case {
    /// Stands in front of every failure.
    pub name: String,
    /// Of the side under test.
    pub role: Role,
    /// Of the side under test.
    pub config: WebSocketConfig,
    /// The server's answer that accepts permessage-deflate.
    pub deflate: Option<String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// Whether it takes time: not to be run in every manner.
    pub is_slow: bool,
    /// Whether a run takes work: not to be run at every split.
    pub is_large: bool,
    /// Whether calls have to come back where they wait: not for those that block.
    pub comes_back: bool,
    /// Whether what comes of it depends on how the peer's octets are cut.
    pub is_whole: bool,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// The peer sends octets.
    Peer(Vec<u8>),
    /// The peer closes its side of the stream.
    PeerCloses,
    /// The peer takes so many octets more; `None` for any number.
    Room(Option<usize>),
    /// A call, and what it comes to.
    Call(Command, String),
    /// A call with time for timers; ends when something has been written.
    Patiently(Command, String),
    /// The frames that have arrived at the peer since the last look.
    Wire(Vec<String>),
    /// Whether the stream has been shut.
    Shut(bool),
    /// What the WebSocket says of its end.
    Info(String),
    /// Whether a round trip has been measured.
    Measured(bool),
    /// Time passes.
    Sleep(Duration),
}

impl Case {
    /// A case without steps.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        let (name, config) = (name.into(), WebSocketConfig::default());
        Self {
            name,
            role,
            config,
            deflate: None,
            steps: Vec::new(),
            is_slow: false,
            is_large: false,
            comes_back: false,
            is_whole: false,
        }
    }

    /// With other limits and times.
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(&mut WebSocketConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// permessage-deflate has been negotiated with these parameters, such as
    /// `; server_no_context_takeover`.
    #[must_use]
    pub fn deflate(mut self, params: impl AsRef<str>) -> Self {
        self.deflate = Some(format!("permessage-deflate{}", params.as_ref()));
        self
    }

    /// It takes work.
    #[must_use]
    pub fn large(mut self) -> Self {
        self.is_large = true;
        self
    }

    /// It takes time.
    #[must_use]
    pub fn slow(mut self) -> Self {
        self.is_slow = true;
        self
    }

    /// Calls have to come back where they wait.
    #[must_use]
    pub fn coming_back(mut self) -> Self {
        self.comes_back = true;
        self
    }

    /// The peer's octets are not to be cut.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn call(self, command: Command, said: impl Into<String>) -> Self {
        self.step(Step::Call(command, said.into()))
    }

    /// The peer sends a frame.
    #[must_use]
    pub fn peer(self, frame: &Frame) -> Self {
        let octets = frame.encode(self.role);
        self.octets(octets)
    }

    /// The peer sends the head of a frame, and not yet its payload.
    #[must_use]
    pub fn head(self, frame: &Frame) -> Self {
        let octets = frame.head(self.role);
        self.octets(octets)
    }

    /// The peer sends octets.
    #[must_use]
    pub fn octets(self, octets: Vec<u8>) -> Self {
        self.step(Step::Peer(octets))
    }

    /// The peer closes its side of the stream.
    #[must_use]
    pub fn peer_closes(self) -> Self {
        self.step(Step::PeerCloses)
    }

    /// The peer takes so many octets more.
    #[must_use]
    pub fn room(self, octets: usize) -> Self {
        self.step(Step::Room(Some(octets)))
    }

    /// The peer takes everything.
    #[must_use]
    pub fn takes_all(self) -> Self {
        self.step(Step::Room(None))
    }

    /// Something is received.
    #[must_use]
    pub fn recv(self, said: impl Into<String>) -> Self {
        self.call(Command::Recv, said)
    }

    /// A frame's message is received.
    #[must_use]
    pub fn recv_frame(self, frame: &Frame) -> Self {
        self.recv(frame.to_string())
    }

    /// The WebSocket has ended, and goes on doing so.
    #[must_use]
    pub fn recv_end(self) -> Self {
        self.recv("end").recv("end")
    }

    /// Something is received in time.
    #[must_use]
    pub fn recv_patiently(self, said: impl Into<String>) -> Self {
        self.step(Step::Patiently(Command::Recv, said.into()))
    }

    /// A message, ping or pong is received.
    #[must_use]
    pub fn event(self, said: impl Into<String>) -> Self {
        self.call(Command::Event, said)
    }

    /// Nothing has come yet; pending output is written.
    #[must_use]
    pub fn waits(self) -> Self {
        self.recv(WAITS)
    }

    /// `send`
    #[must_use]
    pub fn send(self, message: impl Into<Message>, said: impl Into<String>) -> Self {
        self.call(Command::Send(message.into()), said)
    }

    /// `feed`
    #[must_use]
    pub fn feed(self, message: impl Into<Message>, said: impl Into<String>) -> Self {
        self.call(Command::Feed(message.into()), said)
    }

    /// `try_send`
    #[must_use]
    pub fn try_send(self, message: impl Into<Message>, said: impl Into<String>) -> Self {
        self.call(Command::TrySend(message.into()), said)
    }

    /// `send` of a `Prepared` message
    #[must_use]
    pub fn prepared(self, message: impl Into<Message>, said: impl Into<String>) -> Self {
        self.call(Command::Prepared(message.into()), said)
    }

    /// `send_part` of bytes.
    #[must_use]
    pub fn send_part(self, part: &'static [u8], last: bool, said: impl Into<String>) -> Self {
        let command = Command::SendPart(MessageKind::Binary, Bytes::from_static(part), last);
        self.call(command, said)
    }

    /// `send_part` of text.
    #[must_use]
    pub fn send_text_part(self, part: &'static [u8], last: bool) -> Self {
        let command = Command::SendPart(MessageKind::Text, Bytes::from_static(part), last);
        self.call(command, "ok")
    }

    /// `set_compression`
    #[must_use]
    pub fn compression(self, on: bool) -> Self {
        self.call(Command::Compression(on), "ok")
    }

    /// `ping`
    #[must_use]
    pub fn ping(self, payload: &'static [u8], said: impl Into<String>) -> Self {
        self.call(Command::Ping(Bytes::from_static(payload)), said)
    }

    /// `try_ping`
    #[must_use]
    pub fn try_ping(self, payload: &'static [u8], said: impl Into<String>) -> Self {
        self.call(Command::TryPing(Bytes::from_static(payload)), said)
    }

    /// `pong`
    #[must_use]
    pub fn pong(self, payload: &'static [u8], said: impl Into<String>) -> Self {
        self.call(Command::Pong(Bytes::from_static(payload)), said)
    }

    /// `try_pong`
    #[must_use]
    pub fn try_pong(self, payload: &'static [u8], said: impl Into<String>) -> Self {
        self.call(Command::TryPong(Bytes::from_static(payload)), said)
    }

    /// `flush`
    #[must_use]
    pub fn flush(self, said: impl Into<String>) -> Self {
        self.call(Command::Flush, said)
    }

    /// `close`, 0 for an empty frame.
    #[must_use]
    pub fn close(self, code: u16, reason: &'static str, said: impl Into<String>) -> Self {
        self.call(Command::Close(close_frame(code, reason)), said)
    }

    /// `close`, with time for timers.
    #[must_use]
    pub fn close_patiently(self, code: u16, reason: &'static str, said: impl Into<String>) -> Self {
        self.step(Step::Patiently(Command::Close(close_frame(code, reason)), said.into()))
    }

    /// `start_close`
    #[must_use]
    pub fn start_close(self, code: u16, reason: &'static str, said: impl Into<String>) -> Self {
        self.call(Command::StartClose(close_frame(code, reason)), said)
    }

    /// `recv_part`
    #[must_use]
    pub fn part(self, said: impl Into<String>) -> Self {
        self.call(Command::Part, said)
    }

    /// `recv_part` until a message has ended.
    #[must_use]
    pub fn parts(self, said: impl Into<String>) -> Self {
        self.call(Command::Parts, said)
    }

    /// What has arrived at the peer.
    #[must_use]
    pub fn wire<S: ToString>(self, frames: impl IntoIterator<Item = S>) -> Self {
        self.step(Step::Wire(frames.into_iter().map(|frame| frame.to_string()).collect()))
    }

    /// Nothing has arrived at the peer.
    #[must_use]
    pub fn silent(self) -> Self {
        self.wire::<&str>([])
    }

    /// The stream has been shut, or has not.
    #[must_use]
    pub fn shut(self, shut: bool) -> Self {
        self.step(Step::Shut(shut))
    }

    /// What the WebSocket says of its end.
    #[must_use]
    pub fn info(self, said: impl Into<String>) -> Self {
        self.step(Step::Info(said.into()))
    }

    /// Whether a round trip has been measured.
    #[must_use]
    pub fn measured(self, measured: bool) -> Self {
        self.step(Step::Measured(measured))
    }

    /// Time passes.
    #[must_use]
    pub fn sleep(self, time: Duration) -> Self {
        self.step(Step::Sleep(time))
    }

    /// The peer has broken a rule, and goes away when it has been told so.
    #[must_use]
    pub fn broken(self, rule: FrameRule) -> Self {
        self.peer_closes()
            .recv(rule.name())
            .wire([frames::told(rule)])
            .shut(true)
            .recv_end()
            .send("late", rule.name())
    }

    /// What was negotiated.
    #[expect(clippy::expect_used, reason = "a case that is wrong must not pass")]
    pub fn negotiated(&self) -> Negotiated {
        let deflate = self.deflate.as_ref().map(|answer| answer.parse().expect("an answer"));
        Negotiated::new(None, deflate)
    }

    /// All octets of the peer.
    pub fn input_len(&self) -> usize {
        let lens = self.steps.iter().map(|step| match step {
            Step::Peer(octets) => octets.len(),
            _ => 0,
        });
        lens.sum()
    }

    /// All octets that this side is to send.
    pub fn output_len(&self) -> usize {
        let lens = self.steps.iter().map(|step| match step {
            Step::Call(
                Command::Send(message)
                | Command::Feed(message)
                | Command::TrySend(message)
                | Command::Prepared(message),
                _,
            ) => message.len(),
            _ => 0,
        });
        lens.sum()
    }
}
