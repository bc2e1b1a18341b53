//! How much a case weighs.

use std::fmt;

/// What a case stands on, and so what it means when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// An RFC says MUST or MUST NOT.
    Must,
    /// An RFC says SHOULD, or it follows from one without the word.
    Should,
    /// Smuggling, memory for what a peer only declares, a process that ends, waiting for ever.
    Security,
    /// No rule, but users meet it.
    Robustness,
    /// Two readings are legitimate, and nobody fails.
    Information,
}

impl Grade {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Must, Self::Should, Self::Security, Self::Robustness, Self::Information];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::Security => "security",
            Self::Robustness => "robustness",
            Self::Information => "information",
        }
    }

    /// What it means when a case of this grade fails.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Must => "An RFC says MUST to this side, and it is not so.",
            Self::Should => {
                "An RFC says SHOULD, or says MUST to the other side alone, or it follows without the word."
            }
            Self::Security => {
                "Two parties can come to see different messages, memory grows with what a peer only declares, a peer can take the process down, or somebody waits for ever."
            }
            Self::Robustness => {
                "There is no rule, but users will meet it: common sizes, slow peers, an answer to who is wrong."
            }
            Self::Information => {
                "Two readings are legitimate: it is told which one was found, and nobody fails."
            }
        }
    }

    /// Whether a failure of this grade fails the whole run.
    pub fn decides(self) -> bool {
        matches!(self, Self::Must | Self::Security)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
