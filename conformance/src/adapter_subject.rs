//! An adapter as a subject of the vectors: the octets of a vector come through a pipe.

use std::time::Duration;

use ws_driver::{Error, ws_core::HandshakeError};

use crate::{
    adapter::{Adapter, Call, End, Opened, Progress, Stop, drive},
    core_subject::{failed, fields},
    delivery::Delivery,
    fill::fill,
    observed::{Observed, SeenRequest},
    pipe::{Peer, Pipe, Script},
    prebuilt::Prebuilt,
    settings::{client_config, server_config, terms},
    subject::Subject,
    vector::{Outcome, Vector},
    wire,
};

/// One adapter, by one of its ways in.
#[derive(Clone, Copy, Debug)]
pub struct AdapterSubject<'a> {
    /// Under test.
    pub adapter: &'a dyn Adapter,
    /// Server: with the request in hand, instead of in one call.
    pub steps: bool,
    /// Server: whether the connection is kept after a refusal.
    pub keep_alive: bool,
}

impl<'a> AdapterSubject<'a> {
    /// The one-call ways in.
    pub fn new(adapter: &'a dyn Adapter) -> Self {
        Self { adapter, steps: false, keep_alive: false }
    }

    fn server_call(&self, vector: &Vector, handed: &[u8]) -> Option<Call> {
        let config = server_config(&vector.config).keep_alive(self.keep_alive).keep_request(true);
        Some(if vector.config.prebuilt {
            let Prebuilt { request, leftover } = Prebuilt::read(&vector.input)?;
            Call::AcceptRequest(Box::new(request), leftover, config)
        } else if vector.config.buffered || !handed.is_empty() {
            Call::AcceptBuffered(handed.to_vec(), config)
        } else if self.steps {
            Call::Steps(config)
        } else {
            Call::Accept(config)
        })
    }

    /// Runs a call; `None` while it waits for the peer.
    fn run(&self, call: Call, script: Script, patience: Duration) -> (Option<End>, Peer) {
        let (io, peer) = Pipe::new(self.adapter.script(script));
        let mut attempt = self.adapter.start(io, call);
        let end = match drive(self.adapter, &mut attempt, &peer, patience) {
            Progress::Ended(end) if !gave_up_waiting(&end, &peer) => Some(*end),
            Progress::Ended(_) | Progress::Waiting => None,
            other => stuck(&other),
        };
        (end, peer)
    }
}

impl Subject for AdapterSubject<'_> {
    fn name(&self) -> &str {
        self.adapter.name()
    }

    fn skip(&self, vector: &Vector) -> Option<&'static str> {
        let call = self.server_call(vector, &vector.input);
        let lacks = vector.config.prebuilt && call.is_some_and(|call| !self.adapter.offers(&call));
        lacks.then_some("the entry point for parsed requests is the blocking one")
    }

    fn server(&self, vector: &Vector, delivery: Delivery) -> Observed {
        let (handed, pieces) = delivery.handed(&vector.input);
        let pieces = if vector.config.prebuilt { Vec::new() } else { pieces };
        let Some(call) = self.server_call(vector, handed) else {
            return Observed::new(Outcome::NeedMore);
        };
        let script = || Script::new().input(&pieces);
        let (end, peer) = self.run(call.clone(), script(), Duration::ZERO);
        let Some(end) = end else {
            let mut observed = Observed::new(Outcome::NeedMore);
            observed.wire = peer.written();
            let (end, _) = self.run(call, script().eof(), Duration::ZERO);
            observed.on_eof = end.and_then(|end| match end.result {
                Err(Stop::Error(error)) => Some(error.name().to_owned()),
                _ => None,
            });
            return observed;
        };
        let mut observed = match end.result {
            Ok(opened) => opened_server(&opened),
            Err(Stop::Error(error)) => refused_in_one(&error),
            Err(Stop::Rejected { rule, status, request, leftover, closed: _ }) => {
                let mut observed = Observed::new(Outcome::Reject);
                observed.error = rule.map(str::to_owned);
                observed.status = status;
                observed.request = Some(SeenRequest::of(&request));
                observed.leftover = leftover.to_vec();
                observed
            }
        };
        observed.closed = peer.is_shut();
        observed.wire = peer.written();
        observed.leftover.extend(peer.unread());
        observed
    }

    fn client(&self, vector: &Vector, delivery: Delivery) -> Observed {
        let expect = &vector.expect;
        let mut config = client_config(&vector.config);
        let mut patience = Duration::ZERO;
        if expect.outcomes.contains(&Outcome::NeedMore) && expect.error() == Some("status-not-101")
        {
            // "The status must be known already, whether the call waits or not": let it stop
            // waiting.
            config = config.body_timeout(Duration::from_millis(2));
            patience = Duration::from_secs(5);
        }
        let input = vector.input.clone();
        let script = Script::new().answer(move |request| {
            let key = wire::key_of(request).map(wire::latin1).unwrap_or_default();
            let input = fill(&input, &key);
            delivery.pieces(&input).into_iter().map(<[u8]>::to_vec).collect()
        });
        let script = if vector.config.eof { script.eof() } else { script };
        let (end, peer) = self.run(Call::Handshake(config), script, patience);
        let mut observed = match end.map(|end| end.result) {
            None => Observed::new(Outcome::NeedMore),
            Some(Ok(opened)) => {
                let mut observed = common(&opened, Outcome::Open);
                if let Some(response) = &opened.response {
                    observed.status = Some(response.status().as_u16());
                    observed.headers = fields(response.headers());
                }
                observed
            }
            Some(Err(Stop::Error(Error::Handshake(error)))) => failed(&error),
            Some(Err(stop)) => {
                let mut observed = Observed::new(Outcome::Fail);
                observed.error = Some(format!("{stop:?}"));
                observed
            }
        };
        observed.wire = peer.written();
        observed.leftover.extend(peer.unread());
        observed
    }
}

/// A blocking read without a timeout cannot wait in a test; it fails instead.
fn gave_up_waiting(end: &End, peer: &Peer) -> bool {
    peer.is_starved() && matches!(&end.result, Err(Stop::Error(Error::Io(_))))
}

fn opened_server(opened: &Opened) -> Observed {
    let mut observed = common(opened, Outcome::Accept);
    observed.request = opened.request.as_ref().map(SeenRequest::of);
    observed.is_upgrade = opened.request.as_ref().map(ws_core::is_upgrade);
    observed
}

fn refused_in_one(error: &Error) -> Observed {
    let mut observed = Observed::new(Outcome::Reject);
    observed.error = Some(error.name().to_owned());
    observed.status =
        error.handshake().and_then(HandshakeError::status).map(|status| status.as_u16());
    if let Some(HandshakeError::Rejected(refusal)) = error.handshake() {
        observed.leftover = refusal.leftover().to_vec();
    }
    observed
}

fn common(opened: &Opened, outcome: Outcome) -> Observed {
    let mut observed = Observed::new(outcome);
    observed.leftover = opened.leftover.to_vec();
    observed.subprotocol = opened.negotiated.subprotocol().map(str::to_owned);
    observed.deflate = opened.negotiated.deflate().map(terms);
    observed
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn stuck(progress: &Progress) -> ! {
    panic!("the call is {progress:?}")
}
