//! Accepting connections, for as long as the program runs.
//!
//! A process may have so many descriptors, and whoever connects takes one. When none is left, connections wait in
//! the listener's queue, and the listener goes on being ready: a loop that ends with the error serves nobody from
//! then on, and one that does not wait keeps a processor busy. Those who are served now will go away, and nobody
//! tells when.

use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::complain::complain;

/// Gives one connection after the other to `attend`, for ever.
pub(super) fn accept_each(
    listener: &TcpListener,
    mut attend: impl FnMut(TcpStream, SocketAddr) -> io::Result<()>,
) -> ! {
    let mut last_word: Option<Instant> = None;
    loop {
        let accepted = listener.accept().and_then(|(stream, peer)| attend(stream, peer));
        let Err(error) = accepted else { continue };
        if is_of_one_connection(&error) {
            continue;
        }
        if last_word.is_none_or(|it| it.elapsed() >= SILENCE) {
            complain(format_args!("io: accepting: {error}"));
            last_word = Some(Instant::now());
        }
        thread::sleep(PAUSE);
    }
}

/// Whether only the connection is to blame that would have been accepted: the next one need not wait for that.
///
/// Linux gives an error of a connection that waits in place of the connection: accept(2).
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::Interrupted
            | ErrorKind::NetworkUnreachable
    )
}

/// How long to wait before accepting again: hardly anything for who waits anyway, and ten attempts a second are nothing
/// for a processor. Go's net/http begins with 5 ms and ends with a second, which axum waits each time.
const PAUSE: Duration = Duration::from_millis(100);

/// How often to say that nobody can be accepted.
const SILENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn who_is_to_blame() {
        // ECONNABORTED, ECONNRESET and EHOSTUNREACH have other numbers on each system; these have not.
        for (number, of_one) in [(4, true), (23, false), (24, false)] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(is_of_one_connection(&error), of_one, "{error}");
        }
        let aborted = io::Error::from(ErrorKind::ConnectionAborted);
        assert!(is_of_one_connection(&aborted));
    }
}
