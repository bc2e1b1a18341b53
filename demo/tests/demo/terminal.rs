//! `ws-demo connect` on a terminal, which `script` of util-linux makes.

#![cfg(target_os = "linux")]

use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::program::{RUNTIMES, Server};

/// The program on a terminal.
struct Terminal {
    script: Child,
    keyboard: ChildStdin,
    screen: ChildStdout,
    shown: String,
}

impl Terminal {
    /// Nothing where there is no `script`.
    fn start(runtime: &str, server: &Server, options: &str) -> Option<Self> {
        let command = r#"exec "$PROGRAM" connect --runtime "$RUNTIME" "$URL""#;
        let mut script = Command::new("script")
            .args(["-qec", &format!("{command} {options}"), "/dev/null"])
            .env("SHELL", "/bin/sh")
            .env("PROGRAM", env!("CARGO_BIN_EXE_ws-demo"))
            .env("RUNTIME", runtime)
            .env("URL", server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .inspect_err(|error| println!("skipped: script: {error}"))
            .ok()?;
        let (keyboard, screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
        Some(Self { script, keyboard, screen, shown: String::new() })
    }

    fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen ends with a text, apart from what clears a line.
    fn see(&mut self, text: &str) {
        while !self.shown.ends_with(text) {
            let mut byte = [0];
            let n = self.screen.read(&mut byte).unwrap();
            assert_eq!(n, 1, "{text:?} is missing in {:?}", self.shown);
            self.shown.push(char::from(byte[0]));
            self.shown = self.shown.replace("\r\x1b[K", "|");
        }
    }

    /// All that was on the screen, and the exit status.
    fn end(mut self) -> (String, i32) {
        let mut rest = String::new();
        self.screen.read_to_string(&mut rest).unwrap();
        self.shown.push_str(&rest);
        let shown = self.shown.replace("\r\x1b[K", "|").replace("\r\n", "\n");
        drop(self.keyboard);
        (shown, self.script.wait().unwrap().code().unwrap())
    }
}

#[test]
fn what_is_typed_is_sent() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--subprotocol", "chat"]);
        let Some(mut terminal) = Terminal::start(runtime, &server, "--subprotocol chat") else {
            return;
        };
        terminal.see("open, chat\r\neach line you type is sent; Ctrl-D closes\r\n> ");
        terminal.type_in("hello\n");
        terminal.see("< hello\r\n> ");
        terminal.type_in("\n");
        terminal.see("< \r\n> ");
        // Ctrl-D
        terminal.type_in("\x04");
        let (shown, code) = terminal.end();
        assert!(shown.ends_with("|closed: 1000\n"), "{runtime}: {shown:?}");
        assert!(!shown.contains("HTTP/1.1"), "{runtime}: {shown:?}");
        assert_eq!(code, 0, "{runtime}");
        let line = "open subprotocol=chat, closed by=client received=1000 sent=1000";
        assert_eq!(server.lines(1), [line], "{runtime}");
    }
}

#[test]
fn ctrl_c_closes_as_well() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let Some(mut terminal) = Terminal::start(runtime, &server, "") else { return };
        terminal.see("closes\r\n> ");
        terminal.type_in("half a line\x03");
        let (shown, code) = terminal.end();
        assert!(shown.ends_with("|closed: 1000\n"), "{runtime}: {shown:?}");
        assert_eq!(code, 130, "{runtime}");
        let line = "open subprotocol=none, closed by=client received=1000 sent=1000";
        assert_eq!(server.lines(1), [line], "{runtime}");
    }
}

#[test]
fn both_directions_have_marks() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let options = "--send 'hello' --send-binary 00ff";
        let Some(terminal) = Terminal::start(runtime, &server, options) else { return };
        let shown = "open\n> hello\n< hello\n> binary: 00ff\n< binary: 00ff\nclosed: 1000\n";
        assert_eq!(terminal.end(), (shown.to_owned(), 0), "{runtime}");
    }
}

#[test]
fn verbose_prints_the_head() {
    let server = Server::start("tokio", &[]);
    let Some(terminal) = Terminal::start("tokio", &server, "--verbose --send hello") else {
        return;
    };
    let (shown, code) = terminal.end();
    let (steps, shown) = shown.split_once(" ms  open\n").unwrap();
    assert!(steps.contains(" ms  connected "), "{steps:?}");
    assert!(shown.starts_with("HTTP/1.1 101 Switching Protocols\n"), "{shown:?}");
    assert!(shown.ends_with("\nleftover: 0\n> hello\n< hello\nclosed: 1000\n"), "{shown:?}");
    assert_eq!(code, 0);
}

#[test]
fn a_declined_handshake_is_printed_as_status_and_body() {
    let server = Server::start("tokio", &["--basic-auth", "ada:lovelace"]);
    for (options, steps, fields) in [("", 0, 0), ("-v", 4, 4)] {
        let Some(terminal) = Terminal::start("tokio", &server, options) else { return };
        let (shown, code) = terminal.end();
        let shown: Vec<_> = shown.split_inclusive('\n').skip(steps).collect();
        let shown = shown.concat();
        assert!(shown.starts_with("HTTP/1.1 401 Unauthorized\n"), "{shown:?}");
        assert!(shown.ends_with("\n\ncredentials are required\n"), "{shown:?}");
        assert_eq!((shown.lines().count(), code), (3 + fields, 2), "{shown:?}");
    }
}
