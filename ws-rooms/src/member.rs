//! A WebSocket in rooms: one task that receives from the peer, and writes to it what is published.
//!
//! ```text
//! poll ---> the mailbox, into the WebSocket, until that is full or there is no more ---> an event: return
//!  ^            v
//!  |        receive, which writes what is queued ---> a message, the end: return
//!  |            v
//!  '------- is there room again, for something that had none? Otherwise wait for all of it at once
//! ```

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite};
use ws_tokio::{
    CloseCode, CloseInfo, Error, Message, Prepared, SendError, Text, WebSocket,
    message::IntoOutgoing,
};

use crate::{
    error::{PublishError, SubscribeError},
    event::Event,
    hub::{Hub, Seat},
    mailbox::{Entry, Mailbox, Popped},
    metrics::count,
    subscription::{Joined, MemberId, SubscribeConfig},
    topic_name,
};

/// A WebSocket that can be subscribed to topics.
///
/// What is published is written to the peer while you receive, so keep receiving; there is no task for it, and none
/// is needed. As with every WebSocket, pings and closes are answered by receiving, too. What waits while you do
/// something else is limited by [`RoomsConfig`](crate::RoomsConfig), and so is what waits for a peer that does not
/// read. Dropping a member takes it out of its topics at once, and the WebSocket with it.
///
/// Every future may be dropped at any time: nothing that was received is lost, and nothing that was to be delivered.
pub struct Member<T> {
    ws: WebSocket<T>,
    part: Part,
    /// A message for which the WebSocket has had no room.
    next: Option<Arc<Prepared>>,
    /// How many were handed to the WebSocket and are not counted yet.
    delivered: u64,
    /// It was too slow, and the closing handshake is under way.
    removed: bool,
}

/// A member's part in the rooms, which ends when this is dropped.
struct Part {
    hub: Arc<Hub>,
    mailbox: Arc<Mailbox>,
    seats: Vec<Seat>,
}

impl<T> Member<T> {
    pub(crate) fn new(hub: Arc<Hub>, ws: WebSocket<T>) -> Self {
        let mailbox = hub.enter();
        let part = Part { hub, mailbox, seats: Vec::new() };
        Self { ws, part, next: None, delivered: 0, removed: false }
    }

    /// Subscribes to a topic: what is published from now on goes to the peer, while you receive. Takes a
    /// [`Policy`](crate::Policy), or more in a [`SubscribeConfig`].
    ///
    /// # Errors
    ///
    /// A [`SubscribeError`] for each limit, for a topic that it is subscribed to already, and for a member that was
    /// removed.
    pub fn subscribe(
        &mut self,
        topic: &str,
        config: impl Into<SubscribeConfig>,
    ) -> Result<Joined, SubscribeError> {
        self.part.subscribe(topic, config.into())
    }

    /// Leaves a topic. What waits for the peer is not delivered any more. Gives whether it was subscribed to it.
    pub fn unsubscribe(&mut self, topic: &str) -> bool {
        let seats = &mut self.part.seats;
        let Some(index) = seats.iter().position(|seat| &*seat.topic.name == topic) else {
            return false;
        };
        let seat = seats.swap_remove(index);
        self.part.hub.unsubscribe(&self.part.mailbox, &seat);
        true
    }

    /// Publishes a message to all others who are subscribed to a topic, whether or not this member is. Otherwise it is
    /// [`Rooms::publish`](crate::Rooms::publish).
    ///
    /// # Errors
    ///
    /// As [`Rooms::publish`](crate::Rooms::publish).
    pub fn publish(&self, topic: &str, message: impl Into<Message>) -> Result<usize, PublishError> {
        self.part.hub.publish(topic, message.into(), Some(self.id()))
    }

    /// Which member it is to others.
    #[must_use]
    pub fn id(&self) -> MemberId {
        self.part.mailbox.id
    }

    /// The topics that it is subscribed to.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.part.seats.iter().map(|seat| &*seat.topic.name)
    }

    /// Whether it was too slow for a topic with [`Policy::Disconnect`](crate::Policy::Disconnect).
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.removed
    }

    /// The WebSocket, for what it knows of the peer and of its end.
    #[must_use]
    pub fn get_ref(&self) -> &WebSocket<T> {
        &self.ws
    }

    /// The WebSocket, for pings and the like. What is received past the member is missing here; nothing is delivered
    /// inside a message that is sent in parts.
    pub fn get_mut(&mut self) -> &mut WebSocket<T> {
        &mut self.ws
    }

    /// Leaves all topics, and gives back the WebSocket. What was waiting for the peer is not delivered.
    #[must_use]
    pub fn into_inner(self) -> WebSocket<T> {
        self.ws
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Member<T> {
    /// Receives the next message of the peer, and delivers what is published meanwhile; `None` when the peer has
    /// closed, and has its answer. Other [events](Self::recv_event) are passed over.
    ///
    /// Nothing is lost when this is cancelled.
    ///
    /// # Errors
    ///
    /// Those of [`WebSocket::recv`]. Afterwards `None`.
    pub async fn recv(&mut self) -> Result<Option<Message>, Error> {
        loop {
            match self.recv_event().await? {
                Some(Event::Message(message)) => return Ok(Some(message)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Receives the next message of the peer, or what else the program should know: who comes and goes, and what the
    /// peer has missed. Delivers what is published meanwhile.
    ///
    /// Nothing is lost when this is cancelled.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        poll_fn(|cx| self.poll_recv_event(cx)).await
    }

    /// Polls for what [`recv_event`](Self::recv_event) receives.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv_event(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Event>, Error>> {
        for _ in 0..MAX_ROUNDS {
            let delivery = self.deliver(cx);
            if let Delivery::Event(event) = delivery {
                return Poll::Ready(Ok(Some(event)));
            }
            if let Poll::Ready(received) = Pin::new(&mut self.ws).poll_next(cx) {
                return Poll::Ready(received.transpose().map(|it| it.map(Event::Message)));
            }
            let has_more = matches!(delivery, Delivery::Blocked);
            if !has_more || !self.has_room() {
                return Poll::Pending;
            }
        }
        // A peer that takes as much as there is must not keep other tasks from their turn.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Sends a message to the peer alone, past what waits for it, and waits until the stream has taken it. The message
    /// comes behind what was delivered, and, after an event, before anything that was published later.
    ///
    /// When this is cancelled, it is as with [`WebSocket::send`].
    ///
    /// # Errors
    ///
    /// Those of [`WebSocket::send`]; [`SendError::Closing`] also when the member was, or is meanwhile, removed for being
    /// slow. Receive until `None` then, so that the peer is told.
    pub async fn send(&mut self, message: impl IntoOutgoing) -> Result<(), Error> {
        let Self { ws, part, .. } = self;
        let mut sending = pin!(ws.send(message));
        poll_fn(|cx| match part.mailbox.poll_removed(cx) {
            true => Poll::Ready(Err(SendError::Closing.into())),
            false => sending.as_mut().poll(cx),
        })
        .await
    }

    /// Leaves all topics, and closes with code 1000: see [`WebSocket::close`].
    ///
    /// # Errors
    ///
    /// As [`WebSocket::close`].
    pub async fn close(&mut self) -> Result<CloseInfo, Error> {
        self.part.leave();
        self.ws.close().await
    }

    /// Leaves all topics, and closes with a code and a reason: see [`WebSocket::close_with`].
    ///
    /// # Errors
    ///
    /// As [`WebSocket::close_with`].
    pub async fn close_with(
        &mut self,
        code: CloseCode,
        reason: impl Into<Text>,
    ) -> Result<CloseInfo, Error> {
        self.part.leave();
        self.ws.close_with(code, reason).await
    }

    /// Moves messages from the mailbox to the WebSocket.
    fn deliver(&mut self, cx: &Context<'_>) -> Delivery {
        if self.removed {
            return Delivery::Idle;
        }
        let delivery = loop {
            if !self.has_room() && !self.part.mailbox.poll_removed(cx) {
                break Delivery::Blocked;
            }
            let (topic, entry) = match self.part.mailbox.pop(cx) {
                Popped::Entry(topic, entry) => (topic, entry),
                Popped::Removed(topic) => break Delivery::Event(self.remove(topic)),
                Popped::Empty => break Delivery::Idle,
            };
            let who = |who: Arc<_>| Arc::unwrap_or_clone(who);
            break Delivery::Event(match entry {
                Entry::Message(message) => {
                    self.feed(message);
                    continue;
                }
                Entry::Joined(it) => Event::Joined { topic, who: who(it) },
                Entry::Left(it) => Event::Left { topic, who: who(it) },
                Entry::Gap => Event::Gap { topic },
                Entry::Missed(missed) => Event::Missed { topic, count: missed },
            });
        };
        count(&self.part.hub.counters.delivered, std::mem::take(&mut self.delivered));
        delivery
    }

    /// Whether the WebSocket takes more now. What is published stays in the mailbox rather than here: there it is shared
    /// with others, and the policy of the topic can still drop it.
    fn has_room(&mut self) -> bool {
        match self.next.take() {
            Some(message) => self.feed(message),
            None => self.ws.queue_len() < LOW_QUEUE,
        }
    }

    /// Queues a message, or keeps it. Gives whether it is under way.
    fn feed(&mut self, message: Arc<Prepared>) -> bool {
        match self.ws.try_send(&*message) {
            Ok(()) => {
                self.delivered += 1;
                true
            }
            Err(SendError::Full | SendError::Unfinished) => {
                self.next = Some(message);
                false
            }
            // Receiving tells why.
            Err(_) => false,
        }
    }

    fn remove(&mut self, topic: Arc<str>) -> Event {
        (self.removed, self.next) = (true, None);
        self.part.leave();
        // If it is being closed already, that is as good.
        let _ = self.ws.start_close_with(CloseCode::TRY_AGAIN_LATER, "too slow");
        Event::Removed { topic }
    }
}

/// What has come of delivering.
enum Delivery {
    /// Nothing is left.
    Idle,
    /// There may be more, and there is no room for it.
    Blocked,
    Event(Event),
}

impl Part {
    fn subscribe(
        &mut self,
        topic: &str,
        config: SubscribeConfig,
    ) -> Result<Joined, SubscribeError> {
        let hub = &self.hub;
        topic_name::check(topic, &hub.config)?;
        let (len, max) = (config.identity.len(), hub.config.max_identity_len);
        if len > max {
            return Err(SubscribeError::IdentityTooLong { len, max });
        }
        if self.seats.iter().any(|seat| &*seat.topic.name == topic) {
            return Err(SubscribeError::Subscribed);
        }
        let max = hub.config.max_topics_per_member;
        if self.seats.len() >= max {
            return Err(SubscribeError::TooManySubscriptions { max });
        }
        let (seat, joined) = hub.subscribe(&self.mailbox, topic, config)?;
        self.seats.push(seat);
        Ok(joined)
    }

    fn leave(&mut self) {
        for seat in std::mem::take(&mut self.seats) {
            self.hub.unsubscribe(&self.mailbox, &seat);
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.leave();
        self.hub.exit();
    }
}

impl<T: fmt::Debug> fmt::Debug for Member<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("id", &self.id())
            .field("topics", &self.topics().collect::<Vec<_>>())
            .field("ws", &self.ws)
            .finish_non_exhaustive()
    }
}

/// With less output than this pending, a WebSocket is given more: enough for a system call to be worth it.
const LOW_QUEUE: usize = 16 * 1024;

/// So often in a row output is handed over and written before other tasks have their turn: 1 MiB at most of short
/// messages, which is a millisecond or so.
const MAX_ROUNDS: usize = 64;
