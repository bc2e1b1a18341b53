//! What is said over each WebSocket.

use bytes::Bytes;
use ws_core::{CloseCode, CloseFrame, Message, MessageKind};
use ws_driver::{Error, Event};

use crate::runtimes::{Channel, goodbye};

/// What is exchanged, for the head of the table.
pub(super) const STEPS: &str = "text, bytes, 1 MiB in 64 fragments, ping and pong, close";

/// Exchanges all of it with a server that echoes.
///
/// # Errors
///
/// Says what did not go as it should.
pub(super) fn talk(channel: &mut dyn Channel) -> Result<(), String> {
    for message in [Message::text("grüß dich"), Message::binary(&b"\x00\xff"[..])] {
        let sent = channel.send(message.clone());
        sent.map_err(failed("sending"))?;
        expect_message(channel, &message)?;
    }
    expect_fragments(channel)?;
    expect_pong(channel)?;
    let info = channel.close(goodbye()).map_err(failed("closing"))?;
    check_code(info.received.as_ref())
}

/// Checks that a close frame came, with code 1000.
///
/// # Errors
///
/// Says what came instead.
pub(super) fn check_code(received: Option<&CloseFrame>) -> Result<(), String> {
    match received {
        Some(frame) if frame.code == CloseCode::NORMAL_CLOSURE => Ok(()),
        other => Err(format!("was told {other:?} at the end, expected 1000")),
    }
}

/// Names what failed.
pub(super) fn failed(what: &str) -> impl Fn(Error) -> String {
    move |error| format!("{what} failed: {}: {error}", error.name())
}

fn expect_message(channel: &mut dyn Channel, expected: &Message) -> Result<(), String> {
    let came = channel.recv().map_err(failed("receiving"))?;
    if came.as_ref() == Some(expected) {
        return Ok(());
    }
    let describe = |message: &Message| format!("{} bytes, {:?}", message.len(), message.kind());
    let came = came.as_ref().map_or_else(|| "a close frame".to_owned(), describe);
    Err(format!("an echo was another: {came}, expected {}", describe(expected)))
}

fn expect_fragments(channel: &mut dyn Channel) -> Result<(), String> {
    // Each fragment has its own bytes, so that they cannot be mixed up unnoticed.
    let fragment = |i: u8| Bytes::from(vec![i; FRAGMENT_LEN]);
    for i in 0..FRAGMENTS {
        let sent = channel.send_part(MessageKind::Binary, fragment(i), i + 1 == FRAGMENTS);
        sent.map_err(failed("sending a fragment"))?;
    }
    let whole: Vec<u8> = (0..FRAGMENTS).flat_map(fragment).collect();
    expect_message(channel, &Message::binary(whole))
}

fn expect_pong(channel: &mut dyn Channel) -> Result<(), String> {
    let payload = Bytes::from_static(b"still there?");
    channel.ping(payload.clone()).map_err(failed("sending a ping"))?;
    match channel.recv_event().map_err(failed("receiving"))? {
        Some(Event::Pong(pong)) if pong == payload => Ok(()),
        other => Err(format!("the answer to a ping was {other:?}")),
    }
}

const FRAGMENTS: u8 = 64;
const FRAGMENT_LEN: usize = 16 * 1024;
