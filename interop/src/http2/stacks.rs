//! Our servers, and what they say of who came.

use std::path::Path;
use std::process::Command;

use crate::process::Server;
use crate::secure::identities::{Identities, Identity};

/// Who reads requests for our server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    /// hyper, and hyper-util.
    Hyper,
    /// `axum::serve`, and with TLS axum's router under hyper-util.
    Axum,
}

impl Stack {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Hyper, Self::Axum];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hyper => "hyper",
            Self::Axum => "axum",
        }
    }

    /// How many streams beside another may be open on a connection: `axum::serve` leaves hyper's limit of 200 as it
    /// is, and has no setting for it.
    pub(crate) fn idle_streams(self, tls: bool) -> &'static str {
        match (self, tls) {
            (Self::Axum, false) => "199",
            _ => "1000",
        }
    }
}

/// A version of HTTP, as our servers say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Http1,
    Http2,
}

impl Version {
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2.0",
        }
    }
}

/// A server of ours that runs.
#[derive(Debug)]
pub(crate) struct Ours {
    server: Server,
    addresses: [String; 2],
}

impl Ours {
    /// Starts it on a stack.
    ///
    /// # Errors
    ///
    /// When it does not say where it listens.
    pub(crate) fn start(program: &Path, stack: Stack, own: &Identities) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(["http2", "serve", stack.name()]);
        command.arg(own.certificate(Identity::Server)).arg(own.key(Identity::Server));
        let server = Server::start_when(&mut command, listening)?;
        let (clear, secure) = server.address().split_once(' ').unwrap_or_default();
        let addresses = [clear.to_owned(), secure.to_owned()];
        Ok(Self { server, addresses })
    }

    /// Where it listens, `HOST:PORT`.
    pub(crate) fn address(&self, tls: bool) -> &str {
        &self.addresses[usize::from(tls)]
    }

    /// How many WebSockets below a path were asked for.
    ///
    /// # Errors
    ///
    /// When there is none, and when one was by another version.
    pub(crate) fn asked(&self, below: &str, version: Version) -> Result<usize, String> {
        all_by(&self.server.stdout(), below, version)
    }
}

/// Where the program says that it listens, without TLS and with it.
fn listening(said: &str) -> Option<Result<String, String>> {
    let (line, _) = said.split_once('\n')?;
    Some(match line.trim_end().strip_prefix("listening on ") {
        Some(addresses) if addresses.contains(' ') => Ok(addresses.to_owned()),
        _ => Err(format!("began with `{line}`")),
    })
}

fn all_by(said: &str, below: &str, version: Version) -> Result<usize, String> {
    let asked = said.lines().filter_map(|line| line.strip_prefix("asked ")?.split_once(' '));
    let below = format!("{below}/");
    let asked: Vec<_> = asked.filter(|(_, path)| path.starts_with(&below)).collect();
    match asked.iter().find(|(by, _)| *by != version.said()) {
        Some((by, path)) => Err(format!("{path} was asked for by {by}, not {}", version.name())),
        None if asked.is_empty() => Err("nothing was asked for".to_owned()),
        None => Ok(asked.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_are_in_the_first_line() {
        assert_eq!(listening("listening on 127.0.0.1:1 127"), None);
        let said = "listening on 127.0.0.1:1 127.0.0.1:2\nasked HTTP/2.0 /echo\n";
        assert_eq!(listening(said), Some(Ok("127.0.0.1:1 127.0.0.1:2".to_owned())));
        assert_eq!(listening("no\n"), Some(Err("began with `no`".to_owned())));
    }

    #[test]
    fn each_is_by_the_version_that_is_wanted() {
        let said =
            "asked HTTP/2.0 /a/echo\nended /a/echo 1000\nasked HTTP/2.0 /a/\nasked HTTP/1.1 /ab/\n";
        assert_eq!(all_by(said, "/a", Version::Http2), Ok(2));
        assert_eq!(all_by(said, "/ab", Version::Http1), Ok(1));
        assert!(all_by(said, "/ab", Version::Http2).unwrap_err().contains("by HTTP/1.1"));
        assert!(all_by(said, "/b", Version::Http2).is_err());
    }
}
