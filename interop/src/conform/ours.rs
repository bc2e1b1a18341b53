//! The demo program, on every runtime, as server and as client.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::judge::{Accused, Judge, Target, count, failures};
use super::settings;
use crate::failure::Failure;
use crate::process::Server;

/// Judges all of them. Prints a line for each, and what failed.
///
/// # Errors
///
/// When anything failed, be it only a SHOULD.
pub(crate) fn run(judge: &Judge, demo: &Path, runtimes: &[&str]) -> Result<(), Failure> {
    let mut failed = 0;
    let mut passed = 0;
    for runtime in runtimes {
        for (role, report) in
            [("server", server(judge, demo, runtime)?), ("client", client(judge, demo, runtime)?)]
        {
            let failures = failures(&report);
            let [well, told, skipped] =
                ["passed", "information", "skipped"].map(|verdict| count(&report, verdict));
            println!(
                "{role:6} on {runtime:9} | {well} passed, {} failed, {told} information, {skipped} skipped",
                failures.len()
            );
            for failure in &failures {
                println!("  {failure}");
            }
            failed += failures.len();
            passed += well;
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(Failure::Reported) }
}

/// A word for files.
pub(super) fn slug(runtime: &str, role: &str) -> String {
    format!("ws-{runtime}-{role}")
}

/// What is found of the server on one runtime.
///
/// # Errors
///
/// When it does not start, or cannot be judged.
pub(super) fn server(judge: &Judge, demo: &Path, runtime: &str) -> Result<Value, String> {
    let start = |options: &[String]| {
        let mut command = Command::new(demo);
        command.args(["serve", "--runtime", runtime, "--addr", "127.0.0.1:0"]).args(options);
        Server::start(&mut command)
    };
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let first = start(&words("--keep-alive --max-message 1048576"))?;
    // A server of its own for each setting: they end with this function.
    let mut servers = Vec::new();
    let mut setups = Vec::new();
    for mut setup in judge.settings(true)? {
        if let Some(options) = settings::of_server(&setup) {
            let server = start(&[options, words("--max-message 1048576")].concat())?;
            setup["url"] = json!(format!("ws://{}/", server.address()));
            setup["max_message"] = json!(MAX_MESSAGE_LEN);
            setups.push(setup);
            servers.push(server);
        }
    }
    let hurried = start(&words("--handshake-timeout-ms 1000"))?;
    setups.push(json!({"url": format!("ws://{}/", hurried.address()), "handshake_timeout": 1}));
    judge.judge(&Accused {
        slug: &slug(runtime, "server"),
        name: &format!("ws-{runtime}"),
        target: Target::Server(first.address().to_owned()),
        setups,
        more: words(&format!("--timeout 10 --max-message {MAX_MESSAGE_LEN}")),
    })
}

/// What is found of the client on one runtime.
///
/// # Errors
///
/// As [`server`].
pub(super) fn client(judge: &Judge, demo: &Path, runtime: &str) -> Result<Value, String> {
    let words = |options: &[String]| -> Vec<String> {
        let demo = demo.display().to_string();
        let line = ["connect", "{url}", "--echo", "--runtime", runtime, "--max-message", "1048576"];
        [vec![demo], line.map(str::to_owned).into(), options.to_vec()].concat()
    };
    let mut setups = Vec::new();
    for mut setup in judge.settings(false)? {
        if let Some(options) = settings::of_client(&setup) {
            setup["command"] = json!(words(&options));
            setup["max_message"] = json!(MAX_MESSAGE_LEN);
            setups.push(setup);
        }
    }
    let more = ["--timeout", "10", "--wait", "60", "--max-message", "1048576"];
    judge.judge(&Accused {
        slug: &slug(runtime, "client"),
        name: &format!("ws-{runtime}"),
        target: Target::Client(words(&[])),
        setups,
        more: more.map(str::to_owned).into(),
    })
}

/// Enough for the longest message of the cases.
const MAX_MESSAGE_LEN: usize = 1 << 20;
