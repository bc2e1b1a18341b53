//! What is inside of axum's error.

use axum_core::Error;
use ws_hyper::ws_tokio;

/// What went wrong with an open WebSocket: axum's [`Error`] is a box around it.
///
/// `None` for errors of [`Message::to_text`](crate::Message::to_text), and for those of
/// [`on_failed_upgrade`](crate::WebSocketUpgrade::on_failed_upgrade): they are a
/// [`ws_hyper::Error`] or a [`WebSocketUpgradeRejection`](crate::rejection::WebSocketUpgradeRejection).
///
/// ```
/// use ws_axum::{WebSocket, cause};
///
/// async fn serve(mut socket: WebSocket) {
///     while let Some(message) = socket.recv().await {
///         match message {
///             Ok(message) => println!("{message:?}"),
///             Err(error) => match cause(&error) {
///                 Some(cause) if cause.is_disconnect() => println!("gone without a word"),
///                 Some(cause) => println!("{}: {cause}", cause.name()),
///                 None => println!("{error}"),
///             },
///         }
///     }
/// }
/// # let _ = serve;
/// ```
pub fn cause(error: &Error) -> Option<&ws_tokio::Error> {
    std::error::Error::source(error)?.downcast_ref()
}
