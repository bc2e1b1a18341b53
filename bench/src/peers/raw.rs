//! The floor: nobody's protocol, and the work that everybody has.

use std::{
    cell::RefCell,
    future::poll_fn,
    hint::black_box,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadBuf};

use super::{InMemory, Ready, Receive, Repeat, Result};
use crate::{floor, frames, report::Role, stream::Answering, wire};

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    mask: Some(floor::mask),
    utf8: Some(|bytes| simdutf8::basic::from_utf8(bytes).is_ok()),
    ..InMemory::new("floor", Role::Floor)
};

/// The frames are known to be alike: their payloads are copied out and unmasked.
fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let head = frames::Head::read(bytes).ok_or("no frame")?;
    let key = head.key.ok_or("the frame is not masked")?;
    let mut buf = vec![0; head.payload_len];
    let mut frames = bytes.chunks_exact(head.frame_len()).cycle();
    Ok(Box::new(move |look| {
        let frame = frames.next().unwrap_or_default();
        buf.copy_from_slice(&frame[head.head_len..]);
        floor::mask(&mut buf, key);
        look(&buf);
        Ok(())
    }))
}

/// A head that is known and a payload that is copied and masked.
fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut stream = Ready::once(&[]);
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let frame = frames::masked(frames::Kind::Binary, payload, key);
    let head_len = frame.len() - payload.len();
    let mut out = frame;
    Ok(Box::new(move || {
        out[head_len..].copy_from_slice(payload);
        floor::mask(&mut out[head_len..], key);
        io::Write::write_all(&mut stream, &out)?;
        Ok(())
    }))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    let mut answer = Vec::new();
    Ok(Box::new(move || {
        let (_, accept) =
            floor::accept(black_box(request), black_box(wire::KEY)).ok_or("not a request")?;
        answer.clear();
        answer.extend_from_slice(&accept);
        io::Write::write_all(&mut Ready::once(&[]), &answer)?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    let mut peer = Answering::default();
    Ok(Box::new(move || {
        peer.reset();
        floor::connect(&mut peer).ok_or("no answer")?;
        Ok(())
    }))
}

/// Answers the request and gives back whatever comes behind it, frames and all.
pub(super) async fn echo<S>(mut stream: S) -> Result
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut buf = vec![0; 64 * 1024];
    let mut len = 0;
    while !buf[..len].ends_with(b"\r\n\r\n") {
        match stream.read(&mut buf[len..]).await? {
            0 => return Ok(()),
            n => len += n,
        }
    }
    let answer = answer(&buf[..len])?;
    drop(buf);
    stream.write_all(&answer).await?;
    while let Some(rest) = poll_fn(|cx| poll_echo(&mut stream, cx)).await? {
        stream.write_all(&rest).await?;
    }
    Ok(())
}

/// Gives back what there is, from a buffer of the thread: a connection that waits needs none. What
/// cannot be written at once is returned, and `None` at the end.
fn poll_echo<S>(stream: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<Option<Vec<u8>>>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    thread_local! {
        static BUF: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 * 1024]);
    }
    BUF.with_borrow_mut(|buf| {
        loop {
            let mut read = ReadBuf::new(buf);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut read))?;
            let mut bytes = read.filled();
            if bytes.is_empty() {
                return Poll::Ready(Ok(None));
            }
            while !bytes.is_empty() {
                match Pin::new(&mut *stream).poll_write(cx, bytes) {
                    Poll::Ready(n) => bytes = &bytes[n?..],
                    Poll::Pending => return Poll::Ready(Ok(Some(bytes.to_vec()))),
                }
            }
        }
    })
}

/// Like [`echo`], on a runtime with the traits of futures-io.
pub(super) async fn echo_futures<S>(mut stream: S) -> Result
where
    S: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin,
{
    use futures_util::{AsyncReadExt, AsyncWriteExt};

    let mut buf = vec![0; 64 * 1024];
    let mut len = 0;
    while !buf[..len].ends_with(b"\r\n\r\n") {
        match stream.read(&mut buf[len..]).await? {
            0 => return Ok(()),
            n => len += n,
        }
    }
    let answer = answer(&buf[..len])?;
    stream.write_all(&answer).await?;
    loop {
        match stream.read(&mut buf).await? {
            0 => return Ok(()),
            n => stream.write_all(&buf[..n]).await?,
        }
    }
}

/// Like [`echo`], on a thread.
pub(super) fn echo_blocking<S: io::Read + io::Write>(mut stream: S) -> Result {
    let mut buf = vec![0; 64 * 1024];
    let mut len = 0;
    while !buf[..len].ends_with(b"\r\n\r\n") {
        match stream.read(&mut buf[len..])? {
            0 => return Ok(()),
            n => len += n,
        }
    }
    stream.write_all(&answer(&buf[..len])?)?;
    loop {
        match stream.read(&mut buf)? {
            0 => return Ok(()),
            n => stream.write_all(&buf[..n])?,
        }
    }
}

fn answer(request: &[u8]) -> Result<Vec<u8>> {
    floor::accept(request, wire::KEY).ok_or("not a request")?;
    let mut answer = Vec::new();
    wire::answer_to(wire::KEY, &mut answer);
    Ok(answer)
}
