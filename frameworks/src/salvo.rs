//! salvo: hyper's promise of the connection is among the request's extensions.

use salvo_core::{
    Depot, FlowCtrl, Handler, Request, Response, Router, Server, async_trait,
    conn::tcp::TcpAcceptor, http::ResBody,
};
use tokio::net::TcpListener;
use ws_hyper::{
    ServerConfig,
    hyper::{self, body::Bytes, upgrade::OnUpgrade},
};

/// Serves an echo at `/echo`.
///
/// # Errors
///
/// Those of the socket.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let acceptor = TcpAcceptor::try_from(listener)?;
    let config = ServerConfig::new().same_origin();
    let router = Router::with_path("echo").goal(Echo(config));
    Server::new(acceptor).try_serve(router).await
}

struct Echo(ServerConfig);

#[async_trait]
impl Handler for Echo {
    async fn handle(
        &self,
        request: &mut Request,
        _: &mut Depot,
        response: &mut Response,
        _: &mut FlowCtrl,
    ) {
        let answer = match ws_hyper::upgrade::<_, Bytes>(&mut of_hyper(request), &self.0) {
            Ok((answer, upgrading)) => {
                tokio::spawn(async move { crate::echo(upgrading.await?).await });
                answer
            }
            Err(rejection) => rejection.into_response(),
        };
        let (head, body) = answer.into_parts();
        response.status_code(head.status);
        *response.headers_mut() = head.headers;
        response.body(if body.is_empty() { ResBody::None } else { ResBody::Once(body) });
    }
}

/// The request as hyper had it, and the connection.
fn of_hyper(request: &mut Request) -> hyper::Request<()> {
    let mut head = hyper::Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.version_mut() = request.version();
    *head.headers_mut() = request.headers().clone();
    if let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() {
        head.extensions_mut().insert(upgrade);
    }
    head
}
