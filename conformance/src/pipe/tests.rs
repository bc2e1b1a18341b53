use std::io::{ErrorKind, IoSlice, Read as _, Write as _};

use super::*;

#[test]
fn portions_are_kept_apart() {
    let (mut io, peer) = pipe(Script::new().input(["abc", "", "d"]).eof());
    let mut buf = [0; 2];
    let mut seen = Vec::new();
    while let Ok(len @ 1..) = io.read(&mut buf) {
        seen.push(buf[..len].to_vec());
    }
    assert_eq!(seen, [b"ab".as_slice(), b"c", b"d"]);
    assert_eq!((peer.ops(), peer.reads()), (4, 4));
}

#[test]
fn the_nth_operation_fails_and_all_after_it() {
    let (mut io, peer) = pipe(Script::new().fail_at(2, ErrorKind::ConnectionReset));
    assert_eq!(io.write(b"a").unwrap(), 1);
    io.flush().unwrap();
    assert_eq!(io.write(b"b").unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(peer.written(), b"a");
}

#[test]
fn an_interruption_happens_once() {
    let (mut io, _peer) = pipe(Script::new().interrupt_at(0));
    assert_eq!(io.write(b"a").unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(io.write(b"a").unwrap(), 1);
}

#[test]
fn waits_come_before_the_operation() {
    let script = Script::new().nonblocking().input(["a"]).waits(Waits::Always);
    let (mut io, peer) = pipe(script);
    let mut buf = [0; 4];
    assert_eq!(io.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(!peer.is_starved());
    assert_eq!(io.read(&mut buf).unwrap(), 1);
    assert_eq!(io.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(peer.is_starved());
    peer.send("b");
    assert!(!peer.is_starved());
    assert_eq!(io.read(&mut buf).unwrap(), 1);
}

#[test]
fn held_octets_arrive_with_a_flush() {
    let script = Script::new().hold_until_flush().answer(|written| vec![written.to_vec()]).eof();
    let (mut io, peer) = pipe(script);
    let len = io.write_vectored(&[IoSlice::new(b"ab\r\n"), IoSlice::new(b"\r\n")]).unwrap();
    assert_eq!((len, peer.unflushed_len(), peer.written().len()), (6, 6, 0));
    io.flush().unwrap();
    assert_eq!((peer.unflushed_len(), peer.written().len(), peer.flushes()), (0, 6, 1));
    let mut answer = Vec::new();
    io.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"ab\r\n\r\n");
}

#[test]
fn a_full_pipe_takes_nothing_more() {
    let (mut io, peer) = pipe(Script::new().nonblocking().capacity(3));
    assert_eq!(io.write(b"abcd").unwrap(), 3);
    assert_eq!(io.write(b"d").unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(io);
    assert!(peer.is_dropped());
}

#[test]
fn a_blocking_read_ends_with_its_timeout() {
    let (mut io, _peer) = pipe(Script::new());
    io.set_read_timeout(Some(Duration::from_millis(1)));
    assert_eq!(io.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    io.set_read_timeout(None);
    assert_eq!(io.read(&mut [0]).unwrap_err().kind(), ErrorKind::Other);
}
