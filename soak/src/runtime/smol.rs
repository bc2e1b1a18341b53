//! smol, with its global executor.

use std::{io, net, sync::Arc};

use smol::net::TcpStream;
use ws_core::ServerConfig;
use ws_driver::WebSocket;

use super::adapter::{Runtime, attend_async};
use crate::{
    client::{Talk, talk},
    ledger::Ticket,
};

pub(super) struct Smol;

impl Runtime for Smol {
    fn attend(
        &self,
        stream: net::TcpStream,
        config: Arc<ServerConfig>,
        ticket: Ticket,
    ) -> io::Result<()> {
        let stream = TcpStream::try_from(stream)?;
        let task = smol::spawn(async move {
            let accepted = ws_smol::accept_with(stream, &config).await;
            attend_async(accepted.map(WebSocket::from), ticket).await;
        });
        task.detach();
        Ok(())
    }

    fn talk(&self, task: Talk) -> io::Result<()> {
        let spawned = smol::spawn(async move {
            let connected = ws_smol::connect_with(&task.url, &task.config).await;
            talk(connected.map(|(ws, _)| WebSocket::from(ws)), task).await;
        });
        spawned.detach();
        Ok(())
    }
}
