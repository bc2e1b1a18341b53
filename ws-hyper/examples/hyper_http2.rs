//! A server of hyper's that takes WebSockets by HTTP/1.1 and HTTP/2, on one port and without TLS, and clients of
//! both.
//!
//! `cargo run -p ws-hyper --features auto --example hyper_http2`; with an address behind `--`, it serves there
//! until it is stopped.

use std::{convert::Infallible, env, error::Error, net::SocketAddr, time::Duration};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use ws_hyper::{ServerConfig, Upgrading, http2::SharedConnection, ws_tokio};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    if let Some(address) = env::args().nth(1).and_then(|arg| arg.parse::<SocketAddr>().ok()) {
        let listener = TcpListener::bind(address).await?;
        println!("listening on {}", listener.local_addr()?);
        serve(listener).await;
        return Ok(());
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let url = format!("ws://{address}/echo");
    tokio::spawn(serve(listener));

    let (mut ws, response) = ws_tokio::connect(&url).await?;
    ws.send("hello").await?;
    println!("{}: {:?}", response.status(), ws.recv().await?);
    ws.close().await?;

    // Without TLS, a client has to know that the server speaks HTTP/2. `Client` finds out by itself where there
    // is TLS.
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let connection = SharedConnection::new(stream).await?;
    let (mut one, response) = connection.open(&url).await?;
    let (mut other, _) = connection.open(&url).await?;
    one.send("over one stream").await?;
    other.send("over another").await?;
    println!("{}: {:?}, {:?}", response.status(), one.recv().await?, other.recv().await?);
    one.close().await?;
    other.close().await?;
    Ok(())
}

async fn serve(listener: TcpListener) {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        tokio::spawn(async move {
            // Many small frames go to and fro, which must not wait for each other.
            let _ = stream.set_nodelay(true);
            let mut builder = auto::Builder::new(TokioExecutor::new());
            // Without it, clients are not told that they may ask for WebSockets by HTTP/2.
            builder.http2().enable_connect_protocol();
            // Each WebSocket is a stream.
            builder.http2().max_concurrent_streams(1000);
            let io = TokioIo::new(stream);
            if let Err(error) = builder.serve_connection_with_upgrades(io, service_fn(route)).await
            {
                eprintln!("a connection ended: {error}");
            }
        });
    }
}

/// The same for both.
async fn route(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if !ws_hyper::is_upgrade(&request) {
        return Ok(Response::new("WebSockets are at /echo\n".into()));
    }
    let config = ServerConfig::new().subprotocols(["echo"]);
    Ok(match ws_hyper::upgrade(&mut request, &config) {
        Ok((response, upgrading)) => {
            tokio::spawn(async {
                if let Err(error) = echo(upgrading).await {
                    eprintln!("a WebSocket ended: {error}");
                }
            });
            response
        }
        Err(rejection) => rejection.into_response(),
    })
}

async fn echo(upgrading: Upgrading) -> Result<(), ws_tokio::Error> {
    let mut ws = upgrading.await?;
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
