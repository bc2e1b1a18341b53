//! What all four adapters are asked for.

use std::{io, net::TcpStream, sync::Arc};

use ws_core::{ClientConfig, ServerConfig, UpgradeResponse};
use ws_driver::Error;

use super::channel::Channel;
use crate::serve::{Journal, Service};

/// An adapter crate together with its runtime, called from outside of it.
pub(crate) trait Adapter: Send + Sync {
    /// Attends to a server's connection beside all others: answers what is asked, then echoes what
    /// an open WebSocket brings until it is closed.
    ///
    /// # Errors
    ///
    /// When there is nothing to run it on.
    fn attend(&self, stream: TcpStream, service: Arc<Service>, journal: Journal) -> io::Result<()>;

    /// Accepts one WebSocket.
    ///
    /// # Errors
    ///
    /// Those of the adapter's `accept_with`.
    fn accept(&self, stream: TcpStream, config: &ServerConfig) -> Result<Box<dyn Channel>, Error>;

    /// Opens one WebSocket. Gives it and the server's 101.
    ///
    /// # Errors
    ///
    /// Those of the adapter's `connect_with`.
    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
    ) -> Result<(Box<dyn Channel>, UpgradeResponse), Error>;
}
