//! Halves over a stream that cannot be cloned.

#![expect(clippy::unwrap_used, reason = "a peer that cannot be set up fails the test")]

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use ws_blocking::{
    Message, RecvHalf, SendHalf, SharedStream, Timeouts, Transport, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

/// A stream with a state of its own for both directions, as TLS has: what is read comes in records.
struct Records {
    socket: TcpStream,
    record: Vec<u8>,
    used: usize,
    /// The rest of a record that has been begun, to be written before anything else.
    rest: Vec<u8>,
}

impl Records {
    fn write_rest(&mut self) -> io::Result<()> {
        while !self.rest.is_empty() {
            let n = self.socket.write(&self.rest)?;
            self.rest.drain(..n);
        }
        Ok(())
    }
}

const RECORD: usize = 1000;

impl Read for Records {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.record.len() < RECORD {
            let mut octets = [0; RECORD];
            let n = self.socket.read(&mut octets[..RECORD - self.record.len()])?;
            if n == 0 {
                return Ok(0);
            }
            self.record.extend_from_slice(&octets[..n]);
        }
        let len = usize::from(self.record[0]) * 256 + usize::from(self.record[1]);
        let n = buf.len().min(len - self.used);
        buf[..n].copy_from_slice(&self.record[2 + self.used..][..n]);
        self.used += n;
        if self.used == len {
            (self.used, self.record) = (0, Vec::new());
        }
        Ok(n)
    }
}

impl Write for Records {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_rest()?;
        let len = buf.len().min(RECORD - 2);
        self.rest = vec![(len / 256) as u8, (len % 256) as u8];
        self.rest.extend_from_slice(&buf[..len]);
        self.rest.resize(RECORD, 0);
        // What cannot be written now is remembered: to wait for it would keep the other thread from reading.
        match self.write_rest() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(len),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_rest()?;
        self.socket.flush()
    }
}

impl Transport for Records {
    fn timeouts(&self) -> io::Result<Timeouts> {
        self.socket.timeouts()
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket.set_write_timeout(timeout)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.socket.shutdown_write()
    }
}

type Halves = (SendHalf<SharedStream<Records>>, RecvHalf<SharedStream<Records>>);

fn halves(config: &WebSocketConfig) -> [Halves; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    [(client, Role::Client), (server, Role::Server)].map(|(socket, role)| {
        let records = Records { socket, record: Vec::new(), used: 0, rest: Vec::new() };
        let ws = WebSocket::from_upgraded(records, role, Negotiated::default(), config);
        ws.split_shared(|records| records.socket.try_clone()).unwrap()
    })
}

/// Both sides send long messages at the same time, more than the system holds, and both receive.
#[test]
fn both_directions_go_on_at_the_same_time() {
    let long = Message::binary(vec![7; 12 << 20]);
    let threads = halves(&WebSocketConfig::new()).map(|(mut sender, mut receiver)| {
        let message = long.clone();
        let sending = thread::spawn(move || {
            sender.send(message).unwrap();
            sender
        });
        let receiving = thread::spawn(move || (receiver.recv().unwrap().unwrap(), receiver));
        (sending, receiving)
    });
    for (sending, receiving) in threads {
        let sender = sending.join().unwrap();
        let (message, receiver) = receiving.join().unwrap();
        assert!(message == long);
        let ws = receiver.unsplit(sender).unwrap();
        let records = ws.into_parts().io.try_into_inner().unwrap();
        records.socket.peer_addr().unwrap();
    }
}

/// A thread that waits for bytes does not keep the other from sending, nor does it take its time.
#[test]
fn sending_does_not_wait_for_a_thread_that_receives() {
    let [(mut to_server, mut at_client), (mut to_client, mut at_server)] =
        halves(&WebSocketConfig::new().ping_interval(Duration::from_millis(50)));
    let echoing = thread::spawn(move || {
        while let Some(message) = at_server.recv().unwrap() {
            to_client.send(message).unwrap();
        }
    });
    let (tell, told) = std::sync::mpsc::channel();
    let receiving = thread::spawn(move || {
        while let Some(message) = at_client.recv().unwrap() {
            tell.send(message).unwrap();
        }
        at_client.close_info()
    });
    thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    for number in 0..50 {
        to_server.send(vec![number; 10]).unwrap();
        assert_eq!(told.recv().unwrap(), Message::binary(vec![number; 10]));
    }
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    to_server.close().unwrap();
    assert!(receiving.join().unwrap().is_clean());
    echoing.join().unwrap();
}
