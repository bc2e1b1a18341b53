//! soketto, on a stream that buffers, since it writes heads and payloads one by one.

use std::pin::pin;

use futures_util::{
    io::{BufReader, BufWriter},
    poll,
};
use soketto::{
    Data,
    connection::{Builder, Receiver, Sender},
    handshake::{Client, Server, ServerResponse, client::Header, server::Response},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::{InMemory, Ready, Receive, Repeat, Result, now};
use crate::{report::Role, stream::Answering};

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    ..InMemory::new("soketto", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let stream = BufReader::new(Ready::endless(bytes));
    let builder = Builder::new(stream, soketto::Mode::Server);
    let (sender, mut receiver) = builder.finish();
    let mut data = Vec::new();
    Ok(Box::new(move |look| {
        let _open = &sender;
        data.clear();
        now(receiver.receive_data(&mut data))?;
        look(&data);
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let stream = BufWriter::new(Ready::once(&[]));
    let (mut sender, receiver) = Builder::new(stream, soketto::Mode::Client).finish();
    Ok(Box::new(move || {
        let _open = &receiver;
        now(async {
            sender.send_binary(payload).await?;
            Ok(sender.flush().await?)
        })
    }))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        now(accepted(Ready::once(request)))?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    Ok(Box::new(move || {
        let mut client = Client::new(Answering::default(), "www.example.com", "/chat");
        let headers = [Header { name: "Origin", value: b"https://www.example.com" }];
        client.set_headers(&headers);
        match now(client.handshake())? {
            ServerResponse::Accepted { .. } => {
                client.into_builder().finish();
                Ok(())
            }
            other => Err(format!("{other:?}").into()),
        }
    }))
}

async fn accepted<S>(stream: S) -> Result<(Sender<S>, Receiver<S>)>
where
    S: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin,
{
    let mut server = Server::new(stream);
    let key = server.receive_request().await?.key();
    server.send_response(&Response::Accept { key, protocol: None }).await?;
    Ok(server.into_builder().finish())
}

/// An echo server.
pub(super) async fn echo<S>(stream: S) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = BufReader::new(BufWriter::new(stream.compat()));
    let (mut sender, mut receiver) = accepted(stream).await?;
    let mut data = Vec::new();
    loop {
        data.clear();
        let kind = {
            // Dropping this future would lose bytes, so it is kept while pending output is written.
            let mut next = pin!(receiver.receive_data(&mut data));
            match poll!(next.as_mut()) {
                std::task::Poll::Ready(kind) => kind?,
                std::task::Poll::Pending => {
                    sender.flush().await?;
                    next.await?
                }
            }
        };
        match kind {
            Data::Text(_) => sender.send_text(std::str::from_utf8(&data)?).await?,
            Data::Binary(_) => sender.send_binary(&data).await?,
        }
    }
}
