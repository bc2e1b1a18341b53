//! The core itself, fed without any transport.

use bytes::{Buf as _, Bytes};
use ws_core::{
    ClientHandshake, Connection, Established, HandshakeError, ParsedRequest, Polled, Rejected,
    SendQueue, ServerConfig, ServerHandshake, UpgradeRequest,
};

use crate::{
    delivery::Delivery,
    fill::fill,
    observed::{Observed, SeenRequest},
    prebuilt::Prebuilt,
    settings::{client_config, server_config, terms},
    subject::Subject,
    vector::{Outcome, Vector},
    wire::latin1,
};

/// The two state machines and the pure functions of `ws-core`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoreSubject {
    /// Whether the server keeps the connection after a refusal.
    pub keep_alive: bool,
}

impl Subject for CoreSubject {
    fn name(&self) -> &str {
        if self.keep_alive { "ws-core, keep-alive" } else { "ws-core" }
    }

    fn server(&self, vector: &Vector, delivery: Delivery) -> Observed {
        let config = server_config(&vector.config).keep_alive(self.keep_alive);
        if vector.config.prebuilt {
            let Some(Prebuilt { request, leftover }) = Prebuilt::read(&vector.input) else {
                return Observed::new(Outcome::NeedMore);
            };
            let request = ParsedRequest::from(&request).body_read();
            let pending = UpgradeRequest::from_request(&config, request, leftover.as_slice());
            return decide(pending, Vec::new(), &[]);
        }
        let (handed, pieces) = delivery.handed(&vector.input);
        let mut handshake = if handed.is_empty() {
            ServerHandshake::new(&config)
        } else {
            ServerHandshake::with_buffered(&config, handed)
        };
        let mut wire = Vec::new();
        let mut pieces = pieces.into_iter();
        loop {
            handshake = match handshake.poll() {
                Polled::Pending(handshake) => handshake,
                Polled::Ready(pending) => {
                    return decide(pending, wire, &pieces.collect::<Vec<_>>());
                }
                Polled::Failed(rejected) => {
                    return refused(*rejected, wire, &pieces.collect::<Vec<_>>());
                }
            };
            drain(handshake.send_queue(), &mut wire);
            match pieces.next() {
                Some(piece) => handshake.recv_buf().extend_from_slice(piece),
                None => return wait(handshake, wire),
            }
        }
    }

    fn client(&self, vector: &Vector, delivery: Delivery) -> Observed {
        let config = client_config(&vector.config);
        let mut client = match ClientHandshake::new(&config, "ws.example", "/") {
            Ok(client) => client,
            Err(error) => {
                let mut observed = Observed::new(Outcome::Fail);
                observed.error = Some(error.name().to_owned());
                return observed;
            }
        };
        let mut wire = Vec::new();
        drain(client.send_queue(), &mut wire);
        let input = fill(&vector.input, client.key());
        let mut pieces = delivery.pieces(&input).into_iter();
        let mut eof = vector.config.eof;
        let mut observed = loop {
            client = match client.poll() {
                Polled::Pending(client) => client,
                Polled::Ready(mut established) => {
                    let mut observed = opened(&established.connection);
                    observed.status = Some(established.response.status().as_u16());
                    observed.headers = fields(established.response.headers());
                    drain(established.connection.send_queue(), &mut wire);
                    break observed;
                }
                Polled::Failed(error) => break failed(&error),
            };
            drain(client.send_queue(), &mut wire);
            if let Some(piece) = pieces.next() {
                client.recv_buf().extend_from_slice(piece);
            } else if std::mem::take(&mut eof) {
                client.handle_eof();
            } else {
                let mut observed = Observed::new(Outcome::NeedMore);
                observed.status = client.declined().map(|head| head.status().as_u16());
                break observed;
            }
        };
        observed.wire = wire;
        observed.leftover.extend(pieces.flatten());
        observed
    }
}

/// The request that has come as a whole.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn request(server: ServerHandshake) -> UpgradeRequest {
    match server.poll() {
        Polled::Ready(request) => request,
        other => panic!("a whole request was received: {other:?}"),
    }
}

/// The handshake that waits for more.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn pending(server: ServerHandshake) -> ServerHandshake {
    match server.poll() {
        Polled::Pending(server) => server,
        other => panic!("there is no whole request: {other:?}"),
    }
}

/// Why there is no request.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn failure(server: ServerHandshake) -> Rejected {
    match server.poll() {
        Polled::Failed(rejected) => *rejected,
        other => panic!("there is no request: {other:?}"),
    }
}

/// The client's handshake that waits for more.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn client_pending(client: ClientHandshake) -> ClientHandshake {
    match client.poll() {
        Polled::Pending(client) => client,
        other => panic!("there is no whole answer: {other:?}"),
    }
}

/// What the answer has opened.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn established(client: ClientHandshake) -> Established {
    match client.poll() {
        Polled::Ready(established) => established,
        other => panic!("a 101 was received: {other:?}"),
    }
}

/// Why nothing was opened.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn client_failure(client: ClientHandshake) -> HandshakeError {
    match client.poll() {
        Polled::Failed(error) => error,
        other => panic!("there is no 101: {other:?}"),
    }
}

/// Moves everything a queue holds.
pub fn drain(queue: &mut SendQueue, wire: &mut Vec<u8>) {
    while queue.has_remaining() {
        let chunk = queue.chunk();
        wire.extend_from_slice(chunk);
        let len = chunk.len();
        queue.advance(len);
    }
}

/// Asks the pure function, and writes down its answer as it would go out.
pub fn respond(prebuilt: &Prebuilt, config: &ServerConfig) -> Observed {
    let request = &prebuilt.request;
    let mut observed = match ws_core::respond(request, config) {
        Ok((response, negotiated)) => {
            let mut observed = Observed::new(Outcome::Accept);
            observed.wire = write(&response.map(|()| Bytes::new()));
            observed.subprotocol = negotiated.subprotocol().map(str::to_owned);
            observed.deflate = negotiated.deflate().map(terms);
            observed
        }
        Err(refusal) => {
            let error = HandshakeError::Rejected(refusal.into());
            let mut observed = Observed::new(Outcome::Reject);
            observed.error = Some(error.name().to_owned());
            observed.status = error.status().map(|status| status.as_u16());
            if let HandshakeError::Rejected(refusal) = &error {
                observed.wire = write(refusal.response());
                observed.closed = !refusal.keep_alive();
            }
            observed
        }
    };
    observed.leftover = prebuilt.leftover.clone();
    observed.request = Some(SeenRequest::of(request));
    observed.is_upgrade = Some(ws_core::is_upgrade(request));
    observed
}

/// A server that waits, and what it says when the stream ends there.
fn wait(mut handshake: ServerHandshake, wire: Vec<u8>) -> Observed {
    let mut observed = Observed::new(Outcome::NeedMore);
    observed.wire = wire;
    handshake.handle_eof();
    if let Polled::Failed(rejected) = handshake.poll() {
        observed.on_eof = Some(rejected.error.name().to_owned());
    }
    observed
}

fn decide(pending: UpgradeRequest, mut wire: Vec<u8>, unread: &[&[u8]]) -> Observed {
    let request = Some(SeenRequest::of(pending.request()));
    let is_upgrade = Some(pending.is_upgrade());
    let mut observed = match pending.accept() {
        Ok(accepted) => {
            let mut connection = accepted.into_connection();
            drain(connection.send_queue(), &mut wire);
            let mut observed = opened(&connection);
            observed.wire = wire;
            observed.leftover.extend(unread.concat());
            observed
        }
        Err(rejected) => refused(*rejected, wire, unread),
    };
    observed.request = request;
    observed.is_upgrade = is_upgrade;
    observed
}

fn refused(mut rejected: Rejected, mut wire: Vec<u8>, unread: &[&[u8]]) -> Observed {
    let mut observed = Observed::new(Outcome::Reject);
    drain(rejected.send_queue(), &mut wire);
    observed.wire = wire;
    observed.error = Some(rejected.error.name().to_owned());
    observed.status = rejected.error.status().map(|status| status.as_u16());
    observed.closed = rejected.is_closed();
    observed.leftover = rejected.recv_buf().filled().to_vec();
    observed.leftover.extend(unread.concat());
    observed
}

fn opened(connection: &Connection) -> Observed {
    let mut observed = Observed::new(match connection.role() {
        ws_core::Role::Server => Outcome::Accept,
        ws_core::Role::Client => Outcome::Open,
    });
    observed.leftover = connection.leftover().to_vec();
    observed.subprotocol = connection.negotiated().subprotocol().map(str::to_owned);
    observed.deflate = connection.negotiated().deflate().map(terms);
    observed
}

/// What a failed client reports.
pub fn failed(error: &HandshakeError) -> Observed {
    let mut observed = Observed::new(Outcome::Fail);
    observed.error = Some(error.name().to_owned());
    observed.status = error.status().map(|status| status.as_u16());
    match error {
        HandshakeError::Declined(declined) => {
            let response = declined.response();
            observed.headers = fields(response.headers());
            observed.body = Some(response.body().to_vec());
            observed.body_complete = Some(declined.body_complete());
            observed.leftover = declined.leftover().to_vec();
        }
        HandshakeError::InvalidResponse(answer) => {
            if let Some(response) = answer.response() {
                observed.headers = fields(response.headers());
            }
        }
        _ => {}
    }
    observed
}

/// Every field line, in the order of the map.
pub fn fields(headers: &http::HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), latin1(value.as_bytes()))).collect()
}

fn write(response: &http::Response<Bytes>) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut wire = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    for (name, value) in response.headers() {
        wire.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    wire.extend_from_slice(b"\r\n");
    wire.extend_from_slice(response.body());
    wire
}
