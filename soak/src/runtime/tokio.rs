//! tokio, with two threads: every machine has the same bounds.

use std::{io, net, sync::Arc};

use tokio::{net::TcpStream, runtime::Builder};
use ws_core::ServerConfig;
use ws_driver::WebSocket;

use super::adapter::{Runtime, attend_async};
use crate::{
    client::{Talk, talk},
    ledger::Ticket,
};

pub(super) struct Tokio(tokio::runtime::Runtime);

impl Tokio {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Builder::new_multi_thread().worker_threads(2).enable_all().build()?))
    }
}

impl Runtime for Tokio {
    fn attend(
        &self,
        stream: net::TcpStream,
        config: Arc<ServerConfig>,
        ticket: Ticket,
    ) -> io::Result<()> {
        let _entered = self.0.enter();
        stream.set_nonblocking(true)?;
        let stream = TcpStream::from_std(stream)?;
        self.0.spawn(async move {
            let accepted = ws_tokio::accept_with(stream, &config).await;
            attend_async(accepted.map(WebSocket::from), ticket).await;
        });
        Ok(())
    }

    fn talk(&self, task: Talk) -> io::Result<()> {
        self.0.spawn(async move {
            let connected = ws_tokio::connect_with(&task.url, &task.config).await;
            talk(connected.map(|(ws, _)| WebSocket::from(ws)), task).await;
        });
        Ok(())
    }
}
