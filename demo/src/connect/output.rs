//! Standard output: lines for programs, and marks and fewer details on a terminal.

use std::io::{self, Write};

use bytes::Bytes;
use http::Response;
use ws_core::{CloseFrame, MessageKind, Negotiated};

use super::head;
use crate::{args::ConnectOptions, hex};

/// How much is printed, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// For programs: head, negotiation and messages. Programs parse these lines: they are stable.
    Plain,
    /// The messages only.
    Quiet,
    /// For a terminal: messages with marks, no head.
    Terminal,
    /// For a terminal, with the head.
    Verbose,
}

impl Style {
    /// The style for these options, and for a standard output that is a terminal or is not.
    pub(super) fn of(options: &ConnectOptions, is_terminal: bool) -> Self {
        match is_terminal {
            _ if options.quiet => Self::Quiet,
            false => Self::Plain,
            true if options.verbose => Self::Verbose,
            true => Self::Terminal,
        }
    }

    fn is_terminal(self) -> bool {
        matches!(self, Self::Terminal | Self::Verbose)
    }
}

/// Standard output, or a buffer in tests.
#[derive(Debug)]
pub(super) struct Output<W> {
    pub(super) out: W,
    style: Style,
    /// The current line begins with the prompt.
    has_prompt: bool,
}

impl<W: Write> Output<W> {
    pub(super) fn new(out: W, style: Style) -> Self {
        Self { out, style, has_prompt: false }
    }

    /// Prints the server's 101 and what was negotiated.
    pub(super) fn opened(
        &mut self,
        response: &Response<()>,
        negotiated: &Negotiated,
        leftover_len: usize,
    ) -> io::Result<()> {
        let (subprotocol, extensions) = (negotiated.subprotocol(), negotiated.extensions());
        match self.style {
            Style::Plain | Style::Verbose => {
                head::print(response, &mut self.out)?;
                writeln!(self.out, "open")?;
                writeln!(self.out, "subprotocol: {}", subprotocol.unwrap_or("none"))?;
                writeln!(self.out, "extensions: {}", extensions.as_deref().unwrap_or("none"))?;
                writeln!(self.out, "leftover: {leftover_len}")?;
            }
            Style::Terminal => {
                write!(self.out, "open")?;
                for negotiated in subprotocol.into_iter().chain(extensions.as_deref()) {
                    write!(self.out, ", {negotiated}")?;
                }
                writeln!(self.out)?;
            }
            Style::Quiet => {}
        }
        self.out.flush()
    }

    /// Prints how to use the interactive mode.
    pub(super) fn hint(&mut self) -> io::Result<()> {
        match self.style.is_terminal() {
            true => writeln!(self.out, "each line you type is sent; Ctrl-D closes"),
            false => Ok(()),
        }
    }

    /// Prints a response that opened nothing: a server's that is no 101, or a proxy's refusal.
    pub(super) fn refused(&mut self, response: &Response<Bytes>) -> io::Result<()> {
        match self.style {
            Style::Plain | Style::Verbose => head::print(response, &mut self.out)?,
            Style::Terminal => head::print_status(response, &mut self.out)?,
            Style::Quiet => return Ok(()),
        }
        writeln!(self.out)?;
        match self.style.is_terminal() {
            true if response.body().is_empty() => {}
            true => {
                let body = String::from_utf8_lossy(response.body());
                writeln!(self.out, "{}", escaped(&body, "").trim_end())?;
            }
            false => self.out.write_all(response.body())?,
        }
        self.out.flush()
    }

    /// Prints a message that was received: text as it is, bytes as hexadecimal digits.
    pub(super) fn received(&mut self, kind: MessageKind, payload: &[u8]) -> io::Result<()> {
        if self.style.is_terminal() {
            return self.marked("< ", kind, payload);
        }
        match kind {
            MessageKind::Text => self.out.write_all(payload)?,
            MessageKind::Binary => write!(self.out, "binary: {}", hex::encode(payload))?,
        }
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// Prints a message that is sent, on a terminal.
    pub(super) fn sent(&mut self, kind: MessageKind, payload: &[u8]) -> io::Result<()> {
        if self.style.is_terminal() { self.marked("> ", kind, payload) } else { Ok(()) }
    }

    /// Prints the prompt, on a terminal.
    pub(super) fn prompt(&mut self) -> io::Result<()> {
        if self.style.is_terminal() {
            self.has_prompt = true;
            self.out.write_all(b"> ")?;
        }
        self.out.flush()
    }

    /// Notes that Enter has moved the cursor to a new line.
    pub(super) fn entered(&mut self) {
        self.has_prompt = false;
    }

    /// Prints the close frame that was received, if any.
    pub(super) fn closed(&mut self, frame: Option<&CloseFrame>) -> io::Result<()> {
        self.clear_prompt()?;
        self.has_prompt = false;
        if let Some(frame) = frame.filter(|_| self.style != Style::Quiet) {
            let line = format!("closed: {} {}", frame.code, frame.reason);
            match self.style.is_terminal() {
                true => writeln!(self.out, "{}", escaped(&line, "  ").trim_end())?,
                false => writeln!(self.out, "{}", line.trim_end())?,
            }
        }
        self.out.flush()
    }

    /// Prints a message behind a mark, and the prompt again.
    fn marked(&mut self, mark: &str, kind: MessageKind, payload: &[u8]) -> io::Result<()> {
        self.clear_prompt()?;
        let text = match kind {
            MessageKind::Text => escaped(&String::from_utf8_lossy(payload), "  "),
            MessageKind::Binary => {
                let (len, begin) = (payload.len(), payload.get(..SHOWN_LEN));
                match begin.filter(|begin| begin.len() < len) {
                    Some(begin) => format!("binary: {}... ({len} bytes)", hex::encode(begin)),
                    None => format!("binary: {}", hex::encode(payload)),
                }
            }
        };
        writeln!(self.out, "{mark}{text}")?;
        if self.has_prompt {
            self.out.write_all(b"> ")?;
        }
        self.out.flush()
    }

    /// Erases the prompt, and with it the echo of a line that is being typed. The terminal still has
    /// that line, and sends it on Enter.
    fn clear_prompt(&mut self) -> io::Result<()> {
        if self.has_prompt { self.out.write_all(b"\r\x1b[K") } else { Ok(()) }
    }
}

/// Escapes control characters, so that a server cannot control the terminal. Lines after the first
/// begin with `indent`.
fn escaped(text: &str, indent: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => {
                escaped.push('\n');
                escaped.push_str(indent);
            }
            '\t' => escaped.push('\t'),
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// How many bytes of a binary message are printed on a terminal: a line.
const SHOWN_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(style: Style, print: impl FnOnce(&mut Output<Vec<u8>>) -> io::Result<()>) -> String {
        let mut output = Output::new(Vec::new(), style);
        print(&mut output).unwrap();
        String::from_utf8(output.out).unwrap()
    }

    #[test]
    fn the_style_depends_on_the_options_and_on_standard_output() {
        for (args, piped, terminal) in [
            (&[][..], Style::Plain, Style::Terminal),
            (&["-v"], Style::Plain, Style::Verbose),
            (&["-q"], Style::Quiet, Style::Quiet),
        ] {
            let options = ConnectOptions::of_args(args);
            let styles = [false, true].map(|is_terminal| Style::of(&options, is_terminal));
            assert_eq!(styles, [piped, terminal], "{args:?}");
        }
    }

    #[test]
    fn the_head_is_for_programs_and_for_verbose_terminals() {
        let mut response = Response::new(());
        *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert("a", "b".parse().unwrap());
        let head = "HTTP/1.1 101 Switching Protocols\na: b\nopen\nsubprotocol: none\n\
                    extensions: none\nleftover: 3\n";
        for (style, expected) in [
            (Style::Plain, head),
            (Style::Verbose, head),
            (Style::Terminal, "open\n"),
            (Style::Quiet, ""),
        ] {
            let negotiated = Negotiated::default();
            assert_eq!(printed(style, |output| output.opened(&response, &negotiated, 3)), expected);
        }
    }

    #[test]
    fn messages_have_marks_on_a_terminal() {
        let print = |output: &mut Output<Vec<u8>>| {
            output.sent(MessageKind::Text, b"to")?;
            output.received(MessageKind::Text, b"from\n\x1b[2Jthere")?;
            output.received(MessageKind::Binary, &[0xAB; 33])?;
            output.received(MessageKind::Binary, &[])?;
            output.closed(Some(&CloseFrame::NORMAL))
        };
        let binary = "ab".repeat(32);
        let terminal = format!(
            "> to\n< from\n  \\u{{1b}}[2Jthere\n< binary: {binary}... (33 bytes)\n< binary: \n\
             closed: 1000\n"
        );
        let plain = format!("from\n\x1b[2Jthere\nbinary: {binary}ab\nbinary: \n");
        assert_eq!(printed(Style::Terminal, print), terminal);
        assert_eq!(printed(Style::Plain, print), format!("{plain}closed: 1000\n"));
        assert_eq!(printed(Style::Quiet, print), plain);
    }

    #[test]
    fn the_prompt_stays_below_the_messages() {
        let print = |output: &mut Output<Vec<u8>>| {
            output.prompt()?;
            output.received(MessageKind::Text, b"unasked")?;
            output.entered();
            output.received(MessageKind::Text, b"reply")?;
            output.prompt()?;
            output.closed(None)?;
            output.closed(None)
        };
        let terminal = "> \r\x1b[K< unasked\n> < reply\n> \r\x1b[K";
        assert_eq!(printed(Style::Terminal, print), terminal);
        assert_eq!(printed(Style::Plain, print), "unasked\nreply\n");
    }
}
