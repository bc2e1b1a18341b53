//! tokio, with a thread for each processor.

use std::{future::Future, io, net, sync::Arc};

use tokio::{
    net::TcpStream,
    runtime::{Handle, Runtime},
};
use ws_core::{ClientConfig, ServerConfig, UpgradeResponse};
use ws_tokio::{Acceptor, Error};

use super::{
    Adapter, Channel,
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
        mut journal: Journal,
    ) -> io::Result<()> {
        let _context = self.runtime.enter();
        let acceptor = Acceptor::new(registered(stream)?, service.config());
        self.runtime.spawn(async move {
            let attended = attend(acceptor.into(), &service, &mut journal).await;
            journal.close(attended);
        });
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
    ) -> Result<(Box<dyn Channel>, UpgradeResponse), Error> {
        let handle = self.runtime.handle();
        let (ws, response) = handle.block_on(ws_tokio::connect_with(url, config).into_future())?;
        Ok((Box::new(Outside::new(ws_driver::WebSocket::from(ws), handle)), response))
    }
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
