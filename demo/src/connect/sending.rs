//! The direction that sends: what it reads, when it goes on, and when it closes.

use std::{
    io::{BufRead, Read, Write},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use ws_core::{Message, MessageKind};
use ws_driver::Error;

use super::{
    lines::{Lines, Next, next_line},
    mode::{Mode, Timing},
    output::Output,
    progress::{Progress, SendEnd},
};
use crate::{
    complain::complain,
    runtimes::{Sending, goodbye},
};

/// What to send.
pub(super) enum Source {
    /// These messages.
    Messages(Vec<Message>),
    /// Each line as a text message.
    Lines(Box<dyn BufRead + Send>),
    /// Each of these lines as a text message, until the session ends. The others are for the next one.
    Waiting(Arc<Lines>),
    /// All of it as one binary message, in fragments of this length or in one frame.
    Bytes(Box<dyn Read + Send>, Option<usize>),
}

/// The sending half, shared so that Ctrl-C can close it.
pub(super) type SharedHalf = Arc<Mutex<Box<dyn Sending>>>;

/// What the sending thread needs.
pub(super) struct SendTask<W> {
    pub(super) half: SharedHalf,
    pub(super) progress: Arc<Progress>,
    pub(super) output: Arc<Mutex<Output<W>>>,
    pub(super) timing: Timing,
}

impl<W: Write> SendTask<W> {
    /// Sends everything, waits for outstanding replies, and closes.
    ///
    /// Errors of the connection and of standard output end it without a word: the receiving direction
    /// gets them as well, and reports them.
    pub(super) fn run(self, source: Source) {
        let send_end = match source {
            Source::Messages(messages) if self.timing.mode == Mode::LockStep => {
                self.send_in_lock_step(messages)
            }
            Source::Messages(messages) => self.send_all(messages),
            Source::Lines(lines) => self.send_lines(lines),
            Source::Waiting(lines) => self.send_waiting(&lines),
            Source::Bytes(bytes, fragment_len) => self.send_bytes(bytes, fragment_len),
        };
        let sent = self.progress.end_sending(send_end).sent;
        if send_end.unsent == 0 {
            let silence = self.timing.silence(sent);
            self.progress.wait(silence, |state| self.timing.is_done(sent, state.received));
        }
        let _ = close(&self.half);
    }

    /// Sends each message once the one before has its reply, or once the time for that is up.
    fn send_in_lock_step(&self, messages: Vec<Message>) -> SendEnd {
        let mut left = messages.len();
        for message in messages {
            left -= 1;
            self.print(&message);
            // Counted even if it cannot be sent because the server closed right behind its last reply:
            // whether that is noticed before or after is a race.
            let number = self.progress.record_sent().sent;
            if self.send(message).is_err() {
                break;
            }
            let state =
                self.progress.wait(self.timing.reply_timeout, |state| state.received >= number);
            let is_answered = state.received >= number;
            if !is_answered && (state.is_ending() || self.timing.expect_reply) {
                break;
            }
        }
        SendEnd { unsent: left, input_failed: false }
    }

    fn send_all(&self, messages: Vec<Message>) -> SendEnd {
        let mut unsent = messages.len();
        for message in messages {
            self.print(&message);
            if self.send(message).is_err() {
                break;
            }
            self.progress.record_sent();
            unsent -= 1;
        }
        SendEnd { unsent, input_failed: false }
    }

    fn send_lines(&self, mut lines: impl BufRead) -> SendEnd {
        for number in 1.. {
            self.prompt();
            let line = match next_line(&mut lines) {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => return input_failed(&format!("line {number}: {error}")),
            };
            let message = Message::text(line);
            match self.timing.mode {
                Mode::Interactive => self.with_output(Output::entered),
                _ => self.print(&message),
            }
            if self.send(message).is_err() {
                return SendEnd { unsent: 1, input_failed: false };
            }
            self.progress.record_sent();
        }
        SendEnd::default()
    }

    /// Sends lines until there are no more, or until the session ends.
    fn send_waiting(&self, lines: &Lines) -> SendEnd {
        loop {
            // What was typed while there was no session stands somewhere above.
            let was_waiting = lines.is_waiting();
            if !was_waiting {
                self.prompt();
            }
            let line = match lines.next(|| self.progress.is_ending()) {
                Next::Line(line) => line,
                Next::End | Next::Stop => return SendEnd::default(),
                Next::Failed => return SendEnd { unsent: 0, input_failed: true },
            };
            let message = Message::text(line.clone());
            match self.timing.mode {
                Mode::Interactive if !was_waiting => self.with_output(Output::entered),
                _ => self.print(&message),
            }
            if self.send(message).is_err() {
                lines.put_back(line);
                return SendEnd { unsent: 1, input_failed: false };
            }
            self.progress.record_sent();
        }
    }

    /// Sends one message in parts, so that it need not fit into memory, unless it has to go in one frame.
    fn send_bytes(&self, mut bytes: impl Read, fragment_len: Option<usize>) -> SendEnd {
        let part_len = part_len(fragment_len);
        let mut len = 0;
        loop {
            let mut part = Vec::new();
            if let Err(error) = bytes.by_ref().take(part_len).read_to_end(&mut part) {
                return input_failed(&error.to_string());
            }
            if part.is_empty() && len == 0 {
                return SendEnd::default();
            }
            len += part.len() as u64;
            let is_last = (part.len() as u64) < part_len;
            let sent = self.half.lock().unwrap_or_else(PoisonError::into_inner).send_part(
                MessageKind::Binary,
                Bytes::from(part),
                is_last,
            );
            if sent.is_err() {
                return SendEnd { unsent: 1, input_failed: false };
            }
            if is_last {
                self.progress.record_sent();
                return SendEnd::default();
            }
        }
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        self.half.lock().unwrap_or_else(PoisonError::into_inner).send(message)
    }

    fn print(&self, message: &Message) {
        self.with_output(|output| {
            let _ = output.sent(message.kind(), message.as_bytes());
        });
    }

    fn prompt(&self) {
        if self.timing.mode == Mode::Interactive {
            self.with_output(|output| {
                let _ = output.prompt();
            });
        }
    }

    fn with_output(&self, print: impl FnOnce(&mut Output<W>)) {
        print(&mut self.output.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Closes with 1000, unless a close frame was sent before.
pub(super) fn close(half: &SharedHalf) -> Result<(), Error> {
    half.lock().unwrap_or_else(PoisonError::into_inner).close(goodbye())
}

fn input_failed(what: &str) -> SendEnd {
    complain(format_args!("io: standard input, {what}"));
    SendEnd { unsent: 0, input_failed: true }
}

/// How much of standard input is sent in one part: whole fragments, and all of it if there are none.
fn part_len(fragment_len: Option<usize>) -> u64 {
    match fragment_len {
        None => u64::MAX,
        Some(len) => len.max(PART_LEN / len.max(1) * len) as u64,
    }
}

/// How much of standard input is sent in one part, about, unless a fragment is longer.
const PART_LEN: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::{io::Cursor, time::Duration};

    use ws_core::CloseFrame;

    use super::*;
    use crate::connect::output::Style;

    /// A connection that is lost behind its first message.
    struct Lost {
        has_sent: bool,
    }

    impl Sending for Lost {
        fn send(&mut self, _: Message) -> Result<(), Error> {
            match std::mem::replace(&mut self.has_sent, true) {
                true => Err(Error::Disconnected),
                false => Ok(()),
            }
        }

        fn send_part(&mut self, _: MessageKind, _: Bytes, _: bool) -> Result<(), Error> {
            Err(Error::Disconnected)
        }

        fn close(&mut self, _: CloseFrame) -> Result<(), Error> {
            Err(Error::Disconnected)
        }
    }

    #[test]
    fn a_line_that_cannot_be_sent_is_for_the_next_session() {
        let lines = Lines::read(Cursor::new("one\ntwo\nthree\n"), |_| {}).unwrap();
        let progress = Arc::new(Progress::new());
        let task = SendTask {
            half: Arc::new(Mutex::new(Box::new(Lost { has_sent: false }) as Box<dyn Sending>)),
            progress: Arc::clone(&progress),
            output: Arc::new(Mutex::new(Output::new(Vec::new(), Style::Quiet))),
            timing: Timing {
                mode: Mode::Piped,
                expect_reply: false,
                wait: None,
                reply_timeout: Duration::ZERO,
            },
        };
        task.run(Source::Waiting(Arc::clone(&lines)));
        let state = progress.end_receiving(Duration::ZERO);
        let send_end = Some(SendEnd { unsent: 1, input_failed: false });
        assert_eq!((state.sent, state.send_end), (1, send_end));
        for line in ["two", "three"] {
            assert_eq!(lines.next(|| false), Next::Line(line.to_owned()));
        }
    }

    #[test]
    fn a_part_is_whole_fragments() {
        for (fragment_len, len) in [
            (Some(1), 65_536),
            (Some(10_000), 60_000),
            (Some(40_000), 40_000),
            (Some(65_536), 65_536),
            (Some(100_000), 100_000),
            (None, u64::MAX),
        ] {
            assert_eq!(part_len(fragment_len), len);
        }
    }
}
