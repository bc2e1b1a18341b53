//! No runtime: a thread for each connection.

use std::{io, net::TcpStream, sync::Arc, thread};

use bytes::Bytes;
use ws_blocking::{Acceptor, Error, Event, Part, RecvHalf, SendHalf, WebSocket};
use ws_core::{
    ClientConfig, CloseFrame, CloseInfo, Message, MessageKind, Negotiated, ServerConfig,
    UpgradeResponse,
};

use super::{Adapter, Channel, Receiving, Sending};
use crate::{
    echo::echo_blocking,
    serve::{Journal, Service, attend::attend_blocking},
};

pub(super) struct Blocking;

impl Adapter for Blocking {
    fn attend(
        &self,
        stream: TcpStream,
        service: Arc<Service>,
        mut journal: Journal,
    ) -> io::Result<()> {
        let acceptor = Acceptor::new(stream, service.config());
        thread::Builder::new().stack_size(STACK_LEN).spawn(move || {
            let attended = attend_blocking(acceptor, &service, &mut journal);
            journal.close(attended);
        })?;
        Ok(())
    }

    fn accept(&self, stream: TcpStream, config: &ServerConfig) -> Result<Box<dyn Channel>, Error> {
        Ok(Box::new(ws_blocking::accept_with(stream, config)?))
    }

    fn connect(
        &self,
        url: &str,
        config: &ClientConfig,
    ) -> Result<(Box<dyn Channel>, UpgradeResponse), Error> {
        let (ws, response) = ws_blocking::connect_with(url, config).open()?;
        Ok((Box::new(ws), response))
    }
}

impl Channel for WebSocket<TcpStream> {
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
        let (sender, receiver) = (*self).split(TcpStream::try_clone)?;
        Ok((Box::new(sender), Box::new(receiver)))
    }
}

impl Sending for SendHalf<TcpStream> {
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

impl Receiving for RecvHalf<TcpStream> {
    fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        self.recv_part()
    }

    fn close_info(&self) -> CloseInfo {
        self.close_info()
    }
}

/// A connection's calls are shallow, and there may be many threads.
const STACK_LEN: usize = 256 * 1024;
