//! Halves of a WebSocket on two threads, towards peers that are slow or gone.

#![expect(clippy::unwrap_used, reason = "a peer that cannot be set up fails the test")]

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use ws_blocking::{
    CloseCode, Error, RecvHalf, SendError, SendHalf, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
    message::Timeout,
};

/// A server's end, and the peer's end of the stream.
fn server(config: &WebSocketConfig) -> (WebSocket<TcpStream>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let io = listener.accept().unwrap().0;
    (WebSocket::from_upgraded(io, Role::Server, Negotiated::default(), config), peer)
}

fn halves(config: &WebSocketConfig) -> (SendHalf<TcpStream>, RecvHalf<TcpStream>, TcpStream) {
    let (ws, peer) = server(config);
    let (sender, receiver) = ws.split(TcpStream::try_clone).unwrap();
    (sender, receiver, peer)
}

/// Opcode and payload of the next frame from a server.
fn read_frame(stream: &mut impl Read) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    stream.read_exact(&mut head).unwrap();
    let mut len = [0; 8];
    match head[1] {
        127 => stream.read_exact(&mut len).unwrap(),
        126 => stream.read_exact(&mut len[6..]).unwrap(),
        short => len[7] = short,
    }
    let mut payload = vec![0; u64::from_be_bytes(len) as usize];
    stream.read_exact(&mut payload).unwrap();
    (head[0] & 0xF, payload)
}

/// What `work` comes to, on a thread of its own, if it comes to an end.
fn within<O: Send + 'static>(work: impl FnOnce() -> O + Send + 'static) -> mpsc::Receiver<O> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(work()));
    told
}

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(5);

#[test]
fn a_peer_that_takes_nothing_is_noticed_while_the_other_thread_writes() {
    let (mut sender, mut receiver, _peer) =
        halves(&WebSocketConfig::new().ping_interval(SHORT).pong_timeout(SHORT));
    let sent = within(move || sender.send(vec![0; 64 << 20]));
    let received = within(move || receiver.recv()).recv_timeout(LONG).expect("the receiver ends");
    assert!(matches!(received, Err(Error::TimedOut(Timeout::Pong))), "{received:?}");
    assert!(sent.recv_timeout(LONG).expect("the sender ends").is_err());
}

#[test]
fn a_slow_peer_keeps_the_sender_waiting_and_no_more() {
    let (mut sender, mut receiver, mut peer) = halves(&WebSocketConfig::new().ping_interval(SHORT));
    let _received = within(move || receiver.recv());
    thread::sleep(SHORT / 2);
    let sent = within(move || sender.send(vec![0; 16 << 20]));
    thread::sleep(5 * SHORT);
    let _read = within(move || io::copy(&mut peer, &mut io::sink()));
    sent.recv_timeout(LONG).expect("it is sent").unwrap();
}

#[test]
fn pongs_do_not_wait_for_the_end_of_a_long_message() {
    let (mut sender, mut receiver, mut peer) = halves(&WebSocketConfig::default());
    let _received = within(move || receiver.recv());
    let _sent = within(move || sender.send(vec![0; 64 << 20]));
    peer.write_all(b"\x89\x82\0\0\0\0hi").unwrap();
    let mut before = 0;
    loop {
        let (opcode, payload) = read_frame(&mut peer);
        if opcode == 0xA {
            assert_eq!(payload, b"hi");
            break;
        }
        before += payload.len();
    }
    assert!(before < 32 << 20, "{before} bytes came first");
}

#[test]
fn the_answer_to_a_close_waits_for_the_other_thread() {
    let (mut sender, mut receiver, mut peer) = halves(&WebSocketConfig::default());
    let received = within(move || receiver.recv());
    let sent = within(move || sender.send(vec![0; 64 << 20]));
    thread::sleep(SHORT);
    peer.write_all(b"\x88\x82\0\0\0\0\x03\xe8").unwrap();
    thread::sleep(SHORT);
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).unwrap();
    assert!(bytes.ends_with(b"\x88\x02\x03\xe8"));
    assert!(matches!(received.recv_timeout(LONG), Ok(Ok(None))));
    // The message was cut off by the close.
    let sent = sent.recv_timeout(LONG).expect("the sender ends");
    assert!(matches!(sent, Err(Error::Send(SendError::Closing))), "{sent:?}");
}

#[test]
fn a_read_timeout_of_ones_own_is_kept() {
    for timeout in [SHORT / 2, 3 * SHORT] {
        let (ws, peer) = server(&WebSocketConfig::default());
        ws.get_ref().set_read_timeout(Some(timeout)).unwrap();
        let (_sender, mut receiver) = ws.split(TcpStream::try_clone).unwrap();
        let received = within(move || receiver.recv()).recv_timeout(LONG).expect("it looks up");
        let Err(Error::Io(error)) = received else { panic!("{received:?}") };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(peer);
    }
}

#[test]
fn a_close_that_is_not_answered_ends_in_time() {
    let (mut sender, mut receiver, mut peer) = halves(&WebSocketConfig::new().close_timeout(SHORT));
    let received = within(move || receiver.recv());
    thread::sleep(SHORT);
    sender.close_with(CloseCode::NORMAL_CLOSURE, "").unwrap();
    peer.read_exact(&mut [0; 4]).unwrap();
    let received = received.recv_timeout(LONG).expect("the receiver ends");
    assert!(matches!(received, Err(Error::TimedOut(Timeout::Close))), "{received:?}");
}
