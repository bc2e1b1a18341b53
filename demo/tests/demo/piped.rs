//! `ws-demo connect` between pipes, on every runtime.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command},
    thread::{self, JoinHandle},
    time::Duration,
};

use ws_blocking::{CloseCode, Message, Part, WebSocket};

use crate::program::{RUNTIMES, Said, Server, pipe, run, start};

fn piped(runtime: &str, url: &str, args: &[&str], input: impl AsRef<[u8]>) -> Said {
    pipe(&[&["connect", "--runtime", runtime, url], args].concat(), input)
}

/// A server for one connection.
fn server<T: Send + 'static>(
    serve: impl FnOnce(WebSocket<std::net::TcpStream>) -> T + Send + 'static,
) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let accept = move || ws_blocking::accept(listener.accept().unwrap().0).unwrap();
    (url, thread::spawn(move || serve(accept())))
}

/// A server that takes everything and replies to nothing, but to the close.
fn listener() -> (String, JoinHandle<Vec<Message>>) {
    server(|mut ws| std::iter::from_fn(|| ws.recv().unwrap()).collect())
}

#[test]
fn every_line_is_a_message() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        for (input, args, heard) in [
            ("one\ntwo\n", &[][..], "one\ntwo\n"),
            ("no newline at the end", &["--wait", "0"], "no newline at the end\n"),
            ("\n\ntwo empty ones\r\n\n", &["--wait", "0"], "\n\ntwo empty ones\n\n"),
        ] {
            let said = piped(runtime, &server.url(), args, input);
            let heard = format!("leftover: 0\n{heard}closed: 1000\n");
            assert!(said.stdout.ends_with(&heard), "{runtime}: {}", said.stdout);
            assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
        }
        let line = "open subprotocol=none, closed by=client received=1000 sent=1000";
        assert_eq!(server.lines(3), [line; 3], "{runtime}");
    }
}

#[test]
fn lines_become_text_messages() {
    for runtime in RUNTIMES {
        let (url, server) = listener();
        let said = piped(runtime, &url, &["--wait", "0"], "a\n\nb");
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
        let texts = ["a", "", "b"].map(Message::text);
        assert_eq!(server.join().unwrap(), texts, "{runtime}");
    }
}

#[test]
fn an_empty_input_sends_nothing() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let said = piped(runtime, &server.url(), &[], "");
        assert!(said.stdout.ends_with("leftover: 0\nclosed: 1000\n"), "{runtime}");
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
    }
}

#[test]
fn a_line_may_be_long() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let line = "0123456789abcdef".repeat(1 << 16);
        let input = format!("{line}\nshort\n{line}");
        let said = piped(runtime, &server.url(), &["--quiet", "--expect-reply"], &input);
        assert!(said.stdout == format!("{input}\n"), "{runtime}: {} bytes", said.stdout.len());
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
    }
}

/// More than all buffers on the way hold, in both directions: a client that sends without receiving,
/// or receives without sending, would not get to the end.
#[test]
fn lines_may_be_many() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let input: String = (0..16_000).map(|i| format!("{i:01000}\n")).collect();
        let said = piped(runtime, &server.url(), &["--quiet", "--expect-reply"], &input);
        assert!(said.stdout == input, "{runtime}: {} bytes", said.stdout.len());
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
    }
}

#[test]
fn replies_are_printed_while_more_is_to_come() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = start(&["connect", "--runtime", runtime, "-q", &server.url()]);
        let (mut stdin, stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        let mut stdout = BufReader::new(stdout);
        for line in ["one\n", "two\n"] {
            stdin.write_all(line.as_bytes()).unwrap();
            let mut reply = String::new();
            stdout.read_line(&mut reply).unwrap();
            assert_eq!(reply, line, "{runtime}");
        }
        drop(stdin);
        assert_eq!(stdout.read_line(&mut String::new()).unwrap(), 0, "{runtime}");
        assert!(client.wait().unwrap().success(), "{runtime}");
    }
}

#[test]
fn a_message_without_a_reply_is_no_failure() {
    for runtime in RUNTIMES {
        let (url, server) = listener();
        let said = piped(runtime, &url, &["-q"], "one\ntwo");
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (0, "", ""), "{runtime}");
        assert_eq!(server.join().unwrap().len(), 2, "{runtime}");

        // The second is sent though the first had none.
        let (url, server) = listener();
        let two = ["connect", "--runtime", runtime, "-q", "--send", "one", "--send", "two"];
        let said: Said = run(&[&two[..], &[&url, "--timeout-ms", "700"]].concat()).into();
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (0, "", ""), "{runtime}");
        assert_eq!(server.join().unwrap().len(), 2, "{runtime}");
    }
}

#[test]
fn a_message_without_a_reply_is_a_failure_if_one_was_expected() {
    let error = |n| format!("error: unanswered: {n} messages had no reply\n");
    let patience = ["-q", "--expect-reply", "--timeout-ms", "700"];
    for runtime in RUNTIMES {
        for expect in [&patience[..], &["-q", "--expect-reply", "--wait", "0"]] {
            let (url, server) = listener();
            let said = piped(runtime, &url, expect, "one\ntwo");
            assert_eq!((said.code, &*said.stdout, said.stderr), (1, "", error(2)), "{runtime}");
            assert_eq!(server.join().unwrap().len(), 2, "{runtime}");
        }

        // Nothing is sent behind a message that failed.
        let (url, server) = listener();
        let two = ["connect", "--runtime", runtime, &url, "--send", "one", "--send", "two"];
        let said: Said = run(&[&two[..], &patience].concat()).into();
        assert_eq!((said.code, &*said.stdout, said.stderr), (1, "", error(2)), "{runtime}");
        assert_eq!(server.join().unwrap(), [Message::text("one")], "{runtime}");
    }
}

/// With times that no test would wait for.
#[test]
fn it_closes_without_needless_waiting() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let patient = ["-q", "--expect-reply", "--timeout-ms", "86400000"];
        let said = piped(runtime, &server.url(), &patient, "one\ntwo\n");
        assert_eq!((said.code, &*said.stdout), (0, "one\ntwo\n"), "{runtime}");
        // The echoes come before the server's close frame, so these need no waiting.
        let said = piped(runtime, &server.url(), &["-q", "--wait", "0"], "one\ntwo\n");
        assert_eq!((said.code, &*said.stdout), (0, "one\ntwo\n"), "{runtime}");
        let args = ["connect", "--runtime", runtime, "-q", "--send", "one", "--send", "two"];
        let said: Said = run(&[&args[..], &["--wait", "0", &server.url()]].concat()).into();
        assert_eq!((said.code, &*said.stdout), (0, "one\ntwo\n"), "{runtime}");
    }
}

#[test]
fn unsolicited_messages_can_be_waited_for() {
    for runtime in RUNTIMES {
        let news = |mut ws: WebSocket<_>| {
            for text in ["first", "second"] {
                ws.send(text).unwrap();
                thread::sleep(Duration::from_millis(300));
            }
            ws.close().unwrap();
        };
        let (url, server) = server(news);
        let args = ["connect", "--runtime", runtime, "-q", &url];
        let said: Said = run(&[&args[..], &["--wait", "600"]].concat()).into();
        assert_eq!((said.code, &*said.stdout), (0, "first\nsecond\n"), "{runtime}");
        server.join().unwrap();
    }
}

#[test]
fn a_slow_message_is_not_silence() {
    for runtime in RUNTIMES {
        let slow = |mut ws: WebSocket<_>| {
            let kind = ws.recv().unwrap().unwrap().kind();
            for part in 0..8 {
                thread::sleep(Duration::from_millis(100));
                ws.send_part(Part::new(kind, "part ", part == 7)).unwrap();
                ws.flush().unwrap();
            }
            while ws.recv().unwrap().is_some() {}
        };
        let (url, server) = server(slow);
        let said = piped(runtime, &url, &["-q", "--wait", "0.6"], "go");
        let whole = format!("{}\n", "part ".repeat(8));
        assert_eq!((said.code, said.stdout), (0, whole), "{runtime}: {}", said.stderr);
        server.join().unwrap();
    }
}

#[test]
fn what_could_not_be_sent_is_a_failure() {
    let three = ["--send", "one", "--send", "two", "--send", "three"];
    let unanswered = "error: unanswered: 2 messages had no reply\n";
    let unsent = "error: unsent: the server closed before everything was sent\n";
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--close-after", "1"]);
        for (count, code, stderr) in [(1, 0, ""), (2, 0, ""), (3, 1, unanswered)] {
            let args = ["connect", "--runtime", runtime, "-q", &server.url()];
            let said: Said = run(&[&args[..], &three[..2 * count]].concat()).into();
            assert_eq!((&*said.stdout, said.code, &*said.stderr), ("one\n", code, stderr));
        }
        // Endless, so that something is left whenever the client notices.
        let mut client = start(&["connect", "--runtime", runtime, "-q", &server.url()]);
        let mut stdin = client.stdin.take().unwrap();
        while stdin.write_all(b"more\n").is_ok() {}
        let said: Said = client.wait_with_output().unwrap().into();
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (1, "more\n", unsent), "{runtime}");
    }
}

#[test]
fn an_error_code_of_the_server_is_a_failure() {
    for runtime in RUNTIMES {
        let fail = |mut ws: WebSocket<_>| {
            let _ = ws.recv().unwrap();
            ws.close_with(CloseCode::INTERNAL_ERROR, "oops").unwrap();
        };
        let error = "error: close-code: the server closed with 1011 \"oops\"\n";
        let (url, server) = server(fail);
        let said = piped(runtime, &url, &["-q"], "go");
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (1, "", error), "{runtime}");
        server.join().unwrap();
    }
}

#[test]
fn standard_input_can_be_one_binary_message() {
    for runtime in RUNTIMES {
        let (url, server) = listener();
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
        let said = piped(runtime, &url, &["-q", "--binary", "--wait", "0"], &bytes);
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (0, "", ""), "{runtime}");
        assert!(server.join().unwrap() == [Message::binary(bytes)], "{runtime}");

        let server = Server::start(runtime, &[]);
        let said = piped(runtime, &server.url(), &["--binary", "-q", "--expect-reply"], b"a\n\xFF");
        assert_eq!((said.code, &*said.stdout), (0, "binary: 610aff\n"), "{runtime}");
    }
}

#[test]
fn a_line_that_is_not_utf_8_is_an_error() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let said = piped(runtime, &server.url(), &["-q", "--wait", "0"], b"text\n\xFF\xFE\nmore\n");
        assert_eq!((said.code, &*said.stdout), (1, "text\n"), "{runtime}");
        let error = "error: io: standard input, line 2: ";
        assert!(said.stderr.starts_with(error), "{runtime}: {}", said.stderr);
    }
}

/// As `| head -1` does.
#[test]
fn a_closed_pipe_is_not_reported() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = start(&["connect", "--runtime", runtime, "-q", &server.url()]);
        let (mut stdin, stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        stdin.write_all(b"one\n").unwrap();
        let mut stdout = BufReader::new(stdout);
        stdout.read_line(&mut String::new()).unwrap();
        drop(stdout);
        while stdin.write_all(b"more\n").is_ok() {}
        let output = client.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*stderr), (Some(1), ""), "{runtime}");
    }
}

#[test]
fn the_largest_message_can_be_set() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let ask = |len: &str| {
            let args = ["-q", "--expect-reply", "--max-message", len];
            piped(runtime, &server.url(), &args, "12345")
        };
        assert_eq!(ask("5").stdout, "12345\n", "{runtime}");
        let said = ask("4");
        assert_eq!((said.code, &*said.stdout), (1, ""), "{runtime}");
        assert!(said.stderr.starts_with("error: message-too-large: "), "{}", said.stderr);
    }
}

#[test]
fn the_runtime_and_the_port_need_not_be_named() {
    let mut server = start(&["serve"]);
    let mut first = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let url = first.trim_end().strip_prefix("listening on ").unwrap();
    assert!(url.starts_with("ws://127.0.0.1:"), "{url}");
    let said = pipe(&["connect", url], "hello");
    assert!(said.stdout.ends_with("leftover: 0\nhello\nclosed: 1000\n"), "{}", said.stdout);
    let said: Said = run(&["connect", url]).into();
    assert!(said.stdout.ends_with("leftover: 0\nclosed: 1000\n"), "{}", said.stdout);
    assert_eq!((said.code, &*said.stderr), (0, ""));
    server.kill().unwrap();
    server.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupt_closes_first() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = waiting(runtime, &server);
        let pid = client.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert_eq!(client.wait().unwrap().code(), Some(130), "{runtime}");
        let line = "open subprotocol=none, closed by=client received=1000 sent=1000";
        assert_eq!(server.lines(1), [line], "{runtime}");
    }
}

/// A client that polls in a loop would show here.
#[cfg(target_os = "linux")]
#[test]
fn waiting_costs_nothing() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let mut client = waiting(runtime, &server);
        let ticks = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", client.id())).unwrap();
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            let times = fields.split(' ').skip(11).take(2);
            times.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
        };
        let before = ticks();
        thread::sleep(Duration::from_secs(1));
        // A tick is a hundredth of a second.
        assert!(ticks() - before < 20, "{runtime}: {} ticks", ticks() - before);
        drop(client.stdin.take());
        assert!(client.wait().unwrap().success(), "{runtime}");
    }
}

/// A client that has had one reply, and whose standard input goes on.
fn waiting(runtime: &str, server: &Server) -> Child {
    let mut client = start(&["connect", "--runtime", runtime, "-q", &server.url()]);
    client.stdin.as_mut().unwrap().write_all(b"one\n").unwrap();
    let mut reply = [0; 4];
    client.stdout.as_mut().unwrap().read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"one\n", "{runtime}");
    client
}
