//! Streams on which nothing can be written, and what is made of it: what the peer has said is worth more than that.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    future::poll_fn,
    io::{self, ErrorKind},
    pin::Pin,
    task::Poll,
};

use conformance::{
    every_async_runtime, every_runtime,
    messages::bare::{self, done},
    pipe::{Peer, Pipe, Script},
    sample,
};
use futures_sink::Sink;
use http::{Response, StatusCode};
use ws_core::{
    ArgumentError, ClientConfig, HandshakeError, Message, Negotiated, Role, SendError,
    ServerConfig, WebSocketConfig,
};
use ws_driver::{Acceptor, ByteStream, Connecting, Error, Reads, WebSocket, Writes};

/// A client whose request is not taken.
fn asking<R: Reads<Pipe> + Writes<Pipe>>(script: Script) -> (Connecting<Pipe, R>, Peer) {
    let (pipe, peer) = Pipe::new(script.max_write(0));
    (Connecting::new(pipe, "ws.example", "/", &ClientConfig::new()).unwrap(), peer)
}

const PART: &str = "HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nno";

/// A server may reject a request before it has read all of it, and the body may take its time.
fn a_rejection_is_read_to_its_end<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut connecting, peer) = asking::<R>(Script::new().input([PART]));
    let mut poll = || bare::poll(poll_fn(|cx| connecting.poll(cx)));
    assert!(poll().is_pending());
    assert!(poll().is_pending());
    assert_eq!(connecting.declined().unwrap().status(), 403);
    peer.send("pe");
    let error = done(poll_fn(|cx| connecting.poll(cx))).unwrap_err();
    let Error::Handshake(HandshakeError::Declined(declined)) = error else { panic!("{error:?}") };
    assert_eq!(declined.response().body(), "nope");
}

#[test]
fn a_rejection_is_read_to_its_end_by_who_cannot_write() {
    every_async_runtime!(a_rejection_is_read_to_its_end);
}

/// A server that rejects and closes at once may reset the connection: what has come is the answer all the same. Without
/// one, the reset is what is wrong.
fn a_rejection_may_end_in_a_reset<R: Reads<Pipe> + Writes<Pipe>>() {
    for (part, name) in [(PART, "declined"), (&PART[..9], "io")] {
        // Behind a write, a flush and a read.
        let script = Script::new().input([part]).fail_at(3, ErrorKind::ConnectionReset);
        let (pipe, _peer) = Pipe::new(script);
        let mut connecting =
            Connecting::<_, R>::new(pipe, "ws.example", "/", &ClientConfig::new()).unwrap();
        let error = done(poll_fn(|cx| connecting.poll(cx))).unwrap_err();
        match error {
            Error::Handshake(HandshakeError::Declined(declined)) => {
                assert_eq!((name, &declined.response().body()[..]), ("declined", &b"no"[..]));
            }
            Error::Io(error) => {
                assert_eq!((name, error.kind()), ("io", ErrorKind::ConnectionReset));
            }
            error => panic!("{name}: {error:?}"),
        }
    }
}

#[test]
fn a_rejection_is_an_answer_although_the_connection_is_reset() {
    every_runtime!(a_rejection_may_end_in_a_reset);
}

/// With nothing, or no answer, what is wrong is that nothing can be written; and something that is no answer is worth
/// knowing.
fn what_comes_instead_of_an_answer<R: Reads<Pipe> + Writes<Pipe>>() {
    let of = |script: Script| {
        let (mut connecting, _peer) = asking::<R>(script);
        done(poll_fn(|cx| connecting.poll(cx))).unwrap_err()
    };
    for script in [
        Script::new(),
        Script::new().eof(),
        Script::new().input(["HTTP/1.1 "]),
        Script::new().input(["HTTP/1.1 "]).eof(),
    ] {
        assert_eq!(io::Error::from(of(script)).kind(), ErrorKind::WriteZero);
    }
    let error = of(Script::new().input(["SSH-2.0-OpenSSH_9.9\r\n"]));
    assert!(matches!(error, Error::Handshake(HandshakeError::InvalidResponse(_))), "{error:?}");
}

#[test]
fn what_comes_instead_of_an_answer_is_told() {
    every_async_runtime!(what_comes_instead_of_an_answer);
}

/// A server's WebSocket whose peer has gone.
fn left<R: Reads<Pipe> + Writes<Pipe>>() -> WebSocket<Pipe, R> {
    let (pipe, _peer) = Pipe::new(Script::new().eof());
    let config = WebSocketConfig::new();
    let mut ws = bare::open(pipe, Role::Server, Negotiated::default(), &config);
    assert!(matches!(done(ws.recv()), Err(Error::Disconnected)));
    ws
}

/// A direction that is gone cannot be closed any more, and whoever counts on the close frame is told.
fn a_direction_that_is_gone<R: Reads<Pipe> + Writes<Pipe>>()
where
    WebSocket<Pipe, R>: Sink<Message, Error = Error> + Unpin,
{
    let mut ws = left::<R>();
    let closed = done(poll_fn(|cx| Sink::poll_close(Pin::new(&mut ws), cx)));
    assert!(matches!(closed, Err(Error::Send(SendError::Disconnected))), "{closed:?}");
    let mut bytes = ByteStream::new(left::<R>());
    let closed = done(poll_fn(|cx| bytes.poll_close(cx)));
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[test]
fn a_direction_that_is_gone_is_not_closed() {
    every_runtime!(a_direction_that_is_gone);
}

/// An answer that cannot be one is not sent; the client gets 500, and the caller learns why.
fn an_impossible_rejection<R: Reads<Pipe> + Writes<Pipe>>() {
    let (pipe, peer) = Pipe::new(Script::new().input([sample::good()]).nonblocking());
    let acceptor = Acceptor::<_, R>::new(pipe, &ServerConfig::new());
    let request = done(acceptor.next_request()).unwrap();
    let mut response = Response::new("");
    *response.status_mut() = StatusCode::CONTINUE;
    let error = done(request.reject_with(response)).map(drop).unwrap_err();
    let Error::Handshake(HandshakeError::Rejected(rejection)) = error else { panic!("{error:?}") };
    assert_eq!(rejection.cause(), Some(&ArgumentError::Response(StatusCode::CONTINUE)));
    assert!(peer.written().starts_with(b"HTTP/1.1 500 "), "{}", peer.written().escape_ascii());
}

#[test]
fn an_impossible_rejection_is_not_sent() {
    every_runtime!(an_impossible_rejection);
}

/// Whoever polls it again is told so, and nothing is read or written any more.
fn a_handshake_that_is_over<R: Reads<Pipe> + Writes<Pipe>>() {
    let (pipe, _peer) = Pipe::new(Script::new().input(["no head at all\r\n\r\n"]).eof());
    let mut accepting = ws_driver::Accepting::<_, R>::new(pipe, &ServerConfig::new());
    let first = done(poll_fn(|cx| accepting.poll(cx))).map(drop).unwrap_err();
    assert!(matches!(first, Error::Handshake(HandshakeError::Rejected(_))), "{first:?}");
    let again = bare::poll(poll_fn(|cx| accepting.poll(cx)));
    let Poll::Ready(Err(Error::Handshake(HandshakeError::Done))) = again else { panic!("again") };
}

#[test]
fn a_handshake_that_is_over_says_so() {
    every_runtime!(a_handshake_that_is_over);
}
