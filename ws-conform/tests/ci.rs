//! What a stranger's CI runs: the lines of the README, and those of `action.yml`, as a shell reads them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

/// A server that refuses everything: good enough to be judged, and to fail.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut octets = [0; 4096];
            let _ = stream.read(&mut octets);
            let _ = stream.write_all(b"HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n");
        }
    });
    address
}

/// A folder with `ws-conform`, and a `cargo` and a server that only say with what they were called.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_ws-conform"), folder.join("ws-conform")).unwrap();
    for program in ["cargo", "start-my-echo-server"] {
        let path = folder.join(program);
        fs::write(&path, format!("#!/bin/sh\necho \"$@\" >> {program}.called\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn run(lines: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-e", "-o", "pipefail", "-c", lines]).current_dir(folder).env("PATH", path);
    shell.envs(variables.iter().copied()).output().unwrap()
}

fn said(folder: &Path, program: &str) -> String {
    fs::read_to_string(folder.join(format!("{program}.called"))).unwrap()
}

#[test]
fn the_lines_of_the_readme_judge_a_server() {
    let readme = include_str!("../README.md");
    let lines = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let folder = folder("readme");
    let lines = lines.replace("9001", &server().port().to_string());
    let output = run(&lines, &folder, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said(&folder, "cargo"), "install ws-conform\n");
    assert!(said(&folder, "start-my-echo-server").starts_with("--port "));
    for report in ["conform.xml", "conform.html"] {
        assert!(fs::metadata(folder.join(report)).unwrap().len() > 10_000, "{report}");
    }
}

#[test]
fn the_action_judges_servers_and_clients() {
    let action = include_str!("../action.yml");
    let lines: Vec<_> =
        action.lines().filter_map(|line| line.trim().strip_prefix("run: ")).collect();
    assert_eq!(lines.len(), 2);
    let lines = lines.join("\n");
    let folder = folder("action");
    let arguments = format!("ws://{}/ --only server/key/", server());
    let variables = [("SIDE", "server"), ("ARGUMENTS", &arguments), ("VERSION", "")];
    let output = run(&lines, &folder, &variables);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said(&folder, "cargo"), "install ws-conform --locked\n");
    for report in ["ws-conform.xml", "ws-conform.html"] {
        assert!(folder.join(report).is_file(), "{report}");
    }
    // One that ends without a word cannot be judged, and a version is asked for.
    let arguments = "--only client/ok/ -- true {url}";
    let variables = [("SIDE", "client"), ("ARGUMENTS", arguments), ("VERSION", "1.2.3")];
    let output = run(&lines, &folder, &variables);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said(&folder, "cargo").ends_with("install ws-conform --locked --version 1.2.3\n"));
}
