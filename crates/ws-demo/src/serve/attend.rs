//! Attending to a connection: the loop every server with policy of its own has.

use ws_driver::{Error, Handshake, Reads, Writes};

use super::{
    journal::{Journal, Outcome},
    policy::{Answer, Service},
};

/// Reads requests and answers them until one opens a WebSocket. `$wait` is `.await`, or nothing
/// where calls block.
macro_rules! attend {
    ($handshake:ident, $service:ident, $journal:ident $(, $($wait:tt)+)?) => {
        loop {
            let pending = $handshake.request()$($($wait)+)??;
            match $service.answer(pending.request(), pending.rejection()) {
                Answer::Accept => {
                    let ws = pending.accept()$($($wait)+)??;
                    $journal.note(&Outcome::Open(ws.negotiated().clone()));
                    return Ok(ws.into_parts().io);
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

/// Attends to a connection of an asynchronous runtime. Gives the stream of the open WebSocket.
///
/// # Errors
///
/// Why none was opened.
pub(crate) async fn attend<T, R: Reads<T> + Writes<T>>(
    mut handshake: Handshake<T, R>,
    service: &Service,
    journal: &mut Journal,
) -> Result<T, Error> {
    attend!(handshake, service, journal, .await)
}

/// The same on a thread of its own.
///
/// # Errors
///
/// Why none was opened.
pub(crate) fn attend_blocking<T: ws_blocking::Transport>(
    mut handshake: ws_blocking::Handshake<T>,
    service: &Service,
    journal: &mut Journal,
) -> Result<T, Error> {
    attend!(handshake, service, journal)
}
