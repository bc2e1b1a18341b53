//! How tokio looks up hosts and connects.

use std::{io, net::SocketAddr, time::Instant};

use tokio::net::{TcpSocket, TcpStream, lookup_host};
use ws_driver::Dials;

use crate::{MaybeTlsStream, runtime::Tokio};

impl Dials for Tokio {
    type Runtime = Self;
    type Socket = TcpStream;
    type Stream = MaybeTlsStream<TcpStream>;

    async fn look_up(
        host: String,
        port: u16,
        _until: Option<Instant>,
    ) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }

    async fn connect(
        address: SocketAddr,
        local: Option<SocketAddr>,
        _until: Option<Instant>,
    ) -> io::Result<TcpStream> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if let Some(local) = local {
            socket.bind(local)?;
        }
        let stream = socket.connect(address).await?;
        // A WebSocket writes whole messages: there is nothing to wait for.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
