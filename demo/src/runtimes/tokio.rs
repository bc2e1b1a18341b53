//! tokio, with a thread for each processor.

use std::{future::Future, io, net, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime::{Handle, Runtime},
};
use tokio_rustls::TlsAcceptor;
use ws_core::{BackoffConfig, ClientConfig, ServerConfig, UpgradeResponse};
use ws_tokio::{Acceptor, DialConfig, Error, MaybeTlsStream, WebSocket};

use super::{
    Adapter, Channel, Opened,
    adapter::{Reopen, agreed},
    lazy::Lazy,
    outside::{BlockOn, Outside},
};
use crate::serve::{Journal, Service, attend::attend};

pub(super) struct Tokio {
    runtime: Runtime,
}

impl Tokio {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { runtime })
    }
}

impl Adapter for Tokio {
    fn attend(
        &self,
        stream: net::TcpStream,
        service: Arc<Service>,
        journal: Journal,
    ) -> io::Result<()> {
        let _context = self.runtime.enter();
        let stream = registered(stream)?;
        match service.tls() {
            None => spawn(stream, service, journal),
            Some(tls) => {
                spawn(Lazy::new(TlsAcceptor::from(tls.clone()).accept(stream)), service, journal);
            }
        }
        Ok(())
    }

    fn accept(
        &self,
        stream: net::TcpStream,
        config: &ServerConfig,
    ) -> Result<Box<dyn Channel>, Error> {
        let handle = self.runtime.handle();
        let accepting = async { ws_tokio::accept_with(registered(stream)?, config).await };
        Ok(Box::new(Outside::new(ws_driver::WebSocket::from(handle.block_on(accepting)?), handle)))
    }

    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
    ) -> Result<Opened, Error> {
        let connecting = ws_tokio::connect_with(url, config).dial(dial);
        let (ws, response) = self.runtime.block_on(connecting.into_future())?;
        Ok(opened(ws, response, self.runtime.handle()))
    }

    fn reconnect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
        backoff: BackoffConfig,
    ) -> Box<Reopen<'_>> {
        let mut sessions = ws_tokio::connect_with(url, config).dial(dial).reconnect(backoff);
        Box::new(move || {
            let session = self.runtime.block_on(sessions.next())?;
            Ok((
                opened(session.web_socket, session.response, self.runtime.handle()),
                session.attempts,
            ))
        })
    }
}

fn opened(
    ws: WebSocket<MaybeTlsStream<TcpStream>>,
    response: UpgradeResponse,
    executor: &Handle,
) -> Opened {
    let tls = ws.get_ref().tls_session().map(agreed);
    let channel = Box::new(Outside::new(ws_driver::WebSocket::from(ws), executor));
    Opened { channel, response, tls }
}

fn spawn<T>(stream: T, service: Arc<Service>, mut journal: Journal)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let acceptor = Acceptor::new(stream, service.config());
    tokio::spawn(async move {
        let attended = attend(acceptor.into(), &service, &mut journal).await;
        journal.close(attended);
    });
}

impl BlockOn for Handle {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.block_on(future)
    }
}

fn registered(stream: net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}
