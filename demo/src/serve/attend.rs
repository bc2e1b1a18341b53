//! Attending to a connection: the loop every server with policy of its own has.

use ws_driver::{Error, Handshake, Reads, Writes};

use crate::echo::{echo, echo_blocking};

use super::{
    journal::{Journal, Outcome},
    policy::{Answer, Service},
};

/// Reads requests and answers them until one opens a WebSocket, and then echoes. `$wait` is
/// `.await`, or nothing where calls block.
macro_rules! attend {
    ($handshake:ident, $service:ident, $journal:ident, $echo:ident $(, $($wait:tt)+)?) => {
        loop {
            let pending = $handshake.request()$($($wait)+)??;
            match $service.answer(pending.request(), pending.rejection()) {
                Answer::Accept => {
                    let mut ws = pending.accept()$($($wait)+)??;
                    $journal.note(&Outcome::Open(ws.negotiated().clone()));
                    let ended = $echo(&mut ws, $service.max_messages())$($($wait)+)?;
                    $journal.note(&Outcome::ended(ended, ws.close_info()));
                    return Ok(());
                }
                Answer::Refuse(outcome) => {
                    $handshake = pending.refuse()$($($wait)+)??;
                    $journal.note(&outcome);
                }
                Answer::Reject(outcome, response) => {
                    $handshake = pending.reject(response)$($($wait)+)??;
                    $journal.note(&outcome);
                }
            }
        }
    };
}

/// Attends to a connection of an asynchronous runtime until it ends.
///
/// # Errors
///
/// Why no WebSocket was opened.
pub(crate) async fn attend<T, R: Reads<T> + Writes<T>>(
    mut handshake: Handshake<T, R>,
    service: &Service,
    journal: &mut Journal,
) -> Result<(), Error> {
    attend!(handshake, service, journal, echo, .await)
}

/// The same on a thread of its own.
///
/// # Errors
///
/// As [`attend()`].
pub(crate) fn attend_blocking<T: ws_blocking::Transport>(
    mut handshake: ws_blocking::Handshake<T>,
    service: &Service,
    journal: &mut Journal,
) -> Result<(), Error> {
    attend!(handshake, service, journal, echo_blocking)
}
