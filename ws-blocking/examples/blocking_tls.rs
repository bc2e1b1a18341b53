//! A server behind TLS, on threads, with rustls' own stream, and a client that trusts its certificate.
//!
//! `cargo run --example blocking_tls`

use std::{
    error::Error,
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    ops::DerefMut,
    sync::Arc,
    thread,
    time::Duration,
};

use ws_blocking::{
    Timeouts, Transport,
    tls::rustls::{
        ClientConfig, ClientConnection, ConnectionCommon, RootCertStore, ServerConfig,
        ServerConnection, SideData, StreamOwned,
        client::ClientConnectionData,
        crypto::ring,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
        server::ServerConnectionData,
    },
};

pub(crate) fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // A real server has a certificate that an authority has issued, and reads it from a file.
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = issued.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());

    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())?;
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        loop {
            let (stream, _) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) => {
                    // No descriptor is left, most likely: whoever waits is served when others have gone.
                    eprintln!("accept: {error}");
                    thread::sleep(PAUSE);
                    continue;
                }
            };
            let config = Arc::clone(&config);
            thread::spawn(move || {
                if let Err(error) = echo(stream, config) {
                    eprintln!("{error}");
                }
            });
        }
    });

    let connection = ClientConnection::new(trusting(certificate)?.into(), "localhost".try_into()?)?;
    let stream = Tls(StreamOwned::new(connection, TcpStream::connect(address)?));
    let host = format!("localhost:{}", address.port());
    let (mut ws, _response) = ws_blocking::handshake(stream, &host, "/")?;
    ws.send("hello")?;
    println!("text: {:?}", ws.recv()?);
    ws.close()?;
    Ok(())
}

fn echo(stream: TcpStream, config: Arc<ServerConfig>) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    // TLS begins with the first read, so the deadline of the handshake holds for it, too.
    let stream = Tls(StreamOwned::new(ServerConnection::new(config)?, stream));
    let mut ws = ws_blocking::accept(stream)?;
    while let Some(message) = ws.recv()? {
        ws.send(message)?;
    }
    Ok(())
}

fn trusting(
    certificate: CertificateDer<'static>,
) -> Result<ClientConfig, Box<dyn Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A stream of rustls, with the timeouts of its socket.
struct Tls<C>(StreamOwned<C, TcpStream>);

/// Either side of TLS.
trait Side: DerefMut<Target = ConnectionCommon<Self::Data>> {
    type Data: SideData;
}

impl Side for ClientConnection {
    type Data = ClientConnectionData;
}

impl Side for ServerConnection {
    type Data = ServerConnectionData;
}

impl<C: Side> Read for Tls<C> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<C: Side> Write for Tls<C> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<C: Side> Transport for Tls<C> {
    fn timeouts(&self) -> io::Result<Timeouts> {
        self.0.sock.timeouts()
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.0.sock.set_read_timeout(timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.0.sock.set_write_timeout(timeout)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.shutdown(Shutdown::Write)
    }
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
