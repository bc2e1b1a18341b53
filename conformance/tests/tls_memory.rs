//! What an idle connection with TLS costs: ours, and one of tokio-rustls, over the same socket.

#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "tls/authority.rs"]
mod authority;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use bytes::Buf;
use rustls::{ClientConfig, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use ws_core::RecvBuf;
use ws_driver::{MaybeTls, Peer, TlsHandshake};
use ws_tokio::MaybeTlsStream;

use crate::authority::{Authority, VERSIONS};

#[test]
fn an_idle_connection_costs_as_much_as_with_tokio_rustls() {
    for version in VERSIONS {
        let (ours, theirs) = (idle(version, &ours), idle(version, &theirs));
        println!("{version:?}: ours {ours:?}, tokio-rustls {theirs:?}");
        // Most of it is rustls' own. Ours adds a pointer to the socket, and a few words beside the session.
        assert_eq!(ours.size, size_of::<usize>());
        assert!(ours.total() <= theirs.total() + 64);
    }
}

#[derive(Debug)]
struct Cost {
    /// Allocated for it, without the socket.
    heap: u64,
    /// What it takes where it is kept.
    size: usize,
}

impl Cost {
    fn total(&self) -> u64 {
        self.heap + self.size as u64
    }
}

/// The median of several, since buckets and caches grow in steps.
fn idle<T: AsyncRead + AsyncWrite + Unpin>(
    version: &'static SupportedProtocolVersion,
    connect: &impl AsyncFn(TcpStream, &Arc<ClientConfig>) -> T,
) -> Cost {
    let authority = Authority::new("A");
    let address = echo(authority.issue(&["h.example"]).server(version).into());
    let mut config = authority.client(version);
    // What is kept for later connections is not part of this one.
    config.resumption = rustls::client::Resumption::disabled();
    let config = Arc::new(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let of = |run: &mut dyn FnMut()| allocation_counter::measure(run).bytes_current;
    // They stay open: a runtime frees some of a socket only when it is asked for the next one.
    let mut open = Vec::new();
    let mut heap = Vec::new();
    for _ in 0..9 {
        let mut socket = None;
        let mut stream = None;
        let bare =
            of(&mut || socket = Some(runtime.block_on(TcpStream::connect(address)).unwrap()));
        let with = of(&mut || {
            runtime.block_on(async {
                let mut open = connect(TcpStream::connect(address).await.unwrap(), &config).await;
                open.write_all(b"hello").await.unwrap();
                open.flush().await.unwrap();
                open.read_exact(&mut [0; 5]).await.unwrap();
                // It waits for more.
                let mut buf = [0; 1];
                tokio::select! {
                    biased;
                    read = open.read(&mut buf) => panic!("{read:?}"),
                    () = std::future::ready(()) => {}
                }
                stream = Some(open);
            });
        });
        heap.push(u64::try_from(with - bare).unwrap());
        open.push((socket, stream));
    }
    heap.sort_unstable();
    Cost { heap: heap[heap.len() / 2], size: size_of::<T>() - size_of::<TcpStream>() }
}

async fn ours(mut socket: TcpStream, config: &Arc<ClientConfig>) -> MaybeTlsStream<TcpStream> {
    let config = config.clone().into();
    let mut handshake = TlsHandshake::new(&config, "h.example", RecvBuf::new()).unwrap();
    loop {
        let done = handshake.poll().unwrap();
        let queue = handshake.send_queue();
        while queue.has_remaining() {
            socket.write_buf(queue).await.unwrap();
        }
        if done {
            break;
        }
        let mut room = handshake.recv_buf().buf_mut();
        socket.read_buf(&mut room).await.unwrap();
    }
    let mut stream = MaybeTls::plain(socket);
    stream.push(handshake.into_session(), Peer::Origin);
    stream.into()
}

async fn theirs(
    socket: TcpStream,
    config: &Arc<ClientConfig>,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let connector = tokio_rustls::TlsConnector::from(config.clone());
    connector.connect("h.example".try_into().unwrap(), socket).await.unwrap()
}

/// A server on threads of its own, which sends back what comes.
fn echo(config: Arc<ServerConfig>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, socket.unwrap());
            thread::spawn(move || {
                let mut buf = [0; 1000];
                while let Ok(n @ 1..) = stream.read(&mut buf) {
                    stream.write_all(&buf[..n]).unwrap();
                }
            });
        }
    });
    address
}
