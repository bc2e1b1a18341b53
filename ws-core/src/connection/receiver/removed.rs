//! Bytes that a caller takes out of the buffer while a frame is coming. They are as good as given out: the rest of the
//! message is a part, and no text without its beginning.

use super::Receiver;

impl Receiver {
    #[inline]
    pub(super) fn notice_removed(&mut self) {
        if self.frame.is_some() {
            self.give_up_removed();
        }
    }

    /// What is left of the bytes that have been unmasked and checked goes with those that were removed.
    fn give_up_removed(&mut self) {
        let Some(frame) = &mut self.frame else { return };
        let seen = frame.direct.unwrap_or(0) + frame.done;
        let removed = self.recv.take_removed().max(seen.saturating_sub(self.recv.len()));
        if removed == 0 || seen == 0 {
            return;
        }
        if frame.direct.take().is_some() {
            self.recv.unlimit();
        }
        self.recv.skip(seen.saturating_sub(removed));
        frame.skip(frame.done);
        if let Some(progress) = self.progress.as_mut().filter(|_| !frame.head.opcode.is_control()) {
            progress.given = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;

    use crate::{
        codec::RecvBuf,
        connection::{Connection, Incoming, WebSocketConfig},
        message::{Message, MessageKind},
        negotiated::Negotiated,
        role::Role,
    };

    fn client() -> Connection {
        let config = WebSocketConfig::default();
        Connection::new(Role::Client, Negotiated::default(), RecvBuf::new(), &config)
    }

    /// A text of so many bytes, most of it of two-byte characters.
    fn text(len: u16) -> Vec<u8> {
        let [a, b] = len.to_be_bytes();
        let mut octets = vec![0x81, 126, a, b];
        octets.extend("\u{e9}".bytes().cycle().take(len.into()));
        octets
    }

    #[test]
    fn a_message_that_lost_its_beginning_is_skipped() {
        // In the window, and in memory of its own.
        for len in [200, 20_000] {
            for cut in [5, 104, 105] {
                for remove in [1, 50, 101, usize::MAX] {
                    let mut core = client();
                    let octets = text(len);
                    core.receiver().recv_buf().extend_from_slice(&octets[..cut]);
                    assert_eq!(core.poll(), Ok(None));
                    core.receiver().recv_buf().consume(remove);
                    core.receiver().recv_buf().extend_from_slice(&octets[cut..]);
                    core.receiver().recv_buf().extend_from_slice(b"\x81\x02ok");
                    assert_eq!(core.poll(), Ok(Some(Incoming::Message(MessageKind::Text))));
                    assert_eq!(core.receiver().take_message(), Some(Message::text("ok")));
                }
            }
        }
    }

    #[test]
    fn a_message_that_lost_its_beginning_goes_on_in_parts() {
        for len in [200, 20_000] {
            let (mut core, octets) = (client(), text(len));
            core.receiver().recv_buf().extend_from_slice(&octets[..104]);
            assert_eq!(core.poll(), Ok(None));
            core.receiver().recv_buf().clear();
            core.receiver().recv_buf().extend_from_slice(&octets[104..]);
            let part = Incoming::Part { kind: MessageKind::Text, last: true };
            assert_eq!(core.poll_part(), Ok(Some(part)));
            assert_eq!(core.receiver().payload(), &octets[104..]);
        }
    }

    #[test]
    fn another_buffer_has_lost_everything() {
        let mut core = client();
        core.receiver().recv_buf().extend_from_slice(&text(20_000)[..104]);
        assert_eq!(core.poll(), Ok(None));
        let taken = std::mem::take(core.receiver().recv_buf());
        assert_eq!(taken.len(), 100);
        core.receiver().recv_buf().buf_mut().put_slice(b"rest");
        assert_eq!(core.poll(), Ok(None));
    }
}
