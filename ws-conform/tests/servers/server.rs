//! The servers.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};

/// What is wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Any head is answered with a 101 that has the right accept value; frames are read and thrown away.
    Always101,
    /// Everything is read, and nothing is said.
    Mute,
    /// Every connection is closed when it has said something.
    Closes,
    /// Any head is answered with 101, and then nothing is read any more.
    HangsOpen,
    /// Good requests are answered with 101; at the first other one, nobody listens any more.
    Crashes,
}

/// One of them, on a free port. Its threads end with the test.
#[derive(Debug)]
pub(crate) struct Server {
    url: String,
}

impl Server {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if behaviour == Behaviour::Crashes {
                    // One at a time, to know which one it was.
                    if !serve_good(stream) {
                        return;
                    }
                } else {
                    thread::spawn(move || serve(stream, behaviour));
                }
            }
        });
        Self { url }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }
}

fn serve(mut stream: TcpStream, behaviour: Behaviour) {
    let mut octets = [0; 4096];
    if behaviour == Behaviour::Closes {
        let _ = stream.read(&mut octets);
        return;
    }
    if behaviour != Behaviour::Mute {
        let Some(head) = head(&mut stream) else { return };
        if stream.write_all(answer(&head).as_bytes()).is_err() {
            return;
        }
    }
    if behaviour == Behaviour::HangsOpen {
        thread::sleep(Duration::from_secs(600));
    }
    while stream.read(&mut octets).is_ok_and(|len| len > 0) {}
}

/// Whether the request was good, or none.
fn serve_good(mut stream: TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let Some(head) = head(&mut stream) else { return true };
    let _ = stream.write_all(answer(&head).as_bytes());
    head.starts_with("GET / HTTP/1.1\r\nHost: ")
}

/// All up to the blank line.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut octet = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut octet) {
            Ok(1) => head.push(octet[0]),
            _ => return None,
        }
    }
    Some(head.into_iter().map(char::from).collect())
}

fn answer(head: &str) -> String {
    let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut keys = fields.filter(|(name, _)| name.eq_ignore_ascii_case("Sec-WebSocket-Key"));
    let key = keys.next().map(|(_, key)| key.trim_matches([' ', '\t'])).unwrap_or_default();
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let accept = STANDARD.encode(hash.finalize());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}
