//! Any bytes as frames where permessage-deflate was negotiated, whole and in pieces, as messages and as parts: the
//! same is heard, and it stays within the limits. The first byte says by whom, with which parameters, and how
//! the rest is cut.

use ws_core::{Role, WebSocketConfig};

use crate::{
    hearing::{Heard, hear},
    pieces::Cut,
    wire::open,
};

pub(crate) const ANSWERS: [&str; 4] = [
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
    "permessage-deflate; server_no_context_takeover; client_max_window_bits=12",
];

/// Small, so that a few bytes reach it; and how large the receive buffer may get.
const MAX_LENS: [usize; 2] = [3000, 64 * 1024];

/// Runs one input.
pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let answer = ANSWERS[usize::from(how & 3)];
    let role = if how & 4 == 0 { Role::Server } else { Role::Client };
    let cuts = [Cut::Every(1), Cut::Every(7), Cut::Random(u64::from(*how)), Cut::Every(16)];
    let cut = cuts[usize::from(how >> 3) % cuts.len()];
    let whole = listen(role, answer, data, Cut::Whole, false);
    assert_eq!(whole, listen(role, answer, data, cut, false));
    // The same messages; only what was given out of one that did not end is known here as well.
    let parts = listen(role, answer, data, cut, true);
    let is_whole = |heard: &Heard| !matches!(heard, Heard::Unfinished(_));
    assert_eq!(whole, parts.into_iter().filter(is_whole).collect::<Vec<_>>());
}

fn listen(role: Role, answer: &str, data: &[u8], cut: Cut, parts: bool) -> Vec<Heard> {
    let config =
        WebSocketConfig::new().max_frame_len(2000).max_message_len(MAX_LENS[0]).max_fragments(10);
    hear(&mut open(role, Some(answer), &config), data, cut, parts, MAX_LENS)
}
