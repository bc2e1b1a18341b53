//! async-std, with its global executor.

use std::{future::Future, io, net, sync::Arc};

use async_std::{
    io::{Read, Write},
    net::TcpStream,
    task,
};
use futures_rustls::TlsAcceptor;
use ws_async_std::{Acceptor, DialConfig, Error, MaybeTlsStream, WebSocket};
use ws_core::{BackoffConfig, ClientConfig, ServerConfig, UpgradeResponse};

use super::{
    Adapter, Channel, Opened,
    adapter::{Reopen, agreed},
    lazy::Lazy,
    outside::{BlockOn, Outside},
};
use crate::serve::{Journal, Service, attend::attend};

#[derive(Clone, Copy)]
pub(super) struct AsyncStd;

impl Adapter for AsyncStd {
    fn attend(
        &self,
        stream: net::TcpStream,
        service: Arc<Service>,
        journal: Journal,
    ) -> io::Result<()> {
        let stream = TcpStream::from(stream);
        match service.tls() {
            None => spawn(stream, service, journal),
            Some(tls) => {
                spawn(Lazy::new(TlsAcceptor::from(tls.clone()).accept(stream)), service, journal)
            }
        }
    }

    fn accept(
        &self,
        stream: net::TcpStream,
        config: &ServerConfig,
    ) -> Result<Box<dyn Channel>, Error> {
        let ws = task::block_on(ws_async_std::accept_with(TcpStream::from(stream), config))?;
        Ok(Box::new(Outside::new(ws_driver::WebSocket::from(ws), self)))
    }

    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
    ) -> Result<Opened, Error> {
        let connecting = ws_async_std::connect_with(url, config).dial(dial);
        let (ws, response) = task::block_on(connecting.into_future())?;
        Ok(opened(ws, response, self))
    }

    fn reconnect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
        backoff: BackoffConfig,
    ) -> Box<Reopen<'_>> {
        let mut sessions = ws_async_std::connect_with(url, config).dial(dial).reconnect(backoff);
        Box::new(move || {
            let session = task::block_on(sessions.next())?;
            Ok((opened(session.web_socket, session.response, self), session.attempts))
        })
    }
}

fn opened(
    ws: WebSocket<MaybeTlsStream<TcpStream>>,
    response: UpgradeResponse,
    executor: &AsyncStd,
) -> Opened {
    let tls = ws.get_ref().tls_session().map(agreed);
    let channel = Box::new(Outside::new(ws_driver::WebSocket::from(ws), executor));
    Opened { channel, response, tls }
}

fn spawn<T>(stream: T, service: Arc<Service>, mut journal: Journal) -> io::Result<()>
where
    T: Read + Write + Unpin + Send + 'static,
{
    let acceptor = Acceptor::new(stream, service.config());
    task::Builder::new().spawn(async move {
        let attended = attend(acceptor.into(), &service, &mut journal).await;
        journal.close(attended);
    })?;
    Ok(())
}

impl BlockOn for AsyncStd {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }
}
