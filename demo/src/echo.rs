//! Echoing: what a server does here, and a client of the Autobahn suite.

use ws_driver::{Error, Reads, WebSocket, Writes};

/// Sends back what comes, until the peer closes or enough has come. Receiving writes what was fed,
/// so that messages which come together go back together. `$wait` is `.await`, or nothing where
/// calls block.
macro_rules! echo {
    ($ws:ident, $max_messages:ident $(, $($wait:tt)+)?) => {{
        let mut left = $max_messages;
        while left != Some(0) {
            let Some(message) = $ws.recv()$($($wait)+)?? else { return Ok(()) };
            $ws.feed(message)$($($wait)+)??;
            left = left.map(|left| left - 1);
        }
        $ws.close()$($($wait)+)??;
        Ok(())
    }};
}

/// Echoes on an asynchronous runtime until the peer closes; after `max_messages` closes with 1000.
///
/// # Errors
///
/// Why there was no closing handshake.
pub(crate) async fn echo<T, R: Reads<T> + Writes<T>>(
    ws: &mut WebSocket<T, R>,
    max_messages: Option<u64>,
) -> Result<(), Error> {
    echo!(ws, max_messages, .await)
}

/// Echoes on a thread of its own until the peer closes; after `max_messages` closes with 1000.
///
/// # Errors
///
/// As [`echo()`].
pub(crate) fn echo_blocking<T: ws_blocking::Transport>(
    ws: &mut ws_blocking::WebSocket<T>,
    max_messages: Option<u64>,
) -> Result<(), Error> {
    echo!(ws, max_messages)
}
