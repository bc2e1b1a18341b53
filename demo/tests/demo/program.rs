//! The program under test, and a client and a server made of nothing but bytes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

pub(crate) const RUNTIMES: [&str; 4] = ["tokio", "async-std", "smol", "blocking"];

/// The request of RFC 6455 1.3, as far as every server asks for it.
pub(crate) const UPGRADE: &str = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n";

/// A request without a key: 400, and the connection can be kept.
pub(crate) const KEYLESS: &str = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// First bytes of frames that end a message, or are one.
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8A;

/// Close code 1000, as a payload.
pub(crate) const NORMAL: [u8; 2] = [3, 232];

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ws-demo")).args(args).output().unwrap()
}

/// What the program has said at its end.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Starts the program with pipes.
pub(crate) fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ws-demo"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the program to its end with this as its standard input.
pub(crate) fn pipe(args: &[&str], input: impl AsRef<[u8]>) -> Said {
    let mut child = start(args);
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.as_ref().to_vec());
    // It need not take all of it.
    thread::spawn(move || stdin.write_all(&input));
    child.wait_with_output().unwrap().into()
}

/// `ws-demo serve`, ended with the test.
pub(crate) struct Server {
    child: Child,
    scheme: String,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    pub(crate) fn start(runtime: &str, args: &[&str]) -> Self {
        Self::start_as(&mut Command::new(env!("CARGO_BIN_EXE_ws-demo")), runtime, args)
    }

    /// With so many descriptors and no more.
    #[cfg(unix)]
    pub(crate) fn start_with_descriptors(count: usize, runtime: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"ulimit -n "$0" && exec "$@""#, &count.to_string()]);
        Self::start_as(shell.arg(env!("CARGO_BIN_EXE_ws-demo")), runtime, &[])
    }

    fn start_as(program: &mut Command, runtime: &str, args: &[&str]) -> Self {
        let mut child = program
            .args(["serve", "--runtime", runtime, "--addr", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let (scheme, address) =
            first.trim_end().strip_prefix("listening on ").unwrap().split_once("://").unwrap();
        let (scheme, address) = (scheme.to_owned(), address.to_owned());
        let log = Arc::new(Mutex::new(String::new()));
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|n| n > 0) {
                kept.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        Self { child, scheme, address, log }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}/", self.scheme, self.address)
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit_once(':').unwrap().1
    }

    /// Everything on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Seconds of a processor that the program has taken so far.
    #[cfg(target_os = "linux")]
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which is in parentheses: fields 14 and 15, in hundredths on every Linux. proc(5)
        let fields: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        [11, 12].map(|at: usize| fields[at].parse::<f64>().unwrap() / 100.0).iter().sum()
    }

    /// The lines of the connections that have ended, without the addresses; waits for so many.
    pub(crate) fn lines(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log.lock().unwrap().clone();
            let line = |line: &str| line.split_once(' ').unwrap().1.to_owned();
            if log.lines().count() >= count {
                return log.lines().map(line).collect();
            }
            assert!(Instant::now() < deadline, "not {count} lines: {log:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends a signal, such as `-TERM`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end of the program: its exit status.
    #[cfg(unix)]
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub(crate) fn connect(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client { stream: BufReader::new(stream) }
    }

    /// Waits for the line of a connection.
    pub(crate) fn line_of(&self, client: &Client) -> String {
        let peer = format!("{} ", client.stream.get_ref().local_addr().unwrap());
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log.lock().unwrap().clone();
            if let Some(line) = log.lines().find_map(|line| line.strip_prefix(&peer)) {
                return line.to_owned();
            }
            assert!(Instant::now() < deadline, "no line for {peer}: {log:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection to a server.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Reads an answer: its head, and the body of the length it gives.
    pub(crate) fn answer(&mut self) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let n = self.stream.read_line(&mut head).unwrap();
            assert_ne!(n, 0, "the server closed after {head:?}");
        }
        let head = head.to_ascii_lowercase();
        let mut answer = Answer { head, body: String::new() };
        let mut body =
            vec![0; answer.field("content-length").map_or(0, |len| len.parse().unwrap())];
        self.stream.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    pub(crate) fn ask(&mut self, text: &str) -> Answer {
        self.send(text);
        self.answer()
    }

    /// Opens a WebSocket.
    pub(crate) fn open(&mut self) {
        self.open_with("");
    }

    /// Opens a WebSocket with further fields in the request.
    pub(crate) fn open_with(&mut self, fields: &str) {
        assert_eq!(self.ask(&format!("{UPGRADE}{fields}\r\n")).status(), 101);
    }

    /// Sends a frame of at most 65,535 bytes, masked with zeros. `first` is its first byte.
    pub(crate) fn say(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match u8::try_from(payload.len()) {
            Ok(len @ ..=125) => frame.push(0x80 | len),
            _ => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&u16::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        self.send_bytes(&frame);
    }

    /// Receives a frame of at most 65,535 bytes: its first byte and its payload.
    pub(crate) fn hear(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).unwrap();
        let mut len = usize::from(head[1]);
        if len == 126 {
            let mut long = [0; 2];
            self.stream.read_exact(&mut long).unwrap();
            len = usize::from(u16::from_be_bytes(long));
        }
        let mut payload = vec![0; len];
        self.stream.read_exact(&mut payload).unwrap();
        (head[0], payload)
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&self) {
        self.stream.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    /// Reads to the end of the stream.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        rest
    }

    /// Whether the server keeps the connection open for as long as this looks.
    pub(crate) fn is_open(&mut self) -> bool {
        let stream = self.stream.get_ref();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let kept = matches!(self.stream.fill_buf(), Err(error) if
            matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
        self.stream.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        kept
    }
}

/// An answer, its head in lower case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.strip_prefix("http/1.1 ").unwrap()[..3].parse().unwrap()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A server for one connection that reads a head, says what it is told to, and closes.
pub(crate) fn fake_server(
    answer: impl FnOnce(&str) -> Vec<u8> + Send + 'static,
) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap() == 0 {
                break;
            }
        }
        stream.get_mut().write_all(&answer(&head)).unwrap();
        head
    });
    (address, thread)
}

/// No step takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
