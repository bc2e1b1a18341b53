//! The command line, the matrix and the vectors.

use std::{fs, net::TcpListener, path::Path};

use crate::program::run;

#[test]
fn every_pair_is_ok() {
    let output = run(&["matrix"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(text.starts_with("GET /chat HTTP/1.1\n"), "{text}");
    for part in [
        "\nSec-WebSocket-Protocol: chat.v2, chat.v1\n",
        "\n\nHTTP/1.1 101 Switching Protocols\n",
        "\nSec-WebSocket-Protocol: chat.v2\n",
    ] {
        assert!(text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()), "{part}: {text}");
    }
    let rows: Vec<Vec<&str>> =
        text.lines().rev().take(5).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[4], ["server/client", "tokio", "async-std", "smol", "blocking"]);
    for (row, server) in rows.iter().rev().skip(1).zip(crate::program::RUNTIMES) {
        assert_eq!(row, &[server, "ok", "ok", "ok", "ok"]);
    }
}

#[test]
fn help_is_no_failure() {
    for args in [&["--help"][..], &["matrix", "--help"], &["serve", "-h"], &["vectors", "--help"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("usage: ws-demo "), "{args:?}");
    }
    let output = run(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, concat!("ws-demo ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn help_has_examples_and_the_exit_status() {
    let help = |args: &[&str]| String::from_utf8(run(args).stdout).unwrap();
    let commands = help(&["--help"]);
    for name in ["matrix", "serve", "connect", "autobahn-client", "vectors"] {
        assert!(commands.contains(&format!("\n  {name} ")), "{commands}");
        let text = help(&[name, "--help"]);
        let (_, examples) = text.split_once("\nexample").unwrap();
        assert!(examples.contains(&format!("\n  ws-demo {name}")), "{text}");
        assert!(text.contains("\nexit status:"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 110), "{text}");
    }
}

#[test]
fn what_is_not_understood_has_a_status_of_its_own() {
    let serve = ["serve", "--runtime", "tokio", "--addr", "127.0.0.1:0", "--fast"];
    for (args, hint) in [
        (&[][..], "\nusage: ws-demo COMMAND "),
        (&["dance"], "`ws-demo --help`"),
        (&["matrix", "--fast"], "`ws-demo matrix --help`"),
        (&serve, "`ws-demo serve --help`"),
        (&["connect", "--runtime"], "`ws-demo connect --help`"),
        (&["serve", "--fragment-len", "0"], "`ws-demo serve --help`"),
        (&["serve", "--origin", "*"], "`ws-demo serve --help`"),
        (&["connect", "ws://h", "--fragment-len", "0"], "`ws-demo connect --help`"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(64), "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: ") && said.contains(hint), "{args:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_address_that_cannot_be_listened_on_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["serve", "--addr", &address]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("error: io: {address}: ")), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn vectors_are_run_over_what_is_asked_for() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vectors");
    fs::create_dir_all(&folder).unwrap();
    let vector = |id: &str, status: u16| {
        format!(
            r#"{{"id":"{id}","title":"no key","rule":"RFC 6455 4.2.1","role":"server","config":{{}},
            "input":"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "expect":{{"outcome":"reject","status":[{status}]}}}}"#
        )
        .replace('\n', "")
    };
    let run = |lines: &[String], runtime: &[&str]| {
        fs::write(folder.join("a.jsonl"), lines.join("\n")).unwrap();
        let output = run(&[&["vectors", folder.to_str().unwrap()], runtime].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let last = text.lines().last().unwrap_or_default().to_owned();
        (output.status.code().unwrap(), last, text)
    };
    let (right, wrong) = (vector("x/right", 400), vector("x/wrong", 404));

    // The core, four adapters, and the blocking one over non-blocking sockets.
    let (code, last, text) = run(std::slice::from_ref(&right), &[]);
    assert_eq!((code, &*last), (0, "6 passed, 0 failed"), "{text}");
    for runtime in ["core", "tokio", "async-std", "smol"] {
        let (code, last, text) = run(&[right.clone(), wrong.clone()], &["--runtime", runtime]);
        assert_eq!((code, &*last), (1, "1 passed, 1 failed"), "{runtime}: {text}");
        assert!(text.contains("x/wrong") && text.contains("404"), "{runtime}: {text}");
    }
    let (code, ..) = run(&["{}".to_owned()], &[]);
    assert_eq!(code, 1);
}
