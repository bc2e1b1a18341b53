//! The driver over a stream that does anything: reads and writes any number of octets, waits, fails, ends, and says
//! whatever the input says. Nobody waits for what the stream does not know of, an end stays an end, what is heard
//! is what the core hears, and what is written is heard by a peer without an objection.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker, ready},
    time::Instant,
};

use bytes::Buf;
use ws_core::{
    CloseFrame, Message, Negotiated, RecvBuf, Role, SendQueue, ServerConfig, WebSocketConfig,
};
use ws_driver::{Accepting, Connecting, Error, Parts, Reads, Runtime, WebSocket, Writes};

use crate::{
    hearing::{Heard, hear},
    input::Input,
    pieces::Cut,
    wire::{open, other},
};

/// More make a run slow and find nothing else.
const MAX_STEPS: usize = 100;

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (how, len) = (input.byte(), usize::from(input.byte()));
    let moods = input.bytes(len);
    let stream = Hostile::new(moods, input.rest());
    let steps = stream.says.to_vec();
    match how & 3 {
        0 => accept(stream),
        1 => connect(stream),
        2 => talk(stream, Role::Server, &steps),
        _ => talk(stream, Role::Client, &steps),
    }
}

fn accept(stream: Hostile<'_>) {
    let mut accepting = Accepting::<_, Memory>::new(stream, &ServerConfig::new().timeout(None));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MAX_STEPS {
        match accepting.poll(&mut context) {
            Poll::Pending => {}
            Poll::Ready(Ok(mut socket)) => {
                let _ = socket.poll_recv(&mut context);
                assert!(socket.get_ref().written.starts_with(b"HTTP/1.1 "));
                return;
            }
            Poll::Ready(Err(error)) => {
                assert!(matches!(error, Error::Handshake(_) | Error::Unsent(_) | Error::Io(_)));
                return;
            }
        }
    }
}

fn connect(stream: Hostile<'_>) {
    let config = ws_core::ClientConfig::new().timeout(None);
    let connecting = Connecting::<_, Memory>::new(stream, "h", "/", &config);
    let mut connecting = connecting.expect("it can be asked");
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MAX_STEPS {
        match connecting.poll(&mut context) {
            Poll::Pending => {}
            // Only somebody who knows the key can answer it.
            Poll::Ready(Ok(_)) => return,
            Poll::Ready(Err(error)) => {
                assert!(matches!(error, Error::Handshake(_) | Error::Io(_)), "{error}");
                return;
            }
        }
    }
}

fn talk(stream: Hostile<'_>, role: Role, steps: &[u8]) {
    let config = WebSocketConfig::new().max_message_len(5000).max_queue_len(3000);
    let parts = Parts::new(stream, role, Negotiated::default());
    let mut socket = WebSocket::<_, Memory>::from_parts(parts, &config);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    let (mut heard, mut end) = (Vec::new(), None);
    let (mut said, mut throws_away) = (0, false);
    for step in 0..MAX_STEPS {
        let before = woken.0.load(Ordering::Relaxed);
        let does = steps.get(step).copied().unwrap_or(0);
        let waits = match does {
            // Most of all it listens.
            0..=0x7F => match socket.poll_recv(&mut context) {
                Poll::Pending => true,
                Poll::Ready(Ok(Some(message))) => {
                    assert!(end.is_none(), "a message behind the end");
                    if !throws_away {
                        heard.push(match message {
                            Message::Text(text) => Heard::Text(text.as_bytes().to_vec()),
                            Message::Binary(bytes) => Heard::Binary(bytes.to_vec()),
                        });
                    }
                    false
                }
                Poll::Ready(Ok(None)) => {
                    end.get_or_insert("closed");
                    false
                }
                Poll::Ready(Err(error)) => {
                    end.get_or_insert(error.name());
                    false
                }
            },
            0x80..=0xBF => {
                said += usize::from(socket.try_send("to a stream that does anything").is_ok());
                false
            }
            0xC0..=0xDF => socket.poll_flush(&mut context).is_pending(),
            0xE0..=0xEF => {
                let _ = socket.try_ping("ping");
                false
            }
            0xF0..=0xF7 => {
                let _ = socket.queue_close(CloseFrame::NORMAL);
                false
            }
            _ => {
                throws_away = true;
                socket.poll_closed(&mut context).is_pending()
            }
        };
        // The stream and the timer wake whoever waits for them at once.
        assert!(!waits || woken.0.load(Ordering::Relaxed) > before, "it hangs");
    }
    check(role, &config, socket.get_ref(), &heard, said);
}

/// How often somebody was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn check(role: Role, config: &WebSocketConfig, stream: &Hostile<'_>, heard: &[Heard], said: usize) {
    let read = stream.read;
    let mut core = open(role, None, config);
    let all = hear(&mut core, read, Cut::Whole, false, [5000, 256 * 1024]);
    let is_message = |it: &&Heard| matches!(it, Heard::Text(_) | Heard::Binary(_));
    let messages: Vec<_> = all.iter().filter(is_message).cloned().collect();
    assert!(messages.starts_with(heard), "the core hears {messages:?}, and not {heard:?}");
    let mut peer = open(other(role), None, &WebSocketConfig::new());
    let told = hear(&mut peer, &stream.written, Cut::Whole, false, [usize::MAX; 2]);
    assert!(!told.iter().any(|it| matches!(it, Heard::Broken(_))), "{told:?}");
    assert!(told.iter().filter(is_message).count() <= said);
}

/// There is no clock in memory.
enum Memory {}

impl Runtime for Memory {
    type Timer = ();

    fn poll_timer(_: &mut (), cx: &mut Context<'_>, _: Instant) -> Poll<io::Result<()>> {
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A stream that does anything.
#[derive(Debug)]
struct Hostile<'a> {
    /// What it does next: over and over again.
    moods: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    says: &'a [u8],
    /// What of it was read.
    read: &'a [u8],
    written: Vec<u8>,
}

impl<'a> Hostile<'a> {
    fn new(moods: &'a [u8], says: &'a [u8]) -> Self {
        let moods = if moods.is_empty() { &[64] } else { moods };
        let moods = moods.iter().cycle();
        Self { moods, says, read: &says[..0], written: Vec::new() }
    }

    /// How many octets it moves in one call, unless it waits or fails.
    fn mood(&mut self, cx: &Context<'_>) -> Poll<io::Result<usize>> {
        match self.moods.next().copied().unwrap_or(0) {
            0..=0xAF => Poll::Ready(Ok(usize::MAX)),
            len @ 0xB0..=0xDF => Poll::Ready(Ok(usize::from(len - 0xAF))),
            0xE0..=0xFC => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            0xFD => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            0xFE => Poll::Ready(Err(io::ErrorKind::Interrupted.into())),
            _ => Poll::Ready(Err(io::ErrorKind::Other.into())),
        }
    }
}

impl Reads<Hostile<'_>> for Memory {
    fn poll_read(
        io: &mut Hostile<'_>,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        _: &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let len = ready!(io.mood(cx))?;
        let rest = &io.says[io.read.len()..];
        let space = recv.space_mut();
        let len = len.min(rest.len()).min(space.len());
        space[..len].copy_from_slice(&rest[..len]);
        recv.commit(len);
        io.read = &io.says[..io.read.len() + len];
        Poll::Ready(Ok(len))
    }
}

impl Writes<Hostile<'_>> for Memory {
    fn poll_write(
        io: &mut Hostile<'_>,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        _: &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let len = ready!(io.mood(cx))?.min(send.chunk().len());
        io.written.extend_from_slice(&send.chunk()[..len]);
        send.advance(len);
        Poll::Ready(Ok(len))
    }

    fn poll_flush(
        io: &mut Hostile<'_>,
        cx: &mut Context<'_>,
        _: &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        io.mood(cx).map_ok(drop)
    }

    fn poll_close(
        io: &mut Hostile<'_>,
        cx: &mut Context<'_>,
        _: &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        io.mood(cx).map_ok(drop)
    }
}
