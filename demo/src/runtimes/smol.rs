//! smol, with its global executor.

use std::{future::Future, io, net, sync::Arc};

use smol::net::TcpStream;
use ws_core::{ClientConfig, ServerConfig, UpgradeResponse};
use ws_smol::{Acceptor, Error};

use super::{
    Adapter, Channel,
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
        mut journal: Journal,
    ) -> io::Result<()> {
        let acceptor = Acceptor::new(TcpStream::try_from(stream)?, service.config());
        let task = smol::spawn(async move {
            let attended = attend(acceptor.into(), &service, &mut journal).await;
            journal.close(attended);
        });
        task.detach();
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
    ) -> Result<(Box<dyn Channel>, UpgradeResponse), Error> {
        let (ws, response) = smol::block_on(ws_smol::connect_with(url, config).into_future())?;
        Ok((Box::new(Outside::new(ws_driver::WebSocket::from(ws), self)), response))
    }
}

impl BlockOn for Smol {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}
