//! Connecting within a deadline.

use std::{
    io,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::Instant,
};

/// The operating system looks up the host, which cannot be cut short.
pub(crate) fn look_up(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// Tries an address for as long as there is time.
pub(crate) fn dial(address: SocketAddr, until: Option<Instant>) -> io::Result<TcpStream> {
    let stream = match until.map(|until| until.saturating_duration_since(Instant::now())) {
        Some(left) if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
        Some(left) => TcpStream::connect_timeout(&address, left)?,
        None => TcpStream::connect(address)?,
    };
    // A WebSocket writes whole messages: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}
