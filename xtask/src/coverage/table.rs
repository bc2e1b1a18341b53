//! How much of a crate is reached, and the table of it.

use std::collections::BTreeSet;
use std::fmt;

use super::lcov::Reached;
use crate::tidy::Source;

/// The least that is reached of the lines of a crate, in percent.
const MIN_LINES: f64 = 98.0;

/// The least that is taken of the branches of a crate, in percent. Each condition has two.
const MIN_BRANCHES: f64 = 95.0;

/// One crate.
#[derive(Debug)]
pub(super) struct Measured {
    name: String,
    /// Its files that have code, in the order of the alphabet.
    pub(super) files: Vec<File>,
}

/// One of its files, tests left out.
#[derive(Debug)]
pub(super) struct File {
    /// From the workspace's root.
    pub(super) path: String,
    /// The lines with code.
    pub(super) coded: BTreeSet<usize>,
    /// Those of them that are not reached.
    pub(super) missed: BTreeSet<usize>,
    lines: Share,
    branches: Share,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    reached: usize,
    all: usize,
}

impl Measured {
    /// Looks up what is known of a crate's files.
    pub(super) fn new(name: &str, sources: &[Source], reached: &[Reached]) -> Self {
        let mut files = Vec::new();
        for source in sources {
            let is_it = |path: &str| path.strip_suffix(&source.path).is_some_and(is_folder);
            let Some(found) = reached.iter().find(|file| is_it(&file.path)) else { continue };
            let lines = found.lines.iter().filter(|(line, _)| !source.is_in_test(**line));
            let branches = found.branches.iter().filter(|(at, _)| !source.is_in_test(at.0));
            let missed = lines.clone().filter(|(_, count)| **count == 0).map(|(line, _)| *line);
            files.push(File {
                path: source.path.clone(),
                coded: lines.clone().map(|(line, _)| *line).collect(),
                missed: missed.collect(),
                lines: lines.map(|(_, count)| *count > 0).collect(),
                branches: branches.map(|(_, count)| *count > 0).collect(),
            });
        }
        Self { name: name.to_owned(), files }
    }

    /// What is below the least.
    pub(super) fn shortfalls(&self) -> Vec<String> {
        let kinds =
            [("lines", self.lines(), MIN_LINES), ("branches", self.branches(), MIN_BRANCHES)];
        let short = kinds.into_iter().filter(|(_, share, min)| share.percent() < *min);
        short
            .map(|(kind, share, min)| {
                format!("{}: {share} of the {kind}, and at least {min} % are wanted", self.name)
            })
            .collect()
    }

    fn lines(&self) -> Share {
        self.files.iter().map(|file| file.lines).sum()
    }

    fn branches(&self) -> Share {
        self.files.iter().map(|file| file.branches).sum()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short: Vec<_> = self.files.iter().filter(|file| !file.is_full()).collect();
        let width = short.iter().map(|file| file.path.len()).max().unwrap_or(0).max(24);
        writeln!(f, "{:width$} | {:22} | {:22}", self.name, "lines", "branches")?;
        writeln!(f, "{:-<width$}-|-{:-<22}-|-{:-<22}", "", "", "")?;
        for file in short {
            let (lines, branches) = (file.lines.to_string(), file.branches.to_string());
            writeln!(f, "{:width$} | {lines:22} | {branches:22}", file.path)?;
        }
        let (lines, branches) = (self.lines().to_string(), self.branches().to_string());
        writeln!(f, "{:width$} | {lines:22} | {branches:22}", "all files")
    }
}

impl File {
    fn is_full(&self) -> bool {
        self.lines.is_full() && self.branches.is_full()
    }
}

impl Share {
    fn percent(self) -> f64 {
        if self.all == 0 { 100.0 } else { 100.0 * self.reached as f64 / self.all as f64 }
    }

    fn is_full(self) -> bool {
        self.reached == self.all
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Cut, not rounded: what is not all is not 100 %.
        let percent = (self.percent() * 100.0).floor() / 100.0;
        write!(f, "{percent:6.2} % ({}/{})", self.reached, self.all)
    }
}

impl FromIterator<bool> for Share {
    fn from_iter<I: IntoIterator<Item = bool>>(reached: I) -> Self {
        reached.into_iter().map(|it| Self { reached: usize::from(it), all: 1 }).sum()
    }
}

impl std::iter::Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        shares.fold(Self::default(), |sum, share| Self {
            reached: sum.reached + share.reached,
            all: sum.all + share.all,
        })
    }
}

/// Whether a path, up to here, may be followed by another one.
fn is_folder(path: &str) -> bool {
    path.is_empty() || path.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::lcov;

    fn measured(report: &str) -> Measured {
        let text = "fn a() {}\nfn b() {}\n#[cfg(test)]\nmod tests {}\n";
        Measured::new("c", &[Source::new("c/src/a.rs", text)], &lcov::parse(report))
    }

    #[test]
    fn tests_and_other_files_do_not_count() {
        let report = "SF:/x/c/src/a.rs\nDA:1,1\nDA:2,0\nDA:4,0\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nBRDA:4,0,0,0\n\
            SF:/x/c/src/aa.rs\nDA:1,0\nSF:/x/cc/src/a.rs\nDA:2,5\n";
        let measured = measured(report);
        assert_eq!(measured.files.len(), 1);
        assert_eq!(measured.files[0].missed, BTreeSet::from([2]));
        assert_eq!(measured.lines(), Share { reached: 1, all: 2 });
        assert_eq!(measured.branches(), Share { reached: 1, all: 2 });
        let shortfalls = measured.shortfalls();
        assert_eq!(shortfalls.len(), 2);
        assert_eq!(shortfalls[0], "c:  50.00 % (1/2) of the lines, and at least 98 % are wanted");
    }

    #[test]
    fn the_table_has_what_is_not_full() {
        let full = measured("SF:c/src/a.rs\nDA:1,1\nDA:2,1\n");
        assert!(full.shortfalls().is_empty());
        assert!(!full.to_string().contains("a.rs"));
        assert!(full.to_string().contains("all files                | 100.00 % (2/2)"));
        assert!(measured("SF:c/src/a.rs\nDA:1,1\nDA:2,0\n").to_string().contains("c/src/a.rs"));
    }

    #[test]
    fn what_is_nearly_all_is_not_all() {
        assert_eq!(Share { reached: 99_999, all: 100_000 }.to_string(), " 99.99 % (99999/100000)");
    }
}
