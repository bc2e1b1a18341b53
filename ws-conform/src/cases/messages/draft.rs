//! A case before it is known which side it is for.

use crate::grade::Grade;
use crate::script::{Script, Step};
use crate::wire::frame::{Frame, TEXT};

/// A case for either side.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) grade: Grade,
    pub(super) section: &'static str,
    pub(super) text: &'static str,
    pub(super) script: Script,
    /// Makes no sense unless it is known how long a message may be.
    pub(super) needs_limit: bool,
}

/// A rule, for the cases about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) grade: Grade,
    pub(super) section: &'static str,
    pub(super) text: &'static str,
}

impl About {
    pub(super) fn case(
        self,
        name: impl Into<String>,
        title: impl Into<String>,
        steps: impl Into<Vec<Step>>,
    ) -> Draft {
        let Self { grade, section, text } = self;
        let (name, title, script) = (name.into(), title.into(), Script::new(steps));
        Draft { name, title, grade, section, text, script, needs_limit: false }
    }
}

/// A rule.
pub(super) fn about(grade: Grade, section: &'static str, text: &'static str) -> About {
    About { grade, section, text }
}

/// A text message in one frame.
pub(super) fn text(payload: &str) -> Frame {
    Frame::new(TEXT, payload)
}

/// It comes back.
pub(super) fn echo(payload: &str) -> Step {
    Step::Echo(vec![(TEXT, payload.into())])
}
