#![doc = include_str!("../README.md")]

use std::io;

use async_net::TcpStream;
use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

pub use ws_driver::FuturesIo;

ws_driver::adapter!(async, FuturesIo, [AsyncRead + AsyncWrite + Unpin], TcpStream, dial);
ws_driver::__futures_io_byte_stream!(
    AsyncRead,
    AsyncBufRead,
    AsyncWrite,
    [AsyncRead + AsyncWrite + Unpin]
);

async fn dial(host: String, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
