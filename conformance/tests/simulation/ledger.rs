//! What was sent, and that it was received.

use bytes::Bytes;
use ws_core::{CloseFrame, CloseInfo, Message, Side};
use ws_driver::{Error, Part};

use crate::{
    plan::{Fate, Plan, Shape},
    world::World,
};

/// What was said either way. The number of a flow is that of the party that sends it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) flows: [Flow; 2],
    pub(crate) ends: [End; 2],
}

#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// All messages, in order. Of the last it may not be certain whether it was queued.
    pub(crate) sent: Vec<Message>,
    /// How many were queued for certain.
    pub(crate) queued: usize,
    /// How many had been queued when everything had been flushed.
    pub(crate) flushed: usize,
    pub(crate) received: usize,
    /// What has been received of a message in parts.
    part_len: usize,
    is_within: bool,
    /// The numbers of the last ping, and of the last pong that no ping asked for.
    pub(crate) pings: u32,
    pub(crate) pongs: u32,
    /// The last ping, and the last unasked pong, that came.
    ping_seen: u32,
    pong_seen: u32,
    /// The last ping of this party that was answered.
    pub(crate) answered: u32,
}

/// How it ended for a party.
#[derive(Debug, Default)]
pub(crate) struct End {
    /// What was received last.
    pub(crate) listened: Option<Result<(), Error>>,
    /// What was thrown away is not missed.
    pub(crate) discards: bool,
    /// Why nothing could be sent any more.
    pub(crate) unsent: Option<Error>,
    /// The peer's close frame has come as an event.
    pub(crate) hears_close: bool,
    /// It has closed by itself.
    pub(crate) closed: bool,
    pub(crate) info: Option<CloseInfo>,
}

impl Flow {
    pub(crate) fn receive(&mut self, message: &Message) {
        let number = self.received;
        assert!(!self.is_within, "message {number} came after a part of it");
        let Some(sent) = self.sent.get(number) else { panic!("message {number} was never sent") };
        assert!(sent == message, "message {number} has changed: {}", difference(sent, message));
        self.received += 1;
    }

    pub(crate) fn receive_part(&mut self, part: &Part) {
        let number = self.received;
        let Some(sent) = self.sent.get(number) else { panic!("message {number} was never sent") };
        assert_eq!(sent.kind(), part.kind, "the kind of message {number}");
        let end = self.part_len + part.data.len();
        let same = sent.as_bytes().get(self.part_len..end) == Some(&part.data[..]);
        assert!(same, "a part of message {number} has changed, at {}", self.part_len);
        self.part_len = end;
        self.is_within = !part.last;
        if part.last {
            assert_eq!(end, sent.len(), "message {number} is too short");
            self.received += 1;
            self.part_len = 0;
        }
    }

    fn counts(&self) -> String {
        let Self { sent, queued, flushed, received, .. } = self;
        format!("{} sent, {queued} queued, {flushed} flushed, {received} received", sent.len())
    }

    /// Whether the end of a message in parts has not come yet.
    pub(crate) fn is_within(&self) -> bool {
        self.is_within
    }

    pub(crate) fn receive_ping(&mut self, payload: &Bytes) {
        if let Some(number) = number_of(b'p', payload) {
            assert!(number > self.ping_seen && number <= self.pings, "ping {number} came");
            self.ping_seen = number;
        }
    }

    /// A pong came to the party that sends this flow, from the other one's.
    pub(crate) fn receive_pong(&mut self, other: &mut Self, payload: &Bytes) {
        if let Some(number) = number_of(b'p', payload) {
            assert!(number > self.answered && number <= self.pings, "ping {number} was answered");
            self.answered = number;
        } else if let Some(number) = number_of(b'u', payload) {
            assert!(number > other.pong_seen && number <= other.pongs, "pong {number} came");
            other.pong_seen = number;
        }
    }
}

fn difference(sent: &Message, came: &Message) -> String {
    let pairs = sent.as_bytes().iter().zip(came.as_bytes());
    let at = pairs.take_while(|(one, other)| one == other).count();
    format!("{:?} {} and {:?} {}, from {at}", sent.kind(), sent.len(), came.kind(), came.len())
}

/// The payload of a ping or an unasked pong: its kind, its number, and something.
pub(crate) fn control(kind: u8, number: u32, len: usize) -> Bytes {
    let mut payload = vec![kind];
    payload.extend(number.to_be_bytes());
    payload.resize(5 + len, kind);
    payload.into()
}

fn number_of(kind: u8, payload: &[u8]) -> Option<u32> {
    let (first, rest) = payload.split_first()?;
    // The pings of the library are eight octets that begin with a zero.
    let number = rest.get(..4).filter(|_| *first == kind)?;
    Some(u32::from_be_bytes(number.try_into().ok()?))
}

/// What has to be so when both have come to their end.
pub(crate) fn verify(world: &World, was_late: bool) {
    let ledger = world.ledger.borrow();
    let plan = &world.plan;
    let gone = |side: usize| ledger.ends[side].info.is_none();
    assert!(plan.fate.is_some() || !(gone(0) || gone(1)), "a party has no end");
    for side in [0, 1] {
        let end = &ledger.ends[side];
        if end.info.is_none() {
            continue;
        }
        end_is_right(plan, plan.parties[side].shape, end, gone(1 - side), was_late);
        let flow = &ledger.flows[1 - side];
        let clean = !gone(1 - side) && matches!(end.listened, Some(Ok(())));
        if end.discards || was_late {
            continue;
        }
        assert!(flow.received >= flow.flushed, "flushed and not received: {}", flow.counts());
        if clean {
            assert!(flow.received + 1 >= flow.queued, "queued and not received: {}", flow.counts());
            if ledger.ends[1 - side].info.as_ref().and_then(|info| info.first) == Some(Side::Local)
            {
                assert_eq!(
                    flow.received,
                    flow.queued,
                    "queued before the close: {}",
                    flow.counts()
                );
            }
        }
    }
    let [Some(one), Some(other)] = [0, 1].map(|side| ledger.ends[side].info.as_ref()) else {
        return;
    };
    for (from, to) in [(one, other), (other, one)] {
        match (&from.sent, &to.received) {
            (Some(sent), Some(received)) => assert_eq!(sent, received),
            (None, Some(frame)) => panic!("nobody sent {frame:?}"),
            (_, None) => assert!(was_late, "not received: {:?}", from.sent),
        }
    }
    assert!(was_late || one.first != Some(Side::Remote) || other.first != Some(Side::Remote));
    for (end, info) in ledger.ends.iter().zip([one, other]) {
        if let (false, Some(echo), Some(of)) = (end.closed || was_late, &info.sent, &info.received)
        {
            assert!(is_echo(echo, of), "{echo:?} answers {of:?}");
        }
    }
}

fn end_is_right(plan: &Plan, shape: Shape, end: &End, other_is_gone: bool, was_late: bool) {
    let gave_up = matches!(&end.listened, Some(Err(Error::TimedOut(_))));
    match &end.listened {
        Some(Ok(())) => {
            let info = end.info.as_ref();
            let closed = info
                .is_some_and(|info| info.is_clean() || other_is_gone && info.received.is_some());
            // A task that does both has heard of it by sending.
            let told = shape == Shape::OneTask && matches!(end.unsent, Some(Error::TimedOut(_)));
            assert!(closed || told, "no error, and {info:?}");
        }
        Some(Err(error)) => {
            let is_right = match plan.fate {
                Some((_, _, Fate::Dropped)) => other_is_gone && error.is_disconnect(),
                Some((_, _, Fate::Dead)) => (other_is_gone || was_late) && gave_up,
                None => was_late && gave_up,
            };
            // Who was given up hears of it, or finds the stream closed.
            let told = was_late && (error.is_disconnect() || gave_up);
            assert!(is_right || told, "it ended with {error:?}");
        }
        None => panic!("it has an end, and does not know which"),
    }
    if let Some(error) = &end.unsent {
        let is_right = match error {
            Error::Send(ws_core::SendError::Closing) => true,
            Error::Send(error) => error.is_failure() && (other_is_gone || was_late),
            Error::TimedOut(_) => (other_is_gone || was_late) && plan.timed,
            error => (other_is_gone || was_late) && error.is_disconnect(),
        };
        assert!(is_right, "sending failed with {error:?}");
    }
}

/// The frame that comes for a frame that was sent: an echo has no reason.
fn is_echo(echo: &CloseFrame, of: &CloseFrame) -> bool {
    echo.code == of.code && echo.reason.is_empty()
}
