//! What became of changes: caught, not compiled, too slow, or not noticed.

use std::fmt;
use std::fs;
use std::io::ErrorKind;

use crate::step::Result;

/// What came of one set of tests, as names of changes.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) caught: Vec<String>,
    pub(super) unviable: Vec<String>,
    pub(super) timeouts: Vec<String>,
    pub(super) missed: Vec<String>,
}

impl Tried {
    /// Reads what cargo-mutants has written into a folder.
    pub(super) fn read(folder: &str) -> Result<Self> {
        Ok(Self {
            caught: names(&format!("{folder}/caught.txt"))?,
            unviable: names(&format!("{folder}/unviable.txt"))?,
            timeouts: names(&format!("{folder}/timeout.txt"))?,
            missed: names(&format!("{folder}/missed.txt"))?,
        })
    }
}

#[cfg(test)]
impl Tried {
    /// As if it had been tried.
    pub(super) fn of(caught: &[&str], missed: &[&str]) -> Self {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self { caught: own(caught), missed: own(missed), ..Self::default() }
    }
}

fn names(path: &str) -> Result<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("{path}: {error}").into()),
    }
}

/// What one set of tests after the other came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Whom each set of tests has caught.
    caught: Vec<Vec<String>>,
    unviable: usize,
    /// Those that some test waits for longer than without them. That is noticed, if not said.
    timeouts: Vec<String>,
    /// Those that no test has noticed so far.
    missed: Vec<String>,
}

impl Outcome {
    /// Nothing was tried of these.
    pub(super) fn beginning_with(left: Vec<String>) -> Self {
        Self { missed: left, ..Self::default() }
    }

    /// Together with what came of other changes.
    pub(super) fn and(mut self, other: Self) -> Self {
        for (at, caught) in other.caught.into_iter().enumerate() {
            match self.caught.get_mut(at) {
                Some(before) => before.extend(caught),
                None => self.caught.push(caught),
            }
        }
        self.unviable += other.unviable;
        self.timeouts.extend(other.timeouts);
        self.missed.extend(other.missed);
        self
    }

    /// Adds what the next tests have made of those that were left.
    pub(super) fn then(mut self, tried: Tried) -> Self {
        self.caught.push(tried.caught);
        self.unviable += tried.unviable.len();
        self.timeouts.extend(tried.timeouts);
        self.missed = tried.missed;
        self
    }

    /// Whether nothing is left for the next tests.
    pub(super) fn is_settled(&self) -> bool {
        self.missed.is_empty()
    }

    /// Those that no test has noticed.
    pub(super) fn left(&self) -> &[String] {
        &self.missed
    }

    /// Whether this is one of them.
    pub(super) fn is_left(&self, name: &str) -> bool {
        self.missed.iter().any(|left| left == name)
    }

    /// Those that a test has noticed.
    pub(super) fn noticed(&self) -> impl Iterator<Item = &String> {
        self.caught.iter().flatten().chain(&self.timeouts)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noticed = self.noticed().count();
        let viable = noticed + self.missed.len();
        let percent = if viable == 0 { 100.0 } else { 100.0 * noticed as f64 / viable as f64 };
        let each: Vec<_> = self.caught.iter().map(|caught| caught.len().to_string()).collect();
        write!(f, "{} mutants, {} not compiled; ", viable + self.unviable, self.unviable)?;
        write!(f, "of {viable} {noticed} noticed ({percent:.1} %): ")?;
        write!(f, "{} caught ({}), ", noticed - self.timeouts.len(), each.join(" + "))?;
        write!(f, "{} timeouts; {} missed", self.timeouts.len(), self.missed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(caught: &[&str], timeouts: &[&str], missed: &[&str]) -> Tried {
        let timeouts = timeouts.iter().map(|name| (*name).to_owned()).collect();
        let unviable = vec!["u".to_owned()];
        Tried { unviable, timeouts, ..Tried::of(caught, missed) }
    }

    #[test]
    fn what_is_left_goes_on_to_the_next_tests() {
        let all = ["a", "b", "c", "d", "t", "u"].map(str::to_owned);
        let first = Outcome::beginning_with(all.into());
        assert!(!first.is_settled() && first.is_left("a"));
        let first = first.then(tried(&["a", "b"], &["t"], &["c", "d"]));
        assert!(!first.is_settled());
        assert_eq!(first.left(), ["c", "d"]);
        assert!(first.is_left("c") && !first.is_left("a"));
        let second = first.then(tried(&["c"], &[], &["d"]));
        assert!(second.noticed().eq(["a", "b", "c", "t"]));
        assert_eq!(
            second.to_string(),
            "7 mutants, 2 not compiled; of 5 4 noticed (80.0 %): 3 caught (2 + 1), 1 timeouts; 1 missed"
        );
        assert!(second.then(tried(&["d"], &[], &[])).is_settled());
    }

    #[test]
    fn what_was_tried_in_two_ways_is_added_up() {
        let one = Outcome::default().then(tried(&["a"], &["t"], &["b"]));
        let other =
            Outcome::default().then(tried(&["c"], &[], &["d"])).then(tried(&["d"], &[], &[]));
        let both = one.and(other);
        assert_eq!(both.left(), ["b"]);
        assert!(both.noticed().eq(["a", "c", "d", "t"]));
        assert_eq!(both.unviable, 3);
    }
}
