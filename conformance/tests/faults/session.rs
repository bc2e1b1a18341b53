//! A session, from beginning to end, and what has to be true of every one.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use allocation_counter::measure;
use conformance::{
    messages::socket::Drops,
    pipe::{Fault, Operation, Peer, Script, Waits},
};
use ws_core::{Message, Role};
use ws_driver::{Connect, Event, Part, Reads, WebSocket, Writes};

use crate::{
    dials::{self, InMemory},
    hooks::HookPanic,
    live::Live,
    messages::{GREETING, NEWS, PING, greeting},
    pace::Pace,
    partner::Partner,
    rig::Rig,
    socket::{Halves, Sends as _, Socket},
    verdict::{End, Step, Verdict},
};

/// How octets travel, what goes wrong with them, and which calls are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// How many octets a read gives at most.
    pub(crate) read: usize,
    /// Whether each operation has to wait first, and what is written arrives with the next flush only.
    pub(crate) waits: bool,
    /// Which calls are dropped while they wait.
    pub(crate) drops: Drops,
    pub(crate) fault: Option<(usize, Fault)>,
}

/// What a session came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// With which operation of its stream it went wrong.
    pub(crate) struck: Option<Operation>,
    /// How many operations there were.
    pub(crate) ops: usize,
    /// How often a call had to wait.
    pub(crate) waits: usize,
}

/// Runs a session, after which nothing is left in memory. The pool of the thread may grow with some: what is left by the
/// same session every time is not the pool. Halves have a waker of their own, which the thread of a clock may remember
/// for some time.
pub(crate) fn without_leaks<L: Live>(rig: &Rig, manner: &Manner) -> Outcome {
    let remembered = i64::from(rig.kind.halves);
    let mut left = Vec::new();
    for _ in 0..3 {
        let mut outcome = None;
        let info = measure(|| outcome = Some(session::<L>(rig, manner, None)));
        if info.count_current <= remembered {
            return outcome.unwrap();
        }
        left.push((info.count_current, info.bytes_current));
    }
    panic!("{}, {:?}, {manner:?}: allocations and octets left: {left:?}", L::NAME, rig.kind);
}

/// Runs a session. Without a way to let time pass nobody may wait for a deadline.
pub(crate) fn session<L: Live>(rig: &Rig, manner: &Manner, idle: Option<&dyn Fn()>) -> Outcome {
    let mut script = Script::new().max_read(manner.read);
    if manner.waits {
        script = script.waits(Waits::Always);
    }
    // TLS of others does not flush while it shakes hands.
    if manner.waits && !rig.kind.is_over_others() {
        script = script.hold_until_flush();
    }
    if L::BLOCKS && idle.is_none() {
        script = script.nonblocking();
    }
    if let Some((op, fault)) = manner.fault {
        script = script.fault_at(op, fault);
    }
    rig.hooks.begin();
    let partner = Arc::new(Mutex::new(rig.partner()));
    let pipe = rig.stream(script, &partner);
    let peer = pipe.peer();
    let mut party = Party {
        rig,
        pace: Pace::new(peer.clone(), manner.drops, L::BLOCKS, idle),
        verdict: Verdict::NOTHING,
    };
    let ran = catch_unwind(AssertUnwindSafe(|| match rig.kind.role {
        Role::Client => {
            dials::lay(pipe);
            party.client::<L>()
        }
        Role::Server => party.server::<L>(pipe),
    }));
    dials::clear();
    let Party { pace, mut verdict, .. } = party;
    verdict.end = match ran {
        Ok(Ok(())) => End::Done,
        Ok(Err(end)) => end,
        Err(panic) if panic.is::<HookPanic>() => End::Panicked,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
            panic!("{}, {:?}, {manner:?}: {verdict:?}: {text}", L::NAME, rig.kind)
        }
    };
    let partner = partner.lock().unwrap();
    verdict.delivered = partner.heard.len();
    let (struck, ops, waits) = (peer.struck(), peer.ops(), pace.waits);
    let outcome = Outcome { verdict, struck, ops, waits };
    if let Err(what) = check(rig, manner, &outcome, &partner, &peer) {
        panic!("{}, {:?}, {manner:?}: {what}: {outcome:?}", L::NAME, rig.kind);
    }
    outcome
}

/// What has to be true of a session, whatever has gone wrong.
fn check(
    rig: &Rig,
    manner: &Manner,
    outcome: &Outcome,
    partner: &Partner,
    peer: &Peer,
) -> Result<(), &'static str> {
    let messages = rig.kind.size.messages();
    let Verdict { end, then, received, sent, delivered, clean, .. } = outcome.verdict;
    let greeting = (rig.kind.role == Role::Server).then(greeting);
    let all = greeting.iter().chain(messages);
    let len = messages.len();
    if !all.take(partner.heard.len()).eq(&partner.heard) {
        return Err("the partner has got something else than was sent");
    }
    if !peer.is_dropped() {
        return Err("the stream has been kept");
    }
    if end == End::Hangs || then == Some(End::Hangs) {
        return Err("it hangs");
    }
    if sent > delivered {
        return Err("a message that was sent has not been delivered");
    }
    if end == End::Done && !clean {
        return Err("it is done without having been closed");
    }
    let of_client = received == len + 2 && delivered == len;
    let of_server = received == len && delivered == len + 1;
    let is_whole = if rig.kind.role == Role::Client { of_client } else { of_server };
    if clean && !is_whole {
        return Err("it was closed by both, and something is missing");
    }
    let read = partner.said() - peer.unread().len();
    // "it MUST NOT continue to attempt to process data [...] after being instructed to _Fail the WebSocket Connection_".
    // RFC 6455 7.1.7. Whose time was up has failed it; a stream that fails has not.
    let is_late = matches!(end, End::Failed("send-timeout" | "idle-timeout" | "close-timeout", _));
    if then.is_some() && !is_late && received < partner.sent_within(read) {
        return Err("a message that was read has been lost");
    }
    if let (Some((op, Fault::Error(_) | Fault::End)), Some(_)) = (manner.fault, outcome.struck) {
        let most = if rig.kind.is_over_others() { LAST_OF_OTHERS } else { LAST };
        if outcome.ops - op - 1 > most {
            return Err("a stream that is broken is used again and again");
        }
    }
    if outcome.struck.is_none() && matches!(end, End::Failed(..)) {
        return Err("it failed, and nothing was wrong");
    }
    Ok(())
}

/// The party under test.
struct Party<'a> {
    rig: &'a Rig,
    pace: Pace<'a>,
    verdict: Verdict,
}

impl Party<'_> {
    fn client<L: Live>(&mut self) -> Result<(), End> {
        self.verdict.step = Step::Open;
        let connect = Connect::<InMemory<L>>::new(self.rig.url())
            .config(self.rig.client.clone())
            .dial(self.rig.dial.clone());
        let (ws, response) = self.pace.once(connect.open())??;
        assert_eq!(response.status(), 101);
        drop(response);
        self.talk(ws)
    }

    fn server<L: Live>(&mut self, pipe: conformance::pipe::Pipe) -> Result<(), End> {
        if self.rig.kind.tls {
            self.verdict.step = Step::Secure;
            let secured = self
                .pace
                .once(L::secure(pipe, Arc::clone(&self.rig.kind.tls_config().server)))??;
            return self.serve::<_, L::Runtime>(secured);
        }
        self.serve::<_, L::Runtime>(pipe)
    }

    fn serve<T, R: Reads<T> + Writes<T>>(&mut self, stream: T) -> Result<(), End> {
        self.verdict.step = Step::Open;
        let acceptor = ws_driver::Acceptor::<T, R>::new(stream, &self.rig.server);
        let request = self.pace.once(acceptor.next_request())??;
        assert_eq!(request.request().uri(), "/chat");
        let ws = self.pace.once(request.accept())??;
        self.talk(ws)
    }

    /// What is done once the WebSocket is open.
    fn talk<T, R: Reads<T> + Writes<T>>(&mut self, mut ws: WebSocket<T, R>) -> Result<(), End> {
        if self.rig.kind.halves {
            let mut ws = Halves::from(ws);
            let talked = self.talk_with(&mut ws);
            return self.end(&mut ws, talked);
        }
        let talked = self.talk_with(&mut ws);
        self.end(&mut ws, talked)
    }

    fn talk_with(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        match self.rig.kind.role {
            Role::Client => self.talk_as_client(ws),
            Role::Server => self.talk_as_server(ws),
        }
    }

    /// Whoever fails looks what there still is to be received, and closes.
    fn end(&mut self, ws: &mut impl Socket, talked: Result<(), End>) -> Result<(), End> {
        if !matches!(talked, Err(End::Failed(..))) {
            return talked;
        }
        let then = loop {
            match self.pace.call(async || ws.recv().await) {
                Ok(Ok(Some(message))) => self.note(message),
                Ok(Ok(None)) => break End::Done,
                Ok(Err(error)) => break error.into(),
                Err(end) => break end,
            }
        };
        self.verdict.then = Some(then);
        if then != End::Hangs {
            let again = self.pace.call(async || ws.recv().await);
            assert!(matches!(again, Ok(Ok(None))), "behind the end: {again:?}");
        }
        self.verdict.clean = ws.close_info().is_clean();
        talked
    }

    fn talk_as_client(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.receive(ws)?;
        for (number, message) in self.rig.kind.size.messages().iter().enumerate() {
            self.verdict.step = Step::Send(number);
            if number == 1 {
                let (first, last) = message.as_bytes().split_at(message.len() / 2);
                self.feed_part(ws, &Part::binary(first.to_vec(), false))?;
                self.feed_part(ws, &Part::binary(last.to_vec(), true))?;
                self.pace.call(async || ws.sender().flush().await)??;
            } else {
                self.send(ws, message)?;
            }
            self.verdict.sent += 1;
            self.receive(ws)?;
        }
        self.receive(ws)?;
        self.ping(ws)?;
        match self.pace.call(async || ws.recv_event().await)?? {
            Some(Event::Pong(payload)) => assert_eq!(payload, PING),
            other => panic!("instead of a pong: {other:?}"),
        }
        self.verdict.step = Step::Close;
        let info = self.pace.call(async || ws.close().await)??;
        self.verdict.clean = info.is_clean();
        Ok(())
    }

    fn talk_as_server(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Greet;
        for (part, last) in GREETING.into_iter().zip([false, true]) {
            self.feed_part(ws, &Part::text(part.as_bytes(), last))?;
        }
        self.pace.call(async || ws.sender().flush().await)??;
        self.verdict.sent += 1;
        self.ping(ws)?;
        let mut pongs = 0;
        loop {
            self.verdict.step = Step::Receive(self.verdict.received);
            match self.pace.call(async || ws.recv_event().await)?? {
                Some(Event::Message(message)) => {
                    self.note(message.clone());
                    self.verdict.step = Step::Send(self.verdict.received - 1);
                    self.send(ws, &message)?;
                    self.verdict.sent += 1;
                }
                Some(Event::Pong(payload)) => {
                    assert_eq!(payload, PING);
                    pongs += 1;
                }
                Some(_) => {}
                None => break,
            }
        }
        assert_eq!(pongs, 1, "answers to a ping");
        self.verdict.step = Step::Close;
        let info = self.pace.call(async || ws.close().await)??;
        self.verdict.clean = info.is_clean();
        Ok(())
    }

    fn ping(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Ping;
        self.pace.call(async || ws.sender().feed_ping().await)??;
        Ok(self.pace.call(async || ws.sender().flush().await)??)
    }

    /// Sends a message; where the call is dropped, it goes on with what it was at.
    fn send(&mut self, ws: &mut impl Socket, message: &Message) -> Result<(), End> {
        self.pace.call(async || ws.sender().feed(message.clone()).await)??;
        Ok(self.pace.call(async || ws.sender().flush().await)??)
    }

    fn feed_part(&mut self, ws: &mut impl Socket, part: &Part) -> Result<(), End> {
        Ok(self.pace.call(async || ws.sender().feed_part(part.clone()).await)??)
    }

    /// Receives a message of the partner's.
    fn receive(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Receive(self.verdict.received);
        match self.pace.call(async || ws.recv().await)?? {
            Some(message) => self.note(message),
            None => panic!("the end instead of a message"),
        }
        Ok(())
    }

    /// A message has come: the next one, and as it was sent.
    fn note(&mut self, message: Message) {
        let messages = self.rig.kind.size.messages();
        let expected = match self.rig.kind.role {
            Role::Client if self.verdict.received == 0 => Some(greeting()),
            Role::Client if self.verdict.received == 1 => Some(Message::text(NEWS)),
            Role::Client => messages.get(self.verdict.received - 2).cloned(),
            Role::Server => messages.get(self.verdict.received).cloned(),
        };
        assert_eq!(Some(message), expected, "message {}", self.verdict.received);
        self.verdict.received += 1;
    }
}

/// So many operations may follow one that failed: whoever sends and whoever receives try it once, what may be left is
/// written, and the stream is flushed and shut.
const LAST: usize = 5;

/// TLS of another library has some of its own.
const LAST_OF_OTHERS: usize = 8;
