//! Each library as a client at a `wss` URL, by its own way to connect.

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use rustls::ClientConfig;
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_rustls::TlsConnector;
use ws_tokio::DialConfig;

use crate::{peers::Result, report::Role};

/// A library, as a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// The heading of the column.
    pub(crate) name: &'static str,
    /// What it stands for.
    pub(crate) role: Role,
    /// Connects, to send and receive.
    pub(crate) open: fn(Target) -> Future<'static, Box<dyn Exchange>>,
    /// Connects in a task of its own, echoes a message of this length unless that is 0, says that it is
    /// open by letting go of the target, and receives from then on.
    pub(crate) idle: fn(Target, usize) -> JoinHandle<Result>,
}

/// All clients, in order.
pub(crate) const SECURE: &[Client] = &[
    column::<Ours>("ws-tokio", Role::Ours),
    column::<OursOverTheirs>("ws-tokio over tokio-rustls", Role::Variant),
    column::<Tungstenite>("tokio-tungstenite", Role::Peer),
    column::<Yawc>("yawc", Role::Peer),
];

/// Where to connect, and whom to trust.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) port: u16,
    pub(crate) config: Arc<ClientConfig>,
    /// Shared by those that are not open yet.
    pub(crate) opening: Arc<()>,
}

impl Target {
    fn url(&self) -> String {
        format!("wss://127.0.0.1:{}/", self.port)
    }
}

/// A future of any kind.
pub(crate) type Future<'a, T = ()> = Pin<Box<dyn std::future::Future<Output = Result<T>> + 'a>>;

/// An open WebSocket to an echo server.
pub(crate) trait Exchange {
    /// Sends the payload so many times at once, writes it, and waits for as many echoes; and again.
    fn exchange<'a>(&'a mut self, payload: &'a Bytes, per_batch: usize, times: usize)
    -> Future<'a>;

    /// Sends the payload and gives back what comes.
    fn ask<'a>(&'a mut self, payload: &'a Bytes) -> Future<'a, Bytes>;
}

impl<T: Library> Exchange for T {
    fn exchange<'a>(
        &'a mut self,
        payload: &'a Bytes,
        per_batch: usize,
        times: usize,
    ) -> Future<'a> {
        Box::pin(async move {
            for _ in 0..times {
                for _ in 0..per_batch {
                    self.feed(payload.clone()).await?;
                }
                self.flush().await?;
                for _ in 0..per_batch {
                    if self.recv().await?.len() != payload.len() {
                        return Err("this is not an echo".into());
                    }
                }
            }
            Ok(())
        })
    }

    fn ask<'a>(&'a mut self, payload: &'a Bytes) -> Future<'a, Bytes> {
        Box::pin(async move {
            self.feed(payload.clone()).await?;
            self.flush().await?;
            self.recv().await
        })
    }
}

const fn column<T: Library>(name: &'static str, role: Role) -> Client {
    Client { name, role, open: open::<T>, idle: idle::<T> }
}

fn open<T: Library>(target: Target) -> Future<'static, Box<dyn Exchange>> {
    Box::pin(async move { Ok(Box::new(T::connect(&target).await?) as Box<dyn Exchange>) })
}

fn idle<T: Library>(target: Target, echo_len: usize) -> JoinHandle<Result> {
    tokio::spawn(async move {
        let mut ws = T::connect(&target).await?;
        if echo_len > 0 {
            ws.feed(vec![0; echo_len].into()).await?;
            ws.flush().await?;
            ws.recv().await?;
        }
        drop(target.opening);
        loop {
            ws.recv().await?;
        }
    })
}

/// What a library is asked for.
trait Library: Sized + Send + 'static {
    fn connect(target: &Target) -> impl std::future::Future<Output = Result<Self>> + Send;

    fn feed(&mut self, payload: Bytes) -> impl std::future::Future<Output = Result> + Send;

    fn flush(&mut self) -> impl std::future::Future<Output = Result> + Send;

    fn recv(&mut self) -> impl std::future::Future<Output = Result<Bytes>> + Send;
}

type Ours = ws_tokio::WebSocket<ws_tokio::MaybeTlsStream<TcpStream>>;

impl Library for Ours {
    async fn connect(target: &Target) -> Result<Self> {
        let dial = DialConfig::new().tls(target.config.clone());
        let (ws, _response) = ws_tokio::connect(target.url()).dial(&dial).await?;
        Ok(ws)
    }

    async fn feed(&mut self, payload: Bytes) -> Result {
        Ok(self.feed(payload).await?)
    }

    async fn flush(&mut self) -> Result {
        Ok(self.flush().await?)
    }

    async fn recv(&mut self) -> Result<Bytes> {
        Ok(self.recv().await?.ok_or("closed")?.into_bytes())
    }
}

/// Ours, over a stream that tokio-rustls has made.
type OursOverTheirs = ws_tokio::WebSocket<tokio_rustls::client::TlsStream<TcpStream>>;

impl Library for OursOverTheirs {
    async fn connect(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", target.port)).await?;
        stream.set_nodelay(true)?;
        let name = "127.0.0.1".try_into()?;
        let stream = TlsConnector::from(target.config.clone()).connect(name, stream).await?;
        let (ws, _response) = ws_tokio::handshake(stream, "127.0.0.1", "/").await?;
        Ok(ws)
    }

    async fn feed(&mut self, payload: Bytes) -> Result {
        Ok(self.feed(payload).await?)
    }

    async fn flush(&mut self) -> Result {
        Ok(self.flush().await?)
    }

    async fn recv(&mut self) -> Result<Bytes> {
        Ok(self.recv().await?.ok_or("closed")?.into_bytes())
    }
}

type Tungstenite = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

impl Library for Tungstenite {
    async fn connect(target: &Target) -> Result<Self> {
        let connector = tokio_tungstenite::Connector::Rustls(target.config.clone());
        let (ws, _response) = tokio_tungstenite::connect_async_tls_with_config(
            target.url(),
            None,
            true,
            Some(connector),
        )
        .await?;
        Ok(ws)
    }

    async fn feed(&mut self, payload: Bytes) -> Result {
        Ok(SinkExt::feed(self, tungstenite::Message::Binary(payload)).await?)
    }

    async fn flush(&mut self) -> Result {
        Ok(SinkExt::flush(self).await?)
    }

    async fn recv(&mut self) -> Result<Bytes> {
        Ok(self.next().await.ok_or("closed")??.into_data())
    }
}

type Yawc = yawc::WebSocket<yawc::MaybeTlsStream<TcpStream>>;

impl Library for Yawc {
    async fn connect(target: &Target) -> Result<Self> {
        let options = yawc::Options::default()
            .with_limits(16 << 20, 16 << 20)
            .with_utf8()
            .without_compression()
            .with_no_delay();
        let ws = yawc::WebSocket::connect(target.url().parse()?)
            .with_connector(target.config.clone().into())
            .with_options(options)
            .await?;
        Ok(ws)
    }

    async fn feed(&mut self, payload: Bytes) -> Result {
        Ok(SinkExt::feed(self, yawc::Frame::binary(payload)).await?)
    }

    async fn flush(&mut self) -> Result {
        Ok(SinkExt::flush(self).await?)
    }

    async fn recv(&mut self) -> Result<Bytes> {
        Ok(self.next().await.ok_or("closed")?.into_payload())
    }
}
