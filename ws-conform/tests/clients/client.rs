//! The clients. They ask as for the Autobahn suite: how many cases there are, and then for each of them.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

/// What is wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Any head with 101 opens, and frames are answered.
    TakesAnything,
    /// It waits until the server ends the connection.
    Mute,
    /// It closes when it has asked.
    Closes,
    /// It has no key.
    NoKey,
}

/// Comes for all cases.
pub(crate) fn come(server: SocketAddr, behaviour: Behaviour) {
    let mut counting = ask(server, "/getCaseCount", Behaviour::TakesAnything);
    let count = frames(&mut counting).unwrap_or_default();
    let count: usize = String::from_utf8(count).unwrap().parse().unwrap();
    for case in 1..=count {
        let target = format!("/runCase?case={case}&agent=test");
        let mut stream = ask(server, &target, behaviour);
        match behaviour {
            Behaviour::Closes => {}
            Behaviour::Mute | Behaviour::NoKey => {
                // The server says that it sends no more, and then it is over.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest);
            }
            Behaviour::TakesAnything => {
                frames(&mut stream);
            }
        }
    }
    ask(server, "/updateReports", Behaviour::TakesAnything);
}

fn ask(server: SocketAddr, target: &str, behaviour: Behaviour) -> TcpStream {
    let mut stream = TcpStream::connect(server).unwrap();
    let key = match behaviour {
        Behaviour::NoKey => "",
        _ => "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    };
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\n{key}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Reads heads up to one with 101, and then short frames: pings and closes are answered. Gives the first text, unless it
/// is masked, which is not looked at.
fn frames(stream: &mut TcpStream) -> Option<Vec<u8>> {
    while !head(stream)?.starts_with("HTTP/1.1 101") {}
    let mut text = None;
    loop {
        let [first, second] = octets(stream, 2)?[..] else { return text };
        let masked = second & 128 != 0;
        let len = usize::from(second & 127) + if masked { 4 } else { 0 };
        let payload = octets(stream, len)?;
        match first & 15 {
            1 => text = text.or(Some(payload)),
            8 => {
                let _ = stream
                    .write_all(&[&[0x88, 0x80 | second & 127, 0, 0, 0, 0][..], &payload].concat());
                let _ = stream.shutdown(Shutdown::Write);
                return text;
            }
            9 => {
                let _ = stream
                    .write_all(&[&[0x8a, 0x80 | second & 127, 0, 0, 0, 0][..], &payload].concat());
            }
            _ => {}
        }
    }
}

fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(char::from(*octets(stream, 1)?.first()?));
    }
    Some(head)
}

fn octets(stream: &mut TcpStream, len: usize) -> Option<Vec<u8>> {
    let mut octets = vec![0; len];
    stream.read_exact(&mut octets).ok()?;
    Some(octets)
}
