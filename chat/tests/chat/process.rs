//! The program.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use tokio::net::TcpListener;
use ws_tokio::CloseCode;

use crate::common::{Page, within};

struct Program {
    child: Child,
    address: std::net::SocketAddr,
}

impl Program {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["--addr", "127.0.0.1:0"]).args(args).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").unwrap();
        Self { child, address: address.parse().unwrap() }
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -$0 $1", name, &self.child.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    async fn ended(mut self) -> Option<i32> {
        let mut ended = None;
        within(async {
            while ended.is_none() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                ended = self.child.try_wait().unwrap();
            }
        })
        .await;
        ended.and_then(|status| status.code())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn output(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chat")).args(args).output().unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_it_gracefully() {
    for name in ["TERM", "INT"] {
        let program = Program::start(&[]);
        let mut pages = Vec::new();
        for name in ["Mia", "Jonas"] {
            pages.push(Page::inside(program.address, name, "tea").await);
        }
        program.signal(name);
        for page in &mut pages {
            assert_eq!(page.closed().await.code, CloseCode::GOING_AWAY);
        }
        assert_eq!(program.ended().await, Some(0), "{name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_page_that_does_not_answer_is_cut() {
    let program = Program::start(&[]);
    let silent = Page::inside(program.address, "Mia", "tea").await;
    program.signal("TERM");
    assert_eq!(program.ended().await, Some(0));
    drop(silent);
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let program = Program::start(&["--broker", "redis://127.0.0.1:1"]);
    let mut page = Page::inside(program.address, "Mia", "tea").await;
    let _silent = Page::inside(program.address, "Jonas", "tea").await;
    program.signal("TERM");
    assert_eq!(page.closed().await.code, CloseCode::GOING_AWAY);
    program.signal("TERM");
    assert_eq!(program.ended().await, Some(0));
}

#[test]
fn the_command_line_is_explained() {
    let help = output(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success() && text.starts_with("usage: chat "), "{text}");
    assert!(text.lines().all(|line| line.len() <= 120), "{text}");
    let bad = output(&["--port", "80"]);
    assert_eq!(bad.status.code(), Some(64));
    assert!(String::from_utf8(bad.stderr).unwrap().contains("--port"));
}

#[tokio::test]
async fn what_cannot_be_had_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let failed = output(&["--addr", &address]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8(failed.stderr).unwrap().contains(&address));
    let failed = output(&["--addr", "127.0.0.1:0", "--broker", "redis://"]);
    assert_eq!((failed.status.code(), failed.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(failed.stderr).unwrap().starts_with("error: --broker: "));
}
