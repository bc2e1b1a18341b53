//! The libraries that are measured, each driven in the way its documentation recommends for speed.
//!
//! One file a library. It says how the library receives, sends and does handshakes on a stream in
//! memory, and what an echo server made with it looks like.

mod column;
mod echo;
mod elsewhere;
mod fastwebsockets;
mod hyper;
mod ours;
mod raw;
mod ready;
pub mod serve;
mod sockudo;
mod soketto;
mod tokio_websockets;
mod tungstenite;
mod yawc;

pub(crate) use self::ours::echo as echo_messages;
pub use self::{
    column::{InMemory, Look, Mask, Over, Receive, Repeat, Result},
    ready::{Ready, capture, now},
};

/// The columns of the suite `memory`, in order.
pub const IN_MEMORY: &[InMemory] = &[
    raw::IN_MEMORY,
    ours::LENT,
    ours::OWNED,
    ours::ON_TOKIO,
    tungstenite::IN_MEMORY,
    tungstenite::ON_TOKIO,
    fastwebsockets::IN_MEMORY,
    tokio_websockets::IN_MEMORY,
    soketto::IN_MEMORY,
    sockudo::IN_MEMORY,
    yawc::IN_MEMORY,
];
