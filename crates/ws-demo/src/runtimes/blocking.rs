//! No runtime: a thread for each connection.

use std::{io, net::TcpStream, sync::Arc, thread};

use ws_blocking::{Error, Handshake};
use ws_core::{ClientConfig, Negotiated, ServerConfig};

use super::{Adapter, Opened};
use crate::serve::{Journal, Service, attend::attend_blocking};

pub(super) struct Blocking;

impl Adapter for Blocking {
    fn attend(
        &self,
        stream: TcpStream,
        service: Arc<Service>,
        mut journal: Journal,
    ) -> io::Result<()> {
        let handshake = Handshake::new(stream, service.config());
        thread::Builder::new().stack_size(STACK_LEN).spawn(move || {
            let attended = attend_blocking(handshake, &service, &mut journal);
            if let Some(mut io) = journal.close(attended) {
                let _ = io::copy(&mut io, &mut io::sink());
            }
        })?;
        Ok(())
    }

    fn accept(&self, stream: TcpStream, config: &ServerConfig) -> Result<Negotiated, Error> {
        Ok(ws_blocking::accept_with(stream, config)?.negotiated().clone())
    }

    fn connect(&self, url: &str, config: &ClientConfig) -> Result<Opened, Error> {
        ws_blocking::connect_with(url, config).map(Opened::from)
    }
}

/// A handshake is shallow, and there may be many threads.
const STACK_LEN: usize = 256 * 1024;
