//! A strict reader of what the side under test has written. Independent of the code under test.

use ws_core::Role;

use super::{
    deflate::Way,
    frames::{BINARY, CLOSE, CONTINUATION, Frame, PING, PONG, RSV1, TEXT, unmask},
    inflate::Inflate,
};

/// Reads what one side writes over a whole connection.
#[derive(Debug)]
pub struct Reader {
    from: Role,
    /// Where compressed messages have been negotiated.
    inflate: Option<Inflate>,
    /// The message that has begun is compressed.
    compressed: bool,
}

impl Reader {
    /// Of what the given role writes; `answer` is the server's answer that accepts permessage-deflate.
    pub fn new(from: Role, answer: Option<&str>) -> Self {
        let inflate = answer.map(|answer| Inflate::new(Way::of(from, answer)));
        Self { from, inflate, compressed: false }
    }

    /// What has been written since the last look, frame by frame, as [`Frame`] displays them. Those of compressed
    /// messages are inflated, each by itself, and all of them say `deflated`. What breaks RFC 6455 or RFC 7692 is said
    /// in the place of a frame.
    pub fn read_all(&mut self, octets: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        let mut rest = octets;
        while !rest.is_empty() {
            match self.read(rest) {
                Ok(Some((frame, len))) => {
                    all.push(frame.to_string());
                    rest = &rest[len..];
                }
                Ok(None) => {
                    all.push(format!("an unfinished frame of {} octets so far", rest.len()));
                    break;
                }
                Err(what) => {
                    all.push(format!("BROKEN: {what}"));
                    break;
                }
            }
        }
        all
    }

    fn read(&mut self, octets: &[u8]) -> Result<Option<(Frame, usize)>, &'static str> {
        let Some((mut frame, len)) = read(octets, self.from)? else { return Ok(None) };
        match frame.opcode {
            TEXT | BINARY => self.compressed = frame.rsv == RSV1,
            _ if frame.rsv != 0 => return Err("a reserved bit"),
            CONTINUATION => {}
            _ => return Ok(Some((frame, len))),
        }
        if self.compressed {
            let inflate = self.inflate.as_mut().ok_or("compression that was not negotiated")?;
            frame.payload = inflate.frame(&frame.payload, frame.fin)?;
            frame.rsv = RSV1;
        }
        Ok(Some((frame, len)))
    }
}

/// What the given role has written on a connection without extensions.
pub fn read_all(octets: &[u8], from: Role) -> Vec<String> {
    Reader::new(from, None).read_all(octets)
}

/// The first frame of what the given role has written, and its length; `None` when it is not whole.
fn read(octets: &[u8], from: Role) -> Result<Option<(Frame, usize)>, &'static str> {
    let &[first, second, ref rest @ ..] = octets else { return Ok(None) };
    let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 0xf);
    if rsv & !RSV1 != 0 {
        return Err("a reserved bit");
    }
    if !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
        return Err("a reserved opcode");
    }
    if (second & 0x80 != 0) != (from == Role::Client) {
        return Err("a mask where there must be none, or none where there must be one");
    }
    let (len, rest) = match second & 0x7f {
        126 => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from(u16::from_be_bytes(*len)), rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from_be_bytes(*len), rest),
            None => return Ok(None),
        },
        len => (u64::from(len), rest),
    };
    let shortest = match len {
        0..126 => len as u8,
        126..=0xffff => 126,
        _ => 127,
    };
    if second & 0x7f != shortest || len >> 63 != 0 {
        return Err("a length that is not written as it must be");
    }
    if opcode & 8 != 0 && (!fin || len > 125) {
        return Err("a control frame that is fragmented or too long");
    }
    let (mask, rest) = match from {
        Role::Server => ([0; 4], rest),
        Role::Client => match rest.split_first_chunk() {
            Some((mask, rest)) => (*mask, rest),
            None => return Ok(None),
        },
    };
    let Ok(len) = usize::try_from(len) else { return Ok(None) };
    let Some(payload) = rest.get(..len) else { return Ok(None) };
    let mut payload = payload.to_vec();
    unmask(&mut payload, mask);
    if opcode == CLOSE {
        match &payload[..] {
            [] => {}
            [_] => return Err("a close frame with half a code"),
            [a, b, reason @ ..] => {
                let code = u16::from_be_bytes([*a, *b]);
                if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                    return Err("a close code that must not be sent");
                }
                if std::str::from_utf8(reason).is_err() {
                    return Err("a close reason that is not UTF-8");
                }
            }
        }
    }
    let used = octets.len() - rest.len() + len;
    Ok(Some((Frame { fin, rsv, ..Frame::new(opcode, payload) }, used)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{
        deflate::{Deflate, deflated},
        frames::{Form, binary, close, continuation, other, ping, pong, text},
    };

    #[test]
    fn what_is_written_is_read() {
        let long = vec![b'x'; 70_000];
        let frames = [
            text("ab").more(),
            ping(""),
            continuation("\u{e9}"),
            binary(&long),
            close(1000, "bye"),
            pong([b'p'; 125]),
        ];
        for to in [Role::Client, Role::Server] {
            let octets: Vec<u8> = frames.iter().flat_map(|frame| frame.encode(to)).collect();
            let shown = read_all(&octets, other(to));
            assert_eq!(shown, frames.each_ref().map(ToString::to_string));
            assert_eq!(shown[..3], ["text+ ab", "ping", "continuation \\xc3\\xa9"]);
            assert_eq!(shown[4], "close 1000 bye");
        }
    }

    #[test]
    fn nothing_is_forgiven() {
        for frame in [
            text("a").rsv(4),
            Frame::new(3, ""),
            text("a").wrong_mask(),
            text("a").form(Form::Two),
            text("a").form(Form::Eight),
            text([b'a'; 200]).form(Form::Eight),
            ping("").more(),
            ping([0; 126]),
            close(1005, ""),
            close(1000, b"\xff"),
            Frame::new(CLOSE, "x"),
            binary("").form(Form::Eight).claiming(1 << 63),
        ] {
            let shown = read_all(&frame.encode(Role::Client), Role::Server);
            assert!(shown[0].starts_with("BROKEN"), "{shown:?}");
        }
        assert!(read_all(b"\x81\x05Hell", Role::Server)[0].starts_with("an unfinished"));
    }

    #[test]
    fn compressed_messages_are_read() {
        let answer = "permessage-deflate";
        let mut deflate = Deflate::new(Way::of(Role::Server, answer));
        let frames = [
            text(deflate.message("Hello")).compressed(),
            binary(deflate.part("Hel")).more().compressed(),
            ping("between"),
            continuation(deflate.message("lo")),
            text("plain"),
        ];
        let octets = frames.map(|frame| frame.encode(Role::Client)).concat();
        assert_eq!(
            Reader::new(Role::Server, Some(answer)).read_all(&octets),
            [
                "deflated text Hello",
                "deflated binary+ Hel",
                "ping between",
                "deflated continuation lo",
                "text plain"
            ]
        );
        for (frames, answer) in [
            (vec![text(deflated("a")).compressed()], None),
            (vec![text("a").compressed()], Some(answer)),
            (vec![ping("a").compressed()], Some(answer)),
            (vec![text("a").more(), continuation(deflated("a")).compressed()], Some(answer)),
            (vec![text(deflated("a")).rsv(6)], Some(answer)),
        ] {
            let octets: Vec<u8> =
                frames.iter().flat_map(|frame| frame.encode(Role::Client)).collect();
            let shown = Reader::new(Role::Server, answer).read_all(&octets);
            assert!(shown[frames.len() - 1].starts_with("BROKEN"), "{shown:?}");
        }
    }
}
