//! smol, with its global executor.

use std::{future::Future, io, net, sync::Arc};

use futures_rustls::TlsAcceptor;
use smol::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use ws_core::{BackoffConfig, ClientConfig, ServerConfig, UpgradeResponse};
use ws_smol::{Acceptor, DialConfig, Error, MaybeTlsStream, WebSocket};

use super::{
    Adapter, Channel, Opened,
    adapter::{Reopen, agreed},
    lazy::Lazy,
    outside::{BlockOn, Outside},
};
use crate::serve::{Journal, Service, attend::attend};

#[derive(Clone, Copy)]
pub(super) struct Smol;

impl Adapter for Smol {
    fn attend(
        &self,
        stream: net::TcpStream,
        service: Arc<Service>,
        journal: Journal,
    ) -> io::Result<()> {
        let stream = TcpStream::try_from(stream)?;
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
        let stream = TcpStream::try_from(stream)?;
        let ws = smol::block_on(ws_smol::accept_with(stream, config))?;
        Ok(Box::new(Outside::new(ws_driver::WebSocket::from(ws), self)))
    }

    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
    ) -> Result<Opened, Error> {
        let connecting = ws_smol::connect_with(url, config).dial(dial);
        let (ws, response) = smol::block_on(connecting.into_future())?;
        Ok(opened(ws, response, self))
    }

    fn reconnect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
        backoff: BackoffConfig,
    ) -> Box<Reopen<'_>> {
        let mut sessions = ws_smol::connect_with(url, config).dial(dial).reconnect(backoff);
        Box::new(move || {
            let session = smol::block_on(sessions.next())?;
            Ok((opened(session.web_socket, session.response, self), session.attempts))
        })
    }
}

fn opened(
    ws: WebSocket<MaybeTlsStream<TcpStream>>,
    response: UpgradeResponse,
    executor: &Smol,
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
    let task = smol::spawn(async move {
        let attended = attend(acceptor.into(), &service, &mut journal).await;
        journal.close(attended);
    });
    task.detach();
}

impl BlockOn for Smol {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}
