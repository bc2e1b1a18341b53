//! Plays a script over an open WebSocket, on either side of it.

mod conversation;
mod ending;
mod hearing;
mod playing;

pub(crate) use conversation::Talk;
