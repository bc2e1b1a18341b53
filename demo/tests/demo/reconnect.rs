//! `ws-demo connect --reconnect`, with servers that come and go.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{Child, ChildStdin, Command},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use crate::{
    authority::Authority,
    program::{RUNTIMES, Server, start},
};

/// A client, line by line.
struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Client {
    fn start(runtime: &str, address: &str) -> Self {
        Self::start_with(runtime, &format!("ws://{address}/"), &["-q", "--reconnect"])
    }

    fn start_with(runtime: &str, url: &str, args: &[&str]) -> Self {
        let quick = ["--reconnect-max-delay-ms", "100"];
        let mut child = start(&[&["connect", "--runtime", runtime, url], args, &quick].concat());
        let stdin = child.stdin.take();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).unwrap()
    }

    /// The next line on standard error that begins like this.
    fn notice(&self, begin: &str) -> String {
        loop {
            let line = self.stderr.recv_timeout(PATIENCE).unwrap();
            if line.starts_with(begin) {
                return line;
            }
        }
    }

    /// Ends standard input, and gives the exit status.
    fn end(mut self) -> i32 {
        drop(self.stdin.take());
        self.child.wait().unwrap().code().unwrap()
    }
}

fn lines(from: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

/// An address that nobody listens on.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn lines_that_are_typed_meanwhile_are_for_the_next_session() {
    for runtime in RUNTIMES {
        let address = free_address();
        let mut client = Client::start(runtime, &address);
        client.notice("io: cannot connect to ");
        client.say("one");
        let server = Server::start("tokio", &["--addr", &address]);
        assert!(client.notice("session 1: ").starts_with("session 1: open"), "{runtime}");
        assert_eq!(client.hear(), "one", "{runtime}");

        drop(server);
        let ended = client.notice("session 1: ");
        assert!(ended.starts_with("session 1: ended, "), "{runtime}: {ended}");
        client.notice("io: cannot connect to ");
        client.say("two");
        client.say("three");
        let _server = Server::start("tokio", &["--addr", &address, "--close-after", "2"]);
        let opened = client.notice("session 2: ");
        assert!(opened.starts_with("session 2: open again after "), "{runtime}: {opened}");
        assert_eq!((client.hear(), client.hear()), ("two".to_owned(), "three".to_owned()));

        // A server that closes is no reason to stop.
        let ended = client.notice("session 2: ");
        assert_eq!(ended, "session 2: ended, closed by the server with 1000", "{runtime}");
        client.notice("session 3: open again after ");
        client.say("four");
        assert_eq!(client.hear(), "four", "{runtime}");
        assert_eq!(client.end(), 0, "{runtime}");
    }
}

#[test]
fn the_end_of_standard_input_ends_it_between_sessions() {
    for runtime in RUNTIMES {
        let address = free_address();
        let mut client = Client::start(runtime, &address);
        let server = Server::start("tokio", &["--addr", &address]);
        client.say("one");
        assert_eq!(client.hear(), "one", "{runtime}");
        drop(server);
        client.notice("session 1: ended, ");
        client.notice("io: cannot connect to ");
        assert_eq!(client.end(), 0, "{runtime}");
    }
}

#[test]
fn what_another_attempt_does_not_mend_ends_it() {
    for runtime in RUNTIMES {
        let server = Server::start("tokio", &["--basic-auth", "ada:lovelace"]);
        let client = Client::start(runtime, server.address());
        client.notice("error: declined: the server answered 401");
        assert_eq!(client.end(), 2, "{runtime}");
    }
}

#[test]
fn each_session_is_warned_of_and_each_delay_is_told() {
    let authority = Authority::new();
    let identity = authority.issue(&["elsewhere.example"]);
    for runtime in RUNTIMES {
        let args = [&identity.of_server()[..], &["--close-after", "1"]].concat();
        let server = Server::start("tokio", &args);
        let mut client = Client::start_with(runtime, &server.url(), &["--insecure", "-v"]);
        for number in 1..=3 {
            client.notice("--insecure: the server's certificate was not verified");
            client.notice(&format!("session {number}: open"));
            client.say("again");
            client.notice(&format!("session {number}: ended, closed by the server with 1000"));
            let delay = client.stderr.recv_timeout(PATIENCE).unwrap();
            assert!(delay.contains(" ms  again in 0."), "{runtime}: {delay}");
        }
        drop(client.stdin.take());
        let _ = client.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_a_session_and_without() {
    for runtime in RUNTIMES {
        for is_open in [true, false] {
            let address = free_address();
            let mut client = Client::start(runtime, &address);
            let server = Server::start("tokio", &["--addr", &address]);
            client.say("one");
            assert_eq!(client.hear(), "one", "{runtime}");
            if !is_open {
                drop(server);
                client.notice("session 1: ended, ");
                client.notice("io: cannot connect to ");
            }
            let pid = client.child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
            let code = client.child.wait().unwrap().code();
            assert_eq!(code, Some(130), "{runtime} {is_open}");
        }
    }
}

/// No step takes that long.
const PATIENCE: Duration = Duration::from_secs(10);
