//! async-std, with its global executor.

use std::{future::Future, io, net, sync::Arc};

use async_std::{net::TcpStream, task};
use ws_async_std::{Acceptor, Error};
use ws_core::{ClientConfig, ServerConfig, UpgradeResponse};

use super::{
    Adapter, Channel,
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
        mut journal: Journal,
    ) -> io::Result<()> {
        let acceptor = Acceptor::new(TcpStream::from(stream), service.config());
        task::Builder::new().spawn(async move {
            let attended = attend(acceptor.into(), &service, &mut journal).await;
            journal.close(attended);
        })?;
        Ok(())
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
    ) -> Result<(Box<dyn Channel>, UpgradeResponse), Error> {
        let (ws, response) = task::block_on(ws_async_std::connect_with(url, config).into_future())?;
        Ok((Box::new(Outside::new(ws_driver::WebSocket::from(ws), self)), response))
    }
}

impl BlockOn for AsyncStd {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }
}
