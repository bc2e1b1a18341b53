//! Ways to open WebSockets as a client, by HTTP/2.

use std::future::Future;

use tokio::io::{AsyncRead, AsyncWrite};
use ws_hyper::http2::{Client, ClientStream, SharedConnection};
use ws_hyper::hyper::Response;
use ws_hyper::{ClientConfig, Upgraded, WebSocket};

use super::error::Error;

/// Opens WebSockets over one connection.
pub(crate) trait Opens {
    /// What they are over.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Opens one.
    ///
    /// # Errors
    ///
    /// When the server does not, and when it is not over HTTP/2.
    fn open(
        &self,
        url: &str,
        config: ClientConfig,
    ) -> impl Future<Output = Result<(WebSocket<Self::Io>, Response<()>), Error>>;
}

impl Opens for SharedConnection {
    type Io = Upgraded;

    async fn open(
        &self,
        url: &str,
        config: ClientConfig,
    ) -> Result<(WebSocket<Upgraded>, Response<()>), Error> {
        Ok(self.open_with(url, &config).await?)
    }
}

impl Opens for Client {
    type Io = ClientStream;

    async fn open(
        &self,
        url: &str,
        config: ClientConfig,
    ) -> Result<(WebSocket<ClientStream>, Response<()>), Error> {
        // What it knows of servers is shared.
        let (ws, response) = self.clone().config(&config).connect(url).await?;
        match ws.get_ref().is_http2() {
            true => Ok((ws, response)),
            false => Err("it was opened by HTTP/1.1".into()),
        }
    }
}
