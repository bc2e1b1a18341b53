//! Servers that are wrong, each in one way: the suite has to say so, and to come to an end.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod server;

use std::time::Duration;

use ws_conform::{Grade, Report, ServerRun, Setup, Verdict};

use server::{Behaviour, Server};

/// Cases whose names begin so, or all.
fn judge(behaviour: Behaviour, only: &[&str]) -> Report {
    let server = Server::start(behaviour);
    let mut setup = Setup { url: server.url(), ..Setup::default() };
    if behaviour == Behaviour::Mirrors {
        setup.config.insert("deflate".to_owned(), serde_json::json!({}));
    }
    let mut run = ServerRun::new(vec![setup]);
    // Most of these wait, and cost nothing while they do.
    run.jobs = 64;
    // On a busy machine, whoever answers at once may need as long.
    run.timeout = Duration::from_secs(5);
    run.filter.only = only.iter().map(|prefix| (*prefix).to_owned()).collect();
    run.run(&|_, _| {}).unwrap()
}

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
fn one_that_always_answers_101() {
    let report = judge(
        Behaviour::Always101,
        &[
            "server/ok/",
            "server/host/",
            "server/key/",
            "server/method/",
            "server/wsversion/",
            "server/upgrade/",
            "server/answer/",
            "server/framing/cl-",
            "server/field/",
            "server/stage/bytewise",
            "server/message/text-0",
            "server/mask/text",
            "server/utf8/bad-lone",
            "server/close/1000",
        ],
    );
    assert!(!report.passes());
    for id in ["server/ok/minimal", "server/host/ok-ipv4", "server/stage/bytewise"] {
        passes(&report, id);
    }
    for id in [
        "server/host/missing",
        "server/key/missing",
        "server/method/put",
        "server/wsversion/14",
        "server/upgrade/missing",
        "server/framing/cl-letters",
    ] {
        fails(&report, id, Grade::Must);
    }
    fails(&report, "server/field/tab-before-colon", Grade::Security);
    // That it accepts them is said elsewhere.
    assert!(matches!(verdict(&report, "server/answer/refused"), Verdict::Information(_)));
    // It reads frames, and does nothing with them.
    for id in
        ["server/message/text-0", "server/mask/text", "server/utf8/bad-lone", "server/close/1000"]
    {
        fails(&report, id, Grade::Must);
    }
    // Nobody fails at what is open.
    assert!(matches!(verdict(&report, "server/field/lf-only-once"), Verdict::Information(_)));
}

#[test]
fn one_that_says_nothing() {
    let report = judge(Behaviour::Mute, &[]);
    assert!(!report.passes());
    fails(&report, "server/ok/minimal", Grade::Must);
    fails(&report, "server/key/missing", Grade::Security);
    fails(&report, "server/message/text-0", Grade::Must);
    passes(&report, "server/partial/inside-line");
    assert!(report.count(Grade::Security).failed > 50);
}

#[test]
fn one_that_closes_at_once() {
    let report = judge(Behaviour::Closes, &[]);
    assert!(!report.passes());
    fails(&report, "server/ok/minimal", Grade::Must);
    fails(&report, "server/answer/refused", Grade::Must);
    // It is refused, at least.
    passes(&report, "server/key/missing");
    fails(&report, "server/control/ping-125", Grade::Must);
}

#[test]
fn one_that_hangs_once_it_is_open() {
    let report = judge(
        Behaviour::HangsOpen,
        &["server/ok/minimal", "server/control/ping-125", "server/close/1000", "server/end/idle"],
    );
    passes(&report, "server/ok/minimal");
    fails(&report, "server/control/ping-125", Grade::Must);
    fails(&report, "server/close/1000", Grade::Must);
    fails(&report, "server/end/idle", Grade::Robustness);
}

#[test]
fn one_that_sends_compressed_messages_back_as_they_came() {
    let report = judge(Behaviour::Mirrors, &["server/compressed/", "server/message/binary-1"]);
    // Its context is the one of whoever talks to it.
    for name in ["text", "fragments", "takeover", "mixed", "window-15", "last-block"] {
        passes(&report, &format!("server/compressed/{name}"));
    }
    for name in ["no-takeover", "window-9", "broken-text"] {
        fails(&report, &format!("server/compressed/{name}"), Grade::Must);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_keeps_room_for_what_is_only_declared() {
    let only = ["server/declared/2-31", "server/declared/2-40"];
    let report = judge(Behaviour::Always101, &only);
    for id in only {
        passes(&report, id);
    }
    assert!(report.memory().is_some_and(|memory| memory.contains("server/declared/2-")));
    let report = judge(Behaviour::Hoards, &only);
    for id in only {
        fails(&report, id, Grade::Security);
        assert!(verdict(&report, id).why().contains("the bound is 32.0 MiB"));
    }
    assert!(!report.passes());
}

#[test]
fn one_that_ends_at_the_first_bad_request() {
    let report = judge(Behaviour::Crashes, &[]);
    assert!(!report.passes());
    // That is one failure, and nothing is said of what comes behind it.
    let says_so = |verdict: &Verdict| verdict.why().contains("no connections any more");
    let gone = report.outcomes.iter().map(|outcome| &outcome.verdict).filter(|it| says_so(it));
    let (skipped, failed): (Vec<_>, Vec<_>) = gone.partition(|it| it.failure().is_none());
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].failure(), Some(Grade::Security));
    assert!(skipped.len() > 100 && skipped.iter().all(|it| matches!(it, Verdict::Skipped(_))));
}
