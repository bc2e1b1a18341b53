//! The body of a rejection, while it is read.

use std::time::Instant;

use bytes::Bytes;
use http::Response;

use super::{
    attempt::Attempt,
    client_config::ClientOptions,
    declined::{BodyCut, Declined},
    error::HandshakeError,
    input_end::InputEnd,
};
use crate::codec::body::{BodyReader, Framing, Progress};

/// The body of a rejection is waited for.
#[derive(Debug)]
pub(super) struct AwaitBody {
    pub(super) response: Response<()>,
    body: BodyReader,
    /// Until when it is waited for, once somebody has asked.
    deadline: Option<Instant>,
}

impl AwaitBody {
    /// Behind the head of `response`.
    pub(super) fn new(
        response: Response<()>,
        framing: Framing,
        options: &ClientOptions,
    ) -> Box<Self> {
        let body = BodyReader::new(framing, options.limits.max_body_len);
        Box::new(Self { response, body, deadline: None })
    }

    /// Waits no longer than a configured time from `now` on, unless that has begun before.
    pub(super) fn poll_timeout(&mut self, now: Instant, options: &ClientOptions) {
        self.deadline = self.deadline.or_else(|| now.checked_add(options.body_timeout));
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Reads what has come. The error is the rejection, with as much of its body as there will be.
    pub(super) fn read(
        mut self: Box<Self>,
        mut attempt: Attempt,
    ) -> Result<(Attempt, Box<Self>), HandshakeError> {
        let cut = match (self.body.read(&mut attempt.recv), attempt.end) {
            (Progress::NeedMore, None) => return Ok((attempt, self)),
            (Progress::NeedMore, Some(InputEnd::Time | InputEnd::Shutdown)) => Some(BodyCut::Time),
            (Progress::NeedMore, Some(InputEnd::Stream)) => match self.body.end() {
                Progress::Complete => None,
                Progress::NeedMore | Progress::Cut => Some(BodyCut::End),
            },
            (Progress::Complete, _) => None,
            (Progress::Cut, _) => Some(BodyCut::Content),
        };
        let Self { response, body, .. } = *self;
        let body_complete = cut.is_none();
        let declined = Declined {
            response: response.map(|()| body.into_bytes()),
            body_complete,
            // Behind a body that was cut, the beginning of the next response is not known.
            leftover: if body_complete { attempt.recv.into_bytes() } else { Bytes::new() },
            cut,
        };
        Err(HandshakeError::Declined(declined.into()))
    }
}
