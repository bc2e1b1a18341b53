//! Clients that mean harm. Each kind has a script, and says how the server has to see it end and what it may cost.

mod frames;
mod heads;
mod kind;
mod peer;

use std::{io, net::SocketAddr};

pub(crate) use self::{
    kind::Kind,
    peer::{Peer, let_go},
};

/// Sends in so many of each kind, and waits until all have gone but those who are left to [`let_go`]. Gives what went wrong with them.
///
/// # Errors
///
/// There are not enough threads.
pub(crate) fn attack(server: SocketAddr, of_each: usize) -> io::Result<Vec<String>> {
    let mut threads = Vec::new();
    for kind in kinds() {
        for _ in 0..of_each {
            threads.push(kind.start(server)?);
        }
    }
    let joined = threads.into_iter().map(|thread| {
        thread.join().unwrap_or_else(|_| Err("a hostile client panicked".to_owned())).err()
    });
    Ok(joined.flatten().collect())
}

/// All of them.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    heads::KINDS.iter().chain(frames::KINDS)
}
