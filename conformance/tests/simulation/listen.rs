//! Receiving, with whatever there is to receive with, until the end.

use std::{
    future::poll_fn,
    task::{Context, Poll, Waker},
};

use conformance::pipe::Pipe;
use ws_core::Message;
use ws_driver::{Error, Event, Part, Reads, Writes};

use crate::{ends::Rx, plan::Listens, world::World};

/// What came, by one of the functions.
enum Came {
    Message(Message),
    Event(Event),
    Part(Part),
    End,
}

/// Receives until the end, and looks whether it is one.
pub(crate) async fn listen<R: Reads<Pipe> + Writes<Pipe>>(
    rx: &mut Rx<R>,
    world: &World,
    side: usize,
) {
    let ended = loop {
        let came = next(rx, world, side).await;
        match came {
            Ok(Came::End) => break Ok(()),
            Ok(came) => take(world, side, came),
            Err(error) => break Err(error),
        }
        world.wake_waiting(side);
        let stalls = world.plan.parties[side].stalls;
        if stalls > 0 && world.once_in(2 * stalls) {
            world.stall(world.below(60)).await;
        } else if world.once_in(3) {
            // Others may do something before the answer to what came is on its way.
            world.stall(world.below(6)).await;
        }
    };
    world.note(side, || format!("hears the end: {ended:?}"));
    let waker = Waker::noop();
    let again = rx.poll_recv(&mut Context::from_waker(waker));
    assert!(matches!(again, Poll::Ready(Ok(None))), "after the end comes {again:?}");
    world.ledger.borrow_mut().ends[side].listened = Some(ended);
    world.wake_waiting(side);
}

/// Receives something. Calls that have to wait may be dropped, and others made.
async fn next<R: Reads<Pipe> + Writes<Pipe>>(
    rx: &mut Rx<R>,
    world: &World,
    side: usize,
) -> Result<Came, Error> {
    loop {
        let how = how(world, side);
        let discards = || world.ledger.borrow().ends[side].discards;
        let drops = world.plan.parties[side].drops;
        let came = poll_fn(|cx| {
            if discards() {
                return rx.poll_closed(cx).map_ok(|()| Some(Came::End));
            }
            let came = match how {
                Listens::Messages => rx.poll_recv(cx).map_ok(|it| it.map(Came::Message)),
                Listens::Parts => rx.poll_recv_part(cx).map_ok(|it| it.map(Came::Part)),
                Listens::Events | Listens::Anyhow => {
                    rx.poll_recv_event(cx).map_ok(|it| it.map(Came::Event))
                }
            };
            match came {
                Poll::Pending if drops > 0 && world.once_in(drops) => Poll::Ready(Ok(None)),
                came => came.map_ok(|it| Some(it.unwrap_or(Came::End))),
            }
        });
        if let Some(came) = came.await? {
            return Ok(came);
        }
        // It has been dropped: a moment later there is another.
        world.stall(world.below(4)).await;
    }
}

/// With which function to receive now.
fn how(world: &World, side: usize) -> Listens {
    match world.plan.parties[side].listens {
        Listens::Anyhow if world.ledger.borrow().flows[1 - side].is_within() => Listens::Parts,
        Listens::Anyhow => [Listens::Messages, Listens::Events, Listens::Parts][world.below(3)],
        how => how,
    }
}

fn take(world: &World, side: usize, came: Came) {
    let ledger = &mut *world.ledger.borrow_mut();
    let [client, server] = &mut ledger.flows;
    let (own, other) = if side == 0 { (client, server) } else { (server, client) };
    match came {
        Came::Message(message) | Came::Event(Event::Message(message)) => {
            world.note(side, || format!("gets {:?} {}", message.kind(), message.len()));
            other.receive(&message);
        }
        Came::Part(part) => {
            world.note(side, || format!("gets a part {}, {}", part.data.len(), part.last));
            other.receive_part(&part);
        }
        Came::Event(Event::Ping(payload)) => {
            world.note(side, || format!("gets a ping {}", payload.len()));
            other.receive_ping(&payload);
        }
        Came::Event(Event::Pong(payload)) => {
            world.note(side, || format!("gets a pong {}", payload.len()));
            own.receive_pong(other, &payload);
        }
        Came::Event(Event::Close(frame)) => {
            world.note(side, || format!("gets {frame:?}"));
            ledger.ends[side].hears_close = true;
        }
        Came::Event(event) => panic!("what is {event:?}?"),
        Came::End => {}
    }
}
