//! Compression, from one program to the other and in front of a client that speaks it by hand.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use crate::program::{BINARY, CLOSE, NORMAL, PING, PONG, RUNTIMES, Server, TEXT, run};

#[test]
fn two_programs_compress_for_each_other() {
    let text = "so much of the same, ".repeat(50);
    let binary = "00ff".repeat(300);
    for runtime in RUNTIMES {
        for (options, agreed) in [
            (&["--deflate"][..], "permessage-deflate"),
            (
                &["--no-context-takeover", "--deflate-level", "1", "--min-deflate", "0"],
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            ),
            (
                &["--max-window-bits", "9"],
                "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
            ),
            (
                &["--deflate=server_no_context_takeover; client_max_window_bits=10"],
                "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
            ),
        ] {
            let server = Server::start(runtime, options);
            let url = format!("ws://{}/", server.address());
            let messages =
                ["--send", &text, "--send", &text, "--send", "", "--send-binary", &binary];
            let all = [&["connect", "--runtime", runtime, &url], &messages[..], options].concat();
            let output = run(&all);
            let said = String::from_utf8(output.stdout).unwrap();
            let heard = format!(
                "extensions: {agreed}\nleftover: 0\n{text}\n{text}\n\nbinary: {binary}\n\
                 closed: 1000\n"
            );
            assert!(said.ends_with(&heard), "{runtime}, {options:?}: {said}");
        }
    }
}

#[test]
fn contexts_save_bytes_in_both_directions() {
    let message = letters(600);
    let messages = ["--send", &message, "--send", &message, "--send", &message];
    for runtime in RUNTIMES {
        let carried = |options: &[&str]| {
            let server = Server::start(runtime, options);
            let (url, relay) = relay(&server);
            let args = [&["connect", "--runtime", runtime, &url], options, &messages].concat();
            assert!(run(&args).status.success(), "{runtime}, {options:?}");
            relay.join().unwrap()
        };
        let plain = carried(&[]);
        let forgotten = carried(&["--no-context-takeover"]);
        let kept = carried(&["--deflate"]);
        for (direction, plain) in plain.into_iter().enumerate() {
            let (forgotten, kept) = (forgotten[direction], kept[direction]);
            // Letters of 64 take 6 bits of 8; the second and the third message are as the first. The
            // parameters are in the head, once.
            assert!(forgotten + 200 < plain, "{runtime}: {forgotten} of {plain}");
            assert!(kept + 700 < forgotten, "{runtime}: {kept} of {forgotten}");
        }
    }
}

/// The examples of RFC 7692 7.2.3, with contexts that are kept.
#[test]
fn a_server_keeps_its_context_and_the_clients() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--deflate", "--min-deflate", "5"]);
        let mut client = server.connect();
        client.open_with("Sec-WebSocket-Extensions: permessage-deflate\r\n");
        client.say(TEXT | RSV1, HELLO);
        assert_eq!(client.hear(), (TEXT | RSV1, HELLO.to_vec()), "{runtime}");
        // Both of these refer to the first. One comes in fragments, with a ping between them.
        client.say(TEXT | RSV1, HELLO_AGAIN);
        client.say(0x01 | RSV1, &HELLO_AGAIN[..2]);
        client.say(PING, b"?");
        client.say(0x80, &HELLO_AGAIN[2..]);
        // The pong need not wait for the message before it.
        let mut heard = [client.hear(), client.hear(), client.hear()];
        heard.sort_by_key(|(first, _)| *first != PONG);
        assert_eq!(heard[0], (PONG, b"?".to_vec()), "{runtime}");
        for (first, payload) in &heard[1..] {
            assert_eq!(*first, TEXT | RSV1, "{runtime}");
            assert!(payload.len() <= HELLO_AGAIN.len(), "{runtime}: {payload:?}");
        }
        client.say(BINARY | RSV1, HELLO_STORED);
        let (first, binary) = client.hear();
        assert_eq!(first, BINARY | RSV1, "{runtime}");
        assert!(binary.len() <= HELLO_AGAIN.len(), "{runtime}: {binary:?}");
        // Not worth it, and not compressed by the client either.
        client.say(BINARY, b"four");
        assert_eq!(client.hear(), (BINARY, b"four".to_vec()), "{runtime}");
        client.say(CLOSE, &NORMAL);
        let line = "open subprotocol=none extensions=\"permessage-deflate\", \
                    closed by=client received=1000 sent=1000";
        assert_eq!(server.line_of(&client), line, "{runtime}");
    }
}

#[test]
fn a_server_forgets_its_context_and_the_clients() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--no-context-takeover", "--min-deflate", "5"]);
        let mut client = server.connect();
        client.open_with("Sec-WebSocket-Extensions: permessage-deflate\r\n");
        for _ in 0..2 {
            client.say(TEXT | RSV1, HELLO);
            assert_eq!(client.hear(), (TEXT | RSV1, HELLO.to_vec()), "{runtime}");
            client.say(0x01 | RSV1, &HELLO[..3]);
            client.say(0x80, &HELLO[3..]);
            assert_eq!(client.hear(), (TEXT | RSV1, HELLO.to_vec()), "{runtime}");
            client.say(BINARY | RSV1, HELLO_STORED);
            assert_eq!(client.hear(), (BINARY | RSV1, HELLO.to_vec()), "{runtime}");
        }
        // It refers to what both have agreed to forget.
        client.say(TEXT | RSV1, HELLO_AGAIN);
        let (first, payload) = client.hear();
        assert_eq!((first, &payload[..2]), (CLOSE, &1007u16.to_be_bytes()[..]), "{runtime}");
        client.finish();
        let line = server.line_of(&client);
        let agreed = "open subprotocol=none extensions=\"permessage-deflate; \
                      server_no_context_takeover; client_no_context_takeover\", error ";
        assert!(line.starts_with(agreed), "{runtime}: {line}");
        assert!(line.ends_with(" received=none sent=1007"), "{runtime}: {line}");
    }
}

/// Passes on one connection to a server, and counts the bytes of each direction: to it, from it.
fn relay(server: &Server) -> (String, thread::JoinHandle<[usize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let address = server.address().to_owned();
    let relay = thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(address).unwrap();
        let [to, from] = [client.try_clone().unwrap(), server.try_clone().unwrap()];
        let up = thread::spawn(move || pass(to, server));
        let down = pass(from, client);
        [up.join().unwrap(), down]
    });
    (url, relay)
}

fn pass(mut from: TcpStream, mut to: TcpStream) -> usize {
    let (mut buffer, mut passed) = ([0; 4096], 0);
    while let Ok(len @ 1..) = from.read(&mut buffer) {
        passed += len;
        if to.write_all(&buffer[..len]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    passed
}

/// Letters out of 64, without a pattern.
fn letters(count: usize) -> String {
    let mut state: u32 = 7692;
    let letter = |_| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        char::from(b'0' + (state >> 16) as u8 % 64)
    };
    (0..count).map(letter).collect()
}

/// In the first byte of the first frame of a message: it is compressed.
const RSV1: u8 = 0x40;

/// "Hello", compressed: RFC 7692 7.2.3.1.
const HELLO: &[u8] = b"\xf2\x48\xcd\xc9\xc9\x07\x00";

/// "Hello", compressed to a reference to the message before: RFC 7692 7.2.3.2.
const HELLO_AGAIN: &[u8] = b"\xf2\x00\x11\x00\x00";

/// "Hello" in a block without compression: RFC 7692 7.2.3.3.
const HELLO_STORED: &[u8] = b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00";
