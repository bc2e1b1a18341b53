//! Any bytes as frames, to either role, whole and in pieces, as messages and as parts: the same is heard, texts
//! are UTF-8, and memory stays within the limits. The first byte says who hears them, and how they are cut.

use ws_core::{Connection, Role, WebSocketConfig};

use crate::{
    hearing::{Heard, hear},
    pieces::Cut,
    wire::{drain, open},
};

const MAX_LENS: [usize; 2] = [60_000, 256 * 1024];

/// Runs one input.
pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let role = if how & 1 == 0 { Role::Server } else { Role::Client };
    let whole = listen(role, data, Cut::Whole, false);
    let cuts = [Cut::Every(1), Cut::Every(5), Cut::Random(u64::from(*how))];
    let cut = cuts[usize::from(how >> 1) % cuts.len()];
    assert_eq!(whole, listen(role, data, cut, false));
    let (parts, told) = listen(role, data, cut, true);
    assert_eq!(whole.1, told);
    // The same; only of a message that did not end there is more.
    let (begun, heard): (Vec<_>, _) =
        parts.into_iter().partition(|it| matches!(it, Heard::Unfinished(_)));
    assert!(begun.len() <= 1);
    assert_eq!(whole.0, heard);
}

fn listen(role: Role, data: &[u8], cut: Cut, parts: bool) -> (Vec<Heard>, Vec<u8>) {
    let config =
        WebSocketConfig::new().max_frame_len(40_000).max_message_len(60_000).max_fragments(10);
    let mut connection: Connection = open(role, None, &config);
    let heard = hear(&mut connection, data, cut, parts, MAX_LENS);
    let mut told = Vec::new();
    drain(connection.send_queue(), &mut told);
    // Behind a broken rule, pongs depend on the pieces: newer ones replace them.
    let is_broken = matches!(heard.last(), Some(Heard::Broken(_)));
    // Masks differ from run to run.
    (heard, if role == Role::Server && !is_broken { told } else { Vec::new() })
}
