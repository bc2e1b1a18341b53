//! The program `ws-conform`, and what it found.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::install::does;
use crate::process;
use crate::site::Site;

/// The program, built.
#[derive(Debug)]
pub(crate) struct Judge {
    program: PathBuf,
    /// Where its reports are written.
    pub(crate) folder: PathBuf,
}

/// Whom it judges.
#[derive(Debug)]
pub(crate) struct Accused<'a> {
    /// A word for files.
    pub(crate) slug: &'a str,
    /// What reports call it.
    pub(crate) name: &'a str,
    /// A URL, or the words of a command.
    pub(crate) target: Target,
    /// The same with other settings.
    pub(crate) setups: Vec<Value>,
    /// Further arguments.
    pub(crate) more: Vec<String>,
}

/// A server or a client.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Where it listens, `HOST:PORT`.
    Server(String),
    /// How it is started, with `{url}` in it.
    Client(Vec<String>),
}

impl Judge {
    /// Builds it.
    ///
    /// # Errors
    ///
    /// When it does not build.
    pub(crate) fn build(site: &Site) -> Result<Self, String> {
        Ok(Self { program: site.conform()?, folder: site.home("conform")? })
    }

    /// The settings that some cases need: those of servers, or of clients.
    ///
    /// # Errors
    ///
    /// When it does not say them.
    pub(crate) fn settings(&self, of_servers: bool) -> Result<Vec<Value>, String> {
        let said = does(Command::new(&self.program).arg("setups"))?;
        let all: Value = serde_json::from_str(&said).map_err(|error| error.to_string())?;
        let key = if of_servers { "url" } else { "command" };
        let all = all.as_array().cloned().unwrap_or_default();
        Ok(all.into_iter().filter(|setup| setup.get(key).is_some()).collect())
    }

    /// Judges, and gives the report; a page is written beside it.
    ///
    /// # Errors
    ///
    /// When it cannot run.
    pub(crate) fn judge(&self, accused: &Accused<'_>) -> Result<Value, String> {
        let path = |ending: &str| self.folder.join(format!("{}.{ending}", accused.slug));
        let [setups, report, page] = ["setups.json", "json", "html"].map(path);
        let written = fs::write(&setups, json!(accused.setups).to_string());
        written.map_err(|error| format!("{}: {error}", setups.display()))?;
        let mut command = Command::new(&self.program);
        match &accused.target {
            Target::Server(address) => command.args(["server", &format!("ws://{address}/")]),
            Target::Client(_) => command.arg("client"),
        };
        command.args(["--name", accused.name]).args(&accused.more);
        command.arg("--setups").arg(&setups).arg("--json").arg(&report);
        command.arg("--brief").arg("--html").arg(&page);
        if let Target::Client(words) = &accused.target {
            command.arg("--").args(words);
        }
        let finished = process::run(&mut command, LIMIT)?;
        if !matches!(finished.code, Some(0 | 1)) {
            return Err(format!("ws-conform: {}", finished.complaint()));
        }
        let text = fs::read_to_string(&report).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }
}

/// The cases that failed: grade, name, and why.
pub(crate) fn failures(report: &Value) -> Vec<String> {
    let cases = report["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed = cases.iter().filter(|case| case["verdict"] == "failed");
    let text = |case: &Value, key: &str| case[key].as_str().unwrap_or_default().to_owned();
    failed
        .map(|case| {
            format!("{} {}: {}", text(case, "failed_as"), text(case, "id"), text(case, "why"))
        })
        .collect()
}

/// How many cases of all grades came to a verdict.
pub(crate) fn count(report: &Value, verdict: &str) -> u64 {
    let grades = report["summary"].as_object().into_iter().flatten();
    grades.filter_map(|(_, count)| count[verdict].as_u64()).sum()
}

/// The longest that one run may take: many times as long as against a server that answers.
const LIMIT: Duration = Duration::from_secs(400);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let report = json!({
            "summary": {"MUST": {"passed": 3, "failed": 1}, "SHOULD": {"passed": 2, "failed": 0}},
            "cases": [
                {"id": "a", "verdict": "failed", "failed_as": "MUST", "why": "no answer"},
                {"id": "b", "verdict": "passed", "failed_as": null, "why": ""},
            ],
        });
        assert_eq!(failures(&report), ["MUST a: no answer"]);
        assert_eq!((count(&report, "passed"), count(&report, "failed")), (5, 1));
    }
}
