//! Sending, in all ways there are, and closing.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use conformance::pipe::Pipe;
use ws_core::{Message, MessageKind, Prepared, SendError};
use ws_driver::{Error, Part, Reads, Writes};

use crate::{
    ends::Tx,
    ledger::control,
    message,
    plan::{Close, Listens, Shape},
    world::World,
};

/// Does what the plan says, until that is done or nothing can be sent any more.
pub(crate) async fn speak<R: Reads<Pipe> + Writes<Pipe>>(
    tx: &mut Tx<R>,
    world: &World,
    side: usize,
) {
    let speaker = &mut Speaker { tx, world, side };
    let error = match speaker.talk().await {
        Ok(()) => speaker.close().await.err(),
        Err(error) => Some(error),
    };
    if let Some(error) = error {
        world.note(side, || format!("can send nothing more: {error}"));
        world.ledger.borrow_mut().ends[side].unsent = Some(error);
    }
}

/// The ways to send a message.
#[derive(Clone, Copy, Debug)]
enum Way {
    Feed,
    FeedPrepared,
    FeedAndFlush,
    Parts,
    Send,
    Sink,
    Try,
}

const WAYS: [Way; 7] =
    [Way::Feed, Way::FeedPrepared, Way::FeedAndFlush, Way::Parts, Way::Send, Way::Sink, Way::Try];

struct Speaker<'a, R: Reads<Pipe> + Writes<Pipe>> {
    tx: &'a mut Tx<R>,
    world: &'a World,
    side: usize,
}

impl<R: Reads<Pipe> + Writes<Pipe>> Speaker<'_, R> {
    async fn talk(&mut self) -> Result<(), Error> {
        let party = &self.world.plan.parties[self.side];
        let mut octets = party.octets;
        for _ in 0..party.calls {
            if party.stalls > 0 && self.world.once_in(party.stalls) {
                self.world.stall(self.world.below(100)).await;
            }
            if self.world.plan.timed && self.world.once_in(3) {
                let time = [1, 5, 12, 40][self.world.below(4)];
                self.world.rest(Duration::from_millis(time)).await;
            }
            match self.world.below(13) {
                0..7 => {
                    let kind = [MessageKind::Text, MessageKind::Binary][self.world.below(2)];
                    let len =
                        message::len(self.world, party.lens, party.max_message_len.min(octets));
                    octets = octets.saturating_sub(len + 20);
                    let number = self.world.ledger.borrow().flows[self.side].sent.len();
                    self.say(&message::new(kind, number, len)).await?;
                }
                7 | 8 => self.ping().await?,
                9 | 10 => self.pong().await?,
                11 => self.tx.set_compression(self.world.once_in(2)),
                _ => self.flush().await?,
            }
        }
        if party.closes.is_some() && self.world.once_in(2) {
            // The close frame goes out behind what is queued.
            return Ok(());
        }
        self.flush().await
    }

    async fn say(&mut self, message: &Message) -> Result<(), Error> {
        let (world, side) = (self.world, self.side);
        let way = WAYS[world.below(WAYS.len())];
        world.note(side, || format!("{way:?}: {:?} {}", message.kind(), message.len()));
        world.ledger.borrow_mut().flows[side].sent.push(message.clone());
        match way {
            Way::Feed => self.patiently(|tx, cx| tx.poll_feed(cx, message)).await?,
            Way::FeedPrepared => {
                let prepared = Prepared::new(message.clone());
                self.patiently(|tx, cx| tx.poll_feed(cx, &prepared)).await?;
            }
            Way::Sink => self.patiently(|tx, cx| tx.poll_sink(cx, message)).await?,
            Way::Try => match self.tx.try_send(message) {
                Err(SendError::Full) => {
                    self.patiently(|tx, cx| tx.poll_feed(cx, message)).await?;
                }
                tried => tried?,
            },
            Way::Parts => self.say_in_parts(message).await?,
            Way::Send => return self.send_whole(message).await,
            Way::FeedAndFlush => {
                self.patiently(|tx, cx| tx.poll_feed(cx, message)).await?;
                self.queued();
                return self.flush().await;
            }
        }
        self.queued();
        Ok(())
    }

    /// The real `send`, which is waited for to the end.
    async fn send_whole(&mut self, message: &Message) -> Result<(), Error> {
        match &mut self.tx {
            Tx::Half(half) => half.send(message.clone()).await?,
            Tx::Whole(_) => {
                self.patiently(|tx, cx| tx.poll_feed(cx, message)).await?;
                poll_fn(|cx| self.tx.poll_flush(cx)).await?;
            }
        }
        self.queued();
        self.flushed();
        Ok(())
    }

    async fn say_in_parts(&mut self, message: &Message) -> Result<(), Error> {
        let octets = bytes::Bytes::copy_from_slice(message.as_bytes());
        let mut start = 0;
        loop {
            let last = self.world.once_in(4);
            let len = octets.len() - start;
            let end = start + if last { len } else { self.world.below(len + 1) };
            let part = Part::new(message.kind(), octets.slice(start..end), last);
            self.patiently(|tx, cx| tx.poll_feed_part(cx, &part)).await?;
            if last {
                return Ok(());
            }
            if self.world.once_in(4) {
                poll_fn(|cx| self.tx.poll_flush(cx)).await?;
            }
            start = end;
        }
    }

    /// A ping, and now and then its pong is waited for.
    async fn ping(&mut self) -> Result<(), Error> {
        let (world, side) = (self.world, self.side);
        let number = {
            let flow = &mut world.ledger.borrow_mut().flows[side];
            flow.pings += 1;
            flow.pings
        };
        world.note(side, || format!("pings, {number}"));
        let payload = control(b'p', number, world.below(121));
        if world.once_in(2) {
            match self.tx.try_ping(payload.clone()) {
                Err(SendError::Full) => {
                    self.patiently(|tx, cx| tx.poll_feed_ping(cx, &payload)).await?;
                }
                tried => tried?,
            }
        } else {
            self.patiently(|tx, cx| tx.poll_feed_ping(cx, &payload)).await?;
        }
        if world.once_in(2) {
            // The answer may have to wait until somebody has seen this.
            let number = world.ledger.borrow().flows[side].sent.len();
            Box::pin(self.say(&message::new(MessageKind::Text, number, world.below(60)))).await?;
        }
        self.flush().await?;
        let sees = world.plan.parties[side].listens == Listens::Events && !world.plan.timed;
        if sees && world.once_in(2) {
            world.note(side, || format!("waits for the pong, {number}"));
            poll_fn(|cx| world.poll_answered(cx, side, number)).await;
            world.note(side, || format!("waited for the pong, {number}"));
        }
        Ok(())
    }

    /// A pong that nobody asked for.
    async fn pong(&mut self) -> Result<(), Error> {
        let number = {
            let flow = &mut self.world.ledger.borrow_mut().flows[self.side];
            flow.pongs += 1;
            flow.pongs
        };
        self.world.note(self.side, || format!("pongs, {number}"));
        self.tx.try_pong(control(b'u', number, self.world.below(121)))?;
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.patiently(Tx::poll_flush).await?;
        self.flushed();
        Ok(())
    }

    async fn close(&mut self) -> Result<(), Error> {
        let (world, side) = (self.world, self.side);
        let Some(Close { frame, discards }) = &world.plan.parties[side].closes else {
            return Ok(());
        };
        if world.once_in(8) {
            // A message that has begun, and will not end.
            let message = Message::binary(vec![b'?'; world.below(200)]);
            let part = Part::new(message.kind(), message.as_bytes().to_vec(), false);
            world.ledger.borrow_mut().flows[side].sent.push(message);
            self.patiently(|tx, cx| tx.poll_feed_part(cx, &part)).await?;
        }
        let discards = *discards && self.tx.is_whole();
        world.note(side, || format!("closes, and throws away the rest: {discards}, {frame:?}"));
        world.ledger.borrow_mut().ends[side].closed = true;
        self.patiently(|tx, cx| tx.poll_close(cx, frame)).await?;
        world.ledger.borrow_mut().ends[side].discards = discards;
        let receives_next = world.plan.parties[side].shape == Shape::OneTask && world.once_in(2);
        if self.tx.is_whole() && !receives_next {
            self.patiently(Tx::poll_flush).await?;
        }
        Ok(())
    }

    /// Calls until it comes to something. A call that has to wait may be dropped, and made again later.
    async fn patiently<T>(
        &mut self,
        mut call: impl FnMut(&mut Tx<R>, &mut Context<'_>) -> Poll<T>,
    ) -> T {
        let drops = self.world.plan.parties[self.side].drops;
        loop {
            let done = poll_fn(|cx| match call(self.tx, cx) {
                Poll::Pending if drops > 0 && self.world.once_in(drops) => Poll::Ready(None),
                done => done.map(Some),
            });
            if let Some(done) = done.await {
                return done;
            }
            self.world.stall(self.world.below(4)).await;
        }
    }

    /// Everything that was said is queued.
    fn queued(&self) {
        let flow = &mut self.world.ledger.borrow_mut().flows[self.side];
        flow.queued = flow.sent.len();
    }

    /// Everything that was queued is on its way.
    fn flushed(&self) {
        let flow = &mut self.world.ledger.borrow_mut().flows[self.side];
        flow.flushed = flow.queued;
        self.world.note(self.side, || format!("has flushed {}", flow.flushed));
    }
}
