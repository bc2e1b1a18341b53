//! No runtime: a thread for each connection.

use std::{io, net::TcpStream, sync::Arc, thread};

use ws_blocking::{Error, Transport, WebSocket};
use ws_core::ServerConfig;

use super::adapter::{CLOSED, HANDSHAKE, Runtime, STACK_LEN, attend};
use crate::{
    client::{Talk, talk_blocking},
    ledger::Ticket,
};

pub(super) struct Blocking;

impl Runtime for Blocking {
    fn attend(
        &self,
        stream: TcpStream,
        config: Arc<ServerConfig>,
        ticket: Ticket,
    ) -> io::Result<()> {
        thread::Builder::new().stack_size(STACK_LEN).spawn(move || {
            attend_blocking(ws_blocking::accept_with(stream, &config), ticket);
        })?;
        Ok(())
    }

    fn talk(&self, task: Talk) -> io::Result<()> {
        thread::Builder::new().stack_size(STACK_LEN).spawn(move || {
            let connected = ws_blocking::connect_with(&task.url, &task.config).open();
            talk_blocking(connected.map(|(ws, _)| ws), &task);
        })?;
        Ok(())
    }
}

fn attend_blocking<T: Transport>(accepted: Result<WebSocket<T>, Error>, ticket: Ticket) {
    attend!(accepted, ticket);
}
