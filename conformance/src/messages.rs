//! The message layer under test: [`frames`] of the peer's, right and
//! wrong; one way to use the [`socket`]s of every adapter; and [`cases`] for all that, to be [`run`] in every manner.

pub mod bare;
pub mod case;
pub mod cases;
pub mod command;
pub mod deflate;
pub mod frames;
pub mod inflate;
pub mod reader;
pub mod run;
pub mod socket;
