//! How a command ends when it does not end well.

use std::env;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Its table and totals tell.
    Reported,
    /// It could not do what it is for.
    Error(String),
    /// All that it would be done with is missing.
    Skipped(String),
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Error(why)
    }
}

/// Whether what is missing is a failure: where `CI` is `true`, because there nobody reads the lines.
pub(crate) fn skips_fail() -> bool {
    env::var("CI").is_ok_and(|value| value == "true")
}

/// The exit status of a command that was skipped where it may be, as test programs have it since
/// automake.
pub(crate) const SKIPPED: u8 = 77;
