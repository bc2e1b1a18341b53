//! Connecting within a deadline.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    time::Instant,
};

use ws_driver::Unreached;

/// Tries every address of the host, each for as long as there is time left. The operating system looks
/// up the host, which cannot be cut short.
pub(crate) fn dial(host: &str, port: u16, deadline: Option<Instant>) -> io::Result<TcpStream> {
    let mut unreached = Unreached::default();
    for address in (host, port).to_socket_addrs()? {
        let connected = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
            Some(left) if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
            Some(left) => TcpStream::connect_timeout(&address, left),
            None => TcpStream::connect(address),
        };
        match connected {
            Ok(stream) => {
                // A WebSocket writes whole messages: there is nothing to wait for.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => unreached.add(address, error),
        }
    }
    Err(unreached.into())
}
