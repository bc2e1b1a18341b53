//! A party: what it sends and what it receives, in one task or in two.

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use conformance::pipe::Pipe;
use ws_core::{Message, SendError};
use ws_driver::{Reads, WebSocket, Writes};

use crate::{
    ends::{Rx, Tx},
    listen::listen,
    plan::Shape,
    speak::speak,
    world::World,
};

pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The tasks of a party.
pub(crate) fn tasks<R: Reads<Pipe> + Writes<Pipe>>(
    ws: WebSocket<Pipe, R>,
    world: &Rc<World>,
    side: usize,
) -> Vec<Task> {
    let shape = world.plan.parties[side].shape;
    let (tx, rx) = match shape {
        Shape::OneTask | Shape::TwoTasks => {
            let whole = Rc::new(RefCell::new(ws));
            (Tx::Whole(Rc::clone(&whole)), Rx::Whole(whole))
        }
        Shape::Halves => {
            let (tx, rx) = ws.split();
            (Tx::Half(tx), Rx::Half(Box::new(rx)))
        }
    };
    let done = Rc::new(RefCell::new(Done { tx: None, rx: None, has_dropped: false }));
    let (to_speak, to_listen) = (Rc::clone(world), Rc::clone(world));
    let speaks = {
        let done = Rc::clone(&done);
        async move {
            let mut tx = tx;
            speak(&mut tx, &to_speak, side).await;
            let drops = to_speak.plan.parties[side].drops_half && !tx.is_whole();
            done.borrow_mut().has_dropped = drops;
            done.borrow_mut().tx = (!drops).then_some(tx);
            Done::settle(&done, &to_speak, side);
        }
    };
    let listens = async move {
        let mut rx = rx;
        listen(&mut rx, &to_listen, side).await;
        done.borrow_mut().rx = Some(rx);
        Done::settle(&done, &to_listen, side);
    };
    if shape == Shape::OneTask {
        let world = Rc::clone(world);
        return vec![Box::pin(both(world, Box::pin(speaks), Box::pin(listens)))];
    }
    vec![Box::pin(speaks), Box::pin(listens)]
}

/// Two things in one task.
async fn both(world: Rc<World>, one: Task, other: Task) {
    let mut parts = [Some(one), Some(other)];
    poll_fn(|cx: &mut Context<'_>| {
        let first = world.below(2);
        for number in [first, 1 - first] {
            if let Some(part) = &mut parts[number] {
                if part.as_mut().poll(cx).is_ready() {
                    parts[number] = None;
                    // What has been queued may have changed what the other waits for.
                    cx.waker().wake_by_ref();
                }
            }
        }
        if parts.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The ends of a party that has nothing more to do with them.
struct Done<R: Reads<Pipe> + Writes<Pipe>> {
    tx: Option<Tx<R>>,
    rx: Option<Rx<R>>,
    /// The half that sends is gone.
    has_dropped: bool,
}

impl<R: Reads<Pipe> + Writes<Pipe>> Done<R> {
    /// When both have come back, or one will not, looks at how it ended.
    fn settle(done: &RefCell<Self>, world: &World, side: usize) {
        let done = &mut *done.borrow_mut();
        let info = match (done.tx.take(), done.rx.take()) {
            (Some(Tx::Half(tx)), Some(Rx::Half(rx))) if world.once_in(2) => {
                let Ok(mut whole) = rx.unsplit(tx) else { panic!("halves of two WebSockets") };
                refuses(whole.try_send(Message::text("late")));
                whole.close_info()
            }
            (Some(mut tx), Some(rx)) => {
                refuses(tx.try_send(&Message::text("late")));
                assert_eq!(tx.close_info(), rx.close_info());
                rx.close_info()
            }
            (None, Some(rx)) if done.has_dropped => rx.close_info(),
            ends => {
                (done.tx, done.rx) = ends;
                return;
            }
        };
        world.note(side, || format!("is done: {info:?}"));
        let end = &mut world.ledger.borrow_mut().ends[side];
        end.info = Some(info);
    }
}

/// After the end nothing can be sent.
fn refuses(late: Result<(), SendError>) {
    let closed = late.is_err_and(|error| error == SendError::Closing || error.is_failure());
    assert!(closed, "sending after the end comes to {late:?}");
}
