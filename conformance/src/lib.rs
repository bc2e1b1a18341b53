//! The conformance suite every adapter mounts.
//!
//! Three things stand here: the [wire vectors](vector) and the [judge] that compares an
//! implementation with them; a [pipe] in memory that delivers octets in any portions, stalls and
//! fails at any point; and the [suite](mod@suite) that runs both over the core and over each
//! adapter, one [`Subject`](subject::Subject) each. An open WebSocket has [cases](messages) of its
//! own, over the same pipe.
//!
//! The judge reads the octets on the wire by itself. Nothing of the code under test decides whether
//! it passes.

pub mod adapter;
pub mod adapter_subject;
pub mod core_subject;
pub mod delivery;
pub mod fill;
mod json;
pub mod judge;
pub mod linear;
pub mod messages;
pub mod observed;
pub mod pipe;
pub mod prebuilt;
pub mod random;
pub mod sample;
pub mod scene;
pub mod settings;
pub mod subject;
pub mod suite;
pub mod sweep;
pub mod vector;
pub mod wire;
pub mod woken;

/// The README of the workspace: its example is compiled and run with the tests of documentation.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../docs/compression.md")]
#[doc = include_str!("../../docs/migrating.md")]
#[doc = include_str!("../../docs/watching.md")]
struct Readme;
