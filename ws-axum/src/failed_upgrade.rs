//! What to do when no WebSocket comes of a request that was to be upgraded.

use axum_core::Error;

/// What to do when no WebSocket comes of a request: see
/// [`WebSocketUpgrade::on_failed_upgrade`](crate::WebSocketUpgrade::on_failed_upgrade).
///
/// Any function of an [`Error`] is one.
pub trait OnFailedUpgrade: Send + 'static {
    /// Takes the error.
    fn call(self, error: Error);
}

impl<F: FnOnce(Error) + Send + 'static> OnFailedUpgrade for F {
    fn call(self, error: Error) {
        self(error);
    }
}

/// Does nothing: the client has its answer, or is gone.
#[derive(Debug)]
#[non_exhaustive]
pub struct DefaultOnFailedUpgrade;

impl OnFailedUpgrade for DefaultOnFailedUpgrade {
    fn call(self, _error: Error) {}
}
