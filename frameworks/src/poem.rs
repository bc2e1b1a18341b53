//! poem: a request gives its connection away, once.

use poem::{
    IntoEndpoint, Request, Response, Route, Server, endpoint::make_sync, http,
    listener::TcpAcceptor,
};
use tokio::net::TcpListener;
use ws_tokio::{ServerConfig, WebSocket, bytes::Bytes, handshake::Role, respond};

/// Serves an echo at `/echo`.
///
/// # Errors
///
/// Those of the socket.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    // Whether a connection stays open after a rejection is decided by hyper.
    let config = ServerConfig::new().same_origin().keep_alive(true);
    let app = Route::new().at("/echo", make_sync(move |request| answer(&request, &config)));
    let acceptor = TcpAcceptor::from_tokio(listener)?;
    Server::new_with_acceptor(acceptor).run(app.into_endpoint()).await
}

fn answer(request: &Request, config: &ServerConfig) -> Response {
    let (response, negotiated) = match respond(&head_of(request), config) {
        Ok(answer) => answer,
        Err(rejection) => return of_poem(rejection.into_response()),
    };
    let Ok(upgrade) = request.take_upgrade() else {
        return http::StatusCode::INTERNAL_SERVER_ERROR.into();
    };
    let config = config.web_socket_config().clone();
    tokio::spawn(async move {
        // hyper hands over the connection once the response has been sent.
        let stream = upgrade.await.map_err(std::io::Error::other)?;
        crate::echo(WebSocket::from_upgraded(stream, Role::Server, negotiated, &config)).await
    });
    of_poem(response.map(|()| Bytes::new()))
}

fn of_poem(response: http::Response<Bytes>) -> Response {
    let (head, body) = response.into_parts();
    let mut response = Response::builder().status(head.status).body(body);
    *response.headers_mut() = head.headers;
    response
}

/// What the handshake is about.
fn head_of(request: &Request) -> http::Request<()> {
    let mut head = http::Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.version_mut() = request.version();
    *head.headers_mut() = request.headers().clone();
    head
}
