//! A client and a server of any settings, and bytes between them that come in any pieces: what ours asks for is
//! always a request, what ours answers is always an answer, both have agreed upon the same, and a message gets through.

use bytes::Bytes;
use http::StatusCode;
use ws_core::{
    ArgumentError, ClientConfig, ClientHandshake, ClientWindow, Connection, DeflateConfig,
    DeflateOffer, HandshakeError, Incoming, Message, Polled, Preference, RequestRule, ServerConfig,
    ServerHandshake, WebSocketConfig,
};

use crate::{input::Input, pieces::Cut, wire::drain};

const NAMES: [&str; 5] = ["chat", "superchat", "v1.chat", "a", "!"];

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let server = server_config(&mut input);
    let client = client_config(&mut input);
    let cut = Cut::Random(input.byte().into());
    let mut text = |len| String::from_utf8_lossy(input.bytes(len)).into_owned();
    let (name, value, host, target) = (text(4), text(4), text(8), text(usize::MAX));
    let client = if name.is_empty() { client } else { client.header(&name, &value) };
    let host = if host.is_empty() { "h" } else { &host };
    let asking = match ClientHandshake::new(&client, host, &target) {
        Ok(asking) => asking,
        Err(HandshakeError::Argument(error)) => return check_refused(&error),
        Err(error) => panic!("{error}"),
    };
    let Some((asking, mut answering)) = ask(asking, &server, cut) else { return };
    let mut answer = Vec::new();
    drain(answering.send_queue(), &mut answer);
    let mut asked = hear_answer(asking, &answer, cut);
    let (ours, theirs) = (asked.negotiated(), answering.negotiated());
    assert_eq!(ours.subprotocol(), theirs.subprotocol());
    assert_eq!(ours.extensions(), theirs.extensions());
    for text in ["a", "to be repeated, to be repeated, to be repeated"] {
        say(&mut asked, &mut answering, text);
        say(&mut answering, &mut asked, text);
    }
}

fn server_config(input: &mut Input<'_>) -> ServerConfig {
    let (flags, bits) = (input.byte(), input.byte());
    let mut config = ServerConfig::new()
        .subprotocols(chosen(input.byte()))
        .subprotocol_preference(*input.pick(&[Preference::Server, Preference::Client]))
        .require_subprotocol(flags & 1 != 0)
        .keep_alive(flags & 2 != 0)
        .web_socket(WebSocketConfig::new().min_deflate_len(0));
    if flags & 4 != 0 {
        config = config.deflate(
            DeflateConfig::new()
                .server_max_window_bits(9 + (bits & 7) % 7)
                .client_max_window_bits(9 + (bits >> 4 & 7) % 7)
                .server_no_context_takeover(flags & 8 != 0)
                .client_no_context_takeover(flags & 16 != 0),
        );
    }
    config
}

fn client_config(input: &mut Input<'_>) -> ClientConfig {
    let (flags, bits) = (input.byte(), input.byte());
    let mut config = ClientConfig::new()
        .subprotocols(chosen(input.byte()))
        .web_socket(WebSocketConfig::new().min_deflate_len(0));
    for offer in 0..flags & 3 {
        let bits = bits.wrapping_add(offer);
        let hint = 9 + (bits >> 4 & 7) % 7;
        let windows = [ClientWindow::Omitted, ClientWindow::Any, ClientWindow::Bits(hint)];
        config = config.deflate(
            DeflateOffer::new()
                .server_max_window_bits((flags & 4 != 0).then_some(9 + (bits & 7) % 7))
                .client_max_window_bits(windows[usize::from(flags >> 5) % windows.len()])
                .server_no_context_takeover(flags & 8 != 0)
                .client_no_context_takeover(flags & 16 != 0),
        );
    }
    config
}

fn chosen(bits: u8) -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().enumerate().filter(move |(n, _)| bits >> n & 1 != 0).map(|(_, name)| name)
}

/// What must not be sent is said to the caller, in words that can be shown.
fn check_refused(error: &ArgumentError) {
    let shown = error.to_string();
    assert!(shown.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{shown}");
}

/// Brings the request to the server. `None` if that rejects it, and the client has heard so.
fn ask(
    mut asking: ClientHandshake,
    server: &ServerConfig,
    cut: Cut,
) -> Option<(ClientHandshake, Connection)> {
    let mut request = Vec::new();
    drain(asking.send_queue(), &mut request);
    let mut answering = ServerHandshake::new(server);
    let mut pieces = cut.of(&request);
    let mut rejected = loop {
        answering = match answering.poll_accept() {
            Polled::Pending(mut answering) => {
                let piece = pieces.next().expect("a request ends");
                answering.recv_buf().extend_from_slice(piece);
                answering
            }
            Polled::Ready(accepted) => {
                assert_eq!(pieces.next(), None);
                return Some((asking, accepted.into_connection()));
            }
            Polled::Failed(rejected) => break rejected,
        };
    };
    let HandshakeError::Rejected(rejection) = &rejected.error else { panic!("{}", rejected.error) };
    let (rule, status) = (rejection.rule(), rejection.response().status());
    // Nothing that our client sends is wrong; it may only be too much, or not wanted.
    assert!(
        matches!(
            rule,
            RequestRule::NoCommonSubprotocol
                | RequestRule::RequestLineTooLong
                | RequestRule::FieldTooLong
                | RequestRule::HeadTooLarge
        ),
        "{rule}"
    );
    let mut answer = Vec::new();
    drain(rejected.send_queue(), &mut answer);
    assert_eq!(heard_status(asking, &answer, cut), status);
    None
}

fn heard_status(mut asking: ClientHandshake, answer: &[u8], cut: Cut) -> StatusCode {
    for piece in cut.of(answer) {
        asking.recv_buf().extend_from_slice(piece);
        asking = match asking.poll() {
            Polled::Pending(asking) => asking,
            Polled::Failed(HandshakeError::Declined(declined)) => {
                assert!(declined.body_complete());
                return declined.response().status();
            }
            Polled::Failed(error) => panic!("{error}"),
            Polled::Ready(_) => panic!("it was rejected"),
        };
    }
    panic!("an answer ends: {}", answer.escape_ascii())
}

fn hear_answer(mut asking: ClientHandshake, answer: &[u8], cut: Cut) -> Connection {
    for piece in cut.of(answer) {
        asking.recv_buf().extend_from_slice(piece);
        asking = match asking.poll() {
            Polled::Pending(asking) => asking,
            Polled::Ready(established) => return established.connection,
            Polled::Failed(error) => panic!("{error}: {}", answer.escape_ascii()),
        };
    }
    panic!("an answer ends: {}", answer.escape_ascii())
}

fn say(from: &mut Connection, to: &mut Connection, text: &str) {
    let message = Message::binary(Bytes::copy_from_slice(text.as_bytes()));
    assert_eq!(from.sender().send(&message), Ok(()));
    let mut wire = Vec::new();
    drain(from.send_queue(), &mut wire);
    to.receiver().recv_buf().extend_from_slice(&wire);
    assert!(matches!(to.poll(), Ok(Some(Incoming::Message(_)))));
    assert_eq!(to.receiver().take_message(), Some(message));
}
