//! A server behind TLS, with tokio-rustls, and a client that trusts its certificate.
//!
//! `cargo run --example tokio_tls`

use std::{error::Error, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use ws_tokio::tls::rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // A real server has a certificate that an authority has issued, and reads it from a file.
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = issued.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());

    let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())?;
    // A client that can do more should not begin with HTTP/2 here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config))));

    let connector = TlsConnector::from(Arc::new(trusting(certificate)?));
    let stream = TcpStream::connect(address).await?;
    let stream = connector.connect("localhost".try_into()?, stream).await?;
    let host = format!("localhost:{}", address.port());
    let (mut ws, _response) = ws_tokio::handshake(stream, &host, "/").await?;
    ws.send("hello").await?;
    println!("text: {:?}", ws.recv().await?);
    ws.close().await?;
    Ok(())
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            if let Err(error) = echo(stream, &acceptor).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn echo(stream: TcpStream, acceptor: &TlsAcceptor) -> Result<(), ws_tokio::Error> {
    stream.set_nodelay(true)?;
    // The deadline of the handshake begins with `accept`: TLS needs one of its own.
    let tls = tokio::time::timeout(TLS_TIMEOUT, acceptor.accept(stream));
    let stream = tls.await.map_err(std::io::Error::from)??;
    let mut ws = ws_tokio::accept(stream).await?;
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}

const TLS_TIMEOUT: Duration = Duration::from_secs(10);

fn trusting(
    certificate: CertificateDer<'static>,
) -> Result<ClientConfig, Box<dyn Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
