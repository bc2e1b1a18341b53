//! The lines of standard input, for one session after the other.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::complain::complain;

/// Lines that have been read and not been sent, whichever session is going to.
#[derive(Debug, Default)]
pub(super) struct Lines {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<String>,
    end: Option<InputEnd>,
}

/// How standard input ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InputEnd {
    Clean,
    /// It could not be read, or not as text.
    Failed,
}

/// What a session does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It sends this line.
    Line(String),
    /// It closes, since there are no more.
    End,
    /// The same, since standard input has failed.
    Failed,
    /// Nothing, since it has ended itself.
    Stop,
}

impl Lines {
    /// Reads `input` on a thread of its own, and calls `at_end` behind the last line.
    ///
    /// # Errors
    ///
    /// When there is no thread.
    pub(super) fn read(
        input: impl BufRead + Send + 'static,
        at_end: impl FnOnce(&Self) + Send + 'static,
    ) -> io::Result<Arc<Self>> {
        let lines = Arc::new(Self::default());
        let reading = Arc::clone(&lines);
        thread::Builder::new().spawn(move || {
            reading.read_all(input);
            at_end(&reading);
        })?;
        Ok(lines)
    }

    fn read_all(&self, mut input: impl BufRead) {
        let mut number = 0;
        let end = loop {
            number += 1;
            match next_line(&mut input) {
                Ok(Some(line)) => self.push(line),
                Ok(None) => break InputEnd::Clean,
                Err(error) => {
                    complain(format_args!("io: standard input, line {number}: {error}"));
                    break InputEnd::Failed;
                }
            }
        };
        self.lock().end = Some(end);
        self.changed.notify_all();
    }

    /// Adds a line, once there is room.
    fn push(&self, line: String) {
        let is_full = |state: &mut State| state.waiting.len() >= MAX_WAITING;
        let waited = self.changed.wait_while(self.lock(), is_full);
        waited.unwrap_or_else(PoisonError::into_inner).waiting.push_back(line);
        self.changed.notify_all();
    }

    /// Waits for the next line, for the end, or for the session to end.
    pub(super) fn next(&self, is_ending: impl Fn() -> bool) -> Next {
        let is_silent =
            |state: &mut State| state.waiting.is_empty() && state.end.is_none() && !is_ending();
        let waited = self.changed.wait_while(self.lock(), is_silent);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if is_ending() {
            return Next::Stop;
        }
        self.changed.notify_all();
        match (state.waiting.pop_front(), state.end) {
            (Some(line), _) => Next::Line(line),
            (None, Some(InputEnd::Failed)) => Next::Failed,
            (None, _) => Next::End,
        }
    }

    /// Takes back a line that could not be sent: the next session begins with it.
    pub(super) fn put_back(&self, line: String) {
        self.lock().waiting.push_front(line);
        self.changed.notify_all();
    }

    /// Has a session look whether it has ended.
    pub(super) fn wake(&self) {
        // What it looks at is not behind this lock: it must not be between looking and waiting.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// Whether a line is waiting.
    pub(super) fn is_waiting(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Whether there is nothing to send any more.
    pub(super) fn is_done(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && state.end.is_some()
    }

    /// Whether standard input has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.lock().end == Some(InputEnd::Failed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a line, without its LF or CR LF; the last line may have none.
pub(super) fn next_line(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if lines.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    }
    let line = String::from_utf8(line);
    line.map(Some).map_err(|_| io::Error::other("not UTF-8, so no text; --binary sends bytes"))
}

/// How many lines are read ahead: what somebody types meanwhile, and little of a long file.
const MAX_WAITING: usize = 64;

#[cfg(test)]
mod tests {
    use std::{io::Cursor, sync::mpsc, time::Duration};

    use super::*;

    #[test]
    fn lines_come_in_order_and_one_can_be_put_back() {
        let (ended, end) = mpsc::channel();
        let input = Cursor::new("one\ntwo\n");
        let lines = Lines::read(input, move |lines| ended.send(lines.is_done()).unwrap()).unwrap();
        assert!(!end.recv().unwrap(), "two lines are waiting");
        let line = |text: &str| Next::Line(text.to_owned());
        assert_eq!(lines.next(|| false), line("one"));
        lines.put_back("one".to_owned());
        assert_eq!(lines.next(|| true), Next::Stop, "and nothing is lost");
        assert_eq!((lines.next(|| false), lines.next(|| false)), (line("one"), line("two")));
        assert!(lines.is_done() && !lines.has_failed());
        assert_eq!(lines.next(|| false), Next::End);
    }

    #[test]
    fn no_more_is_read_than_there_is_room_for() {
        let count = MAX_WAITING * 3;
        let input = Cursor::new("x\n".repeat(count));
        let lines = Lines::read(input, |_| {}).unwrap();
        thread::sleep(Duration::from_millis(50));
        assert!(lines.lock().waiting.len() <= MAX_WAITING && !lines.is_done());
        for _ in 0..count {
            assert_eq!(lines.next(|| false), Next::Line("x".to_owned()));
        }
        assert_eq!(lines.next(|| false), Next::End);
    }

    #[test]
    fn what_is_no_text_is_a_failure_behind_what_is() {
        let lines = Lines::read(Cursor::new(b"one\n\xFF\n"), |_| {}).unwrap();
        assert_eq!(lines.next(|| false), Next::Line("one".to_owned()));
        assert_eq!(lines.next(|| false), Next::Failed);
        assert!(lines.has_failed());
    }

    #[test]
    fn lines_lose_their_ends() {
        let mut lines = &b"one\n\n\r\ntwo\r\nth\rree\nlast\r"[..];
        let mut found = Vec::new();
        while let Some(line) = next_line(&mut lines).unwrap() {
            found.push(line);
        }
        assert_eq!(found, ["one", "", "", "two", "th\rree", "last\r"]);
        assert!(next_line(&mut &b"\xFF\n"[..]).is_err());
    }
}
