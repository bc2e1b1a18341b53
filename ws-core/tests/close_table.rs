//! The closing handshake (RFC 6455 7.1) as a table: where a connection is, what happens, what comes of it. Every cell is
//! tested for both roles, and it is the same for both.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]

use bytes::Buf;
use ws_core::{
    CloseCode, CloseFrame, Connection, FrameHead, FrameRule, Incoming, Message, Negotiated, Opcode,
    RecvBuf, Reply, Role, SendError, Side, Timeout, WebSocketConfig,
};

mod common;

use common::frame;

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Nobody has said anything about closing.
    Open,
    /// Our close frame is on its way; the peer's has not come.
    Sent,
    /// The peer's close frame has come; ours is queued.
    Received,
    /// Both have been sent.
    Closed,
    /// The peer broke a rule, and is being told.
    Failed,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The application closes.
    Close,
    /// The application sends a message.
    Send,
    /// The application sends a ping.
    Ping,
    /// A message comes.
    PeerSends,
    /// A ping comes.
    PeerPings,
    /// A close frame comes.
    PeerCloses,
    /// A frame comes that breaks a rule.
    PeerBreaks,
    /// The time is up.
    TimesOut,
    /// All that waits is written.
    Written,
}

/// What comes of it: what the call says, and where the connection is then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Done, or given to the application.
    Taken(At),
    /// Rejected, because this side closes.
    Closing,
    /// Rejected, because another one waits.
    Full,
    /// Not looked at any more.
    Ignored,
}

/// The table. A row an event, a column a place, in the order of the enums.
const TABLE: [(Event, [Cell; 5]); 9] = {
    use self::{
        At::{Closed, Failed, Open, Received, Sent},
        Cell::{Closing, Ignored, Taken},
        Event::{
            Close, PeerBreaks, PeerCloses, PeerPings, PeerSends, Ping, Send, TimesOut, Written,
        },
    };
    [
        // "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a
        // Close frame in response." RFC 6455 5.5.1
        (PeerCloses, [Taken(Received), Taken(Closed), Ignored, Ignored, Ignored]),
        // "The application MUST NOT send any more data frames after sending a Close frame." RFC 6455 5.5.1
        (Send, [Taken(Open), Closing, Closing, Closing, Closing]),
        (Ping, [Taken(Open), Closing, Closing, Closing, Closing]),
        (Close, [Taken(Sent), Closing, Closing, Closing, Closing]),
        // "after receiving a control frame indicating the connection should be closed, a peer discards any further data
        // received." RFC 6455 1.4. What comes before that frame still counts, even after a close frame of our own.
        (PeerSends, [Taken(Open), Taken(Sent), Ignored, Ignored, Ignored]),
        (PeerPings, [Taken(Open), Taken(Sent), Ignored, Ignored, Ignored]),
        (PeerBreaks, [Taken(Failed), Taken(Failed), Ignored, Ignored, Ignored]),
        (TimesOut, [Taken(Sent), Taken(Sent), Taken(Received), Taken(Closed), Taken(Failed)]),
        (Written, [Taken(Open), Taken(Sent), Taken(Closed), Taken(Closed), Taken(Failed)]),
    ]
};

const PLACES: [At; 5] = [At::Open, At::Sent, At::Received, At::Closed, At::Failed];
const ROLES: [Role; 2] = [Role::Client, Role::Server];

struct End {
    ws: Connection,
    role: Role,
}

impl End {
    /// A connection that has come to this place.
    fn at(role: Role, place: At) -> Self {
        let config = WebSocketConfig::default();
        let ws = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
        let mut end = Self { ws, role };
        let way: &[Event] = match place {
            At::Open => &[],
            At::Sent => &[Event::Close],
            At::Received => &[Event::PeerCloses],
            At::Closed => &[Event::PeerCloses, Event::Written],
            At::Failed => &[Event::PeerBreaks],
        };
        for event in way {
            end.happens(*event);
        }
        assert_eq!(end.place(), place, "{role:?}");
        end
    }

    /// Where it is, by what it says of itself.
    fn place(&mut self) -> At {
        let info = self.ws.close_info();
        let failed = self.ws.receiver().is_done() && info.received.is_none();
        match (info.sent.is_some(), info.received.is_some()) {
            _ if failed => At::Failed,
            (false, false) => At::Open,
            (true, false) => At::Sent,
            (_, true) if self.ws.sender().is_drained() || info.first == Some(Side::Local) => {
                At::Closed
            }
            (_, true) => At::Received,
        }
    }

    fn happens(&mut self, event: Event) -> Cell {
        let said = match event {
            Event::Close => self.ws.sender().close(CloseFrame::NORMAL),
            Event::Send => self.ws.sender().send(&Message::text("x")),
            Event::Ping => self.ws.sender().ping("x".into()),
            Event::TimesOut => {
                self.ws.sender().reply(Reply::timed_out(Timeout::Idle));
                Ok(())
            }
            Event::Written => {
                while self.ws.send_queue().has_remaining() {
                    let n = self.ws.send_queue().remaining();
                    self.ws.send_queue().advance(n);
                }
                Ok(())
            }
            Event::PeerSends => return self.comes(Opcode::Text, b"x"),
            Event::PeerPings => return self.comes(Opcode::Ping, b"x"),
            Event::PeerCloses => return self.comes(Opcode::Close, b"\x03\xe8"),
            Event::PeerBreaks => return self.comes(Opcode::Continuation, b"x"),
        };
        match said {
            Ok(()) => Cell::Taken(self.place()),
            Err(SendError::Closing | SendError::Failed(_) | SendError::TimedOut(_)) => {
                Cell::Closing
            }
            Err(SendError::Full) => Cell::Full,
            Err(error) => panic!("{event:?}: {error}"),
        }
    }

    fn comes(&mut self, opcode: Opcode, payload: &[u8]) -> Cell {
        let was_done = self.ws.receiver().is_done();
        let before = self.ws.poll();
        let octets = frame(self.role, true, opcode, payload);
        self.ws.receiver().recv_buf().extend_from_slice(&octets);
        let came = self.ws.poll();
        if was_done {
            assert_eq!(came, before, "what comes behind the end changes nothing");
            return Cell::Ignored;
        }
        match (opcode, came) {
            (Opcode::Text, Ok(Some(Incoming::Message(_))))
            | (Opcode::Ping, Ok(Some(Incoming::Ping)))
            | (Opcode::Close, Ok(Some(Incoming::Close)))
            | (Opcode::Continuation, Err(FrameRule::UnexpectedContinuation)) => {
                Cell::Taken(self.place())
            }
            (opcode, came) => panic!("{opcode:?}: {came:?}"),
        }
    }
}

#[test]
fn every_cell_for_both_roles() {
    for (event, row) in TABLE {
        for (place, expected) in PLACES.into_iter().zip(row) {
            for role in ROLES {
                let mut end = End::at(role, place);
                let close_before = end.ws.close_info();
                let got = end.happens(event);
                assert_eq!(got, expected, "{role:?} at {place:?}, {event:?}");
                if !matches!(got, Cell::Taken(_)) {
                    assert_eq!(end.place(), place, "{role:?} at {place:?}, {event:?}");
                    assert_eq!(
                        end.ws.close_info(),
                        close_before,
                        "{role:?} at {place:?}, {event:?}"
                    );
                }
            }
        }
    }
}

/// In whatever order two things happen, one close frame goes out at most, and nothing behind it.
#[test]
fn one_close_frame_and_nothing_behind_it() {
    let events = TABLE.map(|(event, _)| event);
    for role in ROLES {
        for place in PLACES {
            for first in events {
                for second in events {
                    let mut end = End::at(role, place);
                    end.happens(first);
                    end.happens(second);
                    let written = written(&mut end.ws);
                    let closes = written.iter().filter(|opcode| **opcode == Opcode::Close).count();
                    let what = format!("{role:?} at {place:?}, {first:?}, {second:?}: {written:?}");
                    assert!(closes <= 1, "{what}");
                    if closes == 1 {
                        assert_eq!(written.last(), Some(&Opcode::Close), "{what}");
                    }
                }
            }
        }
    }
}

fn written(ws: &mut Connection) -> Vec<Opcode> {
    let mut octets = Vec::new();
    while ws.send_queue().has_remaining() {
        let n = ws.send_queue().chunk().len();
        octets.extend_from_slice(&ws.send_queue().chunk()[..n]);
        ws.send_queue().advance(n);
    }
    let mut rest = &octets[..];
    let mut opcodes = Vec::new();
    while let Some((head, n)) = FrameHead::decode(rest).unwrap() {
        opcodes.push(head.opcode);
        rest = &rest[n + head.len as usize..];
    }
    opcodes
}

/// The end says who was first, and which codes crossed.
#[test]
fn who_was_first() {
    for role in ROLES {
        for (events, first) in [
            (&[][..], None),
            (&[Event::Close], Some(Side::Local)),
            (&[Event::PeerCloses], Some(Side::Remote)),
            (&[Event::Close, Event::PeerCloses], Some(Side::Local)),
            (&[Event::PeerCloses, Event::Close], Some(Side::Remote)),
            (&[Event::PeerBreaks], Some(Side::Local)),
        ] {
            let mut end = End::at(role, At::Open);
            for event in events {
                end.happens(*event);
            }
            let info = end.ws.close_info();
            assert_eq!(info.first, first, "{role:?}, {events:?}");
            let both = events.contains(&Event::PeerCloses);
            assert_eq!(info.is_clean(), both, "{role:?}, {events:?}");
            if both {
                let codes = [info.sent, info.received].map(|frame| frame.unwrap().code);
                assert_eq!(codes, [CloseCode::NORMAL_CLOSURE; 2], "{role:?}, {events:?}");
            }
        }
    }
}
