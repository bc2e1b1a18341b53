//! Attending to a connection: the loop every server with policy of its own has.

use ws_driver::{Acceptor, Error, Reads, Writes};

use crate::echo::{echo, echo_blocking};

use super::{
    journal::{Journal, Outcome},
    policy::{Answer, Service},
};

/// Reads requests and answers them until one opens a WebSocket, and then echoes. `$wait` is
/// `.await`, or nothing where calls block.
macro_rules! attend {
    ($acceptor:ident, $service:ident, $journal:ident, $echo:ident $(, $($wait:tt)+)?) => {
        loop {
            let pending = $acceptor.next_request()$($($wait)+)??;
            match $service.answer(pending.request(), pending.violation()) {
                Answer::Accept => {
                    let mut ws = pending.accept()$($($wait)+)??;
                    $journal.note(&Outcome::Open(ws.negotiated().clone()));
                    let ended = $echo(&mut ws, $service.max_messages())$($($wait)+)?;
                    $journal.note(&Outcome::ended(ended, ws.close_info()));
                    return Ok(());
                }
                Answer::Refuse(outcome) => {
                    $acceptor = pending.reject()$($($wait)+)??;
                    $journal.note(&outcome);
                }
                Answer::Reject(outcome, response) => {
                    $acceptor = pending.reject_with(response)$($($wait)+)??;
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
    mut acceptor: Acceptor<T, R>,
    service: &Service,
    journal: &mut Journal,
) -> Result<(), Error> {
    attend!(acceptor, service, journal, echo, .await)
}

/// Attends to a connection on a thread of its own until it ends.
///
/// # Errors
///
/// As [`attend()`].
pub(crate) fn attend_blocking<T: ws_blocking::Transport>(
    mut acceptor: ws_blocking::Acceptor<T>,
    service: &Service,
    journal: &mut Journal,
) -> Result<(), Error> {
    attend!(acceptor, service, journal, echo_blocking)
}
