//! What a check has found.

use std::fmt;

/// A broken rule, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding(String);

impl Finding {
    /// At a line, counted from 1; 0 when the file as a whole is meant.
    pub(super) fn new(path: &str, line: usize, text: impl fmt::Display) -> Self {
        match line {
            0 => Self(format!("{path}: {text}")),
            line => Self(format!("{path}:{line}: {text}")),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
