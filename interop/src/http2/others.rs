//! Servers of others.

use crate::peers::peer::Peer;
use crate::peers::tools::Tools;
use crate::process::Server;
use crate::secure::identities::{Identities, Identity};
use crate::secure::ports;
use crate::secure::report::Absent;

/// A server that takes WebSockets by HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// Node's module http2, with the frames of npm ws.
    Node,
    /// hypercorn.
    Hypercorn,
}

impl Other {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Node => "Node's http2",
            Self::Hypercorn => "hypercorn",
        }
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When it is not here, or does not listen.
    pub(crate) fn start(self, tools: &Tools, tls: Option<&Identities>) -> Result<Server, Absent> {
        let own = tls.map(|own| [own.certificate(Identity::Server), own.key(Identity::Server)]);
        let own = own.into_iter().flatten();
        match self {
            Self::Node => {
                let mut command = tools.program(Peer::Ws, "http2").map_err(Absent::Missing)?;
                command.arg("serve").args(own);
                Server::start_when(&mut command, listening).map_err(Absent::Broken)
            }
            Self::Hypercorn => {
                let mut command =
                    tools.program(Peer::Websockets, "asgi").map_err(Absent::Missing)?;
                let port = ports::free().map_err(Absent::Broken)?;
                command.arg(port.to_string()).args(own);
                let address = format!("127.0.0.1:{port}");
                Server::start_at(&mut command, &address).map_err(Absent::Broken)
            }
        }
    }

    /// How many connections were made to it, if it tells.
    pub(crate) fn connections(self, server: &Server) -> Option<usize> {
        let count = || server.stdout().lines().filter(|line| *line == "a connection").count();
        (self == Self::Node).then(count)
    }
}

fn listening(said: &str) -> Option<Result<String, String>> {
    let (line, _) = said.split_once('\n')?;
    Some(match line.trim_end().strip_prefix("listening on ") {
        Some(address) => Ok(address.to_owned()),
        None => Err(format!("began with `{line}`")),
    })
}
