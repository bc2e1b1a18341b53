//! One runtime in one role, from the first case to the report.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::judge::{self, Verdict};
use super::suite::Suite;
use crate::process::{self, Server};

/// Which side is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The suite's fuzzing client is on the other.
    Server,
    /// The suite's fuzzing server is on the other.
    Client,
}

impl Role {
    /// Both of them, in the order of the table.
    pub(crate) const ALL: [Self; 2] = [Self::Server, Self::Client];

    /// What it is called on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// What all sessions share.
#[derive(Debug)]
pub(crate) struct Field<'a> {
    pub(crate) suite: &'a Suite,
    /// The demo program.
    pub(crate) demo: &'a Path,
    /// Where reports go, `ROLE/RUNTIME` below it.
    pub(crate) reports: &'a Path,
    /// The cases, as the suite understands them.
    pub(crate) cases: &'a [String],
    /// Those that are left out.
    pub(crate) excluded: &'a [String],
}

/// A runtime that is judged in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) role: Role,
    pub(crate) runtime: &'static str,
}

/// What came of a session.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Each case, or why there is nothing to say about any.
    pub(crate) verdicts: Result<Vec<Verdict>, String>,
    /// How long it took.
    pub(crate) time: Duration,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdicts {
            Ok(verdicts) => write!(f, "{} cases", verdicts.len())?,
            Err(why) => write!(f, "{why}")?,
        }
        write!(f, " in {:.1} s", self.time.as_secs_f64())
    }
}

impl Session {
    /// Runs all the cases.
    pub(crate) fn run(&self, field: &Field<'_>) -> Outcome {
        let start = Instant::now();
        let folder = field.reports.join(self.role.name()).join(self.runtime);
        let verdicts = prepared(&folder).and_then(|()| {
            let cases = match self.role {
                Role::Server => self.serve(field, &folder),
                Role::Client => self.connect(field, &folder),
            }?;
            let index = fs::read_to_string(folder.join("index.json"))
                .map_err(|error| format!("the suite wrote no index.json: {error}"))?;
            judge::judge(&index, &self.agent(), &cases)
        });
        Outcome { verdicts, time: start.elapsed() }
    }

    /// The file that tells all about a case, below the folder of the reports.
    pub(crate) fn page(&self, case: &str) -> PathBuf {
        let stem = format!("{}_case_{case}", self.agent()).replace(['-', '.'], "_");
        let page = format!("{stem}.html");
        Path::new(self.role.name()).join(self.runtime).join(page)
    }

    /// Our server before the suite's client. Gives the cases that were to be run.
    fn serve(&self, field: &Field<'_>, folder: &Path) -> Result<Vec<String>, String> {
        let mut demo = Command::new(field.demo);
        demo.args(["serve", "--runtime", self.runtime, "--addr", "127.0.0.1:0"]);
        demo.args(["--deflate", "--min-deflate", "0"]);
        let server = Server::start(&mut demo)?;
        let port = server.address().rsplit(':').next().unwrap_or_default();
        let url = format!("ws://{}:{port}", field.suite.host());
        let servers = json!([{ "agent": self.agent(), "url": url }]);
        specify(folder, field, ("servers", servers))?;

        let mut call = field.suite.client(folder);
        // Without a case it waits for ever.
        let no_cases = |said: &str| judge::announced(said).is_some_and(|cases| cases.is_empty());
        let finished = process::run_until(&mut call.command, RUN_LIMIT, no_cases)?;
        match judge::announced(&finished.stdout) {
            Some(cases) if cases.is_empty() => Err("the suite has no such cases".to_owned()),
            Some(cases) if finished.is_success() => Ok(cases),
            _ => Err(finished.complaint()),
        }
    }

    /// Our client before the suite's server. Gives the cases that were to be run.
    fn connect(&self, field: &Field<'_>, folder: &Path) -> Result<Vec<String>, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let url = format!("ws://127.0.0.1:{port}");
        specify(folder, field, ("url", Value::from(&*url)))?;

        let mut call = field.suite.server(folder, port);
        let server = Server::start_when(&mut call.command, |said| {
            judge::announced(said)?;
            answers(port).then(|| Ok(url.clone()))
        })?;
        let mut demo = Command::new(field.demo);
        let agent = self.agent();
        demo.args(["autobahn-client", "--runtime", self.runtime, "--agent", &agent, &url]);
        let finished = process::run(&mut demo, RUN_LIMIT)?;
        let cases = judge::announced(&server.stdout());
        cases.filter(|_| finished.is_success()).ok_or_else(|| finished.complaint())
    }

    /// What the report calls ours.
    fn agent(&self) -> String {
        format!("ws-{}", self.runtime)
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.runtime, self.role.name())
    }
}

/// An empty folder: an earlier report must not be taken for this one.
fn prepared(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("cannot remove a report: {error}"))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("cannot create a folder: {error}"))
}

/// Tells the suite what to do; its report goes where this is written.
fn specify(folder: &Path, field: &Field<'_>, whom: (&str, Value)) -> Result<(), String> {
    let mut spec = json!({
        "outdir": ".",
        "cases": field.cases,
        "exclude-cases": field.excluded,
        "exclude-agent-cases": {},
    });
    spec[whom.0] = whom.1;
    fs::write(folder.join("spec.json"), format!("{spec:#}\n"))
        .map_err(|error| format!("cannot write spec.json: {error}"))
}

/// The suite does not tell which port it got, so it is told which to take.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Whether an HTTP server answers. A container's port is open before anybody listens in there.
fn answers(port: u16) -> bool {
    let ask = || {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, PROBE_LIMIT)?;
        stream.set_read_timeout(Some(PROBE_LIMIT))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        stream.read(&mut [0])
    };
    ask().is_ok_and(|len: usize| len > 0)
}

/// All cases were seen to take 13 to 40 minutes, most of them in the suite's own Python.
const RUN_LIMIT: Duration = Duration::from_secs(90 * 60);

const PROBE_LIMIT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_case_is_named_as_the_suite_names_it() {
        let session = Session { role: Role::Client, runtime: "async-std" };
        let page = Path::new("client/async-std/ws_async_std_case_6_4_3.html");
        assert_eq!(session.page("6.4.3"), page);
    }

    #[test]
    fn a_port_nobody_listens_on_does_not_answer() {
        assert!(!answers(free_port().unwrap()));
    }

    #[test]
    fn a_session_that_cannot_start_says_so() {
        let reports = std::env::temp_dir().join(format!("ws-autobahn-{}", std::process::id()));
        let suite = Suite::Container { user: None };
        let demo = Path::new("no-such-program-anywhere");
        let field = Field { suite: &suite, demo, reports: &reports, cases: &[], excluded: &[] };
        let outcome = Session { role: Role::Server, runtime: "smol" }.run(&field);
        fs::remove_dir_all(&reports).unwrap();
        assert!(outcome.verdicts.unwrap_err().contains("cannot start"));
    }
}
