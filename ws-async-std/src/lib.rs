#![doc = include_str!("../README.md")]

use std::io;

use async_std::net::TcpStream;

mod half_close;

pub use self::half_close::HalfClose;

/// Marks streams that are read and written through `futures_io`'s traits.
pub type FuturesIo = ws_driver::FuturesIo<HalfClose>;

/// The payloads of binary messages, one behind the other, for tunnels: `AsyncRead + AsyncWrite`. A
/// text message is an error.
pub type ByteStream<T> = ws_driver::ByteStream<T, FuturesIo>;

ws_driver::adapter!(FuturesIo);
ws_driver::connector!(FuturesIo, TcpStream, dial);

async fn dial(host: String, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
