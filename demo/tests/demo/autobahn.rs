//! `ws-demo autobahn-client`, with a server that asks what the suite's does.

use std::{
    net::{TcpListener, TcpStream},
    thread,
};

use ws_blocking::{CloseCode, Message, ServerConfig, WebSocket, deflate::DeflateConfig};

use crate::program::{RUNTIMES, run};

/// Serves one WebSocket, and gives the target that it was for.
fn serve(listener: &TcpListener) -> String {
    let (stream, _) = listener.accept().unwrap();
    let deflate = DeflateConfig::default();
    let config = ServerConfig::new().keep_request(true).deflate(deflate);
    let mut ws = ws_blocking::accept_with(stream, &config).unwrap();
    let target = ws.request().unwrap().uri().to_string();
    if target.starts_with("/getCaseCount") {
        ws.send("3").unwrap();
        ws.close_with(CloseCode::NORMAL_CLOSURE, "").unwrap();
    } else if target.starts_with("/getCaseInfo") {
        ws.send(r#"{"id": "13.2.1", "description": "compression"}"#).unwrap();
        ws.close_with(CloseCode::NORMAL_CLOSURE, "").unwrap();
    } else if target.starts_with("/runCase") {
        let params = ws.negotiated().deflate().unwrap();
        assert!(params.client_no_context_takeover, "and what this case is about");
        run_case(ws, &target);
    } else {
        ws.close_with(CloseCode::NORMAL_CLOSURE, "").unwrap();
    }
    target
}

/// The first case is closed as it should be, the second breaks a rule, the third just ends.
fn run_case(mut ws: WebSocket<TcpStream>, target: &str) {
    for message in [Message::text(target), Message::binary(vec![1; 300_000])] {
        ws.send(message.clone()).unwrap();
        assert_eq!(ws.recv().unwrap(), Some(message));
    }
    if target.contains("case=1&") {
        ws.close_with(CloseCode::NORMAL_CLOSURE, "").unwrap();
    } else if target.contains("case=2&") {
        use std::io::Write;
        ws.get_mut().write_all(b"\x83\x00").unwrap();
        let _ = ws.recv();
        let info = ws.close_info();
        assert_eq!(info.received.unwrap().code, CloseCode::PROTOCOL_ERROR);
    }
}

#[test]
fn every_case_is_run() {
    for runtime in RUNTIMES {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || [(); 8].map(|()| serve(&listener)));
        let output = run(&["autobahn-client", "--runtime", runtime, &url, "--agent", "me & you"]);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{runtime}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "3 cases\n", "{runtime}");
        assert!(output.status.success(), "{runtime}");
        let agent = "agent=me%20%26%20you";
        let cases = [1, 2, 3].map(|case| {
            [format!("/getCaseInfo?case={case}"), format!("/runCase?case={case}&{agent}")]
        });
        let report = format!("/updateReports?{agent}");
        let targets = server.join().unwrap();
        assert_eq!(targets[0], "/getCaseCount");
        assert_eq!((&targets[1..7], &targets[7]), (&cases.concat()[..], &report), "{runtime}");
    }
}

#[test]
fn a_suite_that_is_not_there_is_an_error() {
    for runtime in RUNTIMES {
        let output = run(&["autobahn-client", "--runtime", runtime, "ws://127.0.0.1:1"]);
        assert_eq!(output.status.code(), Some(1), "{runtime}");
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: io: "), "{runtime}");
    }
}
