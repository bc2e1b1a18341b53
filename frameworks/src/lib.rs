//! WebSockets under frameworks that have no crate here: one example each, and the same tests for all.
//!
//! | framework | how the connection comes out | the WebSocket is over |
//! |---|---|---|
//! | [`actix`] | to a service of `actix-http`, with the request and what was read behind it; nothing has been answered | the `TcpStream` |
//! | [`poem`] | `Request::take_upgrade` | poem's `Upgraded` |
//! | [`salvo`] | hyper's `OnUpgrade` is among the request's extensions | hyper's `Upgraded` |
//! | [`warp`] | a filter is a service of tower, and the layer of `ws-hyper` goes in front of it | hyper's `Upgraded` |
//!
//! They run with actix-http 3.11 and 3.20, poem 3.1, salvo 0.85 and 1.1, and warp 0.4. The older ones are those that the
//! workspace's Rust version compiles.
//!
//! Two ways do not let a connection out. A handler of `actix-web` gets a stream of the request's body and gives
//! one of the response's: what flush means, and that the socket is closed after a close frame, is then actix's
//! decision, so the example is of `actix-http`, below it; there an application of `actix-web` can be the
//! service for everything else. A filter of warp sees method, path and fields, and not the version of HTTP,
//! which is a rule of the handshake, so the example is not one.

pub mod actix;
pub mod poem;
pub mod salvo;
pub mod warp;

use tokio::io::{AsyncRead, AsyncWrite};
use ws_tokio::{Error, WebSocket};

/// Sends back what comes.
///
/// # Errors
///
/// Those of the WebSocket.
pub async fn echo<T: AsyncRead + AsyncWrite + Unpin>(mut ws: WebSocket<T>) -> Result<(), Error> {
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}
