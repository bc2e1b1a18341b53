//! Clients that mean harm. Each kind has a script, and says how the server has to see it end and what it may cost.

mod frames;
mod heads;
mod kind;
mod peer;

pub(crate) use self::{kind::Kind, peer::Peer};

/// All of them.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    heads::KINDS.iter().chain(frames::KINDS)
}
