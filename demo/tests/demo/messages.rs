//! `ws-demo serve` once a WebSocket is open, on every runtime.

use std::time::{Duration, Instant};

use crate::program::{BINARY, CLOSE, Client, NORMAL, PING, PONG, RUNTIMES, Server, TEXT};

fn open(server: &Server) -> Client {
    let mut client = server.connect();
    client.open();
    client
}

#[test]
fn messages_come_back() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = open(&server);
        let long = vec![7; 60_000];
        for (first, payload) in
            [(TEXT, "grüß dich".as_bytes()), (BINARY, b"\x00\xff"), (TEXT, b""), (BINARY, &*long)]
        {
            client.say(first, payload);
            assert_eq!(client.hear(), (first, payload.to_vec()), "{runtime}");
        }
        // In fragments, with a ping between them.
        client.say(0x01, b"frag");
        client.say(PING, b"?");
        client.say(0x80, b"ments");
        assert_eq!(client.hear(), (PONG, b"?".to_vec()), "{runtime}");
        assert_eq!(client.hear(), (TEXT, b"fragments".to_vec()), "{runtime}");

        client.say(TEXT, b"last");
        client.say(CLOSE, &[&NORMAL[..], b"done"].concat());
        assert_eq!(client.hear(), (TEXT, b"last".to_vec()), "{runtime}");
        assert_eq!(client.hear(), (CLOSE, NORMAL.to_vec()), "{runtime}");
        assert_eq!(client.rest(), b"", "{runtime}");
        let line = "open subprotocol=none, closed by=client received=1000 sent=1000";
        assert_eq!(server.line_of(&client), line, "{runtime}");
    }
}

#[test]
fn a_server_can_close_after_some_messages() {
    for runtime in RUNTIMES {
        for count in [0, 2] {
            let server = Server::start(runtime, &["--close-after", &count.to_string()]);
            let mut client = open(&server);
            // One more than there is an answer to.
            for _ in 0..=count {
                client.say(TEXT, b"again");
            }
            for _ in 0..count {
                assert_eq!(client.hear(), (TEXT, b"again".to_vec()), "{runtime}");
            }
            assert_eq!(client.hear(), (CLOSE, NORMAL.to_vec()), "{runtime}");
            client.say(CLOSE, &NORMAL);
            assert_eq!(client.rest(), b"", "{runtime}");
            let line = "open subprotocol=none, closed by=server received=1000 sent=1000";
            assert_eq!(server.line_of(&client), line, "{runtime}");
        }
    }
}

#[test]
fn messages_have_a_largest_size() {
    for runtime in RUNTIMES {
        for (option, frames, name) in [
            ("--max-message", &[(TEXT, "123456")][..], "message-too-large"),
            ("--max-message", &[(0x01, "123"), (0x80, "456")], "message-too-large"),
            ("--max-frame", &[(TEXT, "123456")], "frame-too-large"),
        ] {
            let server = Server::start(runtime, &[option, "5"]);
            let mut client = open(&server);
            client.say(TEXT, b"12345");
            assert_eq!(client.hear(), (TEXT, b"12345".to_vec()), "{runtime}");
            for (first, payload) in frames {
                client.say(*first, payload.as_bytes());
            }
            let (first, payload) = client.hear();
            assert_eq!((first, &payload[..2]), (CLOSE, &1009u16.to_be_bytes()[..]), "{runtime}");
            client.finish();
            let line = format!("open subprotocol=none, error {name} received=none sent=1009");
            assert_eq!(server.line_of(&client), line, "{runtime}");
        }
    }
}

#[test]
fn a_frame_may_be_as_large_as_a_message() {
    let server = Server::start("tokio", &["--max-message", "20000000"]);
    let declared = |len: u64| {
        let mut client = open(&server);
        client.send_bytes(&[&[BINARY, 0xFF][..], &len.to_be_bytes(), &[0; 4]].concat());
        client
    };
    assert!(declared(20_000_000).is_open());
    assert_eq!(declared(20_000_001).hear().0, CLOSE);
}

#[test]
fn silence_has_an_end() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--idle-timeout-ms", "300"]);
        let mut client = open(&server);
        client.say(TEXT, b"hello");
        assert_eq!(client.hear(), (TEXT, b"hello".to_vec()), "{runtime}");
        let start = Instant::now();
        let (first, payload) = client.hear();
        let waited = start.elapsed();
        assert_eq!((first, &payload[..2]), (CLOSE, &1008u16.to_be_bytes()[..]), "{runtime}");
        assert!(waited > Duration::from_millis(200) && waited < Duration::from_secs(5));
        client.finish();
        let line = "open subprotocol=none, error idle-timeout received=none sent=1008";
        assert_eq!(server.line_of(&client), line, "{runtime}");
    }
}

#[test]
fn clients_are_asked_whether_they_are_there() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--ping-interval-ms", "200"]);
        let mut client = open(&server);
        for _ in 0..2 {
            let (first, payload) = client.hear();
            assert_eq!(first, PING, "{runtime}");
            client.say(PONG, &payload);
        }
        // The third gets no answer.
        assert_eq!(client.hear().0, PING, "{runtime}");
        assert_eq!(client.hear().0, CLOSE, "{runtime}");
        client.finish();
        let line = "open subprotocol=none, error pong-timeout received=none sent=1008";
        assert_eq!(server.line_of(&client), line, "{runtime}");
    }
}

#[test]
fn an_end_without_a_word_is_noticed() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = open(&server);
        client.say(0x01, b"unfinished");
        client.finish();
        assert_eq!(client.rest(), b"", "{runtime}");
        let line = "open subprotocol=none, error disconnected received=none sent=none";
        assert_eq!(server.line_of(&client), line, "{runtime}");
    }
}
