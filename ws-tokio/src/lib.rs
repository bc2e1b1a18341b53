#![doc = include_str!("../README.md")]

mod byte_stream;
mod runtime;

use std::io;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

pub use self::runtime::Tokio;

ws_driver::adapter!(async, Tokio, [AsyncRead + AsyncWrite + Unpin], TcpStream, dial);

async fn dial(host: String, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
