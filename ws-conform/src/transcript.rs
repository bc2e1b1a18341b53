//! What went over a connection, within bounds.

use std::time::{Duration, Instant};

/// Most octets that are kept of one piece; how many there were is always known.
const MAX_KEPT_LEN: usize = 2048;
/// Most pieces that are kept.
const MAX_ENTRIES: usize = 64;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The suite sent it.
    Sent,
    /// The implementation sent it.
    Received,
    /// Neither: something that happened.
    Event,
}

impl Direction {
    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Event => "event",
        }
    }
}

/// A piece of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Since the beginning.
    pub at: Duration,
    /// Who did it.
    pub direction: Direction,
    /// The octets, or the beginning of them; the text of an event.
    pub octets: Vec<u8>,
    /// How many octets there were.
    pub len: usize,
}

/// What went over the connections of a case, in order.
#[derive(Clone, Debug)]
pub struct Transcript {
    begun: Instant,
    entries: Vec<Entry>,
    left_out: usize,
}

impl Transcript {
    /// An empty one that begins now.
    pub fn new() -> Self {
        Self { begun: Instant::now(), entries: Vec::new(), left_out: 0 }
    }

    /// Notes octets. What follows the same direction at once is one piece with it.
    pub fn octets(&mut self, direction: Direction, octets: &[u8]) {
        let at = self.begun.elapsed();
        if let Some(last) = self.entries.last_mut().filter(|last| last.direction == direction) {
            let room = MAX_KEPT_LEN.saturating_sub(last.octets.len()).min(octets.len());
            last.octets.extend_from_slice(&octets[..room]);
            last.len += octets.len();
            return;
        }
        self.push(Entry {
            at,
            direction,
            octets: octets[..octets.len().min(MAX_KEPT_LEN)].to_vec(),
            len: octets.len(),
        });
    }

    /// Notes something that happened.
    pub fn event(&mut self, text: &str) {
        let at = self.begun.elapsed();
        let octets = text.as_bytes().to_vec();
        self.push(Entry { at, direction: Direction::Event, len: octets.len(), octets });
    }

    /// The pieces.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many pieces are not there, because there were too many.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How long it has been going on.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() < MAX_ENTRIES {
            self.entries.push(entry);
        } else {
            self.left_out += 1;
        }
    }
}

impl Default for Transcript {
    fn default() -> Self {
        Self::new()
    }
}

/// Octets as people read them: text as it is, the others as `\r`, `\n`, `\t`, `\\` and `\xHH`.
pub fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            b' '..=b'~' => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\x{octet:02x}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_what_was_there_is_counted() {
        let mut transcript = Transcript::new();
        for _ in 0..10 {
            transcript.octets(Direction::Sent, &[7; 1000]);
        }
        let [entry] = transcript.entries() else { panic!("one piece") };
        assert_eq!((entry.octets.len(), entry.len), (MAX_KEPT_LEN, 10_000));
        for _ in 0..MAX_ENTRIES {
            transcript.event("x");
        }
        assert_eq!((transcript.entries().len(), transcript.left_out()), (MAX_ENTRIES, 1));
    }

    #[test]
    fn octets_are_escaped() {
        assert_eq!(escaped(b"a\r\n\x81\\ \0"), "a\\r\\n\\x81\\\\ \\x00");
    }
}
