//! Frames made by hand, and read by hand: what the load generator says and hears. Nothing of it is
//! shared with any library that is measured.

/// What a frame is, as far as the measurements care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Bytes.
    Binary,
}

impl Kind {
    fn opcode(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Binary => 2,
        }
    }
}

/// A whole message in one frame, as a client sends it.
pub fn masked(kind: Kind, payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    let mut frame = head(FIN | kind.opcode(), payload.len(), MASK);
    frame.extend_from_slice(&key);
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// A whole message in one frame, as a client sends it, marked as compressed.
pub fn masked_compressed(kind: Kind, payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    let mut frame = masked(kind, payload, key);
    frame[0] |= COMPRESSED;
    frame
}

/// A whole message in one frame, as a server sends it.
pub fn plain(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(FIN | kind.opcode(), payload.len(), 0);
    frame.extend_from_slice(payload);
    frame
}

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last frame of its message.
    pub fin: bool,
    /// The payload is compressed.
    pub compressed: bool,
    /// The opcode, a number.
    pub opcode: u8,
    /// The key, if the payload is masked.
    pub key: Option<[u8; 4]>,
    /// How many bytes there are before the payload.
    pub head_len: usize,
    /// How many bytes the payload has.
    pub payload_len: usize,
}

impl Head {
    /// Reads a head, if it is there as a whole.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&[first, second], rest) = bytes.split_first_chunk()?;
        let (payload_len, rest) = match second & !MASK {
            126 => {
                let (len, rest) = rest.split_first_chunk()?;
                (usize::from(u16::from_be_bytes(*len)), rest)
            }
            127 => {
                let (len, rest) = rest.split_first_chunk()?;
                (usize::try_from(u64::from_be_bytes(*len)).ok()?, rest)
            }
            short => (usize::from(short), rest),
        };
        let (key, rest) = if second & MASK == 0 {
            (None, rest)
        } else {
            let (key, rest) = rest.split_first_chunk()?;
            (Some(*key), rest)
        };
        Some(Self {
            fin: first & FIN != 0,
            compressed: first & COMPRESSED != 0,
            opcode: first & 0x0f,
            key,
            head_len: bytes.len() - rest.len(),
            payload_len,
        })
    }

    /// How many bytes the frame has.
    pub fn frame_len(&self) -> usize {
        self.head_len + self.payload_len
    }
}

/// The payload of the frame at the front of `bytes`, unmasked, and how long the frame is.
pub fn read(bytes: &[u8]) -> Option<(Head, Vec<u8>)> {
    let head = Head::read(bytes)?;
    let mut payload = bytes.get(head.head_len..head.frame_len())?.to_vec();
    if let Some(key) = head.key {
        payload.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    }
    Some((head, payload))
}

/// All frames in `bytes` put together, whatever their opcodes: what one message said.
pub fn message(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    while !bytes.is_empty() {
        let (head, payload) = read(bytes)?;
        message.extend_from_slice(&payload);
        bytes = &bytes[head.frame_len()..];
    }
    Some(message)
}

fn head(first: u8, payload_len: usize, mask: u8) -> Vec<u8> {
    let mut head = Vec::with_capacity(payload_len + 14);
    head.push(first);
    match payload_len {
        0..126 => head.push(mask | payload_len as u8),
        126..=0xffff => {
            head.push(mask | 126);
            head.extend_from_slice(&(payload_len as u16).to_be_bytes());
        }
        _ => {
            head.push(mask | 127);
            head.extend_from_slice(&(payload_len as u64).to_be_bytes());
        }
    }
    head
}

const FIN: u8 = 0x80;
const COMPRESSED: u8 = 0x40;
const MASK: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_6455() {
        // 5.7: "Hello", masked and not.
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(masked(Kind::Text, b"Hello", key), hello);
        assert_eq!(plain(Kind::Text, b"Hello"), [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    }

    #[test]
    fn what_is_made_can_be_read() {
        for len in [0, 1, 125, 126, 0xffff, 0x1_0000] {
            let payload = vec![7; len];
            for frame in [masked(Kind::Binary, &payload, [1, 2, 3, 4]), plain(Kind::Text, &payload)]
            {
                let (head, read) = read(&frame).unwrap();
                assert_eq!(
                    (head.frame_len(), head.fin, head.compressed),
                    (frame.len(), true, false)
                );
                assert_eq!(read, payload);
                assert!(Head::read(&frame[..head.head_len - 1]).is_none());
            }
        }
    }

    #[test]
    fn fragments_are_put_together() {
        let mut frames = plain(Kind::Text, b"ab");
        frames[0] &= !FIN;
        frames.extend(masked(Kind::Text, b"cd", [9; 4]));
        assert_eq!(message(&frames).unwrap(), b"abcd");
        assert_eq!(message(&frames[..frames.len() - 1]), None);
    }

    #[test]
    fn the_bit_of_compression_is_set() {
        let (head, payload) = read(&masked_compressed(Kind::Text, b"x", [1; 4])).unwrap();
        assert!(head.compressed);
        assert_eq!(payload, b"x");
    }
}
