#![doc = include_str!("../README.md")]

use std::io;

use async_std::net::TcpStream;

pub use ws_driver::FuturesIo;

ws_driver::adapter!(FuturesIo);
ws_driver::connector!(FuturesIo, TcpStream, dial);

async fn dial(host: String, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
