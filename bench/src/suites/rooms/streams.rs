//! The connections that a message goes to, by the thousand: one end of each, whose other end reads everything and counts.

use std::{
    io::{self, IoSlice},
    os::unix::net::UnixStream as Socket,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    thread,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::UnixStream,
    runtime::Builder,
};

/// How many bytes have come to all the other ends.
pub(super) type Taken = Arc<AtomicU64>;

/// Streams that take everything and have nothing to say. They cost nothing.
pub(super) fn in_memory(count: usize, taken: &Taken) -> Vec<Taking> {
    (0..count).map(|_| Taking(Arc::clone(taken))).collect()
}

/// Pairs of Unix sockets, the other ends of which are read by another thread until these here are gone. Call it within
/// the runtime that is to have them.
///
/// # Errors
///
/// There are no more files to be had.
pub(super) fn sockets(count: usize, taken: &Taken) -> io::Result<Vec<UnixStream>> {
    let (mut servers, mut clients) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (server, client) = Socket::pair()?;
        server.set_nonblocking(true)?;
        client.set_nonblocking(true)?;
        servers.push(UnixStream::from_std(server)?);
        clients.push(client);
    }
    let taken = Arc::clone(taken);
    thread::spawn(move || read(clients, &taken));
    Ok(servers)
}

/// Reads all of them to their ends.
fn read(clients: Vec<Socket>, taken: &Taken) -> io::Result<()> {
    Builder::new_current_thread().enable_io().build()?.block_on(async {
        let mut tasks = Vec::with_capacity(clients.len());
        for client in clients {
            let (mut client, taken) = (UnixStream::from_std(client)?, Arc::clone(taken));
            tasks.push(tokio::spawn(async move {
                let mut buf = [0; 2048];
                while let Ok(len @ 1..) = client.read(&mut buf).await {
                    taken.fetch_add(len as u64, Relaxed);
                }
            }));
        }
        for task in tasks {
            let _ended = task.await;
        }
        Ok(())
    })
}

/// A stream that takes everything.
#[derive(Debug)]
pub(super) struct Taking(Taken);

impl AsyncRead for Taking {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Taking {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.fetch_add(buf.len() as u64, Relaxed);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let len = bufs.iter().map(|buf| buf.len()).sum();
        self.0.fetch_add(len as u64, Relaxed);
        Poll::Ready(Ok(len))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
