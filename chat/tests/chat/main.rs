//! The chat as its pages see it: over HTTP and WebSockets, in this process and as a process.

#![cfg(test)]

mod common;
mod hostile;
mod nodes;
mod page;
mod process;
mod talk;
