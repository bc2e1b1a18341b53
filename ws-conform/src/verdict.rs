//! What comes of a case.

use crate::grade::Grade;

/// What comes of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it has to be.
    Passed,
    /// Legitimate either way: which one it was.
    Information(String),
    /// Not as it has to be.
    Failed {
        /// How much that weighs; it can be less than the case as a whole.
        grade: Grade,
        /// What was found, and what had to be.
        why: String,
    },
    /// Not run, and why.
    Skipped(String),
}

impl Verdict {
    /// A failure, or information where nobody can fail.
    pub fn failed(grade: Grade, why: impl Into<String>) -> Self {
        match grade {
            Grade::Information => Self::Information(why.into()),
            grade => Self::Failed { grade, why: why.into() },
        }
    }

    /// One word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Information(_) => "information",
            Self::Failed { .. } => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What there is to say beyond that word.
    pub fn why(&self) -> &str {
        match self {
            Self::Passed => "",
            Self::Information(why) | Self::Failed { why, .. } | Self::Skipped(why) => why,
        }
    }

    /// The grade of a failure.
    pub fn failure(&self) -> Option<Grade> {
        match self {
            Self::Failed { grade, .. } => Some(*grade),
            _ => None,
        }
    }
}
