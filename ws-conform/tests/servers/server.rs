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
    /// It takes permessage-deflate as it is offered, and sends frames back as they came, unmasked; it never compresses.
    Mirrors,
    /// Frames get as much room as their heads declare, up to 128 MiB.
    Hoards,
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
        if behaviour == Behaviour::Mirrors {
            mirror(&mut stream, &head);
            return;
        }
        if stream.write_all(answer(&head).as_bytes()).is_err() {
            return;
        }
    }
    if behaviour == Behaviour::Hoards {
        let mut head = [0; 10];
        if stream.read_exact(&mut head).is_ok() && head[1] & 127 == 127 {
            let len = head[2..].iter().fold(0, |len, octet| len << 8 | usize::from(*octet));
            let mut room = vec![1; len.min(128 << 20)];
            while stream.read(&mut room).is_ok_and(|len| len > 0) {}
        }
        return;
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

/// Pings are answered, and a close ends it.
fn mirror(stream: &mut TcpStream, head: &str) -> Option<()> {
    let name = "Sec-WebSocket-Extensions: ";
    let offer = head.lines().find(|line| line.starts_with(name)).unwrap_or("X-None: x");
    // A hint without a value is no answer.
    let offer = offer.replace("; client_max_window_bits", "");
    let answer = answer(head).replacen("\r\n\r\n", &format!("\r\n{offer}\r\n\r\n"), 1);
    stream.write_all(answer.as_bytes()).ok()?;
    loop {
        let mut first = [0; 2];
        stream.read_exact(&mut first).ok()?;
        let mut rest = vec![0; [0, 2, 8][usize::from(first[1] & 127).saturating_sub(125)]];
        stream.read_exact(&mut rest).ok()?;
        let len = match rest[..] {
            [] => usize::from(first[1] & 127),
            _ => rest.iter().fold(0, |len, octet| len << 8 | usize::from(*octet)),
        };
        let mut key = [0; 4];
        stream.read_exact(&mut key).ok()?;
        let mut payload = vec![0; len];
        stream.read_exact(&mut payload).ok()?;
        payload.iter_mut().zip(key.iter().cycle()).for_each(|(octet, key)| *octet ^= key);
        let opcode = if first[0] & 15 == 9 { first[0] + 1 } else { first[0] };
        let frame = [&[opcode, first[1] & 127][..], &rest, &payload].concat();
        stream.write_all(&frame).ok()?;
        if opcode & 15 == 8 {
            return None;
        }
    }
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
