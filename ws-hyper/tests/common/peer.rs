//! A client of HTTP/2 that sees frames.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use h2::{
    Ping, PingPong, Reason, RecvStream, SendStream,
    client::{self, SendRequest},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use ws_hyper::hyper::{Request, Response, body::Bytes};

use super::in_time;

/// A client of HTTP/2 that can do what none should.
pub(crate) struct Peer {
    send: SendRequest<Bytes>,
    pings: PingPong,
    came: Log,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::connect_with(address, &client::Builder::new()).await
    }

    /// Connects, and waits for SETTINGS that allow extended CONNECT.
    pub(crate) async fn connect_with(address: SocketAddr, builder: &client::Builder) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let peer = Self::over(stream, builder).await;
        assert!(peer.send.is_extended_connect_protocol_enabled());
        peer
    }

    pub(crate) async fn over<T>(stream: T, builder: &client::Builder) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let came = Log::default();
        let tap = Tap { io: stream, read: came.clone(), written: Log::default() };
        let (send, mut connection) = builder.handshake(tap).await.unwrap();
        let pings = connection.ping_pong().unwrap();
        tokio::spawn(connection);
        let mut peer = Self { send, pings, came };
        peer.settle().await;
        peer
    }

    /// Waits until everything that was under way has come.
    pub(crate) async fn settle(&mut self) {
        in_time(self.pings.ping(Ping::opaque())).await.unwrap();
    }

    /// Sends a CONNECT, with fields; a name that begins with a colon changes what is no field.
    pub(crate) async fn ask(
        &mut self,
        changes: &[(&'static str, &'static str)],
    ) -> (Response<RecvStream>, SendStream<Bytes>) {
        let (answer, send) = self.begin(changes);
        (in_time(answer).await.unwrap(), send)
    }

    /// The same, without waiting for the answer.
    pub(crate) fn begin(
        &mut self,
        changes: &[(&'static str, &'static str)],
    ) -> (client::ResponseFuture, SendStream<Bytes>) {
        let mut request = Request::connect("http://ws.example/").body(()).unwrap();
        let mut protocol = Some("websocket");
        let version = ("sec-websocket-version", "13");
        let replaced = changes.iter().any(|(name, _)| *name == version.0);
        for (name, value) in (!replaced).then_some(&version).into_iter().chain(changes) {
            match *name {
                ":method" => *request.method_mut() = value.parse().unwrap(),
                ":uri" => *request.uri_mut() = value.parse().unwrap(),
                ":protocol" => protocol = Some(*value).filter(|value| !value.is_empty()),
                _ if value.is_empty() => {}
                name => drop(request.headers_mut().append(name, value.parse().unwrap())),
            }
        }
        if let Some(protocol) = protocol {
            request.extensions_mut().insert(h2::ext::Protocol::from(protocol));
        }
        self.send.send_request(request, false).unwrap()
    }

    /// Opens a WebSocket.
    pub(crate) async fn open(&mut self, fields: &[(&'static str, &'static str)]) -> Ws {
        let (response, send) = self.ask(fields).await;
        assert_eq!(response.status(), 200, "{response:?}");
        Ws { send, recv: response.into_body(), came: Vec::new() }
    }

    /// The frames of a stream that have come: type and flags.
    pub(crate) fn frames(&self, stream: u32) -> Vec<(u8, u8)> {
        let frames = self.came.frames(0);
        frames.into_iter().filter(|frame| frame.2 == stream).map(|(k, f, _)| (k, f)).collect()
    }

    /// That the last frame of a stream has ended it, and nothing has reset it.
    pub(crate) async fn assert_ended(&mut self, stream: u32) {
        self.settle().await;
        let frames = self.frames(stream);
        let ends = frames.iter().filter(|(_, flags)| flags & END_STREAM != 0).count();
        assert!(
            frames.last().is_some_and(|(kind, flags)| *kind == DATA && flags & END_STREAM != 0)
        );
        assert!(ends == 1 && frames.iter().all(|(kind, _)| *kind != RST_STREAM), "{frames:?}");
    }
}

/// A stream of a client, with octets that it may write as it likes.
pub(crate) struct Ws {
    pub(crate) send: SendStream<Bytes>,
    pub(crate) recv: RecvStream,
    came: Vec<u8>,
}

impl Ws {
    pub(crate) fn id(&self) -> u32 {
        self.send.stream_id().as_u32()
    }

    pub(crate) fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.send.send_data(Bytes::copy_from_slice(bytes.as_ref()), false).unwrap();
    }

    /// Says that nothing more comes.
    pub(crate) fn end(&mut self) {
        self.send.send_data(Bytes::new(), true).unwrap();
    }

    /// As many bytes.
    pub(crate) async fn read(&mut self, len: usize) -> Vec<u8> {
        while self.came.len() < len {
            let data = in_time(self.recv.data()).await.expect("more").unwrap();
            self.take(&data);
        }
        self.came.drain(..len).collect()
    }

    /// What comes until the stream is ended.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while let Some(data) = in_time(self.recv.data()).await {
            self.take(&data.unwrap());
        }
        std::mem::take(&mut self.came)
    }

    /// Why the stream was reset, when it is.
    pub(crate) async fn reset(&mut self) -> Option<Reason> {
        in_time(poll_fn(|cx| self.send.poll_reset(cx))).await.ok()
    }

    fn take(&mut self, data: &[u8]) {
        self.recv.flow_control().release_capacity(data.len()).unwrap();
        self.came.extend_from_slice(data);
    }
}

/// Octets that went by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    /// Type, flags and stream of each frame behind the first `skip` octets (RFC 9113 4.1).
    pub(crate) fn frames(&self, skip: usize) -> Vec<(u8, u8, u32)> {
        let log = self.0.lock().unwrap();
        let mut rest = log.get(skip..).unwrap_or_default();
        let mut frames = Vec::new();
        while let [a, b, c, kind, flags, d, e, f, g, behind @ ..] = rest {
            let len = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            frames.push((*kind, *flags, u32::from_be_bytes([*d, *e, *f, *g])));
            rest = behind.get(len..).unwrap_or_default();
        }
        frames
    }
}

/// A stream whose octets are written down.
pub(crate) struct Tap<T> {
    pub(crate) io: T,
    pub(crate) read: Log,
    pub(crate) written: Log,
}

impl<T: AsyncRead + Unpin> AsyncRead for Tap<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        self.read.add(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tap<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        self.written.add(&buf[..n]);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// The octets before a client's first frame (RFC 9113 3.4).
pub(crate) const PREFACE_LEN: usize = 24;

pub(crate) const DATA: u8 = 0;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const END_STREAM: u8 = 1;
