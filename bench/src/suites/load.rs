//! The load: sockets without a library, and frames that were made by hand.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{peers::Result, replies::Replies, wire};

/// One connection of the load generator.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    replies: Replies,
    /// How much of the batch has been written.
    written: usize,
    /// How many replies of the batch are to come.
    missing: usize,
    /// How many batches have been answered.
    answered: usize,
    /// How many batches are to be answered.
    batches: usize,
}

impl Client {
    /// Opens a WebSocket; `request` is written as it is.
    ///
    /// # Errors
    ///
    /// The server does not answer 101.
    pub(super) fn open(addr: SocketAddr, request: &[u8]) -> Result<(Self, String)> {
        let (stream, answer) = handshake(addr, request)?;
        stream.set_nonblocking(true)?;
        let replies = Replies::default();
        let client = Self { stream, replies, written: 0, missing: 0, answered: 0, batches: 0 };
        Ok((client, answer))
    }

    /// Bytes of replies so far, heads included.
    pub(super) fn received_len(&self) -> u64 {
        self.replies.received_len
    }

    /// Sends one frame and returns what comes back, up to the end of the message, as it is on the
    /// wire.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub(super) fn ask(&mut self, frame: &[u8]) -> Result<Vec<u8>> {
        let mut reply = Vec::new();
        self.replies.keep = Some(Vec::new());
        exchange(std::slice::from_mut(self), &[frame], 1, 1)?;
        reply.append(&mut self.replies.keep.take().unwrap_or_default());
        Ok(reply)
    }

    fn is_done(&self) -> bool {
        self.answered == self.batches
    }

    /// The batch that is being sent.
    fn batch<'a>(&self, batches: &[&'a [u8]]) -> &'a [u8] {
        batches[self.answered % batches.len()]
    }

    fn begin(&mut self, per_batch: usize) {
        self.written = 0;
        self.missing = per_batch;
    }

    fn write(&mut self, batch: &[u8]) -> Result {
        while self.written < batch.len() {
            match self.stream.write(&batch[self.written..]) {
                Ok(n) => self.written += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what there is; begins the next batch when this one has been answered.
    fn read(&mut self, buf: &mut [u8], batches: &[&[u8]], per_batch: usize) -> Result {
        loop {
            match self.stream.read(buf) {
                Ok(0) => return Err("the server has closed".into()),
                Ok(n) => {
                    let messages = self.replies.take(&buf[..n])?;
                    self.missing = self.missing.checked_sub(messages).ok_or("too many replies")?;
                    if self.missing == 0 && self.written == self.batch(batches).len() {
                        self.answered += 1;
                        if self.is_done() {
                            return Ok(());
                        }
                        self.begin(per_batch);
                        self.write(self.batch(batches))?;
                    }
                    if n < buf.len() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Does a handshake; returns the stream and the head of the answer.
///
/// # Errors
///
/// The server does not answer 101.
pub(super) fn handshake(addr: SocketAddr, request: &[u8]) -> Result<(TcpStream, String)> {
    answer(ask(addr, request)?)
}

/// Connects, and writes a request.
///
/// # Errors
///
/// Nobody listens there.
pub(super) fn ask(addr: SocketAddr, request: &[u8]) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.write_all(request)?;
    Ok(stream)
}

/// Reads the answer to a request; returns the stream and the head of the answer.
///
/// # Errors
///
/// It is not 101.
pub(super) fn answer(mut stream: TcpStream) -> Result<(TcpStream, String)> {
    let mut answer = [0; 2048];
    let mut len = 0;
    while !answer[..len].ends_with(b"\r\n\r\n") {
        match stream.read(&mut answer[len..])? {
            0 => return Err("no answer".into()),
            n => len += n,
        }
    }
    let answer = String::from_utf8_lossy(&answer[..len]).into_owned();
    let accept = String::from_utf8_lossy(wire::ACCEPT);
    if answer.starts_with("HTTP/1.1 101 ") && answer.contains(&*accept) {
        Ok((stream, answer))
    } else {
        Err(answer.into())
    }
}

/// Lets each client send a batch and wait for as many replies as it has messages, `times` times and
/// one batch after the other. Clients do not wait for each other.
///
/// # Errors
///
/// A connection fails, or a reply is too much.
pub(super) fn exchange(
    clients: &mut [Client],
    batches: &[&[u8]],
    per_batch: usize,
    times: usize,
) -> Result {
    let mut buf = vec![0; 64 * 1024];
    for client in &mut *clients {
        (client.answered, client.batches) = (0, times);
        client.begin(per_batch);
        client.write(client.batch(batches))?;
    }
    while clients.iter().any(|client| !client.is_done()) {
        let waits = |client: &Client| match client.written < client.batch(batches).len()
            && !client.is_done()
        {
            true => PollFlags::IN | PollFlags::OUT,
            false => PollFlags::IN,
        };
        let mut fds: Vec<_> =
            clients.iter().map(|client| PollFd::new(&client.stream, waits(client))).collect();
        wait(&mut fds)?;
        let ready: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        for (client, ready) in clients.iter_mut().zip(ready) {
            if ready.contains(PollFlags::OUT) {
                client.write(client.batch(batches))?;
            }
            if ready.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
                client.read(&mut buf, batches, per_batch)?;
            }
        }
    }
    Ok(())
}

/// Waits until something can be done. Looks for a while before it sleeps: to be woken takes longer
/// than a short message does, and would leave the server with nothing to do meanwhile.
fn wait(fds: &mut [PollFd<'_>]) -> Result {
    let start = Instant::now();
    while poll(fds, Some(&Timespec::default()))? == 0 {
        if start.elapsed() > AWAKE {
            poll(fds, None)?;
            break;
        }
    }
    Ok(())
}

const AWAKE: Duration = Duration::from_micros(200);
