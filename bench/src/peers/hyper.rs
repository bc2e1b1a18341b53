//! The way into a WebSocket for libraries that leave the handshake to hyper.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Result;

/// Serves one request; `upgrade` answers it and says what will be the WebSocket.
pub(super) fn accept<S, F>(
    stream: S,
    upgrade: impl Fn(Request<Incoming>) -> Result<(Response<Empty<Bytes>>, F)> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Result<F>> + Send>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Send + 'static,
{
    let upgraded = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&upgraded);
    let service = service_fn(move |request| {
        let answer = upgrade(request).map(|(response, future)| {
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(future);
            }
            response
        });
        std::future::ready(answer.map_err(io::Error::other))
    });
    let connection =
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    Box::pin(async move {
        connection.await?;
        let future = upgraded.lock().ok().and_then(|mut upgraded| upgraded.take());
        Ok(future.ok_or("there was no request")?)
    })
}
