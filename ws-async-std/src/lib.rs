#![doc = include_str!("../README.md")]

use std::io;

use async_std::{
    io::{BufRead, Read, Write},
    net::TcpStream,
};

mod half_close;

pub use self::half_close::HalfClose;

/// Marks streams that are read and written through `futures_io`'s traits.
pub type FuturesIo = ws_driver::FuturesIo<HalfClose>;

ws_driver::adapter!(async, FuturesIo, [Read + Write + Unpin + 'static], TcpStream, dial);
ws_driver::__futures_io_byte_stream!(Read, BufRead, Write, [Read + Write + Unpin + 'static]);

async fn dial(host: String, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
