use std::io::{ErrorKind, IoSlice, Read as _, Write as _};

use super::*;

#[test]
fn portions_are_kept_apart() {
    let (mut io, far) = Line::new(Terms::default());
    far.send(b"abc");
    far.send(b"");
    far.send(b"d");
    let mut buf = [0; 2];
    let mut seen = Vec::new();
    while let Ok(len) = io.read(&mut buf) {
        seen.push(buf[..len].to_vec());
    }
    assert_eq!(seen, [b"ab".as_slice(), b"c", b"d"]);
    assert!(far.is_waited_for());
    far.close();
    assert_eq!(io.read(&mut buf).unwrap(), 0);
}

#[test]
fn a_stalled_line_goes_on() {
    let (mut io, far) = Line::new(Terms::default());
    far.limit(3);
    assert_eq!(io.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")]).unwrap(), 3);
    assert_eq!(io.write(b"d").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(far.is_waited_for());
    far.unlimit();
    assert_eq!(io.write(b"d").unwrap(), 1);
    assert_eq!(far.take_written(), b"abcd");
    assert!(!far.has_written() && !far.is_shut());
    drop(io);
    assert!(far.is_shut());
}

#[test]
fn what_is_held_arrives_with_a_flush() {
    let (mut io, far) = Line::new(Terms { held: true, ..Terms::default() });
    assert_eq!(io.write(b"ab").unwrap(), 2);
    assert_eq!(far.take_written(), b"");
    io.flush().unwrap();
    assert_eq!(far.take_written(), b"ab");
}

#[test]
fn operations_wait_once_and_fail_from_a_number_on() {
    let terms = Terms { waits: true, nonblocking: true, fail_at: Some(1), ..Terms::default() };
    let (mut io, _far) = Line::new(terms);
    assert_eq!(io.write(b"a").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.write(b"a").unwrap(), 1);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_pair_makes_room_by_reading_and_breaks_by_dropping() {
    let [mut one, mut other] = Line::pair([Terms::default(), Terms::default()], 4);
    assert_eq!(one.write(b"abcdef").unwrap(), 4);
    assert!(one.write(b"e").is_err());
    let mut buf = [0; 3];
    assert_eq!(other.read(&mut buf).unwrap(), 3);
    assert_eq!(one.write(b"efgh").unwrap(), 3);
    drop(other);
    assert_eq!(one.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(one.read(&mut buf).unwrap(), 0);
}
