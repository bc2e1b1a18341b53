//! What the topics are called that rooms are made of. Names of rooms come from strangers, and cannot reach the others.

/// Where the node's own reports go.
pub const NODES: &str = "nodes";

/// What is said in a room, of which the last is kept.
#[must_use]
pub fn talk(room: &str) -> String {
    format!("talk:{room}")
}

/// Who types in a room.
#[must_use]
pub fn typing(room: &str) -> String {
    format!("typing:{room}")
}

/// The room whose talk a topic is.
#[must_use]
pub fn room_of_talk(topic: &str) -> Option<&str> {
    topic.strip_prefix("talk:")
}
