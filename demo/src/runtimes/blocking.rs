//! No runtime: a thread for each connection.

use std::{io, net::TcpStream, sync::Arc, thread};

use bytes::Bytes;
use ws_blocking::{
    Acceptor, DialConfig, Error, Event, MaybeTlsStream, Part, RecvHalf, SendHalf, SharedStream,
    Transport, WebSocket,
};
use ws_core::{
    BackoffConfig, ClientConfig, CloseFrame, CloseInfo, Message, MessageKind, Negotiated,
    ServerConfig, UpgradeResponse,
};

use super::{
    Adapter, Channel, Opened, Receiving, Sending,
    adapter::{Reopen, agreed},
    tls_stream::TlsStream,
};
use crate::{
    echo::echo_blocking,
    serve::{Journal, Service, attend::attend_blocking},
};

pub(super) struct Blocking;

impl Adapter for Blocking {
    fn attend(&self, stream: TcpStream, service: Arc<Service>, journal: Journal) -> io::Result<()> {
        match service.tls() {
            None => spawn(stream, service, journal),
            Some(tls) => spawn(TlsStream::new(tls.clone(), stream)?, service, journal),
        }
    }

    fn accept(&self, stream: TcpStream, config: &ServerConfig) -> Result<Box<dyn Channel>, Error> {
        Ok(Box::new(ws_blocking::accept_with(stream, config)?))
    }

    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
    ) -> Result<Opened, Error> {
        let (ws, response) = ws_blocking::connect_with(url, config).dial(dial).open()?;
        Ok(opened(ws, response))
    }

    fn reconnect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
        backoff: BackoffConfig,
    ) -> Box<Reopen<'_>> {
        let mut sessions = ws_blocking::connect_with(url, config).dial(dial).reconnect(backoff);
        Box::new(move || {
            let session = sessions.next()?;
            Ok((opened(session.web_socket, session.response), session.attempts))
        })
    }
}

fn opened(ws: WebSocket<MaybeTlsStream<TcpStream>>, response: UpgradeResponse) -> Opened {
    let tls = ws.get_ref().tls_session().map(agreed);
    Opened { channel: Box::new(ws), response, tls }
}

fn spawn<T>(stream: T, service: Arc<Service>, mut journal: Journal) -> io::Result<()>
where
    T: Transport + Send + 'static,
{
    let acceptor = Acceptor::new(stream, service.config());
    thread::Builder::new().stack_size(STACK_LEN).spawn(move || {
        let attended = attend_blocking(acceptor, &service, &mut journal);
        journal.close(attended);
    })?;
    Ok(())
}

impl<T: Transport + OverTcp + Send + 'static> Channel for WebSocket<T> {
    fn negotiated(&self) -> &Negotiated {
        self.negotiated()
    }

    fn leftover_len(&self) -> usize {
        self.leftover().len()
    }

    fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        self.recv_event()
    }

    fn send(&mut self, message: Message) -> Result<(), Error> {
        self.send(message)
    }

    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error> {
        self.send_part(Part::new(kind, part, last))
    }

    fn ping(&mut self, payload: Bytes) -> Result<(), Error> {
        self.ping(payload)
    }

    fn echo(&mut self) -> Result<(), Error> {
        echo_blocking(self, None)
    }

    fn close(&mut self, frame: CloseFrame) -> Result<CloseInfo, Error> {
        self.close_with(frame.code, frame.reason)
    }

    fn close_info(&self) -> CloseInfo {
        self.close_info()
    }

    fn split(self: Box<Self>) -> io::Result<(Box<dyn Sending>, Box<dyn Receiving>)> {
        let (sender, receiver) = (*self).split_shared(T::socket)?;
        Ok((Box::new(sender), Box::new(receiver)))
    }
}

impl<T: Transport + Send> Sending for SendHalf<SharedStream<T>> {
    fn send(&mut self, message: Message) -> Result<(), Error> {
        self.send(message)
    }

    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error> {
        self.send_part(Part::new(kind, part, last))
    }

    fn close(&mut self, frame: CloseFrame) -> Result<(), Error> {
        self.close_with(frame.code, frame.reason)
    }
}

impl<T: Transport + Send> Receiving for RecvHalf<SharedStream<T>> {
    fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        self.recv_part()
    }

    fn close_info(&self) -> CloseInfo {
        self.close_info()
    }
}

/// What two threads share: a stream that cannot be cloned, over a socket that can.
trait OverTcp {
    fn socket(&self) -> io::Result<TcpStream>;
}

impl OverTcp for TcpStream {
    fn socket(&self) -> io::Result<TcpStream> {
        self.try_clone()
    }
}

impl OverTcp for MaybeTlsStream<TcpStream> {
    fn socket(&self) -> io::Result<TcpStream> {
        self.get_ref().try_clone()
    }
}

/// A connection's calls are shallow, and there may be many threads.
const STACK_LEN: usize = 256 * 1024;
