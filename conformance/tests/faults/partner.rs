//! The other end: a peer that is well, and answers whatever it is told at once.

use std::io::{Read, Write};

use bytes::{Buf, Bytes};
use rustls::Connection as Tls;
use ws_core::{
    ClientHandshake, Connection, Established, Incoming, Message, MessageKind, Polled, Role,
    SendQueue, ServerHandshake,
};

use crate::messages::{GREETING, NEWS, PING, greeting};

/// A peer without a stream: octets come in, octets go out.
pub(crate) struct Partner {
    /// How many of the octets that have come it has looked at.
    seen: usize,
    /// A proxy in front of it has not been asked yet. The octets for the proxy.
    asking: Option<Vec<u8>>,
    tls: Option<Tls>,
    stage: Stage,
    messages: &'static [Message],
    /// How many octets it has said, and how many it had said when a message of its own was out.
    said: usize,
    pub(crate) sent: Vec<usize>,
    /// The messages that it got.
    pub(crate) heard: Vec<Message>,
}

enum Stage {
    Client(ClientHandshake),
    Server(ServerHandshake),
    Open(Box<Connection>),
    Over,
}

impl Partner {
    pub(crate) fn server(
        handshake: ServerHandshake,
        tls: Option<Tls>,
        is_behind_proxy: bool,
        messages: &'static [Message],
    ) -> Self {
        let asking = is_behind_proxy.then(Vec::new);
        Self { asking, ..Self::new(Stage::Server(handshake), tls, messages) }
    }

    pub(crate) fn client(
        handshake: ClientHandshake,
        tls: Option<Tls>,
        messages: &'static [Message],
    ) -> Self {
        Self::new(Stage::Client(handshake), tls, messages)
    }

    fn new(stage: Stage, mut tls: Option<Tls>, messages: &'static [Message]) -> Self {
        if let Some(tls) = &mut tls {
            tls.set_buffer_limit(None);
        }
        let (sent, heard) = (Vec::new(), Vec::new());
        Self { seen: 0, asking: None, tls, stage, messages, said: 0, sent, heard }
    }

    /// Looks at what has come so far, and says what there is to say. An empty portion is its end.
    pub(crate) fn respond(&mut self, arrived: &[u8]) -> Vec<Vec<u8>> {
        let fresh = &arrived[self.seen..];
        self.seen = arrived.len();
        let mut out = Vec::new();
        if let Some(request) = &mut self.asking {
            request.extend_from_slice(fresh);
            if request.ends_with(b"\r\n\r\n") {
                assert!(request.starts_with(b"CONNECT h.example:443 HTTP/1.1\r\n"));
                self.asking = None;
                out.extend_from_slice(b"HTTP/1.1 200 Connection established\r\n\r\n");
                self.said += out.len();
            }
        } else {
            let opened = self.open(fresh);
            self.listen(&opened, &mut out);
        }
        self.drain(&mut out);
        let mut portions = Vec::new();
        if !out.is_empty() {
            portions.push(out);
        }
        if let Stage::Over = self.stage {
            portions.push(Vec::new());
        }
        portions
    }

    /// Takes octets out of TLS.
    fn open(&mut self, mut fresh: &[u8]) -> Vec<u8> {
        let Some(tls) = &mut self.tls else { return fresh.to_vec() };
        let mut opened = Vec::new();
        while !fresh.is_empty() {
            tls.read_tls(&mut fresh).unwrap();
            let state = tls.process_new_packets().unwrap();
            opened.resize(opened.len() + state.plaintext_bytes_to_read(), 0);
            let start = opened.len() - state.plaintext_bytes_to_read();
            tls.reader().read_exact(&mut opened[start..]).unwrap();
        }
        opened
    }

    fn listen(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Client(mut handshake) => {
                handshake.recv_buf().extend_from_slice(octets);
                match handshake.poll() {
                    Polled::Pending(handshake) => self.stage = Stage::Client(handshake),
                    Polled::Ready(Established { connection, .. }) => self.begin(connection, out),
                    // A server whose deadline has passed says so; what becomes of it is its own verdict.
                    Polled::Failed(_) => {}
                }
            }
            Stage::Server(mut handshake) => {
                handshake.recv_buf().extend_from_slice(octets);
                match handshake.poll_accept() {
                    Polled::Pending(handshake) => self.stage = Stage::Server(handshake),
                    Polled::Ready(accepted) => self.begin(accepted.into_connection(), out),
                    Polled::Failed(rejected) => panic!("the partner: {}", rejected.error),
                }
            }
            Stage::Open(mut connection) => {
                connection.receiver().recv_buf().extend_from_slice(octets);
                self.stage = Stage::Open(connection);
                self.converse(out);
            }
            Stage::Over => {}
        }
    }

    /// The WebSocket is open.
    fn begin(&mut self, mut connection: Connection, out: &mut Vec<u8>) {
        let role = connection.role();
        if role == Role::Server {
            let sender = connection.sender();
            let [first, last] = GREETING.map(|part| Bytes::from_static(part.as_bytes()));
            sender.send_part(MessageKind::Text, &first, false).unwrap();
            sender.ping(Bytes::from_static(PING)).unwrap();
            sender.send_part(MessageKind::Text, &last, true).unwrap();
        }
        self.stage = Stage::Open(Box::new(connection));
        self.drain(out);
        if role == Role::Server {
            self.sent.push(self.said);
            self.send(&Message::text(NEWS), out);
        } else {
            // Two at once: one is read while the other is answered.
            self.say(0, out);
            self.say(1, out);
        }
        self.converse(out);
    }

    /// Takes what has come, and answers it.
    fn converse(&mut self, out: &mut Vec<u8>) {
        while let Stage::Open(connection) = &mut self.stage {
            match connection.poll() {
                Ok(Some(Incoming::Message(_))) => {
                    let message = connection.receiver().take_message().unwrap();
                    self.hear(&message, out);
                }
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(rule) => panic!("the partner: {rule}"),
            }
        }
    }

    fn hear(&mut self, message: &Message, out: &mut Vec<u8>) {
        let Stage::Open(connection) = &mut self.stage else { return };
        self.heard.push(message.clone());
        match connection.role() {
            Role::Server => self.send(message, out),
            // The first is the greeting, the others come back.
            Role::Client if *message == greeting() => {}
            Role::Client => self.say(self.heard.len(), out),
        }
    }

    fn send(&mut self, message: &Message, out: &mut Vec<u8>) {
        let Stage::Open(connection) = &mut self.stage else { return };
        connection.sender().send(message).unwrap();
        self.drain(out);
        self.sent.push(self.said);
    }

    /// Says the client's message with this number, or closes when all have come back.
    fn say(&mut self, number: usize, out: &mut Vec<u8>) {
        let Stage::Open(connection) = &mut self.stage else { return };
        let sender = connection.sender();
        match self.messages.get(number) {
            Some(message) if number == 1 => {
                let octets = Bytes::copy_from_slice(message.as_bytes());
                let (first, last) = (octets.slice(..7), octets.slice(7..));
                sender.send_part(message.kind(), &first, false).unwrap();
                sender.ping(Bytes::from_static(PING)).unwrap();
                sender.send_part(message.kind(), &last, true).unwrap();
            }
            Some(message) => sender.send(message).unwrap(),
            None if self.heard.len() > self.messages.len() => {
                return sender.close(ws_core::CloseFrame::NORMAL).unwrap();
            }
            None => return,
        }
        self.drain(out);
        self.sent.push(self.said);
    }

    /// Brings what is to be said to the wire.
    fn drain(&mut self, out: &mut Vec<u8>) {
        let before = out.len();
        let mut plain = Vec::new();
        match &mut self.stage {
            Stage::Client(handshake) => take(handshake.send_queue(), &mut plain),
            Stage::Server(handshake) => take(handshake.send_queue(), &mut plain),
            Stage::Open(connection) => {
                // Taking some may bring more.
                while !connection.send_queue().is_empty() {
                    take(connection.send_queue(), &mut plain);
                }
                if connection.is_done() && connection.role() == Role::Server {
                    self.stage = Stage::Over;
                }
            }
            Stage::Over => {}
        }
        match &mut self.tls {
            Some(tls) => {
                tls.writer().write_all(&plain).unwrap();
                if let Stage::Over = self.stage {
                    tls.send_close_notify();
                }
                while tls.wants_write() {
                    tls.write_tls(out).unwrap();
                }
            }
            None => out.append(&mut plain),
        }
        self.said += out.len() - before;
    }

    /// How many messages of its own are in so many octets of what it has said.
    pub(crate) fn sent_within(&self, octets: usize) -> usize {
        self.sent.iter().take_while(|end| **end <= octets).count()
    }

    pub(crate) fn said(&self) -> usize {
        self.said
    }
}

fn take(queue: &mut SendQueue, out: &mut Vec<u8>) {
    while queue.has_remaining() {
        let len = queue.chunk().len();
        out.extend_from_slice(queue.chunk());
        queue.advance(len);
    }
}
