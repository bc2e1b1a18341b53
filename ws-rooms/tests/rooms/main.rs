//! Rooms over streams in memory.

#![cfg(test)]

mod common;
mod delivery;
mod example;
mod memory;
mod policies;
mod presence;
