//! What a WebSocket is once it is open.

mod close_codes;
mod closing;
mod incoming;
mod keep_alive;
mod marks;
mod outgoing;
mod prepared;
mod progress;
mod receiver;
mod reply;
mod send_error;
mod sender;
mod tap;
mod timeout;
mod tracker;
mod web_socket_config;

use std::time::Instant;

use crate::{
    close::CloseInfo,
    codec::{
        FrameRule, RecvBuf, SendQueue,
        deflate::{self, Window},
    },
    negotiated::{DeflateParams, Negotiated},
    role::Role,
};

#[cfg(feature = "observer")]
pub use self::tap::Tap;
pub use self::{
    closing::StreamEnd,
    incoming::Incoming,
    keep_alive::{KeepAlive, TimeoutAction},
    outgoing::{IntoOutgoing, Outgoing},
    prepared::Prepared,
    progress::SendProgress,
    receiver::{FrameViolation, ReceiveLimits, Receiver},
    reply::Reply,
    send_error::SendError,
    sender::Sender,
    timeout::Timeout,
    tracker::{Alarm, Shutdown, ShutdownOutcome, Tracked, Tracker, Tracks},
    web_socket_config::WebSocketConfig,
};

/// An open WebSocket, as a handshake hands it over: the same buffers, with the bytes that came
/// behind the head still in the one and perhaps the end of the head still in the other.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{Connection, Incoming, Message, Negotiated, RecvBuf, Role, WebSocketConfig};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = WebSocketConfig::default();
/// let frame = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
/// let mut server = Connection::new(Role::Server, Negotiated::default(), frame, &config);
///
/// assert!(matches!(server.poll()?, Some(Incoming::Message(_))));
/// let message = server.receiver().take_message().ok_or("no message")?;
/// assert_eq!(message, Message::text("Hello"));
///
/// server.sender().send(&message)?;
/// assert_eq!(server.sender().send_queue().chunk(), b"\x81\x05Hello");
/// # Ok(())
/// # }
/// ```
///
/// # Driving it
///
/// * Input: read into the receiver's buffer, then [`poll`](Self::poll) until it has nothing.
/// * Commands: those of the [`Sender`].
/// * Output: after input or a command, write the sender's queue until it is empty.
/// * Time: [`handle_received`](Self::handle_received) after reading and
///   [`handle_written`](Self::handle_written) after writing say how it goes on;
///   [`handle_timeout`](Self::handle_timeout) no later than [`poll_timeout`](Self::poll_timeout) sends
///   the pings of [`ping_interval`](WebSocketConfig#structfield.ping_interval), and notices who is gone.
/// * After an error the close frame that tells the peer is in the queue: write it, then close.
/// * When both halves are done ([`is_done`](Self::is_done)) the server closes the stream first; a
///   client waits for that (RFC 6455 7.1.1).
#[derive(Debug)]
pub struct Connection {
    receiver: Receiver,
    sender: Sender,
    clock: KeepAlive,
    negotiated: Negotiated,
}

impl Connection {
    /// A connection whose handshake was done elsewhere: `leftover` is what was read behind the head.
    pub fn new(
        role: Role,
        negotiated: Negotiated,
        leftover: impl Into<RecvBuf>,
        config: &WebSocketConfig,
    ) -> Self {
        Self::from_buffers(role, negotiated, leftover.into(), SendQueue::new(), config)
    }

    #[inline]
    pub(crate) fn from_buffers(
        role: Role,
        negotiated: Negotiated,
        recv: RecvBuf,
        send: SendQueue,
        config: &WebSocketConfig,
    ) -> Self {
        let (inflater, deflater) = match negotiated.deflate() {
            Some(params) => {
                let [own, peer] = windows(params, role);
                deflate::both(own, peer, config.deflate_level, config.deflate_pool.as_ref())
            }
            None => (None, None),
        };
        Self {
            receiver: Receiver::new(role, recv, inflater, config),
            sender: Sender::new(role, send, deflater, config),
            clock: KeepAlive::new(config),
            negotiated,
        }
    }

    /// Looks for the next thing that came. The answers to pings and close frames, and the close frame
    /// that tells the peer of a broken rule, are put into the sender's queue.
    ///
    /// # Errors
    ///
    /// The rule that the peer broke. Nothing comes after it.
    pub fn poll(&mut self) -> Result<Option<Incoming>, FrameRule> {
        let outcome = self.receiver.poll();
        if !matches!(outcome, Ok(Some(Incoming::Message(_)))) {
            self.settle(outcome);
        }
        outcome
    }

    /// Like [`poll`](Self::poll), but gives out data as it comes instead of whole messages.
    ///
    /// # Errors
    ///
    /// As [`poll`](Self::poll).
    pub fn poll_part(&mut self) -> Result<Option<Incoming>, FrameRule> {
        let outcome = self.receiver.poll_part();
        self.settle(outcome);
        outcome
    }

    /// Bytes have been read at `now`: any byte that comes puts off what is waited for. To be told before
    /// [`poll`](Self::poll).
    pub fn handle_received(&mut self, now: Instant) {
        self.clock.handle_received(now);
    }

    /// Bytes have been written at `now`, or could not be.
    pub fn handle_written(&mut self, now: Instant) {
        if self.close_info().first.is_some() {
            self.clock.handle_closing(now);
        }
        self.clock.handle_sending(self.sender.progress(), now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None` for never. The first call starts the
    /// clock.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        self.clock.poll_timeout(now)
    }

    /// Queues a ping if one is due, or the close frame of a [`Tracker`], or fails the connection if its time
    /// is up: then the timeout that passed, and what becomes of the stream.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use ws_core::{Connection, Negotiated, RecvBuf, Role, StreamEnd, Timeout, WebSocketConfig};
    ///
    /// let second = Duration::from_secs(1);
    /// let config = WebSocketConfig::new().ping_interval(20 * second).pong_timeout(10 * second);
    /// let mut ws = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
    ///
    /// let start = Instant::now();
    /// assert_eq!(ws.poll_timeout(start), Some(start + 20 * second));
    /// assert_eq!(ws.handle_timeout(start + 20 * second), None);
    /// assert!(!ws.send_queue().is_empty()); // a ping, which nobody answers
    /// # use bytes::Buf;
    /// # let n = ws.send_queue().remaining();
    /// ws.send_queue().advance(n);
    /// ws.handle_written(start + 20 * second);
    /// assert_eq!(ws.poll_timeout(start + 20 * second), Some(start + 30 * second));
    /// let failed = ws.handle_timeout(start + 30 * second);
    /// assert_eq!(failed, Some((Timeout::Pong, StreamEnd::Linger)));
    /// ```
    pub fn handle_timeout(&mut self, now: Instant) -> Option<(Timeout, StreamEnd)> {
        match self.clock.handle_timeout(now)? {
            TimeoutAction::Reply(reply) => {
                self.sender.reply(reply);
                None
            }
            TimeoutAction::Fail(timeout, end) => {
                self.sender.reply(Reply::timed_out(timeout));
                Some((timeout, end))
            }
        }
    }

    /// The stream has ended, or failed: nothing can be sent any more.
    pub fn handle_eof(&mut self) {
        self.sender.reply(Reply::disconnected());
    }

    /// Lets somebody listen to both halves from now on.
    #[cfg(feature = "observer")]
    pub fn set_tap(&mut self, tap: std::sync::Arc<dyn Tap>) {
        self.receiver.tap = tap::RecvTap::new(std::sync::Arc::clone(&tap));
        self.sender.tap = tap::SendTap::new(tap);
    }

    /// The receiving half.
    pub fn receiver(&mut self) -> &mut Receiver {
        &mut self.receiver
    }

    /// The sending half.
    pub fn sender(&mut self) -> &mut Sender {
        &mut self.sender
    }

    /// The bytes to be written.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        self.sender.send_queue()
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.receiver.role()
    }

    /// What was negotiated.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// Bytes that came and have not been looked at; right after a handshake, the first frames.
    pub fn leftover(&self) -> &[u8] {
        self.receiver.leftover()
    }

    /// How it ended, or how far closing has come.
    pub fn close_info(&self) -> CloseInfo {
        self.sender.close_info(self.receiver.close_frame())
    }

    /// Whether the closing handshake is over, or a rule was broken, and everything queued has been
    /// written.
    pub fn is_done(&self) -> bool {
        self.receiver.is_done() && self.sender.is_done()
    }

    /// Takes it apart, as it was right after the handshake.
    pub fn into_parts(self) -> (RecvBuf, SendQueue, Role, Negotiated) {
        let role = self.role();
        (self.receiver.into_recv_buf(), self.sender.into_send_queue(), role, self.negotiated)
    }

    /// Takes the halves apart, for two tasks. The caller then takes the receiver's replies to the
    /// sender ([`Receiver::take_reply`], [`Sender::reply`]), and tells the clock what the halves do.
    #[inline]
    pub fn split(self) -> (Receiver, Sender, KeepAlive, Negotiated) {
        (self.receiver, self.sender, self.clock, self.negotiated)
    }

    /// Puts the parts of a connection together again.
    pub fn join(
        receiver: Receiver,
        sender: Sender,
        clock: KeepAlive,
        negotiated: Negotiated,
    ) -> Self {
        Self { receiver, sender, clock, negotiated }
    }

    /// Brings the reply to what was polled to the sender.
    fn settle(&mut self, polled: Result<Option<Incoming>, FrameRule>) {
        match polled {
            Ok(Some(Incoming::Pong)) => {
                self.clock.handle_pong(self.receiver.payload());
            }
            Ok(Some(Incoming::Close)) => self.clock.handle_close_received(),
            _ => {}
        }
        if let Some(reply) = self.receiver.take_reply() {
            self.sender.reply(reply);
        }
    }
}

/// How this side compresses, and how the other one does.
fn windows(params: &DeflateParams, role: Role) -> [Window; 2] {
    let server = Window {
        bits: params.server_max_window_bits,
        takeover: !params.server_no_context_takeover,
    };
    let client = Window {
        bits: params.client_max_window_bits,
        takeover: !params.client_no_context_takeover,
    };
    match role {
        Role::Server => [server, client],
        Role::Client => [client, server],
    }
}
