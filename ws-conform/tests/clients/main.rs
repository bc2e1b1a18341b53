//! Clients that are wrong, each in one way.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod client;

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use ws_conform::{ClientRun, Filter, Grade, Report, Setup, Verdict};

use client::{Behaviour, come};

/// Cases of each kind, with a client that comes by itself.
fn judge(behaviour: Behaviour) -> Report {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let client = thread::spawn(move || come(address, behaviour));
    let mut run = ClientRun::new(vec![Setup::default()]);
    // On a busy machine, whoever answers at once may need as long; the others never do.
    let answers = matches!(behaviour, Behaviour::TakesAnything | Behaviour::Closes);
    run.timeout = if answers { Duration::from_secs(5) } else { Duration::from_millis(500) };
    run.filter = Filter { only: CASES.map(str::to_owned).into(), skip: vec![] };
    let report = run.run_at(&socket, &|_, _| {}).unwrap();
    client.join().unwrap();
    assert_eq!(report.outcomes.len(), CASES.len());
    report
}

/// One after the other, so not all.
const CASES: [&str; 11] = [
    "client/request/key",
    "client/request/version",
    "client/ok/minimal",
    "client/accept/other-key",
    "client/upgrade/missing",
    "client/status/404",
    "client/interim/103",
    "client/partial/nothing-eof",
    "client/control/ping-125",
    "client/mask/text",
    "client/close/1000",
];

fn verdict<'a>(report: &'a Report, id: &str) -> &'a Verdict {
    let found = report.outcomes.iter().find(|outcome| outcome.case.id == id);
    &found.unwrap_or_else(|| panic!("no case {id}")).verdict
}

#[track_caller]
fn fails(report: &Report, id: &str, grade: Grade) {
    let verdict = verdict(report, id);
    assert_eq!(verdict.failure(), Some(grade), "{id}: {verdict:?}");
}

#[track_caller]
fn passes(report: &Report, id: &str) {
    assert_eq!(verdict(report, id), &Verdict::Passed, "{id}");
}

#[test]
fn one_that_takes_any_answer() {
    let report = judge(Behaviour::TakesAnything);
    assert!(!report.passes());
    for id in
        ["client/request/key", "client/ok/minimal", "client/control/ping-125", "client/close/1000"]
    {
        passes(&report, id);
    }
    for id in ["client/accept/other-key", "client/upgrade/missing", "client/mask/text"] {
        fails(&report, id, Grade::Must);
    }
}

#[test]
fn one_that_says_nothing_behind_its_request() {
    let report = judge(Behaviour::Mute);
    assert!(!report.passes());
    fails(&report, "client/ok/minimal", Grade::Must);
    fails(&report, "client/accept/other-key", Grade::Robustness);
    fails(&report, "client/control/ping-125", Grade::Must);
}

#[test]
fn one_that_closes_at_once() {
    let report = judge(Behaviour::Closes);
    assert!(!report.passes());
    fails(&report, "client/ok/minimal", Grade::Must);
    fails(&report, "client/interim/103", Grade::Must);
    // It takes nothing that it must not take.
    passes(&report, "client/accept/other-key");
    passes(&report, "client/status/404");
}

#[test]
fn one_that_asks_for_too_little() {
    let report = judge(Behaviour::NoKey);
    fails(&report, "client/request/key", Grade::Must);
    passes(&report, "client/request/version");
}
