//! What is answered to a request: the part of a server that has nothing to do with a runtime.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use ws_core::{RequestRule, ServerConfig, Violation, credentials};

use super::journal::Outcome;

/// What is served, and to whom.
#[derive(Debug)]
pub(crate) struct Service {
    config: ServerConfig,
    /// `None` without TLS.
    tls: Option<Arc<rustls::ServerConfig>>,
    /// User and password.
    basic_auth: Option<(String, String)>,
    /// How many messages are echoed before the WebSocket is closed.
    close_after: Option<u64>,
}

/// What to do with a request, and how to call that in the journal.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Accept it.
    Accept,
    /// Refuse it as the rule it breaks says.
    Refuse(Outcome),
    /// Answer this.
    Reject(Outcome, Response<Bytes>),
}

impl Service {
    pub(crate) fn new(config: ServerConfig) -> Self {
        Self { config, tls: None, basic_auth: None, close_after: None }
    }

    /// Does TLS.
    pub(crate) fn over_tls(self, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        Self { tls, ..self }
    }

    /// Lets in nobody but this user.
    pub(crate) fn basic_auth(self, basic_auth: Option<(String, String)>) -> Self {
        Self { basic_auth, ..self }
    }

    /// Closes WebSockets after so many messages.
    pub(crate) fn close_after(self, close_after: Option<u64>) -> Self {
        Self { close_after, ..self }
    }

    pub(crate) fn config(&self) -> &ServerConfig {
        &self.config
    }

    pub(crate) fn tls(&self) -> Option<&Arc<rustls::ServerConfig>> {
        self.tls.as_ref()
    }

    pub(crate) fn max_messages(&self) -> Option<u64> {
        self.close_after
    }

    /// Decides about a request whose first broken rule is `rejection`.
    pub(crate) fn answer(&self, request: &Request<()>, rejection: Option<&Violation>) -> Answer {
        match rejection.map(Violation::rule) {
            Some(rule) if is_ordinary(rule, request) && request.uri().path() == HEALTH => {
                let response = health(request.method());
                Answer::Reject(Outcome::Answered("health", response.status()), response)
            }
            Some(rule @ RequestRule::Method) if request.uri().path() == HEALTH => {
                Answer::Reject(Outcome::Rejected(rule.name(), rule.status()), no_such_method(rule))
            }
            Some(rule) => Answer::Refuse(Outcome::Rejected(rule.name(), rule.status())),
            None if !self.knows(request) => {
                let outcome = Outcome::Rejected("unauthorized", StatusCode::UNAUTHORIZED);
                Answer::Reject(outcome, credentials::unauthorized(REALM))
            }
            None => Answer::Accept,
        }
    }

    fn knows(&self, request: &Request<()>) -> bool {
        self.basic_auth
            .as_ref()
            .is_none_or(|(user, password)| credentials::is_basic(request.headers(), user, password))
    }
}

/// Whether the rule is the first one that an ordinary, correct request breaks: those before it are about all
/// requests, these ask for an upgrade. Load balancers ask in HTTP/1.0, and by any of three methods.
fn is_ordinary(rule: RequestRule, request: &Request<()>) -> bool {
    let asks = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    match rule {
        RequestRule::NoConnection | RequestRule::NoUpgrade => true,
        RequestRule::Method | RequestRule::Http10 => asks,
        _ => false,
    }
}

fn health(method: &Method) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    if *method == Method::OPTIONS {
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(header::ALLOW, HEALTH_METHODS);
    } else {
        *response.body_mut() = Bytes::from_static(b"ok");
        response.headers_mut().insert(header::CONTENT_TYPE, PLAIN);
    }
    response
}

/// "The origin server MUST generate an Allow header field in a 405 response containing a list of the target
/// resource's currently supported methods." RFC 9110 15.5.6
fn no_such_method(rule: RequestRule) -> Response<Bytes> {
    let mut response =
        Response::new(Bytes::from_static(b"this path answers GET, HEAD and OPTIONS"));
    *response.status_mut() = rule.status();
    response.headers_mut().insert(header::ALLOW, HEALTH_METHODS);
    response.headers_mut().insert(header::CONTENT_TYPE, PLAIN);
    response
}

const HEALTH_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain");

const HEALTH: &str = "/health";
const REALM: &str = "ws-demo";

#[cfg(test)]
mod tests {
    use ws_core::{Polled, ServerHandshake};

    use super::*;

    /// Reads a request as a server would, and decides.
    fn decided(service: &Service, head: &str) -> String {
        let mut handshake = ServerHandshake::new(service.config());
        handshake.recv_buf().extend_from_slice(head.as_bytes());
        let Polled::Ready(pending) = handshake.poll() else { panic!("the request is whole") };
        match service.answer(pending.request(), pending.violation()) {
            Answer::Accept => "accept".to_owned(),
            Answer::Refuse(outcome) => outcome.to_string(),
            Answer::Reject(outcome, response) => {
                format!("{outcome}, {}", response.status().as_u16())
            }
        }
    }

    const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

    #[test]
    fn health_is_for_ordinary_requests() {
        let service = Service::new(ServerConfig::new());
        let decided = |head: &str| decided(&service, head);
        let plain = "HTTP/1.1\r\nHost: h\r\n";
        assert_eq!(decided(&format!("GET /health {plain}\r\n")), "answered health 200, 200");
        assert_eq!(decided(&format!("GET /health?x {plain}\r\n")), "answered health 200, 200");
        assert_eq!(decided(&format!("HEAD /health {plain}\r\n")), "answered health 200, 200");
        assert_eq!(decided(&format!("OPTIONS /health {plain}\r\n")), "answered health 204, 204");
        for method in ["GET", "HEAD"] {
            let old = format!("{method} /health HTTP/1.0\r\n\r\n");
            assert_eq!(decided(&old), "answered health 200, 200");
        }
        assert_eq!(decided("GET /chat HTTP/1.0\r\n\r\n"), "refused http-1.0 426");
        assert_eq!(decided(&format!("GET /healthy {plain}\r\n")), "refused no-connection 426");
        assert_eq!(decided(&format!("POST /health {plain}\r\n")), "refused bad-method 405, 405");
        assert_eq!(decided(&format!("POST /chat {plain}\r\n")), "refused bad-method 405");
        assert_eq!(decided("GET /health HTTP/1.1\r\n\r\n"), "refused missing-host 400");
        assert_eq!(decided(&format!("GET /health {plain}{UPGRADE}\r\n")), "accept");
    }

    #[test]
    fn credentials_are_asked_for_last() {
        let user = ("user".to_owned(), "pass".to_owned());
        let service = Service::new(ServerConfig::new()).basic_auth(Some(user));
        let decided =
            |fields: &str| decided(&service, &format!("GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        assert_eq!(decided(UPGRADE), "refused unauthorized 401, 401");
        let right = "Authorization: Basic dXNlcjpwYXNz\r\n";
        assert_eq!(decided(&format!("{UPGRADE}{right}")), "accept");
        assert_eq!(decided("Connection: Upgrade\r\nUpgrade: websocket\r\n"), {
            "refused missing-key 400"
        });
    }
}
