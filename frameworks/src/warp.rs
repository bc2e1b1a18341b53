//! warp: a filter becomes a service of tower, and WebSockets go in front of it.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower_layer::Layer;
use warp::{Filter, http::StatusCode};
use ws_hyper::{ServerConfig, Upgrading, tower::UpgradeLayer};

/// Serves an echo at `/echo`, and a page at `/`.
///
/// # Errors
///
/// Those of the socket.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let pages = warp::path::end().map(|| String::from("WebSockets are at /echo\n"));
    let config = ServerConfig::new().same_origin().decorate(|request, response| {
        // What is in front of the filters decides about paths by itself.
        if request.is_some_and(|request| request.uri().path() != "/echo") {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
    });
    let handler = |upgrading: Upgrading| async { crate::echo(upgrading.await?).await };
    let layer = UpgradeLayer::new(&config, handler);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(layer.layer(warp::service(pages)));
        tokio::spawn(async move {
            Builder::new(TokioExecutor::new())
                .serve_connection_with_upgrades(TokioIo::new(stream), service)
                .await
        });
    }
}
