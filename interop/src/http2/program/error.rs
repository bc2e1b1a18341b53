//! Why the program ends early.

/// Whatever it was.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
