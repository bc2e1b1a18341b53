//! async-std, with its global executor.

use std::{io, net, sync::Arc};

use async_std::{net::TcpStream, task};
use ws_async_std::{Error, Handshake};
use ws_core::{ClientConfig, Negotiated, ServerConfig};

use super::{Adapter, Opened};
use crate::serve::{Journal, Service, attend::attend};

pub(super) struct AsyncStd;

impl Adapter for AsyncStd {
    fn attend(
        &self,
        stream: net::TcpStream,
        service: Arc<Service>,
        mut journal: Journal,
    ) -> io::Result<()> {
        let handshake = Handshake::new(TcpStream::from(stream), service.config());
        task::Builder::new().spawn(async move {
            let attended = attend(handshake, &service, &mut journal).await;
            if let Some(mut io) = journal.close(attended) {
                let _ = async_std::io::copy(&mut io, &mut async_std::io::sink()).await;
            }
        })?;
        Ok(())
    }

    fn accept(&self, stream: net::TcpStream, config: &ServerConfig) -> Result<Negotiated, Error> {
        task::block_on(async {
            let ws = ws_async_std::accept_with(TcpStream::from(stream), config).await?;
            Ok(ws.negotiated().clone())
        })
    }

    fn connect(&self, url: &str, config: &ClientConfig) -> Result<Opened, Error> {
        task::block_on(ws_async_std::connect_with(url, config)).map(Opened::from)
    }
}
