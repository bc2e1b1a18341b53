//! What goes over a session: however the socket cuts it, and to the end.

use std::io::{ErrorKind, IoSlice};

use ws_driver::TlsError;

use crate::{
    authority::{Authority, VERSIONS},
    pair::{Server, Wire, connect, kind, read, write},
};

use rustls::version::TLS13;

fn open(version: &'static rustls::SupportedProtocolVersion) -> (ws_driver::MaybeTls<Wire>, Server) {
    let authority = Authority::new("A");
    let mut server = Server::new(authority.issue(&["h.example"]).server(version));
    let stream = connect(authority.client(version), "h.example", &mut server);
    (stream, server)
}

fn payload(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

#[test]
fn what_is_known_of_the_server() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let mut server = Server::new(identity.server(&TLS13));
    let stream = connect(authority.client(&TLS13), "h.example", &mut server);
    assert!(stream.is_tls() && stream.has_session());
    assert_eq!(stream.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(stream.peer_certificates().unwrap(), [identity.certificate]);
    let version = stream.tls_session().unwrap().protocol_version();
    assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_3));

    let plain = ws_driver::MaybeTls::plain(Wire::default());
    assert!(!plain.is_tls() && !plain.has_session() && plain.tls_session().is_none());
    assert_eq!((plain.alpn_protocol(), plain.peer_certificates()), (None, None));
}

#[test]
fn without_tls_it_is_a_socket_and_a_pointer() {
    assert_eq!(
        size_of::<ws_driver::MaybeTls<usize>>(),
        size_of::<usize>() + size_of::<Option<Box<u8>>>()
    );
}

#[test]
fn data_goes_both_ways_however_it_is_cut() {
    let data = payload(200_000);
    for version in VERSIONS {
        for (portion, halting) in
            [(1, false), (7, true), (1000, true), (16_384, false), (usize::MAX, true)]
        {
            let len = if portion < 100 { 20_000 } else { data.len() };
            let (mut stream, mut server) = open(version);
            stream.socket_mut().portion = portion;
            stream.socket_mut().halting = halting;
            let coming = [server.said(), server.send(&data[..len])].concat();
            stream.socket_mut().coming.extend(coming);
            let (read, result) = read(&mut stream);
            assert_eq!(kind(result), ErrorKind::WouldBlock);
            assert!(read == data[..len], "{version:?} {portion} {halting}");

            assert_eq!(write(&mut stream, &data[..len]).unwrap(), len);
            server.take(&stream.socket_mut().take_written());
            assert!(server.received == data[..len], "{version:?} {portion} {halting}");
        }
    }
}

#[test]
fn data_is_taken_in_small_pieces() {
    let (mut stream, mut server) = open(&TLS13);
    let data = payload(5000);
    let coming = [server.said(), server.send(&data)].concat();
    stream.socket_mut().coming.extend(coming);
    let mut read = Vec::new();
    while read.len() < data.len() {
        let (wire, session) = stream.split_mut();
        let n = session
            .unwrap()
            .read(wire, |chunk| {
                let n = chunk.len().min(3);
                read.extend_from_slice(&chunk[..n]);
                n
            })
            .unwrap();
        assert!((1..=3).contains(&n));
    }
    assert_eq!(read, data);
}

/// A socket that takes nothing: so much is taken off the program, and no more.
#[test]
fn what_waits_to_be_written_is_bounded() {
    for version in VERSIONS {
        let (mut stream, mut server) = open(version);
        server.said();
        stream.socket_mut().room = 0;
        let data = payload(300_000);
        let taken = write(&mut stream, &data).unwrap();
        assert!((1..=64 * 1024 + 64).contains(&taken), "{taken}");
        // While that waits, there is nothing that could be taken.
        let (wire, session) = stream.split_mut();
        let again = session.unwrap().write(wire, &[IoSlice::new(b"more")]);
        assert_eq!(again.unwrap_err().kind(), ErrorKind::WouldBlock);
        let (wire, session) = stream.split_mut();
        assert_eq!(session.unwrap().flush(wire).unwrap_err().kind(), ErrorKind::WouldBlock);

        stream.socket_mut().room = usize::MAX;
        assert_eq!(write(&mut stream, &data[taken..]).unwrap(), data.len() - taken);
        server.take(&stream.socket_mut().take_written());
        assert!(server.received == data);
    }
}

#[test]
fn several_pieces_are_written_as_one() {
    let (mut stream, mut server) = open(&TLS13);
    let (wire, session) = stream.split_mut();
    let pieces = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"two")];
    assert_eq!(session.unwrap().write(wire, &pieces).unwrap(), 7);
    let written = stream.socket_mut().take_written();
    assert_eq!(written.iter().filter(|octet| **octet == 23).count().min(1), 1);
    server.take(&written);
    assert_eq!(server.received, b"one two");
    let (wire, session) = stream.split_mut();
    assert_eq!(session.unwrap().write(wire, &[]).unwrap(), 0);
}

#[test]
fn an_end_with_and_without_close_notify() {
    for version in VERSIONS {
        for notifies in [true, false] {
            let (mut stream, mut server) = open(version);
            let mut coming = [server.said(), server.send(b"last")].concat();
            if notifies {
                server.connection.send_close_notify();
                coming.extend(server.said());
            }
            stream.socket_mut().coming.extend(coming);
            stream.socket_mut().ended = true;
            for expected in [&b"last"[..], b"", b""] {
                let (data, result) = read(&mut stream);
                assert_eq!(data, expected);
                match notifies {
                    true => result.unwrap(),
                    false => assert_eq!(kind(result), ErrorKind::UnexpectedEof),
                }
            }
            // The other direction is still open.
            assert_eq!(write(&mut stream, b"still").unwrap(), 5);
            server.take(&stream.socket_mut().take_written());
            assert_eq!(server.received, b"still");
        }
    }
}

/// Where there is more than fits rustls' memory, the rest is read as a whole.
#[test]
fn all_that_has_come_is_given_in_two_goes() {
    for version in VERSIONS {
        let (mut stream, mut server) = open(version);
        let data = payload(15_000);
        let mut coming = server.said();
        data.chunks(100).for_each(|chunk| coming.extend(server.send(chunk)));
        stream.socket_mut().coming.extend(coming);
        let mut read = Vec::new();
        let mut goes = Vec::new();
        for _ in 0..2 {
            let (wire, session) = stream.split_mut();
            let n = session.unwrap().read(wire, |chunk| {
                read.extend_from_slice(chunk);
                chunk.len()
            });
            goes.push(n.unwrap());
        }
        assert_eq!(read, data);
        assert!((2000..=4096).contains(&goes[0]), "{goes:?}");
    }
}

#[test]
fn what_comes_behind_a_close_notify_is_not_looked_at() {
    for version in VERSIONS {
        let (mut stream, mut server) = open(version);
        let mut coming = [server.said(), server.send(b"last")].concat();
        server.connection.send_close_notify();
        coming.extend(server.said());
        coming.extend([23; 10_000]);
        stream.socket_mut().coming.extend(coming);
        for expected in [&b"last"[..], b""] {
            let (data, result) = read(&mut stream);
            assert_eq!(data, expected);
            result.unwrap();
        }
    }
}

#[test]
fn closing_is_said_once_and_reading_goes_on() {
    for version in VERSIONS {
        for halting in [false, true] {
            let (mut stream, mut server) = open(version);
            stream.socket_mut().halting = halting;
            let mut waited = 0;
            for _ in 0..2 {
                loop {
                    let (wire, session) = stream.split_mut();
                    match session.unwrap().shutdown(wire) {
                        Ok(()) => break,
                        Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
                    }
                    waited += 1;
                }
            }
            assert_eq!(waited > 0, halting);
            stream.socket_mut().halting = false;
            let error = write(&mut stream, b"more").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            let written = stream.socket_mut().take_written();
            let mut records = 0;
            let mut rest = &written[..];
            while let [_, _, _, high, low, ..] = rest {
                rest = &rest[5 + usize::from(u16::from_be_bytes([*high, *low]))..];
                records += 1;
            }
            assert_eq!((records, rest.len()), (1, 0));
            server.take(&written);
            assert!(server.connection.process_new_packets().unwrap().peer_has_closed());

            stream.socket_mut().coming.extend([server.said(), server.send(b"after")].concat());
            assert_eq!(read(&mut stream).0, b"after");
        }
    }
}

#[test]
fn keys_are_updated_in_both_directions() {
    let (mut stream, mut server) = open(&TLS13);
    stream.socket_mut().coming.extend(server.said());
    for round in 0..20 {
        server.connection.refresh_traffic_keys().unwrap();
        let data = format!("round {round}");
        stream.socket_mut().coming.extend(server.send(data.as_bytes()));
        assert_eq!(read(&mut stream).0, data.as_bytes());
        // The answer goes with what is written next.
        server.received.clear();
        assert_eq!(write(&mut stream, data.as_bytes()).unwrap(), data.len());
        server.take(&stream.socket_mut().take_written());
        assert_eq!((server.failed.as_ref(), &server.received[..]), (None, data.as_bytes()));
    }
    // Without anything in between it is an attack.
    for _ in 0..100 {
        server.connection.refresh_traffic_keys().unwrap();
    }
    stream.socket_mut().coming.extend(server.said());
    let error = read(&mut stream).1.unwrap_err();
    assert_eq!(TlsError::of_io(&error).unwrap().name(), "tls-protocol");
}

/// A fatal alert goes out at once, also when nothing is written any more.
#[test]
fn who_only_reads_says_why_it_goes() {
    for version in VERSIONS {
        let (mut stream, mut server) = open(version);
        stream.socket_mut().coming.extend(server.said());
        let mut record = server.send(b"data");
        *record.last_mut().unwrap() ^= 1;
        stream.socket_mut().coming.extend(record);
        stream.socket_mut().take_written();
        let error = read(&mut stream).1.unwrap_err();
        assert_eq!(TlsError::of_io(&error).unwrap().name(), "tls-protocol");
        server.take(&stream.socket_mut().take_written());
        let failed = format!("{:?}", server.failed);
        assert!(failed.contains("AlertReceived(BadRecordMac)"), "{failed}");
    }
}

/// Records that are for TLS alone are worked off in turns.
#[test]
fn tickets_without_end_do_not_hold_up_others() {
    let authority = Authority::new("A");
    let mut config = authority.issue(&["h.example"]).server(&TLS13);
    config.send_tls13_tickets = 200;
    config.max_tls13_tickets = 200;
    let mut server = Server::new(config);
    let mut stream = connect(authority.client(&TLS13), "h.example", &mut server);
    let coming = [server.said(), server.send(b"data")].concat();
    stream.socket_mut().portion = 100;
    stream.socket_mut().coming.extend(coming);
    let mut turns = 1;
    loop {
        let (wire, session) = stream.split_mut();
        let mut data = Vec::new();
        let read = session.unwrap().read(wire, |chunk| {
            data.extend_from_slice(chunk);
            chunk.len()
        });
        match read {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}"),
            Ok(n) => {
                assert_eq!((n, &data[..]), (4, &b"data"[..]));
                break;
            }
        }
        turns += 1;
    }
    assert!(turns > 1, "one turn");
}

/// What a reader has to say it says, unless somebody else is writing.
#[test]
fn an_alert_waits_behind_what_is_being_written() {
    let (mut stream, mut server) = open(&TLS13);
    stream.socket_mut().coming.extend(server.said());
    stream.socket_mut().room = 10;
    write(&mut stream, &payload(1000)).unwrap();
    assert_eq!(stream.socket().written.len(), 10);
    stream.socket_mut().room = usize::MAX;
    stream.socket_mut().coming.extend(b"\x17\x03\x03\x00\x20");
    stream.socket_mut().coming.extend([0; 32]);
    assert_eq!(kind(read(&mut stream).1), ErrorKind::InvalidData);
    assert_eq!(stream.socket().written.len(), 10);
    // The writer takes it along, and learns of the failure.
    assert_eq!(write(&mut stream, b"x").unwrap_err().kind(), ErrorKind::InvalidData);
    server.take(&stream.socket_mut().take_written());
    assert_eq!(server.received, payload(1000));
    assert!(matches!(server.failed, Some(rustls::Error::AlertReceived(_))));
}

/// A socket that answers each write with the next of these.
struct Answers(Vec<std::io::Result<usize>>);

impl std::io::Read for Answers {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(ErrorKind::WouldBlock.into())
    }
}

impl std::io::Write for Answers {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let len = buf.len();
        self.0.pop().unwrap_or(Ok(len)).map(|n| n.min(len))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One that takes nothing has failed; one that was interrupted has not.
#[test]
fn what_a_socket_says_about_a_write() {
    let outcome = |answer: std::io::Result<usize>| {
        let (mut stream, _server) = open(&TLS13);
        let (_, session) = stream.split_mut();
        let mut socket = Answers(vec![answer]);
        session.unwrap().write(&mut socket, &[IoSlice::new(b"data")]).map_err(|error| error.kind())
    };
    assert_eq!(outcome(Ok(1)), Ok(4));
    assert_eq!(outcome(Ok(0)), Err(ErrorKind::WriteZero));
    assert_eq!(outcome(Err(ErrorKind::Interrupted.into())), Ok(4));
    // It is written the next time.
    assert_eq!(outcome(Err(ErrorKind::WouldBlock.into())), Ok(4));
    assert_eq!(outcome(Err(ErrorKind::BrokenPipe.into())), Err(ErrorKind::BrokenPipe));
}

/// Without TLS, pieces go to the socket together.
#[test]
fn pieces_are_written_in_one_go() {
    use std::{future::poll_fn, task::Poll};

    let (pipe, peer) = conformance::pipe::Pipe::new(conformance::pipe::Script::new());
    let mut stream = ws_driver::MaybeTls::plain(pipe);
    let pieces = [IoSlice::new(b"to"), IoSlice::new(b"gether")];
    let written = poll_fn(|cx| stream.poll_write(cx, &pieces));
    let Poll::Ready(written) = conformance::messages::bare::poll(written) else { unreachable!() };
    assert_eq!((written.unwrap(), peer.ops()), (8, 1));
    assert_eq!(peer.written(), b"together");
}
