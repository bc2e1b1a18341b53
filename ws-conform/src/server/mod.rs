//! What is done to servers.

pub(crate) mod answer;
pub(crate) mod exchange;
pub(crate) mod opening;
pub(crate) mod refusals;
pub(crate) mod scenarios;
pub(crate) mod target;
