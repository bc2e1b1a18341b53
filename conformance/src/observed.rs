//! What a subject reports about one run of a vector.

use memchr::memmem;

use crate::{
    fill::unfill,
    vector::{DeflateTerms, Outcome},
    wire,
};

/// Everything that can be seen of one handshake from outside, and from the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// How it ended.
    pub outcome: Outcome,
    /// Every octet the subject has written.
    pub wire: Vec<u8>,
    /// The name of the error returned.
    pub error: Option<String>,
    /// The status the error reports, or the one known already while the subject still waits.
    pub status: Option<u16>,
    /// Client: the fields of the answer the caller can see.
    pub headers: Vec<(String, String)>,
    /// Client: what the caller has of a refusal's body.
    pub body: Option<Vec<u8>>,
    /// Client: whether that is all of it.
    pub body_complete: Option<bool>,
    /// Octets behind the head (or a refusal's body) that are still there: handed over, or not read
    /// from the transport.
    pub leftover: Vec<u8>,
    /// Server: the request as the application sees it.
    pub request: Option<SeenRequest>,
    /// Server: what the quick test says, where there was a request to ask about.
    pub is_upgrade: Option<bool>,
    /// The subprotocol the open stream reports.
    pub subprotocol: Option<String>,
    /// The compression the open stream reports.
    pub deflate: Option<DeflateTerms>,
    /// Server: no further request is read from this connection.
    pub closed: bool,
    /// The name of the error when the stream ends where the subject waits.
    pub on_eof: Option<String>,
}

/// A request as the application sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// With its leading slash.
    pub path: String,
    /// Without the question mark.
    pub query: Option<String>,
    /// Of an absolute target, else of `Host`.
    pub authority: Option<String>,
}

impl Observed {
    /// A run that has ended this way, with nothing else seen yet.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            wire: Vec::new(),
            error: None,
            status: None,
            headers: Vec::new(),
            body: None,
            body_complete: None,
            leftover: Vec::new(),
            request: None,
            is_upgrade: None,
            subprotocol: None,
            deflate: None,
            closed: false,
            on_eof: None,
        }
    }

    /// Server: the status of the last answer on the wire.
    ///
    /// # Panics
    ///
    /// When there is anything else on it.
    #[expect(clippy::expect_used, reason = "this is how a test fails")]
    pub fn answered(&self) -> Option<u16> {
        wire::Answers::parse(&self.wire).expect("answers").last.map(|answer| answer.status)
    }

    /// The part of a run that depends neither on the key the client drew nor on how the octets
    /// arrived.
    #[must_use]
    pub fn verdict(mut self) -> Self {
        if let Some(key) = wire::key_of(&self.wire).map(<[u8]>::to_vec) {
            if let Some(at) = memmem::find(&self.wire, &key) {
                self.wire.splice(at..at + key.len(), *b"{K}");
            }
            unfill(self.headers.iter_mut().map(|(_, value)| value), &wire::latin1(&key));
        }
        // What follows a request on a closing connection, or an answer that failed, is nobody's.
        let nobodys = match self.outcome {
            Outcome::Reject => self.closed,
            Outcome::Fail => self.body_complete != Some(true),
            Outcome::Accept | Outcome::Open | Outcome::NeedMore => false,
        };
        if nobodys {
            self.leftover.clear();
        }
        self
    }
}

impl SeenRequest {
    /// Reads path, query and authority of a request.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        let host = || request.headers().get(http::header::HOST)?.to_str().ok();
        let uri = request.uri();
        Self {
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            authority: uri
                .authority()
                .map(http::uri::Authority::as_str)
                .or_else(host)
                .map(str::to_owned),
        }
    }
}
