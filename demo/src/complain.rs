//! What went wrong, for whoever started the program.

use std::io::{self, Write};

/// Says on standard error what went wrong. A reader who is gone does not mind.
pub(crate) fn complain(what: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "error: {what}");
}
