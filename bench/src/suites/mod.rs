//! The suites: each makes tables.

mod connections;
mod deflate;
mod load;
mod loopback;
mod memory;
mod process;
mod rooms;
pub(crate) mod scale;
mod tls;
mod weight;

use crate::{options::Options, peers::Result, report::Table};

/// Measures one thing with every library.
pub type Suite = fn(&Options) -> Result<Vec<Table>>;

/// All suites by name, in the order in which they run.
pub const SUITES: &[(&str, Suite)] = &[
    ("memory", memory::run),
    ("loopback", loopback::run),
    ("connections", connections::run),
    ("tls", tls::run),
    ("deflate", deflate::run),
    ("rooms", rooms::run),
    ("scale", scale::run),
    ("weight", weight::run),
    ("clients", weight::clients),
];
