//! async-std, with its global executor.

use std::{io, net, sync::Arc};

use async_std::{net::TcpStream, task};
use ws_core::ServerConfig;
use ws_driver::WebSocket;

use super::adapter::{Runtime, attend_async};
use crate::{
    client::{Talk, talk},
    ledger::Ticket,
};

pub(super) struct AsyncStd;

impl Runtime for AsyncStd {
    fn attend(
        &self,
        stream: net::TcpStream,
        config: Arc<ServerConfig>,
        ticket: Ticket,
    ) -> io::Result<()> {
        let stream = TcpStream::from(stream);
        task::Builder::new().spawn(async move {
            let accepted = ws_async_std::accept_with(stream, &config).await;
            attend_async(accepted.map(WebSocket::from), ticket).await;
        })?;
        Ok(())
    }

    fn talk(&self, work: Talk) -> io::Result<()> {
        task::Builder::new().spawn(async move {
            let connected = ws_async_std::connect_with(&work.url, &work.config).await;
            talk(connected.map(|(ws, _)| WebSocket::from(ws)), work).await;
        })?;
        Ok(())
    }
}
