//! Messages of our client: what it sends to the peers' servers, and what has to come back.

use super::compression::Compression;
use super::wire::NOISE_LEN;
use crate::process::Finished;

/// One conversation of our client with a peer's server.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// What it shows.
    pub(crate) name: &'static str,
    /// The path asked for: it tells the server how to answer.
    pub(crate) path: &'static str,
    /// What is sent, each message when the one before has been answered.
    messages: fn() -> Vec<Message>,
    /// What comes back.
    replies: Replies,
}

/// A message as the command line has it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Message {
    Text(String),
    Binary(Vec<u8>),
}

impl Message {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn repeated(&self, count: usize) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.repeat(count)),
            Self::Binary(bytes) => Self::Binary(bytes.repeat(count)),
        }
    }

    /// The line that our client prints when it receives the message.
    fn line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Binary(bytes) => format!("binary: {}", hex(bytes)),
        }
    }
}

/// What a server makes of the messages.
#[derive(Clone, Copy, Debug)]
enum Replies {
    /// It sends each back.
    Echoes,
    /// It sends each back so many times over, as one message.
    Repeated(usize),
    /// It answers the first with so many messages at once, each the same text and a number, and the
    /// others not at all.
    Numbered(usize),
    /// It sends each back. All are the same, so that contexts show on the wire.
    Again,
    /// It closes, and our client prints this line.
    Closed(&'static str),
}

impl Exchange {
    /// The options for our client.
    pub(crate) fn args(&self) -> Vec<String> {
        let option = |message| match message {
            Message::Text(text) => ["--send".to_owned(), text],
            Message::Binary(bytes) => ["--send-binary".to_owned(), hex(&bytes)],
        };
        (self.messages)().into_iter().flat_map(option).collect()
    }

    /// Whether the wire shows if a context is kept.
    pub(crate) fn shows_contexts(&self) -> bool {
        matches!(self.replies, Replies::Again)
    }

    /// Whether our client saw what had to come.
    ///
    /// # Errors
    ///
    /// What is different.
    pub(crate) fn check(
        &self,
        finished: &Finished,
        compression: Compression,
    ) -> Result<(), String> {
        let Some((head, talk)) = finished.stdout.split_once("\nleftover: ") else {
            return Err(finished.complaint());
        };
        let extensions = head.rsplit_once("\nextensions: ").map_or("", |(_, list)| list);
        if !compression.fits(extensions) {
            return Err(format!("expected {compression:?} compression, negotiated {extensions}"));
        }
        let said: Vec<_> = talk.lines().skip(1).collect();
        let wanted = self.lines();
        let differs = |at: &usize| said.get(*at).copied() != wanted.get(*at).map(String::as_str);
        if let Some(at) = (0..said.len().max(wanted.len())).find(differs) {
            let shown = |line: Option<&str>| line.map_or("nothing".to_owned(), shorten);
            let wanted = shown(wanted.get(at).map(String::as_str));
            let said = shown(said.get(at).copied());
            let how = finished.complaint();
            return Err(format!("line {}: expected {wanted}, got {said}; {how}", at + 1));
        }
        let status = i32::from(matches!(self.replies, Replies::Closed(_)));
        match finished.code == Some(status) {
            true => Ok(()),
            false => Err(format!("expected exit status {status}, got {}", finished.complaint())),
        }
    }

    fn lines(&self) -> Vec<String> {
        let messages = (self.messages)();
        let mut lines: Vec<_> = match self.replies {
            Replies::Echoes | Replies::Again => messages.iter().map(Message::line).collect(),
            Replies::Repeated(count) => {
                messages.iter().map(|message| message.repeated(count).line()).collect()
            }
            Replies::Numbered(count) => {
                let first = messages.first().map(Message::line).unwrap_or_default();
                (1..=count).map(|number| format!("{first} {number}")).collect()
            }
            Replies::Closed(line) => return vec![line.to_owned()],
        };
        lines.push("closed: 1000".to_owned());
        lines
    }
}

/// Our client talks, the peers' servers answer.
pub(crate) const EXCHANGES: &[Exchange] = &[
    Exchange {
        name: "text",
        path: "/",
        messages: || vec![Message::text("hello"), Message::text("world")],
        replies: Replies::Echoes,
    },
    Exchange {
        name: "text beyond ASCII",
        path: "/",
        messages: || vec![Message::text(GREEK), Message::text("\u{80}\u{7ff}\u{ffff}\u{10ffff}")],
        replies: Replies::Echoes,
    },
    Exchange {
        name: "binary",
        path: "/",
        messages: || vec![bytes(256), Message::Binary(vec![0xff])],
        replies: Replies::Echoes,
    },
    Exchange {
        name: "empty messages",
        path: "/",
        messages: || vec![Message::text(""), bytes(0), Message::text("")],
        replies: Replies::Echoes,
    },
    Exchange {
        name: "lengths where their encoding changes",
        path: "/",
        messages: || {
            let long = [65_535, 65_536].map(|length| Message::Text("x".repeat(length)));
            [125, 126].map(bytes).into_iter().chain(long).collect()
        },
        replies: Replies::Echoes,
    },
    Exchange {
        name: "100 messages",
        path: "/",
        messages: || (0..100).map(|number| bytes(number * 7)).collect(),
        replies: Replies::Echoes,
    },
    Exchange {
        // Longer ones do not fit on a command line.
        name: "32 KiB of text and of bytes, 1 MiB back",
        path: "/repeat/32",
        messages: || vec![Message::Text("é€🦀abcdefg".repeat(2_048)), bytes(1 << 15)],
        replies: Replies::Repeated(32),
    },
    Exchange {
        name: "the same message again",
        path: "/",
        messages: || vec![noise(); 3],
        replies: Replies::Again,
    },
    Exchange {
        name: "fragments, and a ping between them",
        path: "/fragments",
        messages: || vec![Message::text(GREEK), bytes(1_000), Message::text("one")],
        replies: Replies::Echoes,
    },
    Exchange {
        name: "pings",
        path: "/ping",
        messages: || ["one", "two", "three"].map(Message::text).to_vec(),
        replies: Replies::Echoes,
    },
    Exchange {
        name: "100 messages pipelined",
        path: "/burst/100",
        messages: || vec![Message::text(GREEK); 100],
        replies: Replies::Numbered(100),
    },
    Exchange { name: "close at once", path: "/", messages: Vec::new, replies: Replies::Echoes },
    Exchange {
        name: "closed by the server",
        path: "/close/4001/enough",
        messages: || vec![Message::text("hello")],
        replies: Replies::Closed("closed: 4001 enough"),
    },
];

/// What is exchanged where the way is what matters, and the messages are not.
pub(crate) const MIXED: Exchange = Exchange {
    name: "text, binary and 64 KiB",
    path: "/",
    messages: || vec![Message::text(GREEK), bytes(256), Message::Text("x".repeat(65_536))],
    replies: Replies::Echoes,
};

/// Characters of two, three and four bytes.
const GREEK: &str = "κόσμε 🦀 €";

/// Bytes that do not repeat in step with anything of the wire.
fn bytes(length: usize) -> Message {
    Message::Binary((0..=250).cycle().take(length).collect())
}

/// Bytes that cannot be compressed, the same each time.
fn noise() -> Message {
    let next = |state: &mut u32| {
        *state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        Some(state.to_be_bytes()[0])
    };
    let mut state = 7692;
    Message::Binary((0..NOISE_LEN).filter_map(|_| next(&mut state)).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("`{}...` ({} bytes)", &line[..end], line.len()),
        None => format!("`{line}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Compression = Compression::None;

    fn exchange(messages: fn() -> Vec<Message>, replies: Replies) -> Exchange {
        Exchange { name: "", path: "/", messages, replies }
    }

    fn said(code: i32, lines: &str) -> Finished {
        let head = "HTTP/1.1 101 Switching Protocols\na: b\nopen\nsubprotocol: none\n";
        let stdout = format!("{head}extensions: none\nleftover: 0\n{lines}");
        Finished { code: Some(code), stdout, stderr: String::new() }
    }

    #[test]
    fn echoes_are_compared_line_by_line() {
        let one = exchange(|| vec![Message::text("a"), bytes(2)], Replies::Echoes);
        assert_eq!(one.args(), ["--send", "a", "--send-binary", "0001"]);
        one.check(&said(0, "a\nbinary: 0001\nclosed: 1000\n"), PLAIN).unwrap();
        let error = one.check(&said(0, "a\nclosed: 1000\n"), PLAIN).unwrap_err();
        assert!(
            error.starts_with("line 2: expected `binary: 0001`, got `closed: 1000`"),
            "{error}"
        );
        let error = one.check(&said(0, "a\nbinary: 0001\n"), PLAIN).unwrap_err();
        assert!(error.starts_with("line 3: expected `closed: 1000`, got nothing"), "{error}");
        assert!(one.check(&said(1, "a\nbinary: 0001\nclosed: 1000\n"), PLAIN).is_err());
        let refused = Finished { code: Some(1), stdout: String::new(), stderr: "no".to_owned() };
        assert_eq!(one.check(&refused, PLAIN).unwrap_err(), "exit status 1: no");
    }

    #[test]
    fn what_was_not_agreed_on_is_not_in_use() {
        let one = exchange(Vec::new, Replies::Echoes);
        let error = one.check(&said(0, "closed: 1000\n"), Compression::Kept).unwrap_err();
        assert_eq!(error, "expected Kept compression, negotiated none");
    }

    #[test]
    fn empty_messages_are_lines_too() {
        let one = exchange(|| vec![Message::text(""), Message::text("")], Replies::Echoes);
        one.check(&said(0, "\n\nclosed: 1000\n"), PLAIN).unwrap();
        assert!(one.check(&said(0, "\nclosed: 1000\n"), PLAIN).is_err());
    }

    #[test]
    fn other_replies_are_made_of_the_messages() {
        let repeated = exchange(|| vec![bytes(1)], Replies::Repeated(3));
        repeated.check(&said(0, "binary: 000000\nclosed: 1000\n"), PLAIN).unwrap();
        let numbered = exchange(|| vec![Message::text("a"); 2], Replies::Numbered(2));
        numbered.check(&said(0, "a 1\na 2\nclosed: 1000\n"), PLAIN).unwrap();
        let closed = exchange(|| vec![Message::text("a")], Replies::Closed("closed: 4001 b"));
        closed.check(&said(1, "closed: 4001 b\n"), PLAIN).unwrap();
        assert!(closed.check(&said(0, "closed: 4001 b\n"), PLAIN).is_err());
    }

    #[test]
    fn every_option_fits_on_a_command_line() {
        // Linux takes 128 KiB for one argument.
        let longest = EXCHANGES.iter().flat_map(Exchange::args).map(|arg| arg.len()).max();
        assert!(longest < Some(128 << 10));
    }
}
