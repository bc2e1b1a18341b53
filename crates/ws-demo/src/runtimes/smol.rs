//! smol, with its global executor.

use std::{io, net, sync::Arc};

use smol::net::TcpStream;
use ws_core::{ClientConfig, Negotiated, ServerConfig};
use ws_smol::{Error, Handshake};

use super::{Adapter, Opened};
use crate::serve::{Journal, Service, attend::attend};

pub(super) struct Smol;

impl Adapter for Smol {
    fn attend(
        &self,
        stream: net::TcpStream,
        service: Arc<Service>,
        mut journal: Journal,
    ) -> io::Result<()> {
        let handshake = Handshake::new(TcpStream::try_from(stream)?, service.config());
        let task = smol::spawn(async move {
            let attended = attend(handshake, &service, &mut journal).await;
            if let Some(io) = journal.close(attended) {
                let _ = smol::io::copy(io, smol::io::sink()).await;
            }
        });
        task.detach();
        Ok(())
    }

    fn accept(&self, stream: net::TcpStream, config: &ServerConfig) -> Result<Negotiated, Error> {
        smol::block_on(async {
            let ws = ws_smol::accept_with(TcpStream::try_from(stream)?, config).await?;
            Ok(ws.negotiated().clone())
        })
    }

    fn connect(&self, url: &str, config: &ClientConfig) -> Result<Opened, Error> {
        smol::block_on(ws_smol::connect_with(url, config)).map(Opened::from)
    }
}
