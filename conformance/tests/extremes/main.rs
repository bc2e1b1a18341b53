//! Every setting at the ends of its range, and every call in any order, also where nobody would make it: nothing panics,
//! overflows or goes on for ever, and what goes out is right.

mod connection;
mod handshakes;
mod input;
mod settings;
mod sockets;
mod watch;
