//! How async-std looks up hosts and connects.

use std::{io, net::SocketAddr, time::Instant};

use async_std::net::{TcpStream, ToSocketAddrs};
use ws_driver::{Dials, connect_from};

use crate::{FuturesIo, MaybeTlsStream};

/// Names async-std's sockets to `ws-driver`; programs hardly ever need it.
#[derive(Clone, Copy, Debug)]
pub enum Sockets {}

impl Dials for Sockets {
    type Runtime = FuturesIo;
    type Socket = TcpStream;
    type Stream = MaybeTlsStream<TcpStream>;

    async fn look_up(
        host: String,
        port: u16,
        _until: Option<Instant>,
    ) -> io::Result<Vec<SocketAddr>> {
        Ok((host.as_str(), port).to_socket_addrs().await?.collect())
    }

    async fn connect(
        address: SocketAddr,
        local: Option<SocketAddr>,
        _until: Option<Instant>,
    ) -> io::Result<TcpStream> {
        let stream = match local {
            Some(local) => connect_from(local, address).await?.into_inner()?.into(),
            None => TcpStream::connect(address).await?,
        };
        // A WebSocket writes whole messages: there is nothing to wait for.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
