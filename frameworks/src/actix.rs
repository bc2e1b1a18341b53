//! actix: what asks for an upgrade comes to a service of its own, with the connection.

use std::convert::Infallible;

use actix_codec::Framed;
use actix_http::{
    HttpMessage, HttpService, Request, Response, StatusCode, body::BoxBody, h1::Codec,
};
use actix_service::{Service, ServiceFactory, fn_service};
use tokio::{
    net::{TcpListener, TcpStream},
    task::spawn_local,
};
use ws_tokio::{Error, ServerConfig, accept_request, http};

/// Serves an echo, and a page to everybody else, on this thread: it takes a `LocalSet` of tokio, as all of
/// actix does.
///
/// # Errors
///
/// Those of the socket.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let page = |_: Request| async {
        Ok::<_, Infallible>(Response::with_body(StatusCode::OK, "WebSockets are served here\n"))
    };
    let factory = HttpService::build().upgrade(fn_service(upgrade)).finish(fn_service(page)).tcp();
    let service = factory.new_service(()).await;
    let service = service.map_err(|()| std::io::Error::other("actix does not begin"))?;
    loop {
        let (stream, _) = listener.accept().await?;
        spawn_local(service.call(stream));
    }
}

/// Nothing has been answered yet: the 101, or a rejection, is written here.
async fn upgrade((request, framed): (Request, Framed<TcpStream, Codec>)) -> Result<(), Failure> {
    let parts = framed.into_parts();
    let config = ServerConfig::new().same_origin();
    let head = head_of(&request).map_err(|error| Failure(error.to_string()))?;
    // What was read behind the request are the first frames.
    let ws = accept_request(parts.io, &head, parts.read_buf, &config).await?;
    Ok(crate::echo(ws).await?)
}

/// The request in the types of `http` 1; actix has those of 0.2.
fn head_of(request: &Request) -> Result<http::Request<()>, http::Error> {
    let version = match request.version() {
        actix_http::Version::HTTP_10 => http::Version::HTTP_10,
        _ => http::Version::HTTP_11,
    };
    let head = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string())
        .version(version);
    let fields = request.headers().iter();
    fields.fold(head, |head, (name, value)| head.header(name.as_str(), value.as_bytes())).body(())
}

/// An error as actix wants it. The client has been told already, as far as it could be.
#[derive(Debug)]
struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Failure> for Response<BoxBody> {
    fn from(_: Failure) -> Self {
        Response::internal_server_error()
    }
}
