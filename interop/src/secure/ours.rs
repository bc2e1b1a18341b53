//! Our client and our server, and what has to come of a connection.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::identities::{Identities, Identity};
use crate::peers::compression::Compression;
use crate::peers::exchanges::MIXED;
use crate::process::{self, Finished};

/// A connection that our client is to make.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    runtime: &'static str,
    url: String,
    args: Vec<OsString>,
    variables: Vec<(&'static str, String)>,
}

/// What has to come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Text, bytes and 64 KiB come back, and it is closed with 1000.
    Echo,
    /// It ends with the error of that name. The words stand in what is printed.
    Error(&'static str, &'static str),
    /// The server answers with that status, and these words in the body.
    Declined(u16, &'static str),
}

impl Attempt {
    pub(crate) fn new(runtime: &'static str, url: String) -> Self {
        Self { runtime, url, args: Vec::new(), variables: Vec::new() }
    }

    /// Trusts our authority.
    pub(crate) fn trusting(self, identities: &Identities) -> Self {
        self.arg("--ca").arg(identities.authority())
    }

    /// Shows a certificate of its own.
    pub(crate) fn showing(self, identities: &Identities, identity: Identity) -> Self {
        let own = self.arg("--cert").arg(identities.certificate(identity));
        own.arg("--key").arg(identities.key(identity))
    }

    /// Over a proxy.
    pub(crate) fn over(self, proxy: &str) -> Self {
        self.arg("--proxy").arg(proxy)
    }

    /// With one more word on the command line.
    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With a variable in its environment, where no other names a proxy.
    pub(crate) fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Makes the connection.
    ///
    /// # Errors
    ///
    /// When something else came of it.
    pub(crate) fn run(&self, demo: &Path, expect: Expect) -> Result<Finished, String> {
        let mut command = Command::new(demo);
        command.args(["connect", &self.url, "--runtime", self.runtime]).args(&self.args);
        command.args(MIXED.args());
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        let finished = process::run(&mut command, LIMIT)?;
        expect.check(&finished)?;
        Ok(finished)
    }
}

impl Expect {
    fn check(self, finished: &Finished) -> Result<(), String> {
        let says = |words: &str| finished.stderr.contains(words) || finished.stdout.contains(words);
        match self {
            Self::Echo => return MIXED.check(finished, Compression::None),
            Self::Error(name, words) => {
                let named = finished.stderr.lines().any(|line| {
                    line.strip_prefix("error: ").is_some_and(|error| is_named(error, name))
                });
                if finished.code == Some(1) && named && says(words) {
                    return Ok(());
                }
            }
            Self::Declined(status, words) => {
                let begins = format!("HTTP/1.1 {status}");
                let declined = finished.stdout.lines().any(|line| line.starts_with(&begins));
                if finished.code == Some(2) && declined && says(words) {
                    return Ok(());
                }
            }
        }
        Err(format!("expected {self:?}, got {}", finished.complaint()))
    }

    /// In words, for a line.
    pub(crate) fn shown(self) -> String {
        match self {
            Self::Echo => "echo".to_owned(),
            Self::Error(name, _) => name.to_owned(),
            Self::Declined(status, _) => status.to_string(),
        }
    }
}

/// Whether an error has this name, with or without what it is about in front.
fn is_named(error: &str, name: &str) -> bool {
    error.split(": ").any(|part| part == name)
}

/// Our server, with TLS if there is an identity.
pub(crate) fn server(
    demo: &Path,
    runtime: &str,
    identity: Option<(&Identities, Identity)>,
    args: &[&str],
) -> Command {
    let mut command = Command::new(demo);
    command.args(["serve", "--runtime", runtime, "--addr", "127.0.0.1:0"]).args(args);
    if let Some((identities, identity)) = identity {
        command.arg("--tls-cert").arg(identities.certificate(identity));
        command.arg("--tls-key").arg(identities.key(identity));
    }
    command
}

/// All variables that may name a proxy, or say that none is to be taken.
const VARIABLES: [&str; 13] = [
    "ws_proxy",
    "WS_PROXY",
    "wss_proxy",
    "WSS_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "REQUEST_METHOD",
];

/// The longest that one connection may take.
const LIMIT: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(code: i32, stdout: &str, stderr: &str) -> Finished {
        let [stdout, stderr] = [stdout, stderr].map(str::to_owned);
        Finished { code: Some(code), stdout, stderr }
    }

    #[test]
    fn an_error_has_its_name_and_its_words() {
        let refused = "error: proxy-refused: the proxy answered 403 Forbidden to CONNECT\n";
        let expect = |name, words| Expect::Error(name, words).check(&finished(1, "", refused));
        assert!(expect("proxy-refused", "403").is_ok());
        assert!(expect("proxy-refused", "407").is_err());
        assert!(expect("proxy", "403").is_err() && expect("tls-expired", "").is_err());
        let io = "error: io: wss://h/: cannot connect to h:9: refused\n";
        assert!(Expect::Error("io", "").check(&finished(1, "", io)).is_ok());
        assert!(Expect::Error("io", "").check(&finished(0, "", io)).is_err());
        assert!(Expect::Error("io", "").check(&finished(1, "", "io\n")).is_err());
    }

    #[test]
    fn an_answer_that_opens_nothing_is_no_error() {
        let answer = "HTTP/1.1 400 Bad Request\nserver: nginx\n\nno certificate";
        let expect = |status| Expect::Declined(status, "no cert").check(&finished(2, answer, ""));
        assert!(expect(400).is_ok() && expect(403).is_err());
        assert!(Expect::Declined(400, "").check(&finished(1, answer, "")).is_err());
        assert!(Expect::Declined(400, "else").check(&finished(2, answer, "")).is_err());
        assert!(Expect::Echo.check(&finished(2, answer, "")).is_err());
    }
}
