//! A server that speaks TLS on one side, and passes on what is inside to the other.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, LazyLock, Mutex},
    thread,
};

use bytes::Buf;
use rustls::{ClientConfig, ServerConfig, ServerConnection, version::TLS13};
use socket2::{Domain, SockRef, Socket, Type};
use ws_core::RecvBuf;
use ws_driver::{TlsHandshake, TlsSession};

use crate::authority::Authority;

static CONFIGS: LazyLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = LazyLock::new(|| {
    let authority = Authority::new("A");
    let server = authority.issue(&["h.example"]).server(&TLS13);
    (server.into(), authority.client(&TLS13).into())
});

/// A client's socket and session, whose other end is `plain`.
pub(crate) fn to(plain: TcpStream) -> (TcpStream, TlsSession) {
    let (mut client, server) = narrow_pair();
    for socket in [&client, &server, &plain] {
        socket.set_nodelay(true).unwrap();
    }
    SockRef::from(&plain).set_send_buffer_size(NARROW).unwrap();
    let serving = thread::spawn(move || serve(server, plain));
    let config = CONFIGS.1.clone().into();
    let mut handshake = TlsHandshake::new(&config, "h.example", RecvBuf::new()).unwrap();
    loop {
        let done = handshake.poll().unwrap();
        let queue = handshake.send_queue();
        client.write_all(&queue.copy_to_bytes(queue.remaining())).unwrap();
        if done {
            break;
        }
        let recv = handshake.recv_buf();
        let n = client.read(recv.space_mut()).unwrap();
        recv.commit(n);
    }
    serving.join().unwrap();
    (client, handshake.into_session())
}

/// Two ends of a connection that holds little back: the other leg does that.
fn narrow_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    SockRef::from(&listener).set_recv_buffer_size(NARROW).unwrap();
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    client.set_recv_buffer_size(NARROW).unwrap();
    client.connect(&listener.local_addr().unwrap().into()).unwrap();
    let server = listener.accept().unwrap().0;
    for socket in [SockRef::from(&client), SockRef::from(&server)] {
        socket.set_send_buffer_size(NARROW).unwrap();
    }
    (client.into(), server)
}

const NARROW: usize = 32 * 1024;

/// Does the handshake, and then passes on, each direction on a thread of its own.
fn serve(mut socket: TcpStream, plain: TcpStream) {
    let mut connection = ServerConnection::new(CONFIGS.0.clone()).unwrap();
    while connection.is_handshaking() || connection.wants_write() {
        connection.complete_io(&mut socket).unwrap();
    }
    let connection = Arc::new(Mutex::new(connection));
    let (inwards, outwards) = (connection.clone(), connection);
    let (mut from, mut to) = (socket.try_clone().unwrap(), plain.try_clone().unwrap());
    thread::spawn(move || {
        if pass_in(&mut from, &inwards, &mut to).is_err() {
            // What the peer has said before it went is still on its way.
            let _ = (from.shutdown(Shutdown::Read), to.shutdown(Shutdown::Write));
        }
    });
    thread::spawn(move || {
        let (mut from, mut to) = (plain, socket);
        if pass_out(&mut from, &outwards, &mut to).is_err() {
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        }
    });
}

type Failed = Box<dyn std::error::Error>;

fn pass_in(
    from: &mut TcpStream,
    connection: &Mutex<ServerConnection>,
    to: &mut TcpStream,
) -> Result<(), Failed> {
    let mut buf = vec![0; 16 * 1024];
    loop {
        let n = from.read(&mut buf)?;
        let mut records = &buf[..n];
        let mut data = Vec::new();
        let mut closed = false;
        while !records.is_empty() && !closed {
            let mut connection = connection.lock().unwrap();
            connection.read_tls(&mut records)?;
            closed = connection.process_new_packets()?.peer_has_closed();
            match connection.reader().read_to_end(&mut data) {
                Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        to.write_all(&data)?;
        if closed {
            return Ok(to.shutdown(Shutdown::Write)?);
        }
        if n == 0 {
            return Err("the client went without a close_notify".into());
        }
    }
}

fn pass_out(
    from: &mut TcpStream,
    connection: &Mutex<ServerConnection>,
    to: &mut TcpStream,
) -> Result<(), Failed> {
    let mut buf = vec![0; 16 * 1024];
    loop {
        let n = from.read(&mut buf)?;
        let mut records = Vec::new();
        {
            let mut connection = connection.lock().unwrap();
            match n {
                0 => connection.send_close_notify(),
                n => connection.writer().write_all(&buf[..n])?,
            }
            while connection.wants_write() {
                connection.write_tls(&mut records)?;
            }
        }
        to.write_all(&records)?;
        if n == 0 {
            return Ok(to.shutdown(Shutdown::Write)?);
        }
    }
}
