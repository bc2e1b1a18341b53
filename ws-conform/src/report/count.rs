//! What came of the cases of a grade.

/// How many cases of a grade came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// As it has to be.
    pub passed: usize,
    /// Not as it has to be.
    pub failed: usize,
    /// Either way.
    pub information: usize,
    /// Not run.
    pub skipped: usize,
}
