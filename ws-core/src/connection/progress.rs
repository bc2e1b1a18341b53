//! How far sending has come, as a clock sees it.

/// How far sending has come: what a [`KeepAlive`](super::KeepAlive) has to know of a
/// [`Sender`](super::Sender), which may be in another thread's hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendProgress {
    /// The bytes that have been written since the beginning.
    pub(super) written: u64,
    /// Something waits to be written.
    pub(super) pending: bool,
    /// A ping is part of that.
    pub(super) ping_pending: bool,
    /// The pings that the application has sent.
    pub(super) pings: u32,
    /// A close frame has been written.
    pub(super) closed: bool,
}
