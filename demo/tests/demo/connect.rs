//! `ws-demo connect`, played raw answers on every runtime.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use crate::program::{RUNTIMES, Said, Server, fake_server, run};

fn connect(runtime: &str, url: &str, args: &[&str]) -> Said {
    run(&[&["connect", "--runtime", runtime, url], args].concat()).into()
}

/// A server that always says the same.
fn answering(answer: &'static str) -> String {
    let (address, _) = fake_server(|_| answer.as_bytes().to_vec());
    format!("ws://{address}/chat")
}

#[test]
fn an_open_websocket_is_described() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--subprotocol", "chat", "--deflate"]);
        let url = format!("ws://{}/", server.address());
        let said = connect(runtime, &url, &["--subprotocol", "chat", "--deflate"]);
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
        assert!(said.stdout.starts_with("HTTP/1.1 101 Switching Protocols\n"), "{}", said.stdout);
        let agreed = "\nopen\nsubprotocol: chat\nextensions: permessage-deflate\nleftover: 0\n\
                      closed: 1000\n";
        assert!(said.stdout.ends_with(agreed), "{}", said.stdout);

        let said = connect(runtime, &url, &["--handshake-only", "--timeout-ms", "5000"]);
        let agreed = "\nopen\nsubprotocol: none\nextensions: none\nleftover: 0\n";
        assert!(said.code == 0 && said.stdout.ends_with(agreed), "{}", said.stdout);
    }
}

#[test]
fn messages_are_sent_and_the_replies_printed() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let url = format!("ws://{}/", server.address());
        let binary = ["--send-binary", "00fF", "--send-binary", ""];
        let args = [&["--send", "grüß dich"], &binary[..], &["--send", ""]].concat();
        let said = connect(runtime, &url, &args);
        let heard = "leftover: 0\ngrüß dich\nbinary: 00ff\nbinary: \n\nclosed: 1000\n";
        assert!(said.stdout.ends_with(heard), "{runtime}: {}", said.stdout);
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
    }
}

#[test]
fn a_server_that_closes_early_is_not_waited_for() {
    let two = ["--send", "one", "--send", "two", "--expect-reply"];
    let too_large = ["--send", "more than that"];
    for runtime in RUNTIMES {
        for (options, args, heard, unanswered) in [
            (["--close-after", "1"], &two[..], "one\nclosed: 1000\n", "1 messages"),
            (["--max-message", "9"], &too_large[..], "leftover: 0\nclosed: 1009", "1 messages"),
        ] {
            let server = Server::start(runtime, &options);
            let said = connect(runtime, &format!("ws://{}/", server.address()), args);
            assert!(said.stdout.contains(heard), "{runtime}: {}", said.stdout);
            let error = format!("error: unanswered: {unanswered} had no reply\n");
            assert_eq!((said.code, said.stderr), (1, error), "{runtime}");
        }
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    for runtime in RUNTIMES {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", silent.local_addr().unwrap());
        let server = thread::spawn(move || open_and_wait(&silent));
        let said = connect(runtime, &url, &["--send", "hello?", "--timeout-ms", "300"]);
        assert!(said.stdout.ends_with("leftover: 0\n"), "{runtime}: {}", said.stdout);
        assert!(said.stderr.starts_with("error: idle-timeout: "), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
        server.join().unwrap();

        let (address, _) = fake_server(|request| opening(request).into_bytes());
        let said = connect(runtime, &format!("ws://{address}/"), &["--send", "hello?"]);
        assert!(said.stdout.ends_with("leftover: 0\n"), "{runtime}: {}", said.stdout);
        assert_eq!(said.code, 1, "{runtime}");
    }
}

#[test]
fn bytes_behind_the_head_are_counted() {
    for runtime in RUNTIMES {
        let (address, server) = fake_server(|request| {
            let head = opening(request).replace("\r\n\r\n", "\r\nX-Server: fake\r\n\r\n");
            format!("{head}\u{1}\u{2}hi").into_bytes()
        });
        let fields = ["--header", "X-Client: a: b", "--header", "Origin:https://a.example"];
        let args = [&fields[..], &["--handshake-only"]].concat();
        let said = connect(runtime, &format!("ws://{address}/a?b"), &args);
        assert_eq!(said.code, 0, "{runtime}: {}", said.stderr);
        assert!(said.stdout.contains("\nx-server: fake\n"), "{}", said.stdout);
        assert!(said.stdout.ends_with("leftover: 4\n"), "{}", said.stdout);
        let request = server.join().unwrap().to_ascii_lowercase();
        assert!(request.starts_with("get /a?b http/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nx-client: a: b\r\n"), "{request}");
        assert!(request.contains("\r\norigin: https://a.example\r\n"), "{request}");
    }
}

#[test]
fn a_declined_handshake_shows_the_whole_answer() {
    for runtime in RUNTIMES {
        let url = answering(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\
                             Content-Length: 4\r\n\r\nwho?",
        );
        let said = connect(runtime, &url, &[]);
        let answer = "HTTP/1.1 401 Unauthorized\nwww-authenticate: Basic\n\
                      content-length: 4\n\nwho?";
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (2, answer, ""), "{runtime}");

        let url = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nhal");
        let said = connect(runtime, &url, &[]);
        assert!(said.stdout.ends_with("\n\nhal"), "{}", said.stdout);
        assert_eq!((said.code, &*said.stderr), (2, "body incomplete\n"), "{runtime}");
    }
}

#[test]
fn a_proxy_that_refuses_shows_the_whole_answer() {
    for runtime in RUNTIMES {
        let (proxy, _) = fake_server(|_| {
            b"HTTP/1.1 403 Forbidden\r\nVia: a\r\nContent-Length: 6\r\n\r\nport 9".to_vec()
        });
        let said = connect(runtime, "ws://server.example:9/", &["--proxy", &proxy]);
        let answer = "HTTP/1.1 403 Forbidden\nvia: a\ncontent-length: 6\n\nport 9";
        assert_eq!((said.code, &*said.stdout), (1, answer), "{runtime}");
        let error = "error: proxy-refused: the proxy answered 403 Forbidden to CONNECT\n";
        assert_eq!(said.stderr, error, "{runtime}");
    }
}

#[test]
fn other_failures_have_a_name() {
    let no_accept = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                     Connection: Upgrade\r\n\r\n";
    for runtime in RUNTIMES {
        for (url, args, name) in [
            (answering(no_accept), &[][..], "missing-accept"),
            (answering("HTTP/1.1 1"), &[], "truncated"),
            (answering("SSH-2.0-x\r\n\r\n"), &[], "malformed-head"),
            ("ws://127.0.0.1:1/".to_owned(), &[], "io"),
            ("ws://ada:secret@127.0.0.1:1/".to_owned(), &[], "io: ws://127.0.0.1:1/"),
            ("ws://ada:secret@127.0.0.1:x/".to_owned(), &[], "invalid-url"),
            ("http://127.0.0.1/".to_owned(), &[], "unsupported-scheme"),
            ("127.0.0.1".to_owned(), &[], "invalid-url"),
        ] {
            let said = connect(runtime, &url, args);
            let name = format!("error: {name}: ");
            assert!(said.stderr.starts_with(&name), "{runtime}: {} for {name}", said.stderr);
            assert_eq!((said.code, &*said.stdout), (1, ""), "{runtime} {name}");
            assert!(!said.stderr.contains("secret"), "{runtime}: {}", said.stderr);
        }
    }
}

#[test]
fn nothing_is_smuggled_into_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    for runtime in RUNTIMES {
        for (args, name) in [
            (["--header", "X: a\r\nY: b"], "invalid-header"),
            (["--header", "Host: other"], "reserved-header"),
            (["--subprotocol", "a, b"], "invalid-subprotocol"),
        ] {
            let said = connect(runtime, &url, &args);
            assert!(said.stderr.starts_with(&format!("error: {name}: ")), "{}", said.stderr);
            assert_eq!(said.code, 1, "{runtime}");
        }
    }
}

#[test]
fn the_deadline_is_for_all_of_it() {
    for runtime in RUNTIMES {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let start = Instant::now();
        let said = connect(runtime, &url, &["--timeout-ms", "300"]);
        let waited = start.elapsed();
        assert!(said.stderr.starts_with("error: timeout: "), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1);
        assert!(
            waited > Duration::from_millis(250) && waited < Duration::from_secs(5),
            "{waited:?}"
        );
    }
}

/// Opens a WebSocket, and is silent until the client has gone.
fn open_and_wait(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let answer = opening(&String::from_utf8(head).unwrap());
    stream.write_all(answer.as_bytes()).unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
}

/// The 101 for a request.
pub(crate) fn opening(request: &str) -> String {
    let accept = accept_of(request);
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// What a server answers to the key in a request's head.
fn accept_of(head: &str) -> String {
    let mut handshake = ws_core::ServerHandshake::new(&ws_core::ServerConfig::new());
    handshake.recv_buf().extend_from_slice(head.as_bytes());
    let ws_core::Polled::Ready(pending) = handshake.poll() else { unreachable!("it is whole") };
    let (response, _) = ws_core::respond(pending.request(), &ws_core::ServerConfig::new()).unwrap();
    response.headers()["sec-websocket-accept"].to_str().unwrap().to_owned()
}
