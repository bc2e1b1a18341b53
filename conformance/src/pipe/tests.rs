use std::{
    io::{ErrorKind, IoSlice, Read as _, Write as _},
    sync::atomic::{AtomicUsize, Ordering},
    task::Wake,
    time::Duration,
};

use super::*;

#[test]
fn portions_are_kept_apart() {
    let (mut io, peer) = Pipe::new(Script::new().input(["abc", "", "d"]).eof());
    let mut buf = [0; 2];
    let mut seen = Vec::new();
    while let Ok(len @ 1..) = io.read(&mut buf) {
        seen.push(buf[..len].to_vec());
    }
    assert_eq!(seen, [b"ab".as_slice(), b"c", b"d"]);
    assert_eq!((peer.ops(), peer.reads()), (4, 4));
}

#[test]
fn portions_that_are_sent_are_kept_apart() {
    let (mut io, peer) = Pipe::new(Script::new());
    peer.send(b"abc");
    peer.send(b"");
    peer.send(b"d");
    assert_eq!(peer.unread(), b"abcd");
    let mut buf = [0; 2];
    let mut seen = Vec::new();
    while let Ok(len) = io.read(&mut buf) {
        seen.push(buf[..len].to_vec());
    }
    assert_eq!(seen, [b"ab".as_slice(), b"c", b"d"]);
    assert!(peer.is_waited_for());
    peer.close();
    assert_eq!(io.read(&mut buf).unwrap(), 0);
}

#[test]
fn the_nth_operation_fails_and_all_after_it() {
    let (mut io, peer) = Pipe::new(Script::new().fail_at(2, ErrorKind::TimedOut));
    assert_eq!(io.write(b"a").unwrap(), 1);
    io.flush().unwrap();
    assert_eq!(io.write(b"b").unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(peer.written(), b"a");
}

#[test]
fn an_interruption_happens_once() {
    let (mut io, _peer) = Pipe::new(Script::new().interrupt_at(0));
    assert_eq!(io.write(b"a").unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(io.write(b"a").unwrap(), 1);
}

#[test]
#[should_panic(expected = "this stream panics")]
fn the_nth_operation_panics() {
    let (mut io, _peer) = Pipe::new(Script::new().panic_at(1));
    assert_eq!(io.write(b"a").unwrap(), 1);
    let _ = io.flush();
}

#[test]
fn waits_come_before_the_operation() {
    let script = Script::new().nonblocking().input(["a"]).waits(Waits::Always);
    let (mut io, peer) = Pipe::new(script);
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
    assert_eq!((peer.ops(), peer.retries(), peer.traffic()), (2, 2, 2));
}

#[test]
fn one_operation_waits() {
    let (mut io, peer) = Pipe::new(Script::new().nonblocking().waits(Waits::At(1)));
    assert_eq!(io.write(b"a").unwrap(), 1);
    assert_eq!(io.write(b"b").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.write(b"b").unwrap(), 1);
    io.flush().unwrap();
    assert_eq!((peer.ops(), peer.retries()), (3, 1));
}

#[test]
fn operations_wait_once_and_fail_from_a_number_on() {
    let script = Script::new().waits(Waits::Always).nonblocking();
    let (mut io, _peer) = Pipe::new(script.fail_at(1, ErrorKind::ConnectionReset));
    assert_eq!(io.write(b"a").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.write(b"a").unwrap(), 1);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(io.flush().unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn held_octets_arrive_with_a_flush() {
    let script = Script::new().hold_until_flush().answer(|written| vec![written.to_vec()]).eof();
    let (mut io, peer) = Pipe::new(script);
    let len = io.write_vectored(&[IoSlice::new(b"ab\r\n"), IoSlice::new(b"\r\n")]).unwrap();
    assert_eq!((len, peer.unflushed_len(), peer.written().len()), (6, 6, 0));
    assert_eq!(peer.take_written(), b"");
    io.flush().unwrap();
    assert_eq!((peer.unflushed_len(), peer.written().len(), peer.flushes()), (0, 6, 1));
    let mut answer = Vec::new();
    io.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"ab\r\n\r\n");
    assert_eq!(peer.take_written(), b"ab\r\n\r\n");
}

#[test]
fn a_clone_of_a_script_begins_at_the_beginning() {
    let mut said = 0;
    let script = Script::new().input(["0"]).respond(move |_| {
        said += 1;
        vec![vec![b'0' + said]]
    });
    let (mut first, _peer) = Pipe::new(script.clone());
    let (mut second, _peer) = Pipe::new(script);
    let mut buf = [0; 4];
    for io in [&mut first, &mut second] {
        for expected in [b"0", b"1", b"2"] {
            assert_eq!(io.read(&mut buf).unwrap(), 1);
            assert_eq!(&buf[..1], expected);
            assert_eq!(io.write(b"x").unwrap(), 1);
        }
    }
}

#[test]
fn plain_streams_take_one_piece_of_several() {
    let (mut io, _peer) = Pipe::new(Script::new().plain());
    let len = io.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")]).unwrap();
    assert_eq!(len, 2);
}

#[test]
fn lies_are_longer_than_the_truth() {
    let (mut io, peer) = Pipe::new(Script::new().input(["ab"]).lies());
    assert!(io.read(&mut [0; 4]).unwrap() > 4);
    assert!(io.write(b"a").unwrap() > 1);
    assert_eq!(io.write(b"").unwrap(), 0);
    assert_eq!(peer.written(), b"a");
}

#[test]
fn a_full_pipe_takes_nothing_more() {
    let (mut io, peer) = Pipe::new(Script::new().nonblocking().capacity(3));
    assert_eq!(io.write(b"abcd").unwrap(), 3);
    assert_eq!(io.write(b"d").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(peer.is_stalled());
    drop(io);
    assert!(peer.is_dropped());
}

#[test]
fn a_stalled_pipe_goes_on() {
    let (mut io, peer) = Pipe::new(Script::new().would_block());
    peer.limit(3);
    assert_eq!(io.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")]).unwrap(), 3);
    assert_eq!(io.write(b"d").unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(peer.is_waited_for());
    peer.unlimit();
    assert!(!peer.is_waited_for());
    assert_eq!(io.write(b"d").unwrap(), 1);
    assert_eq!(peer.take_written(), b"abcd");
    assert!(!peer.has_written() && !peer.is_shut());
    drop(io);
    assert!(peer.is_dropped());
}

#[test]
fn a_blocking_read_ends_with_its_timeout() {
    let (mut io, _peer) = Pipe::new(Script::new());
    io.set_read_timeout(Some(Duration::from_millis(1)));
    assert_eq!(io.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    io.set_read_timeout(None);
    assert_eq!(io.read(&mut [0]).unwrap_err().kind(), ErrorKind::Other);
}

#[test]
fn a_blocking_read_ends_when_something_comes() {
    let (mut io, peer) = Pipe::new(Script::new());
    io.set_read_timeout(Some(Duration::from_secs(60)));
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || io.read(&mut [0; 4]).unwrap());
        peer.send("abc");
        assert_eq!(reader.join().unwrap(), 3);
    });
}

#[test]
fn a_peer_closes_when_the_implementation_does_unless_it_stays_open() {
    let (mut io, peer) = Pipe::new(Script::new().input(["a"]));
    assert!(!peer.is_shut());
    io.shut_write().unwrap();
    assert!(peer.is_shut() && !peer.is_dropped());
    assert_eq!(io.write(b"a").unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(io.read(&mut [0]).unwrap(), 1);
    assert_eq!(io.read(&mut [0]).unwrap(), 0);
    let (mut io, _peer) = Pipe::new(Script::new().stays_open().would_block());
    io.shut_write().unwrap();
    assert_eq!(io.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_last_handle_lets_go() {
    let (io, peer) = Pipe::new(Script::new());
    let mut other = io.clone();
    assert_eq!(peer.handles(), 2);
    drop(io);
    assert_eq!(other.write(b"a").unwrap(), 1);
    assert!(!peer.is_dropped());
    drop(other);
    assert!(peer.is_dropped());
}

#[test]
fn a_pair_makes_room_by_reading_and_breaks_by_dropping() {
    let [mut one, mut other] = Pipe::pair([Script::new(), Script::new()], 4);
    assert_eq!(one.write(b"abcdef").unwrap(), 4);
    assert!(one.write(b"e").is_err());
    let mut buf = [0; 3];
    assert_eq!(other.read(&mut buf).unwrap(), 3);
    assert_eq!(one.write(b"efgh").unwrap(), 3);
    drop(other);
    assert_eq!(one.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(one.read(&mut buf).unwrap(), 0);
}

#[test]
fn an_end_of_a_pair_that_shuts_still_hears_the_other() {
    let [mut one, mut other] = Pipe::pair([Script::new(), Script::new()], 4);
    one.shut_write().unwrap();
    let mut buf = [0; 4];
    assert_eq!(other.read(&mut buf).unwrap(), 0);
    assert_eq!(other.write(b"ab").unwrap(), 2);
    assert_eq!(one.read(&mut buf).unwrap(), 2);
    assert!(one.read(&mut buf).is_err());
}

/// Counts how often it is called.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn who_reads_and_who_writes_are_woken_apart_unless_there_is_one_waker() {
    for (script, read_woken) in [(Script::new(), 1), (Script::new().one_waker(), 0)] {
        let (pipe, peer) = Pipe::new(script.capacity(0));
        let counts = [Arc::new(Count::default()), Arc::new(Count::default())];
        let [reader, writer] = counts.clone().map(Waker::from);
        for (direction, waker) in [(Direction::Read, &reader), (Direction::Write, &writer)] {
            pipe.state().remember(pipe.side, direction, waker);
        }
        assert_eq!((peer.wakes(&reader), peer.wakes(&writer)), (read_woken > 0, true));
        peer.send("a");
        assert_eq!(counts[0].0.load(Ordering::Relaxed), read_woken);
        peer.unlimit();
        assert_eq!(counts[1].0.load(Ordering::Relaxed), 2 - read_woken);
        assert!(!peer.wakes(&reader) && !peer.wakes(&writer));
    }
}

#[test]
fn who_waits_for_room_is_forgotten_when_something_is_written_before_that_is_noticed() {
    for writes_first in [false, true] {
        let (mut pipe, peer) = Pipe::new(Script::new().capacity(0).nonblocking().forgets());
        let count = Arc::new(Count::default());
        let writer = Waker::from(count.clone());
        assert!(pipe.write(b"x").is_err());
        pipe.state().remember(pipe.side, Direction::Write, &writer);
        peer.notice_room();
        assert!(peer.wakes(&writer));
        peer.unlimit();
        assert_eq!((peer.wakes(&writer), count.0.load(Ordering::Relaxed)), (true, 0));
        if writes_first {
            assert_eq!(pipe.write(b"x").unwrap(), 1);
        }
        peer.notice_room();
        assert_eq!(count.0.load(Ordering::Relaxed), usize::from(!writes_first));
    }
}

#[test]
fn a_fault_strikes_the_nth_operation_that_need_not_wait() {
    use super::{Fault, Operation};

    let script = |fault| Script::new().input(["abc", "def"]).nonblocking().fault_at(1, fault);
    let read = |io: &mut Pipe| {
        let mut buf = [0; 8];
        io.read(&mut buf).map(|len| buf[..len].to_vec()).map_err(|error| error.kind())
    };

    let (mut io, peer) = Pipe::new(script(Fault::Error(ErrorKind::ConnectionReset)));
    assert_eq!((read(&mut io).unwrap(), peer.struck()), (b"abc".to_vec(), None));
    assert_eq!(read(&mut io), Err(ErrorKind::ConnectionReset));
    assert_eq!(io.write(b"x").unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!((peer.struck(), peer.ops()), (Some(Operation::Read), 3));

    let (mut io, _) = Pipe::new(script(Fault::End));
    assert_eq!((read(&mut io).unwrap(), read(&mut io).unwrap()), (b"abc".to_vec(), Vec::new()));
    assert_eq!(io.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);

    let (mut io, peer) = Pipe::new(script(Fault::Stall));
    assert_eq!(read(&mut io).unwrap(), b"abc");
    assert_eq!(read(&mut io), Err(ErrorKind::WouldBlock));
    assert_eq!((peer.struck(), peer.ops()), (Some(Operation::Read), 1));

    let (mut io, peer) = Pipe::new(script(Fault::Short));
    let reads = [(); 3].map(|()| read(&mut io).unwrap());
    assert_eq!(reads, [b"abc".to_vec(), b"d".to_vec(), b"ef".to_vec()]);
    // Nothing has come: this is not an operation yet.
    assert_eq!(read(&mut io), Err(ErrorKind::WouldBlock));
    assert_eq!(peer.ops(), 3);
}

#[test]
fn a_responder_may_close() {
    let script = Script::new().max_read(2).respond(|_| vec![b"abc".to_vec(), Vec::new()]);
    let (mut io, _) = Pipe::new(script);
    io.write_all(b"x").unwrap();
    let mut buf = [0; 8];
    let lens = [(); 3].map(|()| io.read(&mut buf).unwrap());
    assert_eq!(lens, [2, 1, 0]);
}
