//! The frames in which long messages go out, on every runtime.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use ws_core::{FrameHead, Opcode};

use crate::{
    connect::opening,
    program::{CLOSE, NORMAL, RUNTIMES, Server, UPGRADE, pipe},
};

/// Each option with the length of the first frame and of the last.
const OPTIONS: [(&[&str], usize, usize); 4] = [
    (&[], 65_536, 3_392),
    (&["--fragment-len", "30000"], 30_000, 20_000),
    (&["--fragment-len", "150000"], 150_000, 50_000),
    (&["--fragment-len", "none"], LEN, LEN),
];

const LEN: usize = 200_000;

#[test]
fn a_server_sends_frames_of_the_length_it_is_told() {
    for runtime in RUNTIMES {
        for (args, first, last) in OPTIONS {
            let server = Server::start(runtime, args);
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.write_all(format!("{UPGRADE}\r\n").as_bytes()).unwrap();
            head(&mut stream);
            let mask = Some([0; 4]);
            let message =
                FrameHead { fin: true, rsv1: false, opcode: Opcode::Binary, mask, len: LEN as u64 };
            let mut bytes = [0; FrameHead::MAX_LEN];
            let n = message.encode(&mut bytes);
            stream.write_all(&bytes[..n]).unwrap();
            stream.write_all(&[7; LEN]).unwrap();
            assert_eq!(frames(&mut stream), in_frames_of(first, last), "{runtime} {args:?}");
        }
    }
}

#[test]
fn a_client_sends_frames_of_the_length_it_is_told() {
    let input = "x".repeat(LEN);
    for runtime in RUNTIMES {
        for (args, first, last) in OPTIONS {
            for binary in [&[][..], &["--binary"]] {
                let (url, server) = listener();
                let own = ["connect", "--runtime", runtime, &url, "-q", "--wait", "0"];
                let said = pipe(&[&own, args, binary].concat(), &input);
                assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime} {args:?}");
                let lens = server.join().unwrap();
                assert_eq!(lens, in_frames_of(first, last), "{runtime} {args:?} {binary:?}");
            }
        }
    }
}

fn in_frames_of(first: usize, last: usize) -> Vec<usize> {
    let mut lens = vec![first; LEN / first];
    if last != first {
        lens.push(last);
    }
    lens
}

/// A server for one message, which says in what frames it came.
fn listener() -> (String, JoinHandle<Vec<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let serve = move || {
        let mut stream = listener.accept().unwrap().0;
        let answer = opening(&head(&mut stream));
        stream.write_all(answer.as_bytes()).unwrap();
        let lens = frames(&mut stream);
        // The client's close frame; then it waits for the end.
        stream.write_all(&[CLOSE, 2, NORMAL[0], NORMAL[1]]).unwrap();
        lens
    };
    (url, thread::spawn(serve))
}

/// Reads up to the end of a head.
fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Reads a message: how long each of its frames is.
fn frames(stream: &mut TcpStream) -> Vec<usize> {
    let mut lens = Vec::new();
    loop {
        let mut octets = Vec::new();
        let head = loop {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            octets.push(byte[0]);
            if let Some((head, _)) = FrameHead::decode(&octets).unwrap() {
                break head;
            }
        };
        let len = usize::try_from(head.len).unwrap();
        stream.read_exact(&mut vec![0; len]).unwrap();
        assert_eq!(head.opcode == Opcode::Continuation, !lens.is_empty());
        lens.push(len);
        if head.fin {
            return lens;
        }
    }
}
