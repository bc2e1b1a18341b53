//! Rooms over streams in memory.

#![cfg(test)]

mod axum;
mod broker;
mod common;
mod delivery;
mod example;
mod many;
mod memory;
mod nodes;
mod policies;
mod presence;
mod reentrancy;
