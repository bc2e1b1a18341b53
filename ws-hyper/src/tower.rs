//! WebSockets in front of a service of tower.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http_body_util::Full;
//! use hyper::{Request, Response, body::{Bytes, Incoming}, server::conn::http1};
//! use hyper_util::{rt::TokioIo, service::TowerToHyperService};
//! use tokio::net::TcpListener;
//! use tower::{Layer, service_fn};
//! use ws_hyper::{Message, ServerConfig, Upgrading, tower::UpgradeLayer, ws_tokio};
//!
//! async fn pages(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new("there is a chat here, for WebSockets\n".into()))
//! }
//!
//! async fn echo(upgrading: Upgrading) -> Result<(), ws_tokio::Error> {
//!     let mut ws = upgrading.await?;
//!     while let Some(message) = ws.recv().await? {
//!         ws.send(message).await?;
//!     }
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/", listener.local_addr()?);
//! let service = UpgradeLayer::new(&ServerConfig::new(), echo).layer(service_fn(pages));
//! tokio::spawn(async move {
//!     loop {
//!         let Ok((stream, _)) = listener.accept().await else { // no descriptor is left, most likely
//!             tokio::time::sleep(std::time::Duration::from_millis(100)).await;
//!             continue;
//!         };
//!         let service = TowerToHyperService::new(service.clone());
//!         let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
//!         tokio::spawn(connection.with_upgrades());
//!     }
//! });
//!
//! let (mut ws, _response) = ws_tokio::connect(&url).await?;
//! ws.send("hello").await?;
//! assert_eq!(ws.recv().await?, Some(Message::text("hello")));
//! ws.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Under axum it is a layer of a route or of a router: `Router::new().layer(layer)`.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{Request, Response, body::Bytes};
use tower_layer::Layer;
use tower_service::Service;
use ws_tokio::ServerConfig;

use crate::{is_upgrade, server::upgrade, upgrading::Upgrading};

/// Makes of a service one that opens WebSockets, too: see [`UpgradeService`].
#[derive(Clone)]
pub struct UpgradeLayer<H> {
    config: ServerConfig,
    handler: H,
}

impl<H> UpgradeLayer<H> {
    /// What is opened on the terms of `config` goes to `handler`, which is called once for each
    /// [`Upgrading`], and whose future runs in a task of its own, as that of [`Upgrading::spawn`] does.
    ///
    /// A handler that wants to see the request asks for it in the configuration
    /// ([`keep_request`](ServerConfig::keep_request)), and finds it in [`Upgrading::request`].
    pub fn new<F>(config: &ServerConfig, handler: H) -> Self
    where
        H: Fn(Upgrading) -> F,
        F: Future<Output: Send> + Send + 'static,
    {
        Self { config: config.clone(), handler }
    }
}

impl<S, H: Clone> Layer<S> for UpgradeLayer<H> {
    type Service = UpgradeService<S, H>;

    fn layer(&self, inner: S) -> Self::Service {
        UpgradeService { inner, config: self.config.clone(), handler: self.handler.clone() }
    }
}

impl<H> fmt::Debug for UpgradeLayer<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeLayer").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A service that upgrades what wants to open a WebSocket, and hands over everything else.
///
/// What [`is_upgrade`](is_upgrade()) gets the 101 and goes to the handler, or gets the
/// [`Rejection`](crate::Rejection) as its response. It does not come to the service inside.
#[derive(Clone)]
pub struct UpgradeService<S, H> {
    inner: S,
    config: ServerConfig,
    handler: H,
}

impl<S, H, F, T, B> Service<Request<T>> for UpgradeService<S, H>
where
    S: Service<Request<T>, Response = Response<B>>,
    H: Fn(Upgrading) -> F,
    F: Future<Output: Send> + Send + 'static,
    B: Default + From<Bytes>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<T>) -> Self::Future {
        if !is_upgrade(&request) {
            return ResponseFuture(Answer::Inner(Box::pin(self.inner.call(request))));
        }
        let response = match upgrade(&mut request, &self.config) {
            Ok((response, upgrading)) => {
                upgrading.spawn(&self.handler);
                response
            }
            Err(rejection) => rejection.into_response(),
        };
        ResponseFuture(Answer::Here(Some(Box::new(response))))
    }
}

impl<S: fmt::Debug, H> fmt::Debug for UpgradeService<S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeService")
            .field("inner", &self.inner)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// The response of an [`UpgradeService`].
pub struct ResponseFuture<F, B>(Answer<F, B>);

enum Answer<F, B> {
    /// That to a request which wants to open a WebSocket, until it is given out.
    Here(Option<Box<Response<B>>>),
    /// That of the service inside.
    Inner(Pin<Box<F>>),
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match &mut self.0 {
            Answer::Inner(inner) => inner.as_mut().poll(cx),
            // A future is not polled again after its end; whoever does waits for nothing.
            Answer::Here(response) => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(*response)))
            }
        }
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match self.0 {
            Answer::Here(_) => "the handshake",
            Answer::Inner(_) => "the service inside",
        };
        f.debug_tuple("ResponseFuture").field(&from).finish()
    }
}
