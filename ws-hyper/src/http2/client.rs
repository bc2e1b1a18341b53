//! From a URL to a WebSocket, by HTTP/2 or HTTP/1.1.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::Response;
use tokio::{
    net::TcpStream,
    sync::{Mutex as AsyncMutex, OwnedSemaphorePermit},
};
use ws_driver::{dial_watched, handshake_watched};
use ws_tokio::{
    ClientConfig, DialConfig, MaybeTlsStream, Tokio, WebSocket,
    handshake::{HandshakeStep, HandshakeWatch, Url},
};

use super::{client_stream::ClientStream, connection::SharedConnection};
use crate::{deadline::Deadline, error::Error};

type Opened = (WebSocket<ClientStream>, Response<()>);

/// A client that opens WebSockets by HTTP/2 where the server takes that, several over one connection, and by
/// HTTP/1.1 where it does not.
///
/// What a server speaks is found out in TLS (ALPN, RFC 7301), and from the SETTINGS of HTTP/2 (RFC 8441 3). For
/// `wss` it takes the features `rustls` and those of `ws-tokio` for cryptography and roots, or a configuration of
/// rustls; `ws` is HTTP/1.1 always. The connections that it holds are kept for the next WebSockets to the same
/// host and port; clones share them. To an observer each attempt is one handshake, whichever versions it tries.
///
/// ```
/// use ws_hyper::{ClientConfig, http2::Client};
///
/// async fn rooms() -> Result<(), Box<dyn std::error::Error>> {
///     let client = Client::new().config(&ClientConfig::new().subprotocols(["chat"]));
///     let (mut tea, _response) = client.connect("wss://chat.example/tea").await?;
///     let (mut coffee, _response) = client.connect("wss://chat.example/coffee").await?;
///     println!("by HTTP/2: {}", coffee.get_ref().is_http2());
///     tea.send("hello").await?;
///     coffee.send("hello").await?;
///     Ok(())
/// }
/// # let _ = rooms;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a client does nothing by itself"]
pub struct Client {
    config: ClientConfig,
    dial: DialConfig,
    origins: Arc<Mutex<HashMap<String, Arc<AsyncMutex<Origin>>>>>,
}

/// What is known of the server at a host and port.
#[derive(Debug, Default)]
enum Origin {
    /// Nothing yet.
    #[default]
    Unknown,
    /// These connections take WebSockets, or have done so.
    Http2(Vec<SharedConnection>),
    /// It takes WebSockets by HTTP/1.1, if at all.
    Http1,
}

impl Client {
    /// A client with the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// With these settings of handshakes, in place of those so far.
    pub fn config(self, config: &ClientConfig) -> Self {
        Self { config: config.clone(), ..self }
    }

    /// With these settings of the way to servers, in place of those so far. Redirects are followed for `ws`
    /// alone.
    pub fn dial(self, config: &DialConfig) -> Self {
        Self { dial: config.clone(), origins: Arc::default(), ..self }
    }

    /// Opens a WebSocket. Gives the server's 200 or 101 with it.
    ///
    /// One deadline covers everything. While the first connection to a server is made, others to the same wait
    /// for it, since they may be opened over it. What a server was found not to take is not tried again.
    ///
    /// # Errors
    ///
    /// As [`ws_tokio::connect`]. A rejection that came by HTTP/2 is without its body.
    pub async fn connect(&self, url: &str) -> Result<Opened, ws_tokio::Error> {
        let parsed = Url::parse(url);
        if parsed.as_ref().is_ok_and(|url| !url.is_secure()) {
            return self.connect_in_the_clear(url).await;
        }
        let mut watch = HandshakeWatch::client(&self.config, HandshakeStep::LookUp);
        let opened = async {
            let mut attempt = Attempt { client: self, url: &parsed?, watch: &mut watch };
            attempt.connect().await
        };
        opened.await.inspect_err(|error| watch.failed_with(error))
    }

    async fn connect_in_the_clear(&self, url: &str) -> Result<Opened, ws_tokio::Error> {
        let connect = ws_tokio::connect(url).config(&self.config).dial(&self.dial);
        let (ws, response) = connect.await?;
        let ws: ws_driver::WebSocket<_, Tokio> = ws.into();
        Ok((ws.map(ClientStream::connection).into(), response.into_response()))
    }

    fn origin(&self, url: &Url) -> Arc<AsyncMutex<Origin>> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{}:{}", url.host(), url.port());
        Arc::clone(origins.entry(name).or_default())
    }
}

/// How to go on with an attempt.
enum Way {
    /// By HTTP/2, with room for a stream.
    Stream(SharedConnection, OwnedSemaphorePermit),
    /// By HTTP/1.1.
    Connection(Box<MaybeTlsStream<TcpStream>>),
}

/// An attempt to open one WebSocket.
struct Attempt<'a> {
    client: &'a Client,
    url: &'a Url,
    /// Is told of one handshake, whichever ways it goes.
    watch: &'a mut HandshakeWatch,
}

impl Attempt<'_> {
    async fn connect(&mut self) -> Result<Opened, ws_tokio::Error> {
        let mut deadline = Deadline::of_client(&self.client.config);
        let (connection, room) = match self.way(&mut deadline).await? {
            Way::Stream(connection, room) => (connection, room),
            other => return self.go(other, &deadline).await,
        };
        match self.over_http2(&connection, room, &deadline).await {
            Err(Error::NotOffered(_)) => {
                self.forget().await;
                let stream = self.dial(false, &deadline).await?;
                self.over_http1(stream, &deadline).await
            }
            // It ended before there was an answer, as connections do that nobody has used for a while.
            Err(Error::Http(_)) if connection.is_closed() => {
                let way = self.way(&mut deadline).await?;
                self.go(way, &deadline).await
            }
            opened => opened.map_err(|error| self.failed(error)),
        }
    }

    /// Tells a failure by its own name.
    fn failed(&mut self, error: Error) -> ws_tokio::Error {
        error.tell(self.watch);
        error.into()
    }

    /// Finds a connection, or makes one.
    async fn way(&mut self, deadline: &mut Deadline) -> Result<Way, ws_tokio::Error> {
        let origin = self.client.origin(self.url);
        let lock = async { Ok(origin.lock().await) };
        let mut origin = deadline.bound(HandshakeStep::Connect, lock).await?;
        let http2 = !matches!(*origin, Origin::Http1);
        if let Origin::Http2(connections) = &mut *origin {
            connections.retain(|connection| !connection.is_closed());
            let room =
                |connection: &SharedConnection| Some((connection.clone(), connection.room()?));
            if let Some((connection, room)) = connections.iter().find_map(room) {
                return Ok(Way::Stream(connection, room));
            }
        }
        if !http2 {
            // Nobody has to wait for that.
            drop(origin);
            return Ok(Way::Connection(Box::new(self.dial(false, deadline).await?)));
        }
        let stream = self.dial(true, deadline).await?;
        if stream.alpn_protocol() != Some(HTTP_2) {
            *origin = Origin::Http1;
            return Ok(Way::Connection(Box::new(stream)));
        }
        self.watch.step(HandshakeStep::Settings);
        let made = SharedConnection::begin(stream, deadline).await;
        match made.map(|connection| (connection.room(), connection)) {
            Ok((Some(room), connection)) => {
                match &mut *origin {
                    Origin::Http2(connections) => connections.push(connection.clone()),
                    origin => *origin = Origin::Http2(vec![connection.clone()]),
                }
                Ok(Way::Stream(connection, room))
            }
            // It takes no WebSockets over HTTP/2, or none at all at a time.
            Ok((None, _)) | Err(Error::NotOffered(_)) => {
                *origin = Origin::Http1;
                drop(origin);
                Ok(Way::Connection(Box::new(self.dial(false, deadline).await?)))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Opens the WebSocket in this way.
    async fn go(&mut self, way: Way, deadline: &Deadline) -> Result<Opened, ws_tokio::Error> {
        match way {
            Way::Stream(connection, room) => {
                let opened = self.over_http2(&connection, room, deadline).await;
                opened.map_err(|error| self.failed(error))
            }
            Way::Connection(stream) => self.over_http1(*stream, deadline).await,
        }
    }

    /// The server has offered what it does not take.
    async fn forget(&self) {
        *self.client.origin(self.url).lock().await = Origin::Http1;
    }

    async fn dial(
        &self,
        http2: bool,
        deadline: &Deadline,
    ) -> Result<MaybeTlsStream<TcpStream>, ws_tokio::Error> {
        let config = self.client.dial.clone().offer_http2(http2);
        // Behind TLS nothing has come that is not in the session.
        let dialled = dial_watched::<Tokio>(self.url, &config, deadline.at(), self.watch);
        let (stream, _) = dialled.await?;
        Ok(stream)
    }

    async fn over_http2(
        &mut self,
        connection: &SharedConnection,
        room: OwnedSemaphorePermit,
        deadline: &Deadline,
    ) -> Result<Opened, Error> {
        let config = &self.client.config;
        let asked = connection.ask(self.url, config, deadline.again(), self.watch);
        let (response, upgrading) = asked.await?;
        let ws = upgrading.over(|stream| ClientStream::stream(stream, room)).await?;
        Ok((ws, response))
    }

    async fn over_http1(
        &mut self,
        stream: MaybeTlsStream<TcpStream>,
        deadline: &Deadline,
    ) -> Result<Opened, ws_tokio::Error> {
        let config = match self.url.user_info() {
            Some((user, password)) => &self.client.config.clone().user_info(user, password),
            None => &self.client.config,
        };
        let (host, target) = (self.url.host_field(), self.url.target());
        let stream = ClientStream::connection(stream);
        let opening =
            handshake_watched::<_, Tokio>(stream, host, target, config, deadline.at(), self.watch);
        let (ws, response) = opening.await?;
        Ok((ws.into(), response.into_response()))
    }
}

/// The name of HTTP/2 among application protocols (RFC 9113 3.1).
const HTTP_2: &[u8] = b"h2";
