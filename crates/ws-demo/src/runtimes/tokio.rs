//! tokio, with a thread for each processor.

use std::{io, net, sync::Arc};

use tokio::{net::TcpStream, runtime::Runtime};
use ws_core::{ClientConfig, Negotiated, ServerConfig};
use ws_tokio::{Error, Handshake};

use super::{Adapter, Opened};
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
        let handshake = Handshake::new(registered(stream)?, service.config());
        self.runtime.spawn(async move {
            let attended = attend(handshake, &service, &mut journal).await;
            if let Some(mut io) = journal.close(attended) {
                let _ = tokio::io::copy(&mut io, &mut tokio::io::sink()).await;
            }
        });
        Ok(())
    }

    fn accept(&self, stream: net::TcpStream, config: &ServerConfig) -> Result<Negotiated, Error> {
        self.runtime.block_on(async {
            let ws = ws_tokio::accept_with(registered(stream)?, config).await?;
            Ok(ws.negotiated().clone())
        })
    }

    fn connect(&self, url: &str, config: &ClientConfig) -> Result<Opened, Error> {
        self.runtime.block_on(ws_tokio::connect_with(url, config)).map(Opened::from)
    }
}

fn registered(stream: net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}
