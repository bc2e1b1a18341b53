//! A handshake that is watched.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use http::StatusCode;
use ws_core::{
    ClientConfig, HandshakeError, HandshakeOutcome, HandshakeStep, Observed, ObservedHandshake,
    ObservedStep, Role, ServerConfig, SharedObserver, WebSocketConfig,
};

use super::{
    trace::{HandshakeTrace, WebSocketTrace},
    web_socket::Watch,
};
use crate::{Error, hold::lock};

/// Watches a handshake, for the observer of its configuration, and for traces.
///
/// Adapters have one in each of their handshakes. It is public for those who do the handshake elsewhere, with
/// [`respond`](ws_core::respond) for instance: say how it ends, or give it to the [`Parts`](crate::Parts) of the
/// WebSocket that opens. If it is dropped, the handshake was cancelled.
///
/// ```
/// use http::{Request, Response};
/// use ws_driver::{HandshakeWatch, ws_core::{HandshakeStep, Negotiated, ServerConfig, respond}};
///
/// fn answer(
///     request: &Request<()>,
///     config: &ServerConfig,
/// ) -> Result<(Response<()>, Negotiated, HandshakeWatch), Response<()>> {
///     let mut watch = HandshakeWatch::server(config, HandshakeStep::SendAnswer);
///     match respond(request, config) {
///         // When the 101 has been sent: `WebSocket::from_parts(parts.watched(watch), config)`.
///         Ok((response, negotiated)) => Ok((response, negotiated, watch)),
///         Err(rejection) => {
///             watch.rejected(rejection.rule().name(), rejection.response().status());
///             Err(rejection.into_response().map(drop))
///         }
///     }
/// }
/// # let _ = answer;
/// ```
///
/// Without the feature `observer` it has no size and does nothing.
#[derive(Default)]
pub struct HandshakeWatch(Option<Arc<Handshake>>);

struct Handshake {
    web_socket: Observed,
    observer: Option<SharedObserver>,
    trace: HandshakeTrace,
    start: Instant,
    steps: Mutex<Steps>,
    /// With which status a WebSocket opens, if not with 101.
    opens: OnceLock<StatusCode>,
}

struct Steps {
    current: HandshakeStep,
    since: Instant,
    done: Vec<ObservedStep>,
}

impl HandshakeWatch {
    /// Watches a server's handshake, which begins now with `step`.
    pub fn server(config: &ServerConfig, step: HandshakeStep) -> Self {
        Self::begin(config.web_socket_config(), Role::Server, step)
    }

    /// Watches a client's handshake, which begins now with `step`.
    pub fn client(config: &ClientConfig, step: HandshakeStep) -> Self {
        Self::begin(config.web_socket_config(), Role::Client, step)
    }

    /// The next step begins, unless it has.
    pub fn step(&mut self, step: HandshakeStep) {
        if let Some(handshake) = &self.0 {
            handshake.step(step);
        }
    }

    /// The status of the answer that opens the WebSocket: 101 if nothing else is said, and 200 over HTTP/2.
    pub fn opens_with(&mut self, status: StatusCode) {
        if let Some(handshake) = &self.0 {
            let _ = handshake.opens.set(status);
        }
    }

    /// The handshake has ended: a server has answered with another status than 101, because of this rule.
    pub fn rejected(&mut self, rule: &'static str, status: StatusCode) {
        self.end(HandshakeOutcome::Rejected, Some(rule), Some(status));
    }

    /// The handshake has ended: with this error.
    pub fn failed(&mut self, error: &HandshakeError) {
        let outcome = match error {
            HandshakeError::Rejected(_) => HandshakeOutcome::Rejected,
            HandshakeError::Declined(_) => HandshakeOutcome::Declined,
            _ => HandshakeOutcome::Failed,
        };
        self.end(outcome, Some(error.name()), error.status());
    }

    /// The handshake has ended: with an error of this name, in kebab-case and from a fixed list.
    pub fn failed_as(&mut self, error: &'static str) {
        self.end(HandshakeOutcome::Failed, Some(error), None);
    }

    /// The handshake has ended: with this error.
    #[doc(hidden)]
    pub fn failed_with(&mut self, error: &Error) {
        match error {
            Error::Handshake(error) => self.failed(error),
            Error::Unsent(unsent) => self.failed(&unsent.error),
            error => self.failed_as(error.name()),
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Something that tells this watch of steps.
    pub(crate) fn steps(&self) -> StepWatch {
        StepWatch(self.0.clone())
    }

    /// The handshake has ended: with a WebSocket. One that was not watched began elsewhere.
    pub(crate) fn opened(mut self, config: &WebSocketConfig, role: Role) -> Watch {
        let Some(handshake) = self.0.take() else {
            let trace = WebSocketTrace::begin(role, None);
            return Watch::open(config, trace, || Observed::new(next_id(), role));
        };
        let status = handshake.opens.get().copied();
        handshake.end(HandshakeOutcome::Opened, None, status);
        let trace = WebSocketTrace::begin(role, Some(&handshake.trace));
        Watch::open(config, trace, || handshake.web_socket)
    }

    fn begin(config: &WebSocketConfig, role: Role, step: HandshakeStep) -> Self {
        let (observer, trace) = (config.observer.clone(), HandshakeTrace::begin(role));
        if observer.is_none() && !trace.is_on() {
            return Self(None);
        }
        let web_socket = Observed::new(next_id(), role);
        trace.number(web_socket.id);
        trace.step(step);
        let start = Instant::now();
        let steps = Mutex::new(Steps { current: step, since: start, done: Vec::new() });
        let opens = OnceLock::new();
        Self(Some(Arc::new(Handshake { web_socket, observer, trace, start, steps, opens })))
    }

    fn end(
        &mut self,
        outcome: HandshakeOutcome,
        rule: Option<&'static str>,
        status: Option<StatusCode>,
    ) {
        if let Some(handshake) = self.0.take() {
            handshake.end(outcome, rule, status);
        }
    }
}

impl Drop for HandshakeWatch {
    fn drop(&mut self) {
        self.end(HandshakeOutcome::Cancelled, None, None);
    }
}

impl fmt::Debug for HandshakeWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let watched = self.0.as_ref().map(|handshake| handshake.web_socket);
        f.debug_tuple("HandshakeWatch").field(&watched).finish()
    }
}

impl Handshake {
    fn step(&self, step: HandshakeStep) {
        {
            let mut steps = lock(&self.steps);
            if steps.current == step {
                return;
            }
            steps.next(Instant::now());
            steps.current = step;
        }
        self.trace.step(step);
    }

    fn end(
        &self,
        outcome: HandshakeOutcome,
        rule: Option<&'static str>,
        status: Option<StatusCode>,
    ) {
        let now = Instant::now();
        let steps = {
            let mut steps = lock(&self.steps);
            steps.next(now);
            std::mem::take(&mut steps.done)
        };
        let ended = ObservedHandshake::new(self.web_socket, outcome, rule)
            .status(status)
            .steps(now.saturating_duration_since(self.start), &steps);
        self.trace.ended(&ended);
        if let Some(observer) = &self.observer {
            observer.handshake(&ended);
        }
    }
}

impl Steps {
    /// The current step has ended.
    fn next(&mut self, now: Instant) {
        self.done.push(ObservedStep::new(self.current, now.saturating_duration_since(self.since)));
        self.since = now;
    }
}

/// Watches how far a handshake has come.
#[derive(Clone, Default)]
pub(crate) struct StepWatch(Option<Arc<Handshake>>);

impl StepWatch {
    pub(crate) fn step(&self, step: HandshakeStep) {
        if let Some(handshake) = &self.0 {
            handshake.step(step);
        }
    }
}

fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}
