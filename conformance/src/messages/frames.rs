//! Frames as a peer writes them, right or wrong. Independent of the code under test.

use std::fmt;

use sha1::{Digest as _, Sha1};
use ws_core::{FrameRule, Role};

/// One frame. [`encode`](Self::encode) writes it as asked, whatever RFC 6455 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The last of its message.
    pub fin: bool,
    /// The three reserved bits.
    pub rsv: u8,
    /// Four bits.
    pub opcode: u8,
    /// Not masked.
    pub payload: Vec<u8>,
    /// How the length is written.
    pub form: Form,
    /// Whether a mask is used where a peer would not, and not used where it would.
    pub wrong_mask: bool,
    /// The length in the head, where it is not the payload's.
    pub claims: Option<u64>,
}

/// The three ways to write a length (RFC 6455 5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The shortest.
    #[default]
    Minimal,
    /// In 16 bits.
    Two,
    /// In 64 bits.
    Eight,
}

/// Goes on with a message.
pub const CONTINUATION: u8 = 0x0;
/// Begins a text.
pub const TEXT: u8 = 0x1;
/// Begins a message of bytes.
pub const BINARY: u8 = 0x2;
/// Closes.
pub const CLOSE: u8 = 0x8;
/// Asks.
pub const PING: u8 = 0x9;
/// Answers.
pub const PONG: u8 = 0xA;

/// Of the reserved bits, the one that marks a compressed message.
pub const RSV1: u8 = 4;

/// What the frames of the test are masked with.
pub const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A whole text.
pub fn text(payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(TEXT, payload)
}

/// A whole message of bytes.
pub fn binary(payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(BINARY, payload)
}

/// The last frame of a message that has begun.
pub fn continuation(payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(CONTINUATION, payload)
}

/// A ping.
pub fn ping(payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(PING, payload)
}

/// A pong.
pub fn pong(payload: impl AsRef<[u8]>) -> Frame {
    Frame::new(PONG, payload)
}

/// A close frame.
pub fn close(code: u16, reason: impl AsRef<[u8]>) -> Frame {
    Frame::new(CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}

impl Frame {
    /// A final frame that is right but for what is changed later.
    pub fn new(opcode: u8, payload: impl AsRef<[u8]>) -> Self {
        let payload = payload.as_ref().to_vec();
        let (form, wrong_mask, claims) = (Form::Minimal, false, None);
        Self { fin: true, rsv: 0, opcode, payload, form, wrong_mask, claims }
    }

    /// This frame, but not the last of its message.
    #[must_use]
    pub fn more(mut self) -> Self {
        self.fin = false;
        self
    }

    /// This frame with reserved bits set.
    #[must_use]
    pub fn rsv(mut self, rsv: u8) -> Self {
        self.rsv = rsv;
        self
    }

    /// This frame as the first of a compressed message (RFC 7692 6).
    #[must_use]
    pub fn compressed(self) -> Self {
        self.rsv(RSV1)
    }

    /// This frame with its length written in another form.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// This frame with a mask if its sender must not use one, and without one if it must.
    #[must_use]
    pub fn wrong_mask(mut self) -> Self {
        self.wrong_mask = true;
        self
    }

    /// This frame with a length in its head that is not the length of its payload.
    #[must_use]
    pub fn claiming(mut self, len: u64) -> Self {
        self.claims = Some(len);
        self
    }

    /// The octets, as sent to the given role.
    pub fn encode(&self, to: Role) -> Vec<u8> {
        let masked = (to == Role::Server) != self.wrong_mask;
        let bit = u8::from(masked) << 7;
        let len = self.claims.unwrap_or(self.payload.len() as u64);
        let mut out = vec![u8::from(self.fin) << 7 | self.rsv << 4 | self.opcode];
        match (self.form, len) {
            (Form::Minimal, 0..126) => out.push(bit | len as u8),
            (Form::Minimal, 126..=0xffff) | (Form::Two, _) => {
                out.push(bit | 126);
                out.extend_from_slice(&(len as u16).to_be_bytes());
            }
            _ => {
                out.push(bit | 127);
                out.extend_from_slice(&len.to_be_bytes());
            }
        }
        // A mask of zeros is a mask, and costs nothing where there is much to mask.
        let mask = if self.payload.len() > 10_000 { [0; 4] } else { MASK };
        if masked {
            out.extend_from_slice(&mask);
        }
        let start = out.len();
        out.extend_from_slice(&self.payload);
        if masked {
            unmask(&mut out[start..], mask);
        }
        out
    }

    /// Only the head, as sent to the given role.
    pub fn head(&self, to: Role) -> Vec<u8> {
        let mut out = self.encode(to);
        out.truncate(out.len() - self.payload.len());
        out
    }
}

/// `text hello`, `ping`, `close 1000 bye`; `+` behind the kind of a frame that is not the last of its message, and
/// `deflated` in front of one that marks a compressed message.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rsv & RSV1 != 0 {
            f.write_str("deflated ")?;
        }
        f.write_str(match self.opcode {
            CONTINUATION => "continuation",
            TEXT => "text",
            BINARY => "binary",
            CLOSE => "close",
            PING => "ping",
            PONG => "pong",
            _ => "reserved",
        })?;
        if !self.fin {
            f.write_str("+")?;
        }
        match (self.opcode, &self.payload[..]) {
            (CLOSE, [a, b, reason @ ..]) => {
                write!(f, " {}{}", u16::from_be_bytes([*a, *b]), shown(reason))
            }
            (_, payload) => f.write_str(&shown(payload)),
        }
    }
}

/// A payload behind a space: short ones as they are, long ones as their length and a checksum.
pub fn shown(payload: &[u8]) -> String {
    match payload.len() {
        0 => String::new(),
        1..=130 => format!(" {}", payload.escape_ascii()),
        len => {
            let sum = Sha1::digest(payload);
            let start: String = sum[..8].iter().map(|octet| format!("{octet:02x}")).collect();
            format!(" ({len} octets, {start})")
        }
    }
}

/// Masks or unmasks.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    if mask == [0; 4] {
        return;
    }
    let key = u64::from_ne_bytes(std::array::from_fn(|i| mask[i % 4]));
    let mut words = payload.chunks_exact_mut(8);
    for word in &mut words {
        if let Ok(bytes) = <[u8; 8]>::try_from(&*word) {
            word.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ key).to_ne_bytes());
        }
    }
    words.into_remainder().iter_mut().zip(mask.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}

/// The close frame that tells a peer which rule it has broken.
pub fn told(rule: FrameRule) -> String {
    close(rule.close_code().get(), rule.message()).to_string()
}

/// The other end.
pub fn other(role: Role) -> Role {
    match role {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        // RFC 6455 5.7
        assert_eq!(text("Hello").encode(Role::Client), b"\x81\x05Hello");
        assert_eq!(
            text("Hello").encode(Role::Server),
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
        );
        assert_eq!(text("Hel").more().encode(Role::Client), b"\x01\x03Hel");
        assert_eq!(continuation("lo").encode(Role::Client), b"\x80\x02lo");
        assert_eq!(binary([0; 256]).head(Role::Client), b"\x82\x7e\x01\x00");
        assert_eq!(binary([0; 65536]).head(Role::Client), b"\x82\x7f\0\0\0\0\0\x01\0\0");
    }
}
