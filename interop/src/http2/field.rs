//! Everything that runs while cases are tried.

use std::path::PathBuf;
use std::process::Command;

use super::fronts::{Front, Way};
use super::stacks::{Ours, Stack};
use crate::peers::tools::Tools;
use crate::secure::folder::Folder;
use crate::secure::identities::Identities;
use crate::secure::parts::{Part, Parts};
use crate::secure::report::Absent;

/// Our servers, and what is needed for the rest; an `Err` says why a proxy is missing.
#[derive(Debug)]
pub(crate) struct Field {
    /// This program.
    program: PathBuf,
    pub(crate) tools: Tools,
    pub(crate) identities: Identities,
    ours: [Ours; 2],
    haproxy: Result<PathBuf, String>,
    nghttpx: Result<PathBuf, String>,
    // Dropped last: what runs may still write there.
    pub(crate) folder: Folder,
}

impl Field {
    /// Starts our servers.
    ///
    /// # Errors
    ///
    /// When one does not start, or files cannot be written.
    pub(crate) fn prepare(program: PathBuf, tools: Tools, parts: &Parts) -> Result<Self, String> {
        let folder = Folder::create()?;
        let identities = Identities::make(&folder)?;
        let start = |stack| Ours::start(&program, stack, &identities);
        let ours = [start(Stack::Hyper)?, start(Stack::Axum)?];
        let [haproxy, nghttpx] =
            [Part::Haproxy, Part::Nghttpx].map(|part| parts.program(part).cloned());
        Ok(Self { program, tools, identities, ours, haproxy, nghttpx, folder })
    }

    /// Our server on a stack.
    pub(crate) fn ours(&self, stack: Stack) -> &Ours {
        let [hyper, axum] = &self.ours;
        match stack {
            Stack::Hyper => hyper,
            Stack::Axum => axum,
        }
    }

    /// Our client, for the server at `HOST:PORT` and what is below a path.
    pub(crate) fn client(&self, address: &str, tls: bool, below: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["http2", "check"]);
        match tls {
            true => command.arg(format!("wss://{address}{below}")).arg(self.identities.authority()),
            false => command.arg(format!("ws://{address}{below}")),
        };
        command
    }

    /// Starts a front.
    ///
    /// # Errors
    ///
    /// When it is not here, or does not listen.
    pub(crate) fn front(&self, way: Way, stack: Stack) -> Result<Front, Absent> {
        let program = if way.part == Part::Haproxy { &self.haproxy } else { &self.nghttpx };
        let program = program.as_ref().map_err(|why| Absent::Missing(why.clone()))?;
        let to = (stack, self.ours(stack));
        Front::start(way, program, to, &self.folder, &self.identities).map_err(Absent::Broken)
    }
}
