//! Everything ends: handshakes and connections of a tracker.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::time::{Duration, Instant};

use bytes::Buf as _;
use http::{Request, Response, Version};
use ws_core::{
    ClientConfig, ClientHandshake, CloseFrame, Connection, HandshakeError, Incoming, Message,
    Negotiated, Polled, RecvBuf, RequestRule, Role, SendError, ServerConfig, ServerHandshake, Side,
    StreamEnd, Timeout, Tracker, UpgradeRequest, WebSocketConfig, respond,
};

const SECOND: Duration = Duration::from_secs(1);

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n\r\n";

/// What every request gets.
const REFUSAL: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
     Content-Length: 48\r\nConnection: close\r\n\r\nthe server shuts down and takes no new requests\n";

fn config(tracker: &Tracker) -> ServerConfig {
    ServerConfig::new().keep_alive(true).tracker(tracker)
}

fn shut_down(tracker: &Tracker) -> Instant {
    let now = Instant::now();
    tracker.shut_down(CloseFrame::GOING_AWAY, Some(now + 5 * SECOND)).unwrap();
    now
}

fn parsed(version: Version) -> Request<()> {
    let request = Request::get("/").version(version).header("host", "ws.example");
    let request = request.header("connection", "upgrade").header("upgrade", "websocket");
    let request = request.header("sec-websocket-version", "13");
    request.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").body(()).unwrap()
}

#[test]
fn every_request_gets_503_and_the_connection_closes() {
    let health_check = "GET /health HTTP/1.1\r\nHost: ws.example\r\n\r\n";
    for request in [REQUEST, health_check] {
        for looks in [false, true] {
            let tracker = Tracker::new();
            let mut handshake = ServerHandshake::new(&config(&tracker));
            assert_eq!((tracker.len(), tracker.is_empty()), (1, false));
            handshake.recv_buf().extend_from_slice(request.as_bytes());
            shut_down(&tracker);
            let mut rejected = if looks {
                let Polled::Ready(upgrade) = handshake.poll() else { panic!("no request") };
                assert_eq!(upgrade.violation().unwrap().rule(), RequestRule::ShuttingDown);
                upgrade.accept().unwrap_err()
            } else {
                let Polled::Failed(rejected) = handshake.poll_accept() else { panic!("accepted") };
                rejected
            };
            assert_eq!(rejected.error.name(), "shutting-down");
            assert!(rejected.tracked().is_some());
            assert!(!rejected.error.to_string().contains("no such field"));
            let HandshakeError::Rejected(rejection) = &rejected.error else { panic!("no 503") };
            assert!(rejected.is_closed() && !rejection.keep_alive());
            assert_eq!(rejected.send_queue().chunk(), REFUSAL.as_bytes());
            assert_eq!(tracker.len(), 1);
            drop(rejected);
            assert!(tracker.is_empty());
        }
    }
}

/// It is read before, and accepted when everything ends already.
#[test]
fn a_request_in_hand_is_refused_as_well() {
    let requests: [fn(UpgradeRequest) -> HandshakeError; 3] = [
        |upgrade| upgrade.accept().unwrap_err().error,
        |upgrade| upgrade.accept_with(|_| {}).unwrap_err().error,
        |upgrade| upgrade.reject().error,
    ];
    for answer in requests {
        let tracker = Tracker::new();
        let mut handshake = ServerHandshake::new(&config(&tracker));
        handshake.recv_buf().extend_from_slice(REQUEST.as_bytes());
        let Polled::Ready(upgrade) = handshake.poll() else { panic!("no request") };
        assert!(upgrade.violation().is_none());
        shut_down(&tracker);
        assert_eq!(answer(upgrade).name(), "shutting-down");
    }
    // The application's own answer is its own, but nothing follows it.
    let tracker = Tracker::new();
    let mut handshake = ServerHandshake::new(&config(&tracker));
    handshake.recv_buf().extend_from_slice(REQUEST.as_bytes());
    let Polled::Ready(upgrade) = handshake.poll() else { panic!("no request") };
    shut_down(&tracker);
    let rejected = upgrade.reject_with(Response::new("later"));
    assert_eq!(rejected.error.name(), "refused");
    assert!(rejected.is_closed());
}

#[test]
fn requests_of_other_stacks_are_refused_too() {
    let tracker = Tracker::new();
    let config = config(&tracker);
    let request = parsed(Version::HTTP_11);
    assert!(respond(&request, &config).is_ok());
    let upgrade = UpgradeRequest::from_request(&config, &request, RecvBuf::new());
    assert!(upgrade.violation().is_none());
    shut_down(&tracker);
    let in_hand = upgrade.respond_with(|_| {}).unwrap_err();
    let pure = respond(&request, &config).unwrap_err();
    for rejection in [in_hand, pure] {
        assert_eq!(rejection.rule(), RequestRule::ShuttingDown);
        assert_eq!(rejection.response().status(), 503);
        assert_eq!(rejection.response().headers()["connection"], "close");
    }
    // "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields."
    // RFC 9113 8.2.2
    let rejection = respond(&parsed(Version::HTTP_2), &config).unwrap_err();
    assert!(!rejection.response().headers().contains_key("connection"));
}

#[test]
fn a_connection_on_which_nothing_was_said_ends_without_an_answer() {
    let tracker = Tracker::new();
    let mut handshake = ServerHandshake::new(&config(&tracker));
    let now = Instant::now();
    assert_eq!(handshake.poll_timeout(now), None);
    shut_down(&tracker);
    assert_eq!(handshake.poll_timeout(now), Some(now));
    let Polled::Pending(mut handshake) = handshake.poll() else { panic!("too early") };
    handshake.handle_timeout(now);
    let Polled::Failed(mut rejected) = handshake.poll() else { panic!("no end") };
    assert!(matches!(rejected.error, HandshakeError::ShuttingDown));
    assert!(rejected.is_closed() && rejected.send_queue().is_empty());
    drop(rejected);
    assert!(tracker.is_empty());
}

#[test]
fn a_head_that_has_begun_may_end_until_the_deadline() {
    for whole in [false, true] {
        let tracker = Tracker::new();
        let mut handshake = ServerHandshake::new(&config(&tracker));
        let (begin, rest) = REQUEST.split_at(40);
        handshake.recv_buf().extend_from_slice(begin.as_bytes());
        let Polled::Pending(mut handshake) = handshake.poll() else { panic!("no head yet") };
        let now = shut_down(&tracker);
        let until = now + 5 * SECOND;
        // Its own deadline counts if it is sooner.
        handshake.set_deadline(Some(now + 2 * SECOND));
        assert_eq!(handshake.poll_timeout(now), Some(now + 2 * SECOND));
        handshake.set_deadline(Some(now + 20 * SECOND));
        assert_eq!(handshake.poll_timeout(now), Some(until));
        handshake.handle_timeout(until - Duration::from_millis(1));
        let Polled::Pending(mut handshake) = handshake.poll() else { panic!("too early") };
        if whole {
            handshake.recv_buf().extend_from_slice(rest.as_bytes());
        } else {
            handshake.handle_timeout(until);
        }
        let Polled::Failed(mut rejected) = handshake.poll_accept() else { panic!("no end") };
        assert_eq!(rejected.error.name(), "shutting-down");
        assert!(rejected.send_queue().chunk().starts_with(b"HTTP/1.1 503 "));
        assert_eq!(rejected.deadline(), Some(until));
    }
}

/// A tracker in the settings of WebSockets is one of the handshake, whichever was set first.
#[test]
fn the_settings_of_web_sockets_do_not_take_the_tracker_away() {
    let tracker = Tracker::new();
    let settings = || WebSocketConfig::new().max_message_len(7);
    for config in [
        ServerConfig::new().tracker(&tracker).web_socket(settings()),
        ServerConfig::new().web_socket(settings()).tracker(&tracker),
        ServerConfig::new().web_socket(settings().tracker(&tracker)),
    ] {
        assert_eq!(config.web_socket_config().max_message_len, 7);
        let handshake = ServerHandshake::new(&config);
        assert_eq!(tracker.len(), 1);
        drop(handshake);
    }
    let config = ClientConfig::new().tracker(&tracker).web_socket(settings());
    let handshake = ClientHandshake::new(&config, "ws.example", "/").unwrap();
    assert_eq!(tracker.len(), 1);
    drop(handshake);
    assert!(tracker.is_empty());
}

#[test]
fn a_handshake_becomes_a_connection_without_a_gap() {
    let tracker = Tracker::new();
    let mut handshake = ServerHandshake::new(&config(&tracker));
    handshake.recv_buf().extend_from_slice(REQUEST.as_bytes());
    let Polled::Ready(mut accepted) = handshake.poll_accept() else { panic!("no 101") };
    assert!(accepted.tracked().is_some());
    let now = shut_down(&tracker);
    assert_eq!(accepted.deadline(), Some(now + 5 * SECOND));
    let mut ws = accepted.into_connection();
    assert_eq!(tracker.len(), 1);
    // It opens, and is told at once.
    assert_eq!(ws.poll_timeout(now), Some(now));
    assert_eq!(ws.handle_timeout(now), None);
    let mut written = Vec::new();
    let n = ws.send_queue().remaining();
    written.extend_from_slice(&ws.send_queue().copy_to_bytes(n));
    assert!(
        written.starts_with(b"HTTP/1.1 101 ") && written.ends_with(b"\r\n\r\n\x88\x02\x03\xe9")
    );
}

#[test]
fn a_clients_handshake_ends_at_the_deadline() {
    let tracker = Tracker::new();
    let config = ClientConfig::new().tracker(&tracker);
    let mut handshake = ClientHandshake::new(&config, "ws.example", "/").unwrap();
    assert!(handshake.tracked().is_some());
    let now = shut_down(&tracker);
    let until = now + 5 * SECOND;
    assert_eq!(handshake.poll_timeout(now), Some(until));
    handshake.handle_timeout(now);
    let Polled::Pending(mut handshake) = handshake.poll() else { panic!("too early") };
    handshake.handle_timeout(until);
    let Polled::Failed(error) = handshake.poll() else { panic!("no end") };
    assert_eq!(error.name(), "shutting-down");
    assert!(tracker.is_empty());
}

fn open(role: Role, tracker: &Tracker) -> Connection {
    let config = WebSocketConfig::new().tracker(tracker);
    Connection::new(role, Negotiated::default(), RecvBuf::new(), &config)
}

#[test]
fn connections_close_with_1001_behind_what_is_queued() {
    let tracker = Tracker::new();
    let (mut server, mut client) = (open(Role::Server, &tracker), open(Role::Client, &tracker));
    server.sender().send(&Message::text("last")).unwrap();
    let now = shut_down(&tracker);
    assert_eq!(server.handle_timeout(now), None);
    assert_eq!(server.sender().send(&Message::text("late")), Err(SendError::Closing));
    let info = server.close_info();
    assert_eq!((info.first, info.sent), (Some(Side::Local), Some(CloseFrame::GOING_AWAY)));
    // Nothing more is due but the deadline.
    assert_eq!(server.handle_timeout(now), None);
    while server.send_queue().has_remaining() {
        let n = server.send_queue().chunk().len();
        client.receiver().recv_buf().extend_from_slice(server.send_queue().chunk());
        server.send_queue().advance(n);
    }
    server.handle_written(now);
    assert!(matches!(client.poll(), Ok(Some(Incoming::Message(_)))));
    assert_eq!(client.receiver().take_message(), Some(Message::text("last")));
    assert_eq!(client.poll(), Ok(Some(Incoming::Close)));
    // The client has been told by its peer before its own shutdown could.
    client.handle_written(now);
    assert_eq!(client.handle_timeout(now), None);
    assert_eq!(client.close_info().first, Some(Side::Remote));
    while client.send_queue().has_remaining() {
        let n = client.send_queue().chunk().len();
        server.receiver().recv_buf().extend_from_slice(client.send_queue().chunk());
        client.send_queue().advance(n);
    }
    client.handle_written(now);
    assert_eq!(server.poll(), Ok(Some(Incoming::Close)));
    assert!(server.is_done() && client.is_done());
    drop((server, client));
    let outcome = tracker.outcome();
    assert_eq!((outcome.clean, outcome.cut, outcome.held), (2, 0, 0));
}

#[test]
fn halves_are_one_connection_until_both_and_their_clock_are_gone() {
    let tracker = Tracker::new();
    let (receiver, sender, mut clock, negotiated) = open(Role::Server, &tracker).split();
    assert_eq!(tracker.len(), 1);
    let now = shut_down(&tracker);
    assert_eq!(clock.poll_timeout(now), Some(now));
    let mut ws = Connection::join(receiver, sender, clock, negotiated);
    assert_eq!(ws.handle_timeout(now), None);
    let until = now + 5 * SECOND;
    assert_eq!(ws.handle_timeout(until), Some((Timeout::Shutdown, StreamEnd::Cut)));
    assert_eq!(ws.sender().check_open(), Err(SendError::TimedOut(Timeout::Shutdown)));
    assert_eq!(tracker.len(), 1);
    // The parts of a connection are nobody's.
    let parts = ws.into_parts();
    assert!(tracker.is_empty());
    drop(parts);
}
