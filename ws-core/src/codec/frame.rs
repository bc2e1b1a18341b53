//! Frame heads (RFC 6455 5.2).

use super::FrameRule;

/// What a frame is for (RFC 6455 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// Continues the message that a text or binary frame began.
    Continuation = 0x0,
    /// Begins a message of UTF-8.
    Text = 0x1,
    /// Begins a message of bytes.
    Binary = 0x2,
    /// Closes the connection.
    Close = 0x8,
    /// Asks for a pong.
    Ping = 0x9,
    /// Answers a ping, or is sent unasked.
    Pong = 0xA,
}

impl Opcode {
    /// Whether this is a control frame (RFC 6455 5.5).
    pub const fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }
}

/// The head of a frame: everything but its payload.
///
/// ```
/// use ws_core::{FrameHead, Opcode};
///
/// let (head, head_len) = FrameHead::decode(b"\x81\x05hello")?.ok_or("not complete")?;
/// assert_eq!((head.opcode, head.fin, head.len, head_len), (Opcode::Text, true, 5, 2));
///
/// let mut out = [0; FrameHead::MAX_LEN];
/// let n = head.encode(&mut out);
/// assert_eq!(&out[..n], b"\x81\x05");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// The last frame of its message.
    pub fin: bool,
    /// The message is compressed (RFC 7692 6). The other reserved bits are always zero.
    pub rsv1: bool,
    /// What the frame is for.
    pub opcode: Opcode,
    /// The key that the payload is masked with, if it is.
    pub mask: Option<[u8; 4]>,
    /// How many bytes of payload follow.
    pub len: u64,
}

impl FrameHead {
    /// The length of the longest head, in bytes.
    pub const MAX_LEN: usize = 14;

    /// Reads a head from the front of `bytes`: the head and its length in bytes, or `None` when
    /// there are not enough of them yet.
    ///
    /// # Errors
    ///
    /// The rule of RFC 6455 5.2 or 5.5 that the head breaks, as soon as that shows.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, FrameRule> {
        // What a client sends most: short and in one frame. Nothing in it can be wrong.
        if let &[first @ (0x81 | 0x82), second @ 0x80..=0xFD, a, b, c, d, ..] = bytes {
            let opcode = if first == 0x81 { Opcode::Text } else { Opcode::Binary };
            let (mask, len) = (Some([a, b, c, d]), u64::from(second & 0x7F));
            return Ok(Some((Self { fin: true, rsv1: false, opcode, mask, len }, 6)));
        }
        let &[first, ref rest @ ..] = bytes else { return Ok(None) };
        // "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
        // RFC 6455 5.2. No registered extension uses the second or third bit.
        if first & 0x30 != 0 {
            return Err(FrameRule::ReservedBit);
        }
        // "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket
        // Connection_." RFC 6455 5.2
        let opcode = Opcode::from_bits(first & 0x0F).ok_or(FrameRule::ReservedOpcode)?;
        let fin = first & 0x80 != 0;
        // "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be
        // fragmented." RFC 6455 5.5
        if opcode.is_control() && !fin {
            return Err(FrameRule::FragmentedControl);
        }
        let &[second, ref rest @ ..] = rest else { return Ok(None) };
        let short = second & 0x7F;
        if opcode.is_control() && short > 125 {
            return Err(FrameRule::LongControl);
        }
        // "the minimal number of bytes MUST be used to encode the length". RFC 6455 5.2
        let (len, rest) = match short {
            126 => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                let len = u64::from(u16::from_be_bytes(*len));
                if len < 126 {
                    return Err(FrameRule::LongLength);
                }
                (len, rest)
            }
            127 => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                let len = u64::from_be_bytes(*len);
                // "the most significant bit MUST be 0". RFC 6455 5.2
                if len >> 63 != 0 {
                    return Err(FrameRule::LengthOverflow);
                }
                if len <= u64::from(u16::MAX) {
                    return Err(FrameRule::LongLength);
                }
                (len, rest)
            }
            _ => (u64::from(short), rest),
        };
        let (mask, rest) = if second & 0x80 == 0 {
            (None, rest)
        } else {
            let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (Some(*mask), rest)
        };
        let head = Self { fin, rsv1: first & 0x40 != 0, opcode, mask, len };
        Ok(Some((head, bytes.len() - rest.len())))
    }

    /// How many bytes the head takes. There is one way to encode each.
    pub(crate) fn encoded_len(&self) -> usize {
        let len = match self.len {
            0..126 => 2,
            126..=0xFFFF => 4,
            _ => 10,
        };
        len + if self.mask.is_some() { 4 } else { 0 }
    }

    /// Writes the head to the front of `out` and says how many bytes it takes.
    #[inline]
    pub fn encode(&self, out: &mut [u8; Self::MAX_LEN]) -> usize {
        out[0] = u8::from(self.fin) << 7 | u8::from(self.rsv1) << 6 | self.opcode as u8;
        let masked = u8::from(self.mask.is_some()) << 7;
        let mut n = match self.len {
            0..126 => {
                out[1] = masked | self.len as u8;
                2
            }
            126..=0xFFFF => {
                out[1] = masked | 126;
                out[2..4].copy_from_slice(&(self.len as u16).to_be_bytes());
                4
            }
            _ => {
                out[1] = masked | 127;
                out[2..10].copy_from_slice(&self.len.to_be_bytes());
                10
            }
        };
        if let Some(mask) = self.mask {
            out[n..n + 4].copy_from_slice(&mask);
            n += 4;
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(opcode: Opcode, len: u64, mask: Option<[u8; 4]>) -> FrameHead {
        FrameHead { fin: true, rsv1: false, opcode, mask, len }
    }

    #[test]
    fn every_length_form_survives_every_split() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, u64::MAX >> 1] {
            for mask in [None, Some([1, 2, 3, 4])] {
                let head = head(Opcode::Binary, len, mask);
                let mut out = [0; FrameHead::MAX_LEN];
                let n = head.encode(&mut out);
                assert_eq!(head.encoded_len(), n);
                for cut in 0..n {
                    assert_eq!(FrameHead::decode(&out[..cut]), Ok(None), "{head:?} at {cut}");
                }
                assert_eq!(FrameHead::decode(&out), Ok(Some((head, n))));
            }
        }
    }

    /// websocket-driver read the lengths of an old draft, seven bits an octet, in floating-point numbers. What is
    /// written here is put together by hand.
    #[test]
    fn cve_2026_54466_lengths_are_exact() {
        let around = |at: u64| [at - 1, at, at + 1];
        let powers = (1..63).flat_map(|bits| around(1 << bits));
        let small = if cfg!(miri) { 0..300 } else { 0..70_000 };
        for len in small.chain(powers).chain([u64::MAX >> 1, (1 << 53) + 1, 0x0102_0304_0506_0708])
        {
            let octets: Vec<u8> = match len {
                0..=125 => vec![0x82, len as u8],
                126..=0xFFFF => vec![0x82, 126, (len >> 8) as u8, len as u8],
                _ => {
                    let digits = (0..8).rev().map(|digit| (len >> (8 * digit)) as u8);
                    [0x82, 127].into_iter().chain(digits).collect()
                }
            };
            let head = head(Opcode::Binary, len, None);
            assert_eq!(FrameHead::decode(&octets), Ok(Some((head, octets.len()))), "{len}");
            let mut out = [0; FrameHead::MAX_LEN];
            let n = head.encode(&mut out);
            assert_eq!(out[..n], octets, "{len}");
        }
    }

    #[test]
    fn broken_heads_fail_at_the_first_byte_that_shows_it() {
        for (bytes, rule) in [
            (&[0xA1][..], FrameRule::ReservedBit),
            (&[0x91], FrameRule::ReservedBit),
            (&[0x83], FrameRule::ReservedOpcode),
            (&[0x8F], FrameRule::ReservedOpcode),
            (&[0x09], FrameRule::FragmentedControl),
            (&[0x89, 0x7E], FrameRule::LongControl),
            (&[0x88, 0xFF], FrameRule::LongControl),
            (&[0x82, 126, 0, 125], FrameRule::LongLength),
            (&[0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], FrameRule::LongLength),
            (&[0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], FrameRule::LengthOverflow),
            (
                &[0x82, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                FrameRule::LengthOverflow,
            ),
        ] {
            assert_eq!(FrameHead::decode(bytes), Err(rule), "{bytes:x?}");
        }
    }
}
