//! permessage-deflate (RFC 7692) for the test's own use: what was negotiated, and a compressor for what a peer sends.
//! Independent of the code under test.

use flate2::{Compress, Compression, FlushCompress};
use ws_core::Role;

/// How one side compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Base-2 logarithm of the window, 9 to 15.
    pub bits: u8,
    /// A message may refer to those before it.
    pub takeover: bool,
}

impl Way {
    /// How the given role compresses, by the answer of a server: `permessage-deflate; server_max_window_bits=10`.
    pub fn of(role: Role, answer: &str) -> Self {
        let who = match role {
            Role::Client => "client",
            Role::Server => "server",
        };
        let mut way = Self { bits: 15, takeover: true };
        for param in answer.split(';').skip(1) {
            let Some(param) = param.trim().strip_prefix(who) else { continue };
            match param.strip_prefix("_max_window_bits=") {
                // No zlib inflates with a window of 8 bits, and a larger one does no harm.
                Some(bits) => way.bits = bits.parse().unwrap_or(15).max(9),
                None => way.takeover &= param != "_no_context_takeover",
            }
        }
        way
    }
}

/// Compresses the messages of a peer.
#[derive(Debug)]
pub struct Deflate {
    context: Compress,
    takeover: bool,
}

impl Deflate {
    /// A peer that compresses like this.
    pub fn new(Way { bits, takeover }: Way) -> Self {
        Self { context: Compress::new_with_window_bits(Compression::best(), false, bits), takeover }
    }

    /// The payload of a message (RFC 7692 7.2.1).
    pub fn message(&mut self, message: impl AsRef<[u8]>) -> Vec<u8> {
        let mut out = self.piece(message.as_ref(), FlushCompress::Sync);
        match out.strip_suffix(&TAIL) {
            Some(rest) => out.truncate(rest.len()),
            // Nothing has come since the last flush: an empty block, without its tail (7.2.3.6).
            None => out.push(0x00),
        }
        if !self.takeover {
            self.context.reset();
        }
        out
    }

    /// The payload of a fragment that is not the last of its message: all of it can be inflated.
    pub fn part(&mut self, part: impl AsRef<[u8]>) -> Vec<u8> {
        self.piece(part.as_ref(), FlushCompress::Sync)
    }

    /// The payload of a message whose last block says that it is the last (7.2.3.4).
    pub fn last_block(&mut self, message: impl AsRef<[u8]>) -> Vec<u8> {
        let mut out = self.piece(message.as_ref(), FlushCompress::Finish);
        self.context.reset();
        out.push(0x00);
        out
    }

    #[expect(clippy::expect_used, reason = "a compressor takes anything")]
    fn piece(&mut self, piece: &[u8], flush: FlushCompress) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() + piece.len() / 8 + 1024);
        self.context.compress_vec(piece, &mut out, flush).expect("deflated data");
        assert!(out.len() < out.capacity(), "there was room for all of it");
        out
    }
}

/// The payload of one message that refers to nothing.
pub fn deflated(message: impl AsRef<[u8]>) -> Vec<u8> {
    Deflate::new(Way { bits: 15, takeover: false }).message(message)
}

/// What every message ends with, and none sends (RFC 7692 7.2.1).
pub const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Way = Way { bits: 15, takeover: true };

    #[test]
    fn answers_are_read() {
        let answer = "permessage-deflate; server_no_context_takeover; client_max_window_bits=10";
        assert_eq!(Way::of(Role::Server, answer), Way { bits: 15, takeover: false });
        assert_eq!(Way::of(Role::Client, answer), Way { bits: 10, takeover: true });
        assert_eq!(Way::of(Role::Client, "permessage-deflate"), PLAIN);
        assert_eq!(Way::of(Role::Server, "permessage-deflate; server_max_window_bits=8").bits, 9);
    }
}
