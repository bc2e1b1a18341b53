//! What is counted. A case is ours, or the floor that ours is compared with. None of them needs
//! another library.

use std::hint::black_box;

use bench::{
    client, floor,
    frames::{self, Kind},
    payload,
    server::Server,
    stream::Answering,
    wire,
};
use bytes::{Buf, Bytes, BytesMut};
use ws_core::{
    Connection, FrameHead, Incoming, Message, Negotiated, RecvBuf, Role, WebSocketConfig,
};

/// Does it once, and says whether it went well.
pub(crate) type Run = Box<dyn FnMut() -> bool>;

/// Its name, and how it is made ready.
pub(crate) type Case = (&'static str, fn() -> Run);

/// Each is followed by its floor.
pub(crate) const CASES: &[Case] = &[
    ("accept", accept),
    ("accept-floor", || {
        Box::new(|| floor::accept(black_box(wire::BROWSER_REQUEST), black_box(wire::KEY)).is_some())
    }),
    ("connect", connect),
    ("connect-floor", || {
        let mut peer = Answering::default();
        Box::new(move || {
            peer.reset();
            floor::connect(&mut peer).is_some()
        })
    }),
    ("receive-16", || receive(16)),
    ("receive-16-floor", || receive_floor(16)),
    ("receive-125", || receive(125)),
    ("receive-125-floor", || receive_floor(125)),
    ("receive-1024", || receive(1024)),
    ("receive-1024-floor", || receive_floor(1024)),
    ("send-16", || send(16)),
    ("send-16-floor", || send_floor(16)),
    ("send-125", || send(125)),
    ("send-125-floor", || send_floor(125)),
    ("send-1024", || send(1024)),
    ("send-1024-floor", || send_floor(1024)),
];

fn accept() -> Run {
    let mut server = Server::default();
    Box::new(move || server.accept(black_box(wire::BROWSER_REQUEST), usize::MAX).is_ok())
}

fn connect() -> Run {
    let (config, mut peer) = (client::config(), Answering::default());
    Box::new(move || {
        peer.reset();
        matches!(client::connect(&config, &mut peer), Ok(Some(_)))
    })
}

/// A server receives a burst of messages that have come already, and looks at each.
fn receive(len: usize) -> Run {
    let frames = burst(len);
    let config = WebSocketConfig::default();
    let recv = RecvBuf::with_capacity(2 * frames.len());
    let mut server = Connection::new(Role::Server, Negotiated::default(), Bytes::new(), &config);
    *server.receiver().recv_buf() = recv;
    Box::new(move || {
        server.receiver().recv_buf().extend_from_slice(black_box(&frames));
        let mut count = 0;
        while let Ok(Some(Incoming::Message(_))) = server.poll() {
            black_box(server.receiver().payload());
            count += 1;
        }
        server.receiver().recv_buf().clear();
        count == BURST
    })
}

/// Copies and unmasks them, by heads that are taken for right.
fn receive_floor(len: usize) -> Run {
    let frames = burst(len);
    let mut buf = Vec::with_capacity(2 * frames.len());
    Box::new(move || {
        buf.clear();
        buf.extend_from_slice(black_box(&frames));
        let (mut rest, mut count) = (&mut buf[..], 0);
        while let Some(head) = frames::Head::read(rest) {
            let (frame, behind) = rest.split_at_mut(head.frame_len());
            let payload = &mut frame[head.head_len..];
            if let Some(key) = head.key {
                floor::mask(payload, key);
            }
            black_box(payload);
            (rest, count) = (behind, count + 1);
        }
        count == BURST
    })
}

/// A client sends a burst of messages, masked, and writes them.
fn send(len: usize) -> Run {
    let message = Message::Binary(payload::bytes(len).into());
    let config = WebSocketConfig::new().max_queue_len(usize::MAX);
    let mut client = Connection::new(Role::Client, Negotiated::default(), Bytes::new(), &config);
    client
        .sender()
        .attach_buffer(BytesMut::with_capacity(2 * BURST * (len + FrameHead::MAX_LEN)).into());
    Box::new(move || {
        let sent = (0..BURST).all(|_| client.sender().send(black_box(&message)).is_ok());
        let queue = client.send_queue();
        black_box(queue.chunk());
        let written = queue.remaining();
        queue.advance(written);
        sent && written > BURST * len
    })
}

/// Writes a head and a masked copy for each.
fn send_floor(len: usize) -> Run {
    let payload = payload::bytes(len);
    let mut queue = Vec::with_capacity(2 * BURST * (len + FrameHead::MAX_LEN));
    Box::new(move || {
        queue.clear();
        for _ in 0..BURST {
            let key = black_box([1, 2, 3, 4]);
            match u8::try_from(len) {
                Ok(len @ 0..126) => queue.extend_from_slice(&[0x82, 0x80 | len]),
                _ => {
                    queue.extend_from_slice(&[0x82, 0x80 | 126]);
                    queue.extend_from_slice(&(len as u16).to_be_bytes());
                }
            }
            queue.extend_from_slice(&key);
            let start = queue.len();
            queue.extend_from_slice(black_box(&payload));
            floor::mask(&mut queue[start..], key);
        }
        black_box(&queue).len() > BURST * len
    })
}

fn burst(len: usize) -> Vec<u8> {
    frames::masked(Kind::Binary, &payload::bytes(len), [1, 2, 3, 4]).repeat(BURST)
}

/// As many as come at a time: what a burst costs is shared by so many messages.
const BURST: usize = 20;
