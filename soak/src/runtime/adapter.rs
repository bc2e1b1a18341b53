//! What all four adapters are asked for, and what they do with a connection.

use std::{io, net::TcpStream, sync::Arc};

use ws_core::ServerConfig;

use crate::{client::Talk, ledger::Ticket};

/// An adapter together with its runtime.
pub(crate) trait Runtime: Send + Sync {
    /// Serves a connection beside all others: sends back what comes.
    ///
    /// # Errors
    ///
    /// When there is nothing to run it on.
    fn attend(
        &self,
        stream: TcpStream,
        config: Arc<ServerConfig>,
        ticket: Ticket,
    ) -> io::Result<()>;

    /// Runs a client beside all others.
    ///
    /// # Errors
    ///
    /// When there is nothing to run it on.
    fn talk(&self, talk: Talk) -> io::Result<()>;
}

/// Sends back what comes until the peer closes, and says how it ended. `$wait` is `.await`, or nothing where calls
/// block.
macro_rules! attend {
    ($accepted:ident, $ticket:ident $(, $($wait:tt)+)?) => {{
        let mut ws = match $accepted {
            Ok(ws) => ws,
            Err(error) => return $ticket.end(HANDSHAKE, error.name()),
        };
        let path = ws.request().map_or(String::new(), |request| request.uri().path().to_owned());
        loop {
            match ws.recv()$($($wait)+)? {
                Ok(Some(message)) => {
                    if let Err(error) = ws.feed(message)$($($wait)+)? {
                        break $ticket.end(&path, error.name());
                    }
                }
                Ok(None) => break $ticket.end(&path, CLOSED),
                Err(error) => break $ticket.end(&path, error.name()),
            }
        }
    }};
}
pub(super) use attend;

/// Where there is no path: the handshake has failed.
pub(crate) const HANDSHAKE: &str = "handshake";

/// The outcome of a closing handshake.
pub(crate) const CLOSED: &str = "closed";

/// On a runtime.
pub(super) async fn attend_async<T, R: ws_driver::Reads<T> + ws_driver::Writes<T>>(
    accepted: Result<ws_driver::WebSocket<T, R>, ws_driver::Error>,
    ticket: Ticket,
) {
    attend!(accepted, ticket, .await);
}

/// Of threads that attend to one connection: calls are shallow, and there are many of them.
pub(crate) const STACK_LEN: usize = 256 * 1024;
