//! Frames, good ones and others. RFC 6455 5.2

/// A frame to be sent. What is not said is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    /// RSV1 is 4, RSV2 is 2, RSV3 is 1.
    pub(crate) reserved: u8,
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
    /// As the role asks for, unless said otherwise.
    pub(crate) masked: Option<bool>,
    /// As the payload is long, unless said otherwise.
    pub(crate) len: Option<DeclaredLen>,
}

/// A length that is written without regard to the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeclaredLen {
    /// In the form of 16 bits.
    Two(u16),
    /// In the form of 64 bits.
    Eight(u64),
}

pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

impl Frame {
    /// A frame that is alone.
    pub(crate) fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        let payload = payload.into();
        Self { fin: true, reserved: 0, opcode, payload, masked: None, len: None }
    }

    /// A close frame with a code.
    pub(crate) fn close(code: u16, reason: &str) -> Self {
        Self::new(CLOSE, [&code.to_be_bytes()[..], reason.as_bytes()].concat())
    }

    /// The same, to be continued.
    pub(crate) fn unfinished(self) -> Self {
        Self { fin: false, ..self }
    }

    /// The same with reserved bits.
    pub(crate) fn reserving(self, reserved: u8) -> Self {
        Self { reserved, ..self }
    }

    /// The same, masked or not.
    pub(crate) fn with_mask(self, masked: bool) -> Self {
        Self { masked: Some(masked), ..self }
    }

    /// The same with another length.
    pub(crate) fn declaring(self, len: DeclaredLen) -> Self {
        Self { len: Some(len), ..self }
    }

    /// As octets; `masks` says whether this side has to mask.
    pub(crate) fn octets(&self, masks: bool) -> Vec<u8> {
        let masked = self.masked.unwrap_or(masks);
        let mask_bit = u8::from(masked) << 7;
        let mut octets = vec![u8::from(self.fin) << 7 | self.reserved << 4 | self.opcode];
        let len = self.payload.len();
        match (self.len, u16::try_from(len)) {
            (Some(DeclaredLen::Two(len)), _) => {
                octets.push(mask_bit | 126);
                octets.extend(len.to_be_bytes());
            }
            (Some(DeclaredLen::Eight(len)), _) => {
                octets.push(mask_bit | 127);
                octets.extend(len.to_be_bytes());
            }
            (None, Ok(len @ 0..=125)) => octets.push(mask_bit | len as u8),
            (None, Ok(len)) => {
                octets.push(mask_bit | 126);
                octets.extend(len.to_be_bytes());
            }
            (None, Err(_)) => {
                octets.push(mask_bit | 127);
                octets.extend((len as u64).to_be_bytes());
            }
        }
        if masked {
            octets.extend(MASK);
            octets.extend(self.payload.iter().zip(MASK.iter().cycle()).map(|(a, b)| a ^ b));
        } else {
            octets.extend(&self.payload);
        }
        octets
    }
}

/// That of the example in RFC 6455 5.7.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) fin: bool,
    pub(crate) reserved: u8,
    pub(crate) opcode: u8,
    pub(crate) masked: bool,
    pub(crate) payload: Vec<u8>,
}

/// The longest frame that is taken.
const MAX_FRAME_LEN: usize = 32 * 1024 * 1024;

impl Received {
    /// The frame at the beginning and its length, `None` while it is not complete.
    ///
    /// # Errors
    ///
    /// When it is longer than anything that was asked for.
    pub(crate) fn parse(octets: &[u8]) -> Result<Option<(Self, usize)>, String> {
        let [first, second, ..] = *octets else { return Ok(None) };
        let extended = match second & 127 {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let masked = second & 128 != 0;
        let head_len = 2 + extended + if masked { 4 } else { 0 };
        if octets.len() < head_len {
            return Ok(None);
        }
        let len = match extended {
            0 => u64::from(second & 127),
            _ => octets[2..2 + extended].iter().fold(0, |len, &octet| len << 8 | u64::from(octet)),
        };
        let Some(len) = usize::try_from(len).ok().filter(|len| *len <= MAX_FRAME_LEN) else {
            return Err(format!("a frame that declares {len} octets came back"));
        };
        let Some(payload) = octets.get(head_len..head_len + len) else { return Ok(None) };
        let mut payload = payload.to_vec();
        if masked {
            let key = &octets[head_len - 4..head_len];
            payload.iter_mut().zip(key.iter().cycle()).for_each(|(octet, key)| *octet ^= key);
        }
        let frame = Self {
            fin: first & 128 != 0,
            reserved: first >> 4 & 7,
            opcode: first & 15,
            masked,
            payload,
        };
        Ok(Some((frame, head_len + len)))
    }

    /// The code of a close frame, `None` when it has none.
    pub(crate) fn close_code(&self) -> Option<u16> {
        match self.payload[..] {
            [a, b, ..] => Some(u16::from_be_bytes([a, b])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_written_as_the_rfc_shows() {
        assert_eq!(Frame::new(TEXT, "Hello").octets(false), b"\x81\x05Hello");
        assert_eq!(
            Frame::new(TEXT, "Hello").octets(true),
            [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        );
    }

    #[test]
    fn what_is_written_is_read() {
        for len in [0, 1, 125, 126, 127, 65535, 65536] {
            for masked in [false, true] {
                let frame = Frame::new(BINARY, vec![7; len]);
                let octets = frame.octets(masked);
                let (read, used) = Received::parse(&octets).unwrap().unwrap();
                assert_eq!(
                    (read.payload, read.masked, used),
                    (frame.payload, masked, octets.len())
                );
                assert_eq!(Received::parse(&octets[..octets.len() - 1]), Ok(None));
            }
        }
        let huge = Frame::new(BINARY, "").declaring(DeclaredLen::Eight(1 << 62));
        assert!(Received::parse(&huge.octets(false)).is_err());
    }
}
