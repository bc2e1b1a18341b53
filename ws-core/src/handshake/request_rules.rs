//! What a server asks of a request: one function per rule, the sentence that justifies it above it,
//! in the order in which they are checked.

use super::{
    authority,
    fields::{Fields, One, Options},
    form::Form,
    key::Accept,
    key_text::KeyText,
    lenient::Lenient,
    negotiate,
    origin::OriginPolicy,
    rule::RequestRule as Rule,
    server_config::ServerOptions,
    target,
    violation::Violation,
};
use crate::{
    codec::{
        body::content_length,
        list::{is_name, members},
    },
    negotiated::{DeflateParams, Negotiated},
};

/// A request that may be upgraded: what is needed to answer it.
#[derive(Debug)]
pub(crate) struct Upgrade {
    /// What answers the key, in the form that has one.
    pub(crate) accept: Option<Accept>,
    pub(crate) expects_continue: bool,
    pub(crate) negotiated: Negotiated,
}

/// The start line of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLine<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) form: Form,
    /// HTTP/1.0, which is not asked with in either form.
    pub(crate) is_http_1_0: bool,
    /// What `:protocol` is.
    pub(crate) protocol: Option<&'a str>,
}

/// The fields of a request that a handshake is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequestFields<'a> {
    host: One<'a>,
    key: One<'a>,
    version: One<'a>,
    origin: One<'a>,
    connection: Options<'a>,
    upgrade: Options<'a>,
    content_length: One<'a>,
    transfer_encoding: One<'a>,
    expect: One<'a>,
    expects_continue: bool,
    unknown_expectation: bool,
    protocol: One<'a>,
    extensions: One<'a>,
}

impl<'a> RequestFields<'a> {
    pub(crate) fn collect(fields: impl Fields<'a>) -> Self {
        let mut this = Self::default();
        for (name, value) in fields.iter() {
            this.add(name, value);
        }
        this
    }

    /// Whether no other request can follow this one: it says so, or it announces a body (validly
    /// or not) that has not been read.
    pub(crate) fn is_last(&self, body_read: bool) -> bool {
        self.connection.close || (!body_read && body(self).is_err())
    }

    /// The length tells most names apart before a letter is looked at.
    #[inline]
    fn add(&mut self, name: &str, value: &'a [u8]) {
        let name = name.as_bytes();
        match name.len() {
            4 if is_name(name, b"host") => self.host.add(value),
            6 if is_name(name, b"origin") => self.origin.add(value),
            6 if is_name(name, b"expect") => {
                self.expect.add(value);
                for member in members(value) {
                    let known = member.eq_ignore_ascii_case(b"100-continue");
                    self.expects_continue |= known;
                    self.unknown_expectation |= !known;
                }
            }
            7 if is_name(name, b"upgrade") => self.upgrade.add_upgrade(value),
            10 if is_name(name, b"connection") => self.connection.add_connection(value),
            14 if is_name(name, b"content-length") => self.content_length.add(value),
            17 if is_name(name, b"sec-websocket-key") => self.key.add(value),
            17 if is_name(name, b"transfer-encoding") => self.transfer_encoding.add(value),
            21 if is_name(name, b"sec-websocket-version") => self.version.add(value),
            22 if is_name(name, b"sec-websocket-protocol") => self.protocol.add(value),
            24 if is_name(name, b"sec-websocket-extensions") => self.extensions.add(value),
            _ => {}
        }
    }
}

/// Checks everything, and negotiates. The first rule that is broken is the answer.
pub(crate) fn check<'a>(
    line: RequestLine<'a>,
    fields: impl Fields<'a>,
    slots: &RequestFields<'a>,
    options: &ServerOptions,
    body_read: bool,
) -> Result<Upgrade, Violation> {
    let checked = check_slots(line, fields, slots, options, body_read);
    checked.map_err(|violation| with_all_lines(violation, fields))
}

/// The slots hold the first line of each field. If the rule is about all of them, the error shows all.
#[cold]
fn with_all_lines<'a>(violation: Violation, fields: impl Fields<'a>) -> Violation {
    let rule = violation.rule();
    let name = match rule {
        Rule::DuplicateHost => "host",
        Rule::BadContentLength => "content-length",
        Rule::TransferEncoding => "transfer-encoding",
        Rule::UnknownExpectation => "expect",
        Rule::NoConnection => "connection",
        Rule::NoUpgrade => "upgrade",
        Rule::DuplicateKey => "sec-websocket-key",
        Rule::DuplicateVersion => "sec-websocket-version",
        Rule::BadSubprotocol | Rule::NoCommonSubprotocol => negotiate::SUBPROTOCOL,
        Rule::BadExtension => negotiate::EXTENSIONS,
        Rule::DuplicateOrigin => "origin",
        _ => return violation,
    };
    match fields.joined(name) {
        Some(lines) => Violation::new(rule, Some(&lines)),
        None => violation,
    }
}

fn check_slots<'a>(
    line: RequestLine<'a>,
    fields: impl Fields<'a>,
    slots: &RequestFields<'a>,
    options: &ServerOptions,
    body_read: bool,
) -> Result<Upgrade, Violation> {
    let lenient = options.lenient;
    shutting_down(options)?;
    version_of_http(line)?;
    method(line)?;
    if line.form == Form::Connect {
        protocol(line)?;
    }
    let authority = authority(line, slots)?;
    if !body_read {
        body(slots)?;
    }
    expectation(slots)?;
    let key = match line.form {
        Form::Upgrade => {
            connection(slots, lenient)?;
            upgrade(slots)?;
            Some(key(slots, lenient)?)
        }
        Form::Connect => {
            connection_fields(slots)?;
            None
        }
    };
    version(slots)?;
    subprotocols(fields, slots, lenient)?;
    let deflate = extensions(fields, slots, options)?;
    origin(slots, authority, &options.origins, options.require_origin)?;
    let subprotocol = match slots.protocol.value {
        Some(_) => negotiate::choose_subprotocol(
            || slots.protocol.lines(fields, negotiate::SUBPROTOCOL),
            &options.subprotocols,
            options.preference,
        ),
        None => None,
    };
    // "if the server does not wish to agree to one of the suggested subprotocols, it MUST NOT send
    // back a |Sec-WebSocket-Protocol| header field": going on without one is the default, insisting
    // on one is the application's choice. RFC 6455 4.2.2(4)
    if options.require_subprotocol && subprotocol.is_none() {
        return broken(Rule::NoCommonSubprotocol, slots.protocol.value);
    }
    Ok(Upgrade {
        accept: key.map(|key| key.accept()),
        expects_continue: slots.expects_continue,
        negotiated: Negotiated { subprotocol, deflate },
    })
}

/// "The 503 (Service Unavailable) status code indicates that the server is currently unable to handle the
/// request". RFC 9110 15.6.4
fn shutting_down(options: &ServerOptions) -> Result<(), Violation> {
    if options.is_shutting_down() { broken(Rule::ShuttingDown, None) } else { Ok(()) }
}

/// Whether this is an attempt to open a WebSocket at all: GET, `upgrade` in Connection, `websocket`
/// in Upgrade; or CONNECT, and `websocket` in `:protocol`.
pub(crate) fn is_upgrade(
    line: RequestLine<'_>,
    slots: &RequestFields<'_>,
    lenient: Lenient,
) -> bool {
    line.method == line.form.method()
        && match line.form {
            Form::Upgrade => {
                !line.is_http_1_0 && connection(slots, lenient).is_ok() && slots.upgrade.has()
            }
            Form::Connect => protocol(line).is_ok(),
        }
}

/// "The method of the request MUST be GET, and the HTTP version MUST be at least 1.1." RFC 6455 4.1(2). "A
/// server MUST ignore an Upgrade header field that is received in an HTTP/1.0 request." RFC 9110 7.8
fn version_of_http(line: RequestLine<'_>) -> Result<(), Violation> {
    if line.is_http_1_0 { broken(Rule::Http10, Some(b"HTTP/1.0")) } else { Ok(()) }
}

/// "The method of the request MUST be GET". RFC 6455 4.1(2). "The :method pseudo-header field is CONNECT":
/// that is the other form, RFC 8441 5. A method that is "unrecognized or not implemented" is answered with
/// 501, one that is "not allowed for the target resource" with 405. RFC 9110 9.1
fn method(line: RequestLine<'_>) -> Result<(), Violation> {
    let rule = match line.method {
        method if method == line.form.method() => return Ok(()),
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH" => {
            match line.form {
                Form::Upgrade => Rule::Method,
                Form::Connect => Rule::NotConnect,
            }
        }
        _ => Rule::UnknownMethod,
    };
    broken(rule, Some(line.method.as_bytes()))
}

/// Without `:protocol` a CONNECT asks for "a tunnel to the destination origin server identified by the
/// request target", RFC 9110 9.3.6. To a value of `:protocol` that it does not support, a server answers 501,
/// RFC 9220 3. Names of protocols are compared without case, RFC 9110 7.8.
fn protocol(line: RequestLine<'_>) -> Result<(), Violation> {
    match line.protocol {
        Some(name) if name.eq_ignore_ascii_case("websocket") => Ok(()),
        Some(name) => broken(Rule::OtherProtocol, Some(name.as_bytes())),
        None => broken(Rule::NoProtocol, None),
    }
}

/// Whom the client means to talk to.
fn authority<'a>(line: RequestLine<'a>, slots: &RequestFields<'a>) -> Result<&'a [u8], Violation> {
    match line.form {
        Form::Upgrade => {
            let host = host(slots)?;
            Ok(target(line.target)?.map_or(host, str::as_bytes))
        }
        Form::Connect => match target(line.target)? {
            Some(authority) => {
                same_host(authority.as_bytes(), slots)?;
                Ok(authority.as_bytes())
            }
            None => host(slots),
        },
    }
}

/// "A server SHOULD treat a request as malformed if it contains a Host header field that identifies an
/// entity that differs from the entity in the ":authority" pseudo-header field." RFC 9113 8.3.1
fn same_host(authority: &[u8], slots: &RequestFields<'_>) -> Result<(), Violation> {
    match slots.host {
        One { value: None, .. } => Ok(()),
        One { value, repeated: true } => broken(Rule::DuplicateHost, value),
        One { value: Some(host), .. } if host.eq_ignore_ascii_case(authority) => Ok(()),
        One { value, .. } => broken(Rule::OtherHost, value),
    }
}

/// "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that
/// lacks a Host header field and to any request message that contains more than one Host header
/// field line or a Host header field with an invalid field value." RFC 9112 3.2
fn host<'a>(slots: &RequestFields<'a>) -> Result<&'a [u8], Violation> {
    match slots.host {
        One { value: None, .. } => broken(Rule::MissingHost, None),
        One { value, repeated: true } => broken(Rule::DuplicateHost, value),
        One { value: Some(value), .. } if authority::parse(value).is_some() => Ok(value),
        One { value, .. } => broken(Rule::BadHost, value),
    }
}

/// "The "Request-URI" part of the request MUST match the /resource name/ [...] or be an absolute
/// http/https URI". RFC 6455 4.1(3)
#[inline]
fn target(target: &str) -> Result<Option<&str>, Violation> {
    match target::check(target) {
        Some(authority) => Ok(authority),
        None => broken(Rule::BadTarget, Some(target.as_bytes())),
    }
}

/// What follows the head of a handshake is frames. A body there would be read as frames by one
/// party and as a body by another, so its mere announcement is refused. RFC 9112 6.3, 11.2
fn body(slots: &RequestFields<'_>) -> Result<(), Violation> {
    if let Some(value) = slots.transfer_encoding.value {
        return broken(Rule::TransferEncoding, Some(value));
    }
    match slots.content_length {
        One { value: None, .. } => Ok(()),
        One { value, repeated: true } => broken(Rule::BadContentLength, value),
        One { value: Some(value), .. } => match content_length(value) {
            Some(0) => Ok(()),
            Some(_) => broken(Rule::UnexpectedBody, Some(value)),
            None => broken(Rule::BadContentLength, Some(value)),
        },
    }
}

/// "A server that receives an Expect field value containing a member other than 100-continue MAY
/// respond with a 417 (Expectation Failed) status code". RFC 9110 10.1.1
fn expectation(slots: &RequestFields<'_>) -> Result<(), Violation> {
    if slots.unknown_expectation {
        return broken(Rule::UnknownExpectation, slots.expect.value);
    }
    Ok(())
}

/// "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields. [...] Any
/// message containing connection-specific header fields MUST be treated as malformed". RFC 9113 8.2.2
fn connection_fields(slots: &RequestFields<'_>) -> Result<(), Violation> {
    match slots.connection.value.or(slots.upgrade.value) {
        None => Ok(()),
        value => broken(Rule::ConnectionField, value),
    }
}

/// "A |Connection| header field that includes the token "Upgrade", treated as an ASCII
/// case-insensitive value." RFC 6455 4.2.1(4)
fn connection(slots: &RequestFields<'_>, lenient: Lenient) -> Result<(), Violation> {
    if slots.connection.has() || lenient.missing_connection {
        return Ok(());
    }
    broken(Rule::NoConnection, slots.connection.value)
}

/// "An |Upgrade| header field containing the value "websocket", treated as an ASCII
/// case-insensitive value." RFC 6455 4.2.1(3)
fn upgrade(slots: &RequestFields<'_>) -> Result<(), Violation> {
    if slots.upgrade.has() { Ok(()) } else { broken(Rule::NoUpgrade, slots.upgrade.value) }
}

/// "A |Sec-WebSocket-Key| header field with a base64-encoded [...] value that, when decoded, is 16
/// bytes in length." RFC 6455 4.2.1(5). It "MUST NOT appear more than once in an HTTP request." 11.3.1
#[inline]
fn key<'a>(slots: &RequestFields<'a>, lenient: Lenient) -> Result<KeyText<'a>, Violation> {
    match slots.key {
        One { value: None, .. } => broken(Rule::MissingKey, None),
        One { value, repeated: true } => broken(Rule::DuplicateKey, value),
        One { value: Some(value), .. } => match KeyText::parse(value, lenient.any_key) {
            Some(key) => Ok(key),
            None => broken(Rule::BadKey, Some(value)),
        },
    }
}

/// "A |Sec-WebSocket-Version| header field, with a value of 13." RFC 6455 4.2.1(6). "If this
/// version does not match a version understood by the server, the server MUST abort the WebSocket
/// handshake [...] and instead send an appropriate HTTP error code (such as 426 Upgrade Required)
/// and a |Sec-WebSocket-Version| header field". 4.2.2(4)
fn version(slots: &RequestFields<'_>) -> Result<(), Violation> {
    match slots.version {
        One { value: None, .. } => broken(Rule::MissingVersion, None),
        One { value, repeated: true } => broken(Rule::DuplicateVersion, value),
        One { value: Some(b"13"), .. } => Ok(()),
        One { value, .. } => broken(Rule::BadVersion, value),
    }
}

/// "The elements that comprise this value MUST be non-empty strings with characters in the range
/// U+0021 to U+007E not including separator characters". RFC 6455 4.1(10)
fn subprotocols<'a>(
    fields: impl Fields<'a>,
    slots: &RequestFields<'a>,
    lenient: Lenient,
) -> Result<(), Violation> {
    let Some(value) = slots.protocol.value else { return Ok(()) };
    let lines = slots.protocol.lines(fields, negotiate::SUBPROTOCOL);
    match negotiate::check_subprotocols(lines, lenient.empty_lists) {
        Ok(()) => Ok(()),
        Err(_) => broken(Rule::BadSubprotocol, Some(value)),
    }
}

/// [`Malformed`](super::extension::Malformed) lists are refused. RFC 6455 9.1, RFC 7692 5.1
fn extensions<'a>(
    fields: impl Fields<'a>,
    slots: &RequestFields<'a>,
    options: &ServerOptions,
) -> Result<Option<DeflateParams>, Violation> {
    let Some(value) = slots.extensions.value else { return Ok(None) };
    let lines = slots.extensions.lines(fields, negotiate::EXTENSIONS);
    match negotiate::choose_deflate(lines, options.deflate.as_ref(), options.lenient.empty_lists) {
        Ok(deflate) => Ok(deflate),
        Err(_) => broken(Rule::BadExtension, Some(value)),
    }
}

/// "Servers [...] SHOULD verify the |Origin| field is an origin they expect. If the origin
/// indicated is unacceptable to the server, then it SHOULD respond to the WebSocket handshake with
/// a reply containing HTTP 403 Forbidden status code." RFC 6455 10.2
fn origin(
    slots: &RequestFields<'_>,
    authority: &[u8],
    policy: &OriginPolicy,
    required: bool,
) -> Result<(), Violation> {
    match slots.origin {
        One { value: None, .. } if required => broken(Rule::MissingOrigin, None),
        One { value: None, .. } => Ok(()),
        One { value, repeated: true } => broken(Rule::DuplicateOrigin, value),
        One { value: Some(value), .. } if policy.allows(value, authority) => Ok(()),
        One { value, .. } => broken(Rule::Origin, value),
    }
}

fn broken<T>(rule: Rule, value: Option<&[u8]>) -> Result<T, Violation> {
    Err(Violation::new(rule, value))
}
