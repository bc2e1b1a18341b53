//! The program: what it prints and writes, and its exit status.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::{fs, thread};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ws-conform")).args(args).output().unwrap()
}

/// A server that refuses everything, with an answer as it should be.
fn refuses_all() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut octets = [0; 4096];
            let _ = stream.read(&mut octets);
            let _ = stream.write_all(b"HTTP/1.1 400 <b>&\r\nContent-Length: 0\r\n\r\n");
        }
    });
    url
}

#[test]
fn what_is_asked_for_is_written() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let [html, json, junit] = ["a.html", "a.json", "a.xml"].map(path);
    let url = refuses_all();
    let cases = ["--only", "server/key/", "--only", "server/ok/minimal"];
    let files = ["--html", &html, "--json", &json, "--junit", &junit, "--name", "<x>"];
    let output = run(&[&["server", &url], &cases[..], &files].concat());
    // It refuses a good request.
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("FAILED  MUST        server/ok/minimal"), "{said}");
    assert!(said.contains("0 robustness failed\nBegin with server/ok/minimal, "), "{said}");
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("<details class=\"failed\" id=\"server/ok/minimal\">"));
    assert!(page.contains("rfc6455#section-4.2.1") && page.contains("400 &lt;b&gt;&amp;"));
    assert!(page.contains("&lt;x&gt;") && !page.contains("<x>") && !page.contains("src="));
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(written["passes"], false);
    let cases = written["cases"].as_array().unwrap();
    assert!(
        cases.iter().all(|case| case["transcript"].as_array().is_some_and(|all| !all.is_empty()))
    );
    let xml = fs::read_to_string(&junit).unwrap();
    let decides =
        |case: &&serde_json::Value| case["failed_as"] == "MUST" || case["failed_as"] == "security";
    let failures = cases.iter().filter(decides).count();
    assert!(failures > 0 && xml.contains(&format!("failures=\"{failures}\"")), "{xml}");
    assert_eq!(xml.matches("<testcase").count(), cases.len());
}

#[test]
fn a_run_without_a_failure_that_decides_succeeds() {
    let url = refuses_all();
    let output =
        run(&["server", &url, "--only", "server/key/empty", "--only", "server/method/put"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with(" robustness failed\n"), "{said}");
}

#[test]
fn what_cannot_be_run_is_told_from_what_fails() {
    // Bound and not listened to any more: nobody is there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for args in [
        &["server", &format!("ws://{free}/")][..],
        &["server", "http://127.0.0.1/"],
        &["server"],
        &[],
        &["server", "wss://127.0.0.1/"],
        &["server", "ws://127.0.0.1:70000/"],
        &["client", "--listen", "127.0.0.1:0", "--wait", "1"],
        &["client", "--", "no-such-program-anywhere", "{url}"],
        &["nothing"],
        &["server", "ws://127.0.0.1:1/", "--setups", "no-such-file"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
    for args in [&["--help"][..], &["server", "--list"], &["client", "--list"], &["setups"]] {
        assert_eq!(run(args).status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn setups_can_be_filled_in_and_given_back() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("setups.json");
    fs::write(&path, run(&["setups"]).stdout).unwrap();
    let output = run(&["server", "--list", "--setups", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn a_client_that_never_comes_cannot_be_judged_and_one_that_crashes_has_failed() {
    let only = ["--only", "client/ok/", "--wait", "2"];
    for absent in [&["true"][..], &["sleep", "60"]] {
        let output = run(&[&["client"], &only[..], &["--"], absent].concat());
        assert_eq!(output.status.code(), Some(2), "{absent:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("never connects"));
    }
    let output = run(&[&["client"], &only[..], &["--", "sh", "-c", "kill -SEGV $$"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("crashed with signal 11"), "{said}");
}
