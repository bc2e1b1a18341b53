//! Counting what comes back, without looking at it.

use crate::frames::Head;

/// Reads frames as far as is needed to count messages.
#[derive(Debug, Default)]
pub struct Replies {
    /// A head of which a part has come.
    head: Vec<u8>,
    /// How much of a frame's payload is to come, and whether its message ends with it.
    payload: Option<(usize, bool)>,
    /// Bytes so far, heads included.
    pub received_len: u64,
    /// What came, if somebody wants to see it.
    pub keep: Option<Vec<u8>>,
}

impl Replies {
    /// How many messages end in these bytes.
    ///
    /// # Errors
    ///
    /// A control frame: nobody has asked for one.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<usize, String> {
        self.received_len += bytes.len() as u64;
        if let Some(keep) = &mut self.keep {
            keep.extend_from_slice(bytes);
        }
        let mut messages = 0;
        while !bytes.is_empty() {
            let Some((rest, last)) = self.payload else {
                bytes = self.take_head(bytes)?;
                // A frame without a payload is over with its head.
                if let Some((0, last)) = self.payload {
                    messages += usize::from(last);
                    self.payload = None;
                }
                continue;
            };
            let n = rest.min(bytes.len());
            bytes = &bytes[n..];
            self.payload = (n < rest).then_some((rest - n, last));
            messages += usize::from(n == rest && last);
        }
        Ok(messages)
    }

    fn take_head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], String> {
        let had = self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(14 - had)]);
        let Some(head) = Head::read(&self.head) else { return Ok(&[]) };
        if head.opcode > 2 {
            return Err(format!("a frame with opcode {}", head.opcode));
        }
        self.head.clear();
        self.payload = Some((head.payload_len, head.fin));
        Ok(&bytes[head.head_len - had..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{Kind, plain};

    #[test]
    fn replies_are_counted_wherever_they_are_cut() {
        let mut bytes = plain(Kind::Text, b"");
        bytes.extend(plain(Kind::Binary, &[7; 300]));
        bytes.extend(plain(Kind::Text, b"hello"));
        for cut in 0..bytes.len() {
            let mut replies = Replies::default();
            let (a, b) = bytes.split_at(cut);
            assert_eq!(replies.take(a).unwrap() + replies.take(b).unwrap(), 3, "cut at {cut}");
            assert_eq!(replies.received_len, bytes.len() as u64);
        }
    }

    #[test]
    fn a_close_frame_is_no_reply() {
        assert!(Replies::default().take(&[0x88, 0]).is_err());
    }
}
