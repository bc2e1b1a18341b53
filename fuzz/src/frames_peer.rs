//! Any bytes as frames, to us and to tungstenite: both hear the same.
//!
//! Where one of the two objects, the other has to, but for what is listed in `only_we`. The first byte
//! says who hears them.

use std::io::{self, Read, Write};

use tungstenite::{
    Error, Message,
    error::ProtocolError,
    protocol::{self, WebSocket},
};
use ws_core::{FrameRule, Role, WebSocketConfig};

use crate::{
    hearing::{Heard, hear},
    pieces::Cut,
    wire::open,
};

const MAX_FRAME_LEN: usize = 4000;
const MAX_MESSAGE_LEN: usize = 6000;

/// Runs one input.
pub fn run(data: &[u8]) {
    let [who, data @ ..] = data else { return };
    let role = if who & 1 == 0 { Role::Server } else { Role::Client };
    let config = WebSocketConfig::new()
        .max_frame_len(MAX_FRAME_LEN)
        .max_message_len(MAX_MESSAGE_LEN)
        .max_fragments(u32::MAX);
    let mut connection = open(role, None, &config);
    let max_lens = [MAX_MESSAGE_LEN, 64 * 1024];
    let mut ours = hear(&mut connection, data, Cut::Whole, false, max_lens);
    let broken = match ours.last() {
        Some(Heard::Broken(rule)) => Some(*rule),
        _ => None,
    };
    let (theirs, objection) = match broken {
        None => hear_as_tungstenite(role, data),
        // It looks at a frame once all of it has come.
        Some(_) => {
            ours.pop();
            hear_as_tungstenite(role, &[data, &[0; MAX_FRAME_LEN + 14]].concat())
        }
    };
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let is_replaced = matches!(ours, Heard::Close(_)) && *theirs == replaced_close();
        assert!(ours == theirs || is_replaced, "{ours:?} {theirs:?}");
    }
    match broken {
        Some(rule) if only_we(rule) => assert!(theirs.len() >= ours.len(), "{rule}: {objection:?}"),
        Some(rule) => {
            assert!(objection.is_some(), "only we object: {rule}");
            assert_eq!(theirs.len(), ours.len(), "{rule}: {objection:?}");
        }
        None => {
            assert!(objection.is_none(), "only they object: {objection:?}");
            assert_eq!(theirs.len(), ours.len());
        }
    }
}

/// What tungstenite takes: lengths that could be shorter, those of control frames among them, and codes that no close
/// frame may have. Of a text in fragments it sees at the end that it is none.
fn only_we(rule: FrameRule) -> bool {
    matches!(
        rule,
        FrameRule::LongLength
            | FrameRule::LongControl
            | FrameRule::CloseCode
            | FrameRule::InvalidUtf8
    )
}

/// What tungstenite gives out instead of a close frame whose code it does not know: 1014, which IANA has registered.
fn replaced_close() -> Heard {
    Heard::Close([&1002_u16.to_be_bytes()[..], b"Protocol violation"].concat())
}

fn hear_as_tungstenite(role: Role, data: &[u8]) -> (Vec<Heard>, Option<Error>) {
    let role = match role {
        Role::Server => protocol::Role::Server,
        Role::Client => protocol::Role::Client,
    };
    let config = protocol::WebSocketConfig::default()
        .read_buffer_size(512)
        .max_frame_size(Some(MAX_FRAME_LEN))
        .max_message_size(Some(MAX_MESSAGE_LEN));
    let mut socket = WebSocket::from_raw_socket(Script(data), role, Some(config));
    let mut heard = Vec::new();
    loop {
        heard.push(match socket.read() {
            Ok(Message::Text(text)) => Heard::Text(text.as_bytes().to_vec()),
            Ok(Message::Binary(bytes)) => Heard::Binary(bytes.to_vec()),
            Ok(Message::Ping(bytes)) => Heard::Ping(bytes.to_vec()),
            Ok(Message::Pong(bytes)) => Heard::Pong(bytes.to_vec()),
            Ok(Message::Close(frame)) => {
                let payload = frame.map_or_else(Vec::new, |frame| {
                    let code = u16::from(frame.code).to_be_bytes();
                    [&code[..], frame.reason.as_bytes()].concat()
                });
                heard.push(Heard::Close(payload));
                return (heard, None);
            }
            Ok(Message::Frame(_)) => continue,
            // The end of what there is.
            Err(Error::Io(_) | Error::ConnectionClosed)
            | Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                return (heard, None);
            }
            Err(error) => return (heard, Some(error)),
        });
    }
}

/// What is to be read. What is written goes nowhere.
struct Script<'a>(&'a [u8]);

impl Read for Script<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Script<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
