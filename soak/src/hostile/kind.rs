//! One way to do harm, and how it has to end.

use std::{
    io,
    net::SocketAddr,
    thread::{self, JoinHandle},
};

use crate::{
    promise::Cost,
    runtime::{HANDSHAKE, STACK_LEN},
};

/// One way to do harm.
pub(crate) struct Kind {
    /// Of a handshake that succeeds, the path is the name.
    pub(crate) name: &'static str,
    /// How the server may see it end. Where there are several, it depends on which of them a busy machine comes to
    /// first.
    pub(crate) ends: &'static [&'static str],
    /// What the server may hold for it.
    pub(crate) cost: Cost,
    /// Comes back when the server has ended the connection.
    pub(super) script: fn(SocketAddr, &str) -> io::Result<()>,
}

impl Kind {
    /// What the server calls it.
    pub(crate) fn path(&self) -> &'static str {
        if self.cost == Cost::Handshake { HANDSHAKE } else { self.name }
    }

    /// Starts one, on a thread of its own.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub(crate) fn start(
        &'static self,
        server: SocketAddr,
    ) -> io::Result<JoinHandle<Result<(), String>>> {
        let builder = thread::Builder::new().stack_size(STACK_LEN);
        builder.spawn(move || {
            (self.script)(server, self.name).map_err(|error| format!("{}: {error}", self.name))
        })
    }
}
