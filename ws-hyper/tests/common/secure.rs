//! Servers with TLS that speak either version of HTTP, and how to get there.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::{
    RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use tokio::{net::TcpListener, sync::Notify};
use tokio_rustls::TlsAcceptor;
use ws_hyper::{ClientConfig, ServerConfig, http2::Client, ws_tokio::DialConfig};

use super::{answer, echo};

/// What a server does.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) alpn: &'static [&'static [u8]],
    pub(crate) connect_protocol: bool,
    pub(crate) max_streams: u32,
}

pub(crate) const HTTP_1_1: &[&[u8]] = &[b"http/1.1"];
pub(crate) const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

impl Kind {
    pub(crate) const HTTP_2: Self = Self { alpn: BOTH, connect_protocol: true, max_streams: 100 };
}

/// A server with TLS, and how to get there.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) accepted: Arc<AtomicUsize>,
    /// Ends all connections.
    pub(crate) end: Arc<Notify>,
    pub(crate) trusted: CertificateDer<'static>,
}

impl Server {
    pub(crate) async fn start(kind: Kind) -> Self {
        let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let trusted = issued.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
        let mut tls = rustls::ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![trusted.clone()], key.into())
            .unwrap();
        tls.alpn_protocols = kind.alpn.iter().map(|name| name.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, end) = (Arc::<AtomicUsize>::default(), Arc::<Notify>::default());
        let (counted, ending) = (Arc::clone(&accepted), Arc::clone(&end));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, ending) = (acceptor.clone(), Arc::clone(&ending));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = service_fn(|request: Request<Incoming>| {
                        let config = ServerConfig::new().subprotocols(["chat"]);
                        let answer = answer(request, &config, |upgrading| async {
                            echo(upgrading.await?).await
                        });
                        async { Ok::<_, std::convert::Infallible>(answer) }
                    });
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http2().max_concurrent_streams(kind.max_streams);
                    if kind.connect_protocol {
                        builder.http2().enable_connect_protocol();
                    }
                    let stream = TokioIo::new(stream);
                    tokio::select! {
                        _ = builder.serve_connection_with_upgrades(stream, service) => {}
                        () = ending.notified() => {}
                    }
                });
            }
        });
        Self { address, accepted, end, trusted }
    }

    pub(crate) fn client(&self) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.trusted.clone()).unwrap();
        let mut tls = rustls::ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Whatever a configuration that is shared with others offers.
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Client::new()
            .config(&ClientConfig::new().subprotocols(["chat"]))
            .dial(&DialConfig::new().tls(tls).addresses([self.address]))
    }

    pub(crate) fn url(&self) -> String {
        format!("wss://localhost:{}/room", self.address.port())
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}
