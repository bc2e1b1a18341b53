//! What has to be seen on the wire, whatever the two ends say of it.

use super::compression::Compression;
use super::relay::{Conversation, Frame, Said};

/// A check of what was heard.
type Check = fn(&[Conversation], Compression, [Option<bool>; 2]) -> Result<(), String>;

/// Both checks.
pub(crate) const CHECKS: [Check; 2] = [check, check_contexts];

/// Whether the connections were compressed as they had to be: what was negotiated, each message, and
/// whether a context was kept. `compresses` tells it of the client and of the server; `None` for one
/// that may do as it likes.
///
/// # Errors
///
/// What was otherwise.
pub(crate) fn check(
    conversations: &[Conversation],
    compression: Compression,
    compresses: [Option<bool>; 2],
) -> Result<(), String> {
    if conversations.is_empty() {
        return Err("nobody connected".to_owned());
    }
    for Conversation { client, server } in conversations {
        let agreed = server.extensions();
        if !compression.fits(agreed) {
            return Err(format!("expected {}, the answer says `{agreed}`", compression.answer()));
        }
        for (who, said, compresses) in
            [("client", client, compresses[0]), ("server", server, compresses[1])]
        {
            let odd = |frame: &&Frame| Some(frame.is_compressed()) != compresses;
            if let (Some(odd), Some(compresses)) = (said.messages().find(odd), compresses) {
                let how = if compresses { "not compressed" } else { "compressed" };
                return Err(format!("the {who} sent {} bytes, {how}", odd.len));
            }
        }
    }
    Ok(())
}

/// Whether each end that compresses knew a message again that came three times, [`NOISE_LEN`] bytes
/// without a pattern: if and only if contexts are kept.
///
/// # Errors
///
/// What was otherwise.
pub(crate) fn check_contexts(
    conversations: &[Conversation],
    compression: Compression,
    compresses: [Option<bool>; 2],
) -> Result<(), String> {
    let is_about_it = |it: &&Conversation| {
        let mut lens = it.server.messages().map(|frame| frame.len);
        lens.next().is_some_and(is_whole) && lens.count() == 2
    };
    let found = conversations.iter().find(is_about_it);
    let Conversation { client, server } = found.ok_or("nobody sent a message three times")?;
    for (who, said, compresses) in
        [("client", client, compresses[0]), ("server", server, compresses[1])]
    {
        let lens: Vec<u64> = said.messages().map(|frame| frame.len).collect();
        let is_known = |len: &u64| *len < SHORT_LEN;
        let fits = match compression.keeps_context() && compresses == Some(true) {
            true => lens[1..].iter().all(is_known),
            false => lens.iter().copied().all(is_whole),
        };
        if compresses.is_some() && !fits {
            return Err(format!("the {who} sent the same message in {lens:?} bytes"));
        }
    }
    Ok(())
}

impl Said {
    /// The extensions that an answer names.
    fn extensions(&self) -> &str {
        let name = "sec-websocket-extensions:";
        let is_it =
            |line: &&str| line.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        self.head.lines().find(is_it).map_or("none", |line| line[name.len()..].trim())
    }

    /// The first frames of text and binary messages.
    fn messages(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().filter(|frame| matches!(frame.first & 0x0F, 1 | 2))
    }
}

impl Frame {
    /// RSV1 of the first frame says it of the message. RFC 7692 6
    fn is_compressed(self) -> bool {
        self.first & 0x40 != 0
    }
}

/// Between what deflate makes of it and what it adds at most.
fn is_whole(len: u64) -> bool {
    (NOISE_LEN..NOISE_LEN + SHORT_LEN).contains(&len)
}

/// Less than the smallest of windows, so that the message before is still in it.
pub(crate) const NOISE_LEN: u64 = 500;

/// A reference to what was said before is shorter by far.
const SHORT_LEN: u64 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Option<bool>; 2] = [Some(true); 2];

    fn conversation(extensions: &str, frames: &[(u8, u64)]) -> Vec<Conversation> {
        let frames = frames.iter().map(|&(first, len)| Frame { first, len }).collect();
        let head = format!("HTTP/1.1 101 Yes\r\nSec-WebSocket-Extensions: {extensions}\r\n\r\n");
        let server = Said { head, frames };
        vec![Conversation { client: Said { head: String::new(), ..server.clone() }, server }]
    }

    #[test]
    fn every_message_has_its_bit() {
        // Neither a continuation nor a ping is a message.
        let frames = [(0xC1, 9), (0x42, 9), (0x80, 9), (0x89, 1)];
        let seen = conversation("permessage-deflate", &frames);
        assert_eq!(check(&seen, Compression::Kept, BOTH), Ok(()));
        assert!(
            check(&seen, Compression::Forgotten, BOTH).unwrap_err().contains("the answer says")
        );
        assert!(check(&seen, Compression::None, BOTH).unwrap_err().contains("the answer says"));
        assert!(check(&[], Compression::Kept, BOTH).is_err());
        let odd = conversation("permessage-deflate", &[(0xC1, 9), (0x81, 7)]);
        let error = check(&odd, Compression::Kept, BOTH).unwrap_err();
        assert_eq!(error, "the client sent 7 bytes, not compressed");
        let error = check(&odd, Compression::Kept, [None, Some(true)]).unwrap_err();
        assert_eq!(error, "the server sent 7 bytes, not compressed");
        assert_eq!(check(&odd, Compression::Kept, [None; 2]), Ok(()));
    }

    #[test]
    fn contexts_show_in_what_is_said_again() {
        let known = conversation("", &[(0xC2, 505), (0xC2, 9), (0xC2, 9)]);
        let new = conversation("", &[(0xC2, 505), (0xC2, 505), (0xC2, 505)]);
        assert_eq!(check_contexts(&known, Compression::Kept, BOTH), Ok(()));
        assert!(check_contexts(&known, Compression::Forgotten, BOTH).is_err());
        assert_eq!(check_contexts(&new, Compression::Forgotten, BOTH), Ok(()));
        assert_eq!(check_contexts(&new, Compression::None, [Some(false); 2]), Ok(()));
        assert!(check_contexts(&new, Compression::Narrow, BOTH).is_err());
        assert_eq!(check_contexts(&new, Compression::Narrow, [None; 2]), Ok(()));
        let other = conversation("", &[(0xC2, 505), (0xC2, 505)]);
        assert!(check_contexts(&other, Compression::Kept, BOTH).is_err());
    }
}
