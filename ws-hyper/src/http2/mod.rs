//! WebSockets over HTTP/2 (RFC 8441), for clients: one stream each, and many of them on one connection.
//!
//! [`Client`] goes from a URL to a WebSocket, by HTTP/2 where the server takes that, and by HTTP/1.1 where it
//! does not. [`SharedConnection`] is one connection of HTTP/2, over a stream of yours, and [`handshake()`] opens a
//! WebSocket over one of hyper's.
//!
//! ```
//! use tokio::net::TcpStream;
//! use ws_hyper::http2::SharedConnection;
//!
//! async fn rooms() -> Result<(), Box<dyn std::error::Error>> {
//!     // Where it is known that the server speaks HTTP/2 without TLS:
//!     let stream = TcpStream::connect("chat.example:80").await?;
//!     stream.set_nodelay(true)?;
//!     let connection = SharedConnection::new(stream).await?;
//!     let (mut tea, _response) = connection.open("ws://chat.example/tea").await?;
//!     let (mut coffee, _response) = connection.open("ws://chat.example/coffee").await?;
//!     tea.send("hello").await?;
//!     coffee.send("hello").await?;
//!     Ok(())
//! }
//! # let _ = rooms;
//! ```

mod client;
mod client_stream;
mod connection;
mod handshake;
mod no_body;
mod settling;

pub use self::{
    client::Client,
    client_stream::ClientStream,
    connection::SharedConnection,
    handshake::{connect_request, handshake, handshake_with},
};
