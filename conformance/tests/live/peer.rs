//! The peer: a plain socket under the test's control, on threads of its own.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use conformance::messages::frames::{self, Frame};
use ws_core::{Role, WebSocketConfig};

use crate::every::{Live, Ws};

/// The test's end of a connection.
pub(crate) struct Peer {
    pub(crate) socket: TcpStream,
    /// Of the side under test.
    to: Role,
}

/// A WebSocket under test, and its peer.
pub(crate) fn open<L: Live>(live: &L, role: Role, config: &WebSocketConfig) -> (Ws<L>, Peer) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    socket.set_nodelay(true).unwrap();
    let stream = listener.accept().unwrap().0;
    (live.open(stream, role, config), Peer { socket, to: role })
}

impl Peer {
    pub(crate) fn clone(&self) -> Self {
        Self { socket: self.socket.try_clone().unwrap(), to: self.to }
    }

    /// Sends a frame. Fails when the side under test has gone.
    pub(crate) fn send(&mut self, frame: &Frame) -> io::Result<()> {
        self.socket.write_all(&frame.encode(self.to))
    }

    /// The next frame: opcode, whether it is the last of its message, payload.
    pub(crate) fn read(&mut self) -> io::Result<(u8, bool, Vec<u8>)> {
        let mut head = [0; 2];
        self.socket.read_exact(&mut head)?;
        let mut len = [0; 8];
        match head[1] & 0x7f {
            127 => self.socket.read_exact(&mut len)?,
            126 => self.socket.read_exact(&mut len[6..])?,
            short => len[7] = short,
        }
        let mut mask = [0; 4];
        if head[1] & 0x80 != 0 {
            self.socket.read_exact(&mut mask)?;
        }
        let mut payload = vec![0; u64::from_be_bytes(len) as usize];
        self.socket.read_exact(&mut payload)?;
        frames::unmask(&mut payload, mask);
        Ok((head[0] & 0xf, head[0] & 0x80 != 0, payload))
    }

    /// The next frame with this opcode; those before it are thrown away.
    pub(crate) fn read_until(&mut self, opcode: u8) -> io::Result<Vec<u8>> {
        loop {
            let (found, _, payload) = self.read()?;
            if found == opcode {
                return Ok(payload);
            }
        }
    }
}

/// What `work` comes to on a thread of its own.
pub(crate) fn spawn<O: Send + 'static>(work: impl FnOnce() -> O + Send + 'static) -> Within<O> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(work()));
    Within(told)
}

pub(crate) struct Within<O>(mpsc::Receiver<O>);

impl<O> Within<O> {
    /// Waits for it, and fails the test if it hangs.
    #[track_caller]
    pub(crate) fn join(self) -> O {
        self.0.recv_timeout(HANGS).expect("it comes to an end")
    }
}

/// Whatever takes longer than this hangs, also on a busy machine.
const HANGS: Duration = Duration::from_secs(20);

/// Runs `work`, and says how long it took.
pub(crate) fn timed<O>(work: impl FnOnce() -> O) -> (O, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// Asserts that something took as long as a timeout that was set, with room for a busy machine.
#[track_caller]
pub(crate) fn assert_took(took: Duration, timeout: Duration, what: &str) {
    let most = timeout + timeout / 10 + Duration::from_millis(50) + BUSY;
    assert!(timeout <= took && took <= most, "{what}: {took:?}, and the timeout is {timeout:?}");
}

/// What a machine with other things to do may add.
pub(crate) const BUSY: Duration = Duration::from_secs(1);
