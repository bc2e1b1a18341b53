//! The program from outside: what it prints, how it exits, and what it says on the wire.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

mod authority;
mod autobahn;
mod commands;
mod connect;
mod deflate;
#[cfg(target_os = "linux")]
mod descriptors;
mod fragments;
mod messages;
mod piped;
mod program;
mod reconnect;
mod serve;
mod terminal;
mod tls;
mod way;
