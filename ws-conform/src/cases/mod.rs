//! All cases.

mod grading;
mod messages;
mod refusals;
mod request;
mod stages;

use crate::case::Case;
use crate::vector;

/// Which side is under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A server.
    Server,
    /// A client.
    Client,
}

impl Side {
    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// The cases for one side, in the order of reports.
///
/// # Errors
///
/// When the vectors cannot be read, which a test rules out.
pub fn cases(side: Side) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    match side {
        Side::Server => {
            cases.extend(refusals::cases());
            cases.extend(stages::cases());
        }
        Side::Client => cases.extend(request::cases()),
    }
    for vector in vector::all(side.name())? {
        if side == Side::Client && !grading::is_seen(&vector) {
            continue;
        }
        let (grade, text) = grading::of(&vector);
        cases.push(Case::handshake(vector, grade, text));
    }
    cases.extend(messages::cases(side.name()));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own_and_a_rule() {
        for side in [Side::Server, Side::Client] {
            let cases = cases(side).unwrap();
            assert!(cases.len() > 300, "{}", cases.len());
            let mut names = BTreeSet::new();
            for case in &cases {
                assert!(names.insert(case.id.clone()), "{} twice", case.id);
                assert!(case.id.starts_with(side.name()), "{}", case.id);
                assert!(case.rule.text.ends_with('.') && !case.title.is_empty(), "{}", case.id);
            }
        }
    }
}
