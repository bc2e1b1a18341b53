//! The echo server that all clients with TLS connect to.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    peers::{Result, echo_messages},
    system,
};

/// A server on a thread of this process, which runs as long as that does.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    /// It vouches for itself.
    pub(crate) certificate: CertificateDer<'static>,
}

impl Server {
    /// Starts it, on a core of its own if there is one.
    ///
    /// # Errors
    ///
    /// It cannot listen, or make itself a certificate.
    pub(crate) fn start(core: Option<usize>) -> Result<Self> {
        let identity = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let certificate = identity.cert.der().clone();
        let key = PrivateKeyDer::try_from(identity.signing_key.serialize_der())?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        std::thread::spawn(move || {
            if let Err(error) = serve(listener, config, core) {
                eprintln!("bench: the server with TLS: {error}");
            }
        });
        Ok(Self { port, certificate })
    }
}

/// Who trusts this certificate, and nothing else.
///
/// # Errors
///
/// It is none.
pub(crate) fn trusting(certificate: CertificateDer<'static>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn serve(listener: TcpListener, config: ServerConfig, core: Option<usize>) -> Result {
    if let Some(core) = core {
        system::pin(core)?;
    }
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let accept = acceptor.accept(stream);
            tokio::spawn(async move { echo_messages(accept.await?, false).await });
        }
    })
}
