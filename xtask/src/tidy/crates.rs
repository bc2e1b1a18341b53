//! The packages of the workspace, with their sources read.

use super::imports::{self, Import};
use super::source::{self, Source};
use crate::step::Result;
use crate::workspace::Member;

/// The crate that must not know what a socket is.
pub(super) const CORE: &str = "ws-core";
/// The crate that turns the core into futures.
pub(super) const DRIVER: &str = "ws-driver";
/// The crates that lend a runtime to the driver.
pub(super) const ADAPTERS: &[&str] = &["ws-tokio", "ws-smol", "ws-async-std", "ws-blocking"];
/// The crates that stand between an HTTP stack and an adapter.
pub(super) const INTEGRATIONS: &[&str] = &["ws-hyper", "ws-axum"];

/// The crates that use an adapter as an application does. They have loops, and no say in the protocol.
pub(super) const APPLICATIONS: &[&str] = &["ws-rooms"];

/// A package with its sources read.
pub(super) struct Crate {
    pub(super) member: Member,
    pub(super) sources: Vec<Source>,
}

impl Crate {
    /// Reads those of `files` that are the member's.
    pub(super) fn read(member: Member, files: &[String]) -> Result<Self> {
        let folder = format!("{}/", member.folder);
        let rust = files.iter().filter(|path| path.starts_with(&folder) && path.ends_with(".rs"));
        let read = |path: &String| Ok(Source::new(path, &std::fs::read_to_string(path)?));
        let mut sources = rust.map(read).collect::<Result<Vec<_>>>()?;
        source::mark_test_modules(&mut sources);
        Ok(Self { member, sources })
    }

    /// What `src/` ships, leaving out `tests/`, `benches/`, examples and test modules.
    pub(super) fn shipped(&self) -> impl Iterator<Item = &Source> {
        let src = format!("{}/src/", self.member.folder);
        self.sources.iter().filter(move |source| source.path.starts_with(&src) && !source.is_test)
    }

    /// What the files of `src/` need of each other.
    pub(super) fn imports(&self) -> Vec<Import<'_>> {
        let src = format!("{}/src/", self.member.folder);
        imports::of(&src, self.shipped())
    }

    /// Lines of `src/` that hold code: no comments, no blank lines, no tests.
    pub(super) fn code_len(&self) -> usize {
        self.shipped().map(Source::code_len).sum()
    }
}
