//! Messages as permessage-deflate has them. RFC 7692 7.2

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::extension::{Agreed, Context};

/// What is behind each message and is not sent: an empty stored block without its first octet. RFC 7692 7.2.1
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// The longest message that is inflated.
const MAX_MESSAGE_LEN: usize = 64 * 1024 * 1024;

/// Both directions of a connection, seen from one end of it.
#[derive(Debug)]
pub(crate) struct Deflation {
    pub(crate) inflater: Inflater,
    pub(crate) deflater: Deflater,
}

impl Deflation {
    /// As it was agreed upon; `is_client` says which end this is.
    pub(crate) fn new(agreed: Agreed, is_client: bool) -> Self {
        let (own, other) = match is_client {
            true => (agreed.client, agreed.server),
            false => (agreed.server, agreed.client),
        };
        Self { inflater: Inflater::new(other), deflater: Deflater::new(own) }
    }
}

/// What the other end has compressed.
pub(crate) struct Inflater {
    state: Box<DecompressorOxide>,
    /// As long as the window that was agreed upon: no distance can be longer.
    window: Vec<u8>,
    at: usize,
    keeps: bool,
}

impl Inflater {
    fn new(context: Context) -> Self {
        let window = vec![0; 1 << context.bits];
        Self { state: Box::default(), window, at: 0, keeps: context.keeps }
    }

    /// A whole message.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub(crate) fn message(&mut self, payload: &[u8]) -> Result<Vec<u8>, String> {
        if !self.keeps {
            // Whoever refers to an earlier message gets zeros.
            *self.state = DecompressorOxide::default();
            self.window.fill(0);
            self.at = 0;
        }
        let input = [payload, &TAIL].concat();
        let mut rest = &input[..];
        let mut message = Vec::new();
        loop {
            let (status, read, written) = decompress(
                &mut self.state,
                rest,
                &mut self.window,
                self.at,
                TINFL_FLAG_HAS_MORE_INPUT,
            );
            rest = &rest[read..];
            message.extend_from_slice(&self.window[self.at..self.at + written]);
            self.at = (self.at + written) % self.window.len();
            match status {
                _ if message.len() > MAX_MESSAGE_LEN => {
                    return Err(format!("more than {MAX_MESSAGE_LEN} octets"));
                }
                // A last block ends a stream of blocks, and another may follow. RFC 7692 7.2.3.4
                TINFLStatus::Done if rest.is_empty() => return Ok(message),
                TINFLStatus::Done => self.state.init(),
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput => return Ok(message),
                _ => {
                    let window = self.window.len();
                    return Err(format!("no blocks of DEFLATE for a window of {window} octets"));
                }
            }
        }
    }
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater")
            .field("window", &self.window.len())
            .field("keeps", &self.keeps)
            .finish_non_exhaustive()
    }
}

/// What this end compresses.
pub(crate) struct Deflater {
    state: Box<CompressorOxide>,
    keeps: bool,
    /// How much may refer to each other, for a window that is not the longest.
    window: Option<usize>,
}

impl Deflater {
    fn new(context: Context) -> Self {
        let window = (context.bits < 15).then_some(1 << context.bits);
        Self { state: fresh(), keeps: context.keeps && window.is_none(), window }
    }

    /// A whole message.
    pub(crate) fn message(&mut self, payload: &[u8]) -> Vec<u8> {
        if payload.is_empty() {
            // RFC 7692 7.2.3.6
            return vec![0];
        }
        if !self.keeps {
            self.state = fresh();
        }
        let mut octets = Vec::with_capacity(payload.len() / 2);
        for piece in payload.chunks(self.window.unwrap_or(usize::MAX)) {
            if self.window.is_some() {
                // A compressor of its own for each piece: it ends at an octet, and the next can follow.
                self.state = fresh();
            }
            let take = |block: &[u8]| {
                octets.extend_from_slice(block);
                true
            };
            let (status, _) = compress_to_output(&mut self.state, piece, TDEFLFlush::Sync, take);
            debug_assert_eq!(status, TDEFLStatus::Okay);
        }
        octets.truncate(octets.len().saturating_sub(TAIL.len()));
        octets
    }
}

impl std::fmt::Debug for Deflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deflater")
            .field("window", &self.window)
            .field("keeps", &self.keeps)
            .finish_non_exhaustive()
    }
}

fn fresh() -> Box<CompressorOxide> {
    const RAW: i32 = -15;
    const LEVEL: i32 = 6;
    Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, RAW, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Context = Context { keeps: true, bits: 15 };

    fn agreed(client: Context) -> Agreed {
        Agreed { client, server: LONG }
    }

    fn ends(client: Context) -> (Deflation, Deflation) {
        (Deflation::new(agreed(client), true), Deflation::new(agreed(client), false))
    }

    /// Digits that repeat only as a whole.
    fn digits(len: usize) -> Vec<u8> {
        let mut seed = 1_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"0123456789abcdef"[seed as usize >> 28]
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let hello = |octets: &[u8]| Inflater::new(LONG).message(octets);
        // RFC 7692 7.2.3.1, 7.2.3.3, 7.2.3.4 and 7.2.3.5
        for octets in [
            &b"\xf2\x48\xcd\xc9\xc9\x07\x00"[..],
            b"\x00\x05\x00\xfa\xffHello\x00",
            b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
        ] {
            assert_eq!(hello(octets).unwrap(), b"Hello", "{octets:x?}");
        }
        assert_eq!(hello(b"\x00").unwrap(), b"");
        assert!(hello(&[0x07, 0, 0]).is_err());
        let mut kept = Inflater::new(LONG);
        // RFC 7692 7.2.3.2
        for octets in [&b"\xf2\x48\xcd\xc9\xc9\x07\x00"[..], b"\xf2\x00\x11\x00\x00"] {
            assert_eq!(kept.message(octets).unwrap(), b"Hello");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for bits in [9, 10, 15] {
            for keeps in [true, false] {
                let (mut from, mut to) = ends(Context { keeps, bits });
                for len in [0, 1, 500, 513, 70_000, 0, 300] {
                    let message = digits(len);
                    let octets = from.deflater.message(&message);
                    assert_eq!(to.inflater.message(&octets).unwrap(), message, "{bits} {len}");
                }
            }
        }
    }

    #[test]
    fn a_context_is_used_when_it_is_kept_and_only_then() {
        let message = digits(2000);
        let twice = |client| {
            let (mut from, _) = ends(client);
            from.deflater.message(&message);
            from.deflater.message(&message).len()
        };
        assert!(twice(LONG) < 100);
        assert!(twice(Context { keeps: false, ..LONG }) > 1000);
        let (mut from, _) = ends(LONG);
        from.deflater.message(&message);
        let second = from.deflater.message(&message);
        let forgets = Agreed { client: Context { keeps: false, ..LONG }, server: LONG };
        let found = Deflation::new(forgets, false).inflater.message(&second);
        assert_ne!(found.as_ref(), Ok(&message));
    }

    #[test]
    fn a_distance_beyond_the_window_is_an_error() {
        let far = digits(4000).repeat(2);
        let octets = ends(LONG).0.deflater.message(&far);
        let short = |bits| Inflater::new(Context { keeps: true, bits }).message(&octets);
        assert_eq!(short(12).unwrap(), far);
        assert!(short(11).is_err() && short(9).is_err());
    }
}
