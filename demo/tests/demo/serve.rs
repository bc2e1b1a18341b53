//! `ws-demo serve`, played raw requests on every runtime.

use std::{thread, time::Duration, time::Instant};

use crate::program::{CLOSE, Client, KEYLESS, NORMAL, RUNTIMES, Server, TEXT, UPGRADE};

#[test]
fn an_upgrade_opens_and_stays_open() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--subprotocol", "chat", "--deflate"]);
        let mut client = server.connect();
        let offers = "Sec-WebSocket-Protocol: talk, chat\r\n\
                      Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
        let answer = client.ask(&format!("{UPGRADE}{offers}\r\n"));
        assert_eq!(answer.status(), 101, "{runtime}");
        assert_eq!(answer.field("sec-websocket-accept"), Some("s3pplmbitxaq9kygzzhzrbk+xoo="));
        assert_eq!(answer.field("sec-websocket-protocol"), Some("chat"));
        assert_eq!(answer.field("sec-websocket-extensions"), Some("permessage-deflate"));
        // There are messages now, and no hurry.
        client.say(TEXT, b"hello");
        assert_eq!(client.hear(), (TEXT, b"hello".to_vec()), "{runtime}");
        assert!(client.is_open(), "{runtime}");
        client.say(CLOSE, &NORMAL);
        let line = "open subprotocol=chat extensions=\"permessage-deflate\", \
                    closed by=client received=1000 sent=1000";
        assert_eq!(server.line_of(&client), line);
    }
}

#[test]
fn many_connections_are_served_at_once() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut clients: Vec<_> = (0..40).map(|_| server.connect()).collect();
        for client in &mut clients {
            client.send(UPGRADE);
        }
        for client in clients.iter_mut().rev() {
            assert_eq!(client.ask("\r\n").status(), 101, "{runtime}");
        }
        for client in &mut clients {
            client.say(TEXT, b"hello");
            assert_eq!(client.hear(), (TEXT, b"hello".to_vec()), "{runtime}");
            client.finish();
        }
        assert!(clients.iter_mut().all(|client| server.line_of(client).starts_with("open")));
    }
}

#[test]
fn a_bad_request_is_answered_and_closes() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        for (request, status, line) in [
            (KEYLESS, 400, "refused missing-key 400"),
            ("G E T / HTTP/1.1\r\n\r\n", 400, "refused malformed-head 400"),
            ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 426, "refused no-connection 426"),
            ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "refused bad-method 405"),
            ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, "refused bad-http-version 505"),
        ] {
            let mut client = server.connect();
            let answer = client.ask(request);
            assert_eq!(answer.status(), status, "{runtime} {request:?}");
            assert!(answer.field("connection").unwrap().contains("close"), "{runtime}");
            assert!(!answer.body.is_empty());
            assert_eq!(client.rest(), b"", "{runtime}");
            assert_eq!(server.line_of(&client), line, "{runtime}");
        }
    }
}

#[test]
fn health_is_an_ordinary_resource() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = server.connect();
        let answer = client.ask("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!((answer.status(), &*answer.body), (200, "ok"), "{runtime}");
        assert_eq!(answer.field("content-type"), Some("text/plain"));
        assert_eq!(answer.field("connection"), Some("close"));
        assert_eq!(client.rest(), b"", "{runtime}");
        assert_eq!(server.line_of(&client), "answered health 200");

        for (method, status) in [("POST", 405), ("OPTIONS", 204)] {
            let mut client = server.connect();
            let answer = client.ask(&format!("{method} /health HTTP/1.1\r\nHost: h\r\n\r\n"));
            assert_eq!(answer.status(), status, "{runtime}");
            assert_eq!(answer.field("allow"), Some("get, head, options"), "{runtime} {method}");
        }
    }
}

#[test]
fn a_kept_connection_has_eight_attempts() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--keep-alive"]);
        let mut client = server.connect();
        let first = client.ask(KEYLESS);
        assert_eq!((first.status(), first.field("connection")), (400, Some("keep-alive")));
        assert_eq!(client.ask("GET /health HTTP/1.1\r\nHost: h\r\n\r\n").status(), 200);
        assert_eq!(client.ask(&format!("{UPGRADE}\r\n")).status(), 101, "{runtime}");
        client.say(CLOSE, &NORMAL);
        let line = "refused missing-key 400, answered health 200, open subprotocol=none, \
                    closed by=client received=1000 sent=1000";
        assert_eq!(server.line_of(&client), line);

        let mut stubborn = server.connect();
        // In one go: what comes too early is kept for later.
        stubborn.send(&KEYLESS.repeat(9));
        for attempt in 1..=8 {
            let answer = stubborn.answer();
            assert_eq!(answer.status(), 400, "{runtime} {attempt}");
            let connection = if attempt < 8 { "keep-alive" } else { "close" };
            assert_eq!(answer.field("connection"), Some(connection), "{runtime} {attempt}");
        }
        assert_eq!(server.line_of(&stubborn), ["refused missing-key 400"; 8].join(", "));
    }
}

#[test]
fn a_handshake_has_to_be_done_in_time() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--handshake-timeout-ms", "300"]);
        let (mut silent, mut slow) = (server.connect(), server.connect());
        let start = Instant::now();
        slow.send("GET / HT");
        let answer = slow.answer();
        let waited = start.elapsed();
        assert_eq!((answer.status(), answer.field("connection")), (408, Some("close")));
        assert!(
            waited > Duration::from_millis(200) && waited < Duration::from_secs(2),
            "{waited:?}"
        );
        assert_eq!((slow.rest(), silent.rest()), (vec![], vec![]), "{runtime}");
        for client in [&silent, &slow] {
            assert_eq!(server.line_of(client), "error timeout", "{runtime}");
        }

        // Once open there is no hurry.
        let mut open = server.connect();
        assert_eq!(open.ask(&format!("{UPGRADE}\r\n")).status(), 101);
        thread::sleep(Duration::from_millis(400));
        assert!(open.is_open(), "{runtime}");
    }
}

#[test]
fn a_peer_that_goes_away_is_noticed() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = server.connect();
        client.send("GET / HTTP/1.1\r\nHo");
        client.finish();
        assert_eq!(client.answer().status(), 400, "{runtime}");
        assert_eq!(server.line_of(&client), "error truncated", "{runtime}");
        let mut mute = server.connect();
        mute.finish();
        assert_eq!(mute.rest(), b"");
        assert_eq!(server.line_of(&mute), "error closed", "{runtime}");
    }
}

#[test]
fn credentials_are_asked_for() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--basic-auth", "user:pass", "--keep-alive"]);
        let mut client = server.connect();
        for field in ["", "Authorization: Basic dXNlcjpwYXNT\r\n"] {
            let answer = client.ask(&format!("{UPGRADE}{field}\r\n"));
            assert_eq!(answer.status(), 401, "{runtime}");
            assert!(answer.field("www-authenticate").unwrap().starts_with("basic realm="));
            assert_eq!(answer.field("sec-websocket-accept"), None);
        }
        assert_eq!(client.ask(KEYLESS).status(), 400, "{runtime}");
        let right = "Authorization: Basic dXNlcjpwYXNz\r\n";
        assert_eq!(client.ask(&format!("{UPGRADE}{right}\r\n")).status(), 101, "{runtime}");
        client.finish();
        let line = "refused unauthorized 401, refused unauthorized 401, refused missing-key 400, \
                    open subprotocol=none, error disconnected received=none sent=none";
        assert_eq!(server.line_of(&client), line);
    }
}

#[test]
fn origins_and_subprotocols_can_be_required() {
    let options = ["--subprotocol", "b", "--subprotocol", "a", "--require-subprotocol"];
    let origins = ["--origin", "https://a.example", "--origin", "HTTPS://b.example:443/"];
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[&options[..], &origins[..]].concat());
        let status = |fields: &str| {
            let answer = server.connect().ask(&format!("{UPGRADE}{fields}\r\n"));
            (answer.status(), answer.field("sec-websocket-protocol").unwrap_or("-").to_owned())
        };
        let (offer, none) = ("Sec-WebSocket-Protocol: a, b\r\n", "-".to_owned());
        assert_eq!(status(offer), (101, "b".to_owned()), "{runtime}");
        assert_eq!(status(&format!("{offer}Origin: https://b.example\r\n")).0, 101);
        assert_eq!(status(&format!("{offer}Origin: https://c.example\r\n")), (403, none.clone()));
        assert_eq!(status("Sec-WebSocket-Protocol: c\r\n"), (400, none.clone()));
        assert_eq!(status(""), (400, none));
    }
}

/// What is asked for is allowed, and one more is not.
#[test]
fn limits_hold_to_the_byte() {
    let status = |server: &Server, head: &str| server.connect().ask(head).status();
    let padded = |len: usize| {
        let head = format!("{UPGRADE}X: \r\n\r\n");
        head.replace("X: ", &format!("X: {}", "x".repeat(len - head.len())))
    };
    for (len, options) in [(300, ["--max-head", "300"]), (60_000, ["--max-head", "60000"])] {
        let server = Server::start("tokio", &options);
        assert_eq!(status(&server, &padded(len)), 101, "{len}");
        assert_eq!(status(&server, &padded(len + 1)), 431, "{len}");
    }

    let lined = |len: usize| {
        let path = "x".repeat(len - "GET / HTTP/1.1".len());
        format!("{}\r\n", UPGRADE.replace("/chat", &format!("/{path}")))
    };
    for (len, options) in
        [(40, ["--max-request-line", "40"]), (9000, ["--max-request-line", "9000"])]
    {
        let server = Server::start("tokio", &options);
        assert_eq!(status(&server, &lined(len)), 101, "{len}");
        assert_eq!(status(&server, &lined(len + 1)), 414, "{len}");
    }

    let server = Server::start("tokio", &["--max-headers", "7"]);
    let counted = |count: usize| format!("{UPGRADE}{}\r\n", "X: y\r\n".repeat(count - 5));
    assert_eq!(status(&server, &counted(7)), 101);
    assert_eq!(status(&server, &counted(8)), 431);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_gracefully() {
    for runtime in RUNTIMES {
        for signal in ["-TERM", "-INT"] {
            let mut server = Server::start(runtime, &[]);
            let mut clients = [server.connect(), server.connect()];
            clients.iter_mut().for_each(Client::open);
            server.signal(signal);
            for client in &mut clients {
                assert_eq!(client.hear(), (CLOSE, vec![3, 233]), "{runtime}");
                client.say(CLOSE, &[3, 233]);
                assert_eq!(client.rest(), b"", "{runtime}");
            }
            assert_eq!(server.wait(), Some(0), "{runtime}");
            for client in &clients {
                let line = "open subprotocol=none, closed by=server received=1001 sent=1001";
                assert_eq!(server.line_of(client), line, "{runtime}");
            }
        }
    }
}

/// A client that does not answer keeps it no longer than a second signal does.
#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    let mut server = Server::start("tokio", &[]);
    let mut client = server.connect();
    client.open();
    server.signal("-TERM");
    assert_eq!(client.hear(), (CLOSE, vec![3, 233]));
    server.signal("-TERM");
    assert_eq!(server.wait(), Some(0));
    // Nobody waited until it was cut.
    assert_eq!(server.lines(0), [""; 0]);
}
