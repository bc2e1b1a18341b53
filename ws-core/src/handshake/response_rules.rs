//! What a client asks of a 101, or of what is in its place: one function per rule, the sentence that justifies it above it, in
//! the order in which they are checked.

use std::{borrow::Cow, sync::Arc};

use super::{
    client_config::ClientOptions,
    deflate,
    extension::extensions,
    fields::{Fields, One, Options},
    key::Accept,
    lenient::Lenient,
    negotiate::{EXTENSIONS, SUBPROTOCOL},
    rule::ResponseRule as Rule,
};
use crate::{
    codec::list::{is_name, members},
    negotiated::{DeflateParams, Negotiated},
};

/// A rule that is broken, and the value that breaks it.
pub(crate) type Broken<'a> = (Rule, Option<Cow<'a, [u8]>>);

/// The fields of an answer that a handshake is about.
#[derive(Clone, Copy, Debug, Default)]
struct AnswerFields<'a> {
    upgrade: One<'a>,
    connection: Options<'a>,
    accept: One<'a>,
    protocol: One<'a>,
    extensions: One<'a>,
}

impl<'a> AnswerFields<'a> {
    fn collect(fields: impl Fields<'a>) -> Self {
        let mut this = Self::default();
        for (name, value) in fields.iter() {
            let name = name.as_bytes();
            match name.len() {
                7 if is_name(name, b"upgrade") => this.upgrade.add(value),
                10 if is_name(name, b"connection") => this.connection.add_connection(value),
                20 if is_name(name, b"sec-websocket-accept") => this.accept.add(value),
                22 if is_name(name, b"sec-websocket-protocol") => this.protocol.add(value),
                24 if is_name(name, b"sec-websocket-extensions") => this.extensions.add(value),
                _ => {}
            }
        }
        this
    }
}

/// Checks a 101 of HTTP/1.1, or where no accept value is expected a 2xx to a CONNECT, and returns what was
/// negotiated. The first rule that is broken is the error.
pub(crate) fn check<'a>(
    fields: impl Fields<'a>,
    expected: Option<&Accept>,
    options: &ClientOptions,
) -> Result<Negotiated, Broken<'a>> {
    let slots = AnswerFields::collect(fields);
    check_slots(fields, &slots, expected, options).map_err(|rule| with_value(rule, fields))
}

/// The rule that is broken, and the field that breaks it: what all of its lines say.
#[cold]
fn with_value<'a>(rule: Rule, fields: impl Fields<'a>) -> Broken<'a> {
    let name = match rule {
        Rule::NoUpgrade => "upgrade",
        Rule::NoConnection => "connection",
        Rule::ConnectionField => match fields.joined("connection") {
            Some(value) => return (rule, Some(Cow::Owned(value))),
            None => "upgrade",
        },
        Rule::DuplicateAccept | Rule::BadAccept => "sec-websocket-accept",
        Rule::UnofferedSubprotocol => SUBPROTOCOL,
        Rule::UnofferedExtension | Rule::BadExtensionParameter => EXTENSIONS,
        _ => return (rule, None),
    };
    (rule, fields.joined(name).map(Cow::Owned))
}

fn check_slots<'a>(
    fields: impl Fields<'a>,
    slots: &AnswerFields<'a>,
    expected: Option<&Accept>,
    options: &ClientOptions,
) -> Result<Negotiated, Rule> {
    match expected {
        Some(expected) => {
            upgrade(slots)?;
            connection(slots, options.lenient)?;
            accept(slots, expected)?;
        }
        None => connection_fields(slots)?,
    }
    let subprotocol = subprotocol(slots, &options.subprotocols, options.lenient)?;
    let mut deflate = None;
    if slots.extensions.value.is_some() {
        // "1#extension": one at least. RFC 6455 9.1
        deflate = agreed(fields, options)?;
        let is_empty = || fields.lines(EXTENSIONS).all(|line| members(line).next().is_none());
        if deflate.is_none() && !(options.lenient.empty_lists && is_empty()) {
            return Err(Rule::BadExtensionParameter);
        }
    }
    Ok(Negotiated { subprotocol, deflate })
}

/// "If the response lacks an |Upgrade| header field or the |Upgrade| header field contains a value
/// that is not an ASCII case-insensitive match for the value "websocket", the client MUST _Fail the
/// WebSocket Connection_." RFC 6455 4.1(2)
fn upgrade(slots: &AnswerFields<'_>) -> Result<(), Rule> {
    match slots.upgrade {
        One { value: Some(value), repeated: false } if value.eq_ignore_ascii_case(b"websocket") => {
            Ok(())
        }
        One { .. } => Err(Rule::NoUpgrade),
    }
}

/// "If the response lacks a |Connection| header field or the |Connection| header field doesn't
/// contain a token that is an ASCII case-insensitive match for the value "Upgrade", the client MUST
/// _Fail the WebSocket Connection_." RFC 6455 4.1(3)
fn connection(slots: &AnswerFields<'_>, lenient: Lenient) -> Result<(), Rule> {
    if slots.connection.has() || lenient.missing_connection {
        Ok(())
    } else {
        Err(Rule::NoConnection)
    }
}

/// "Any message containing connection-specific header fields MUST be treated as malformed". RFC 9113 8.2.2
fn connection_fields(slots: &AnswerFields<'_>) -> Result<(), Rule> {
    match (slots.connection.value, slots.upgrade.value) {
        (None, None) => Ok(()),
        _ => Err(Rule::ConnectionField),
    }
}

/// "If the response lacks a |Sec-WebSocket-Accept| header field or the |Sec-WebSocket-Accept|
/// contains a value other than the base64-encoded SHA-1 of the concatenation [...], the client MUST
/// _Fail the WebSocket Connection_." RFC 6455 4.1(4). It "MUST NOT appear more than once in an HTTP
/// response." 11.3.3
fn accept(slots: &AnswerFields<'_>, expected: &Accept) -> Result<(), Rule> {
    match slots.accept {
        One { value: None, .. } => Err(Rule::MissingAccept),
        One { repeated: true, .. } => Err(Rule::DuplicateAccept),
        One { value: Some(value), .. } if value == expected => Ok(()),
        One { .. } => Err(Rule::BadAccept),
    }
}

/// "If the response includes a |Sec-WebSocket-Protocol| header field and this header field
/// indicates the use of a subprotocol that was not present in the client's handshake (the server
/// has indicated a subprotocol not requested by the client), the client MUST _Fail the WebSocket
/// Connection_." RFC 6455 4.1(6)
fn subprotocol(
    slots: &AnswerFields<'_>,
    offered: &[Box<str>],
    lenient: Lenient,
) -> Result<Option<Arc<str>>, Rule> {
    match slots.protocol {
        One { value: None, .. } => Ok(None),
        One { value: Some(b""), repeated: false } if lenient.empty_subprotocol => Ok(None),
        One { repeated: true, .. } => Err(Rule::UnofferedSubprotocol),
        One { value: Some(value), .. } => {
            match offered.iter().find(|name| name.as_bytes() == value) {
                Some(name) => Ok(Some(Arc::from(&**name))),
                None => Err(Rule::UnofferedSubprotocol),
            }
        }
    }
}

/// "If the response includes a |Sec-WebSocket-Extensions| header field and this header field
/// indicates the use of an extension that was not present in the client's handshake [...], the
/// client MUST _Fail the WebSocket Connection_." RFC 6455 4.1(5). "A client MUST _Fail the
/// WebSocket Connection_ if the peer server accepted an extension negotiation offer for this
/// extension with" invalid parameters. RFC 7692 7
fn agreed<'a>(
    fields: impl Fields<'a>,
    options: &ClientOptions,
) -> Result<Option<DeflateParams>, Rule> {
    let mut agreed = None;
    for extension in fields.lines(EXTENSIONS).flat_map(extensions) {
        let extension = extension.map_err(|_| Rule::BadExtensionParameter)?;
        if extension.name != deflate::NAME.as_bytes() || options.deflate.is_empty() {
            return Err(Rule::UnofferedExtension);
        }
        let params = deflate::agreed(&options.deflate, &extension);
        if agreed.is_some() || params.is_none() {
            return Err(Rule::BadExtensionParameter);
        }
        agreed = params;
    }
    Ok(agreed)
}
