//! A request that has not been answered yet.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, Version};

use super::{
    accepted::Accepted,
    argument_error::ArgumentError,
    exchange::{Asked, Checked, Exchange},
    form::Form,
    negotiate::subprotocols,
    parsed_request::ParsedRequest,
    rejected::Rejected,
    rejection::{Draft, Rejection},
    request_rules::Upgrade,
    rule::RequestRule,
    server_config::ServerConfig,
    switching_protocols,
    violation::Violation,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        head::{HeadSpan, parse_request},
        http_types::append,
        list::is_token,
    },
    negotiated::Negotiated,
};

/// A request whose head is well formed and that has not been answered yet.
///
/// Whether it may become a WebSocket is already known: [`violation`](Self::violation) tells which
/// rule it breaks. It can be answered in any way and at any time.
#[derive(Debug)]
#[must_use = "a request that is dropped is never answered"]
pub struct UpgradeRequest {
    exchange: Exchange,
    head: Head,
    checked: Checked,
}

impl UpgradeRequest {
    /// A request that another HTTP stack has parsed, and the bytes that came behind it. It is checked
    /// and answered like one that was read here.
    pub fn from_request<'a>(
        config: &ServerConfig,
        request: impl Into<ParsedRequest<'a>>,
        leftover: impl Into<RecvBuf>,
    ) -> Self {
        let request = request.into();
        let checked = Checked {
            verdict: request.check(config),
            is_upgrade: request.is_upgrade(config.options().lenient),
            asked: Asked { close: request.is_last(), head: request.method() == Method::HEAD },
        };
        let exchange = Exchange::new(config.clone(), leftover.into(), SendQueue::new());
        let built = OnceLock::from(Box::new(request.to_request()));
        Self { exchange, head: Head { span: HeadSpan::default(), built }, checked }
    }

    pub(super) fn new(exchange: Exchange, span: HeadSpan, checked: Checked) -> Self {
        Self { exchange, head: Head { span, built: OnceLock::new() }, checked }
    }

    /// The request. Built when first asked for.
    ///
    /// For a target in absolute-form the URI has an authority, which counts instead of Host.
    pub fn request(&self) -> &Request<()> {
        self.head.request(&self.exchange)
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP: see
    /// [`is_upgrade`](crate::is_upgrade).
    pub fn is_upgrade(&self) -> bool {
        self.checked.is_upgrade
    }

    /// The first rule that the request breaks, if any. [`accept`](Self::accept) would answer it.
    pub fn violation(&self) -> Option<&Violation> {
        self.checked.verdict.as_ref().err()
    }

    /// What would be negotiated by accepting now.
    pub fn negotiated(&self) -> &Negotiated {
        self.checked.verdict.as_ref().map_or(Negotiated::NOTHING, |upgrade| &upgrade.negotiated)
    }

    /// The subprotocols that the client offers, most preferred first.
    pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
        offered(self.request()).filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// Chooses the subprotocol, whatever the configuration says: one of those offered, or none.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::UnofferedSubprotocol`] for a name that the client did not offer.
    pub fn select_subprotocol(&mut self, name: Option<&str>) -> Result<(), ArgumentError> {
        if let Some(name) = name.filter(|name| !offers(self.request(), name.as_bytes())) {
            return Err(ArgumentError::UnofferedSubprotocol(name.escape_default().to_string()));
        }
        if let Ok(upgrade) = &mut self.checked.verdict {
            upgrade.negotiated.subprotocol = name.map(Arc::from);
        }
        Ok(())
    }

    /// Sets the instant by which the answer has to be written.
    pub fn set_deadline(&mut self, at: Option<Instant>) {
        self.exchange.deadline = at;
    }

    /// The instant by which the answer has to be written.
    pub fn deadline(&self) -> Option<Instant> {
        self.exchange.deadline()
    }

    /// Answers 101.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is rejected with the status of that rule, and the error says so. One of
    /// HTTP/2 or HTTP/3 cannot be answered here, but with [`respond_with`](Self::respond_with):
    /// [`RequestRule::HttpVersion`].
    pub fn accept(mut self) -> Result<Accepted, Box<Rejected>> {
        self.check_again();
        if self.exchange.options().decorator.is_some() {
            return self.accept_with(|_| {});
        }
        match self.checked.verdict {
            Ok(upgrade @ Upgrade { accept: Some(accept), .. }) => {
                let (span, kept) = (self.head.span, self.head.kept(&self.exchange));
                Ok(Accepted::plain(self.exchange, span, &accept, upgrade).keeping(kept))
            }
            Ok(_) => Err(self.reject_unwritable()),
            Err(_) => Err(self.reject()),
        }
    }

    /// Answers 101, after `decorate` has seen it. It may do what a hook of
    /// [`ServerConfig::decorate`](crate::ServerConfig::decorate) may.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is rejected, and `decorate` is not called. If `decorate` sets
    /// another status than 101, the request is rejected with that response; if it contradicts what
    /// was negotiated, the answer is 500 and the error says [`RequestRule::Response`].
    pub fn accept_with(
        mut self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<Accepted, Box<Rejected>> {
        self.check_again();
        let Ok(upgrade) = self.checked.verdict else { return Err(self.reject()) };
        let Some(accept) = upgrade.accept else {
            let verdict = Ok(upgrade);
            let checked = Checked { verdict, ..self.checked };
            return Err(Self { checked, ..self }.reject_unwritable());
        };
        let Self { exchange, head, checked: Checked { asked, .. } } = self;
        let decorate = |response: &mut Response<Bytes>| {
            exchange.decorate(|| Some(head.request(&exchange)), response);
            decorate(response);
        };
        let is_offered = |name: &[u8]| offers(head.request(&exchange), name);
        match switching_protocols::decorated(&upgrade, decorate, is_offered) {
            Ok(answer) => {
                let (span, kept) = (head.span, head.kept(&exchange));
                Ok(Accepted::decorated(exchange, span, &accept, &upgrade, answer, kept))
            }
            Err(draft) => Err(Rejected::answer_request(exchange, head.span, *draft, asked)),
        }
    }

    /// Answers by way of the HTTP stack that has read the request: like [`accept_with`](Self::accept_with),
    /// but as a response for that stack to send. It then hands over the connection.
    ///
    /// # Errors
    ///
    /// As [`accept_with`](Self::accept_with); the [`Rejection`] has the response to send instead.
    pub fn respond_with(
        mut self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<(Response<()>, Negotiated), Box<Rejection>> {
        self.check_again();
        let Self { exchange, head, checked: Checked { verdict, asked, .. } } = self;
        let request = head.request(&exchange);
        let form = Form::of(request.version());
        let by_configuration = |response: &mut _| exchange.decorate(|| Some(request), response);
        let draft = match verdict {
            Ok(upgrade) => {
                let decorate = |response: &mut Response<Bytes>| {
                    by_configuration(response);
                    decorate(response);
                };
                let is_offered = |name: &[u8]| offers(request, name);
                match switching_protocols::decorated(&upgrade, decorate, is_offered) {
                    Ok((response, negotiated)) => return Ok((response.map(|_| ()), negotiated)),
                    Err(draft) => *draft,
                }
            }
            Err(violation) => {
                let mut draft = Draft::of_rule(violation, &exchange.options().subprotocols, form);
                by_configuration(&mut draft.response);
                draft
            }
        };
        let stays_open = exchange.options().may_stay_open() && !asked.close;
        Err(Box::new(draft.finish_in(form, request.method(), stays_open)))
    }

    /// Answers with the rejection that the broken rule asks for; 403 when no rule is broken.
    pub fn reject(mut self) -> Box<Rejected> {
        self.check_again();
        let rejection = match &self.checked.verdict {
            Ok(_) => RequestRule::Application.into(),
            Err(rejection) => rejection.clone(),
        };
        let supported = &self.exchange.options().subprotocols;
        let draft = Draft::of_rule(rejection, supported, Form::Upgrade);
        self.answer(draft)
    }

    /// Answers with a custom response: any status but 1xx, any fields, any body.
    ///
    /// Content-Length, Connection and, for a 426, Upgrade are filled in; fields that only a 101 may
    /// have are taken out. `Connection: close` in `response` closes the connection.
    pub fn reject_with<B: Into<Bytes>>(self, response: Response<B>) -> Box<Rejected> {
        self.answer(Draft::of_application(response.map(Into::into)))
    }

    /// The stack that has read the request has to send the answer, which is none of HTTP/1.1.
    fn reject_unwritable(self) -> Box<Rejected> {
        let version = format!("{:?}", self.request().version());
        let violation = Violation::new(RequestRule::HttpVersion, Some(version.as_bytes()));
        self.answer(Draft::of_rule(violation, &[], Form::Upgrade))
    }

    /// Everything may have begun to end since the request was read.
    fn check_again(&mut self) {
        if self.exchange.options().is_shutting_down() {
            self.checked.verdict = Err(RequestRule::ShuttingDown.into());
        }
    }

    fn answer(self, mut draft: Draft) -> Box<Rejected> {
        self.exchange.decorate(|| Some(self.request()), &mut draft.response);
        Rejected::answer_request(self.exchange, self.head.span, draft, self.checked.asked)
    }
}

/// Where the head lies in the buffer, and the request, once it has been asked for.
#[derive(Debug)]
struct Head {
    span: HeadSpan,
    built: OnceLock<Box<Request<()>>>,
}

impl Head {
    fn request(&self, exchange: &Exchange) -> &Request<()> {
        self.built.get_or_init(|| self.build(exchange))
    }

    /// The request if it is to be kept, while its head is still there.
    fn kept(self, exchange: &Exchange) -> Option<Box<Request<()>>> {
        if !exchange.options().keep_request {
            return None;
        }
        self.request(exchange);
        self.built.into_inner()
    }

    fn build(&self, exchange: &Exchange) -> Box<Request<()>> {
        let built = parse_request(exchange.recv.filled(), self.span, |head| {
            let mut request = Request::new(());
            if !head.is_http_1_1 {
                *request.version_mut() = Version::HTTP_10;
            }
            *request.method_mut() = Method::from_bytes(head.method.as_bytes()).unwrap_or_default();
            // A target that `http` does not take for a URI was no request.
            let uri = head.target.parse();
            debug_assert!(uri.is_ok(), "{:?}", head.target);
            *request.uri_mut() = uri.unwrap_or_default();
            let headers = request.headers_mut();
            headers.reserve(head.fields.len());
            for field in head.fields {
                append(headers, field.name, field.value);
            }
            request
        });
        // The same bytes were parsed before, with the same result.
        debug_assert!(built.is_ok());
        Box::new(built.unwrap_or_default())
    }
}

/// The subprotocols that a request offers, most preferred first.
fn offered(request: &Request<()>) -> impl Iterator<Item = &[u8]> {
    let lines = request.headers().get_all(http::header::SEC_WEBSOCKET_PROTOCOL);
    subprotocols(lines.iter().map(HeaderValue::as_bytes))
}

fn offers(request: &Request<()>, name: &[u8]) -> bool {
    is_token(name) && offered(request).any(|offered| offered == name)
}
