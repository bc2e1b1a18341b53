//! The rules of the handshake, one variant each: its name, its section, its message and its status.

use http::StatusCode;

use crate::rule::rules;

rules! {
    /// A rule for requests, in the order in which a server checks them.
    pub enum RequestRule;
    MalformedHead => "malformed-head", "RFC 9112 2", "the request is not a well-formed HTTP/1.1 head";
    RequestLineTooLong => "request-line-too-long", "RFC 9112 3", "the request line is longer than the server's limit";
    FieldTooLong => "field-too-long", "RFC 6585 5", "a field line is longer than the server's limit";
    HeadTooLarge => "head-too-large", "RFC 6585 5", "the request head is larger than the server's limit";
    TooManyFields => "too-many-fields", "RFC 6585 5", "the request has more field lines than the server's limit";
    HttpVersion => "bad-http-version", "RFC 6455 4.1", "a WebSocket handshake here is HTTP/1.1";
    ShuttingDown => "shutting-down", "RFC 9110 15.6.4", "the server shuts down and takes no new requests";
    Http10 => "http-1.0", "RFC 6455 4.1", "a WebSocket handshake is HTTP/1.1, and the request came as HTTP/1.0: proxies send that unless told otherwise";
    UnknownMethod => "unknown-method", "RFC 9110 9.1", "the request method is not one the server knows";
    Method => "bad-method", "RFC 6455 4.1", "the method of a WebSocket handshake is GET";
    NotConnect => "not-connect", "RFC 8441 5", "over HTTP/2 and HTTP/3 a WebSocket begins with the method CONNECT and :protocol websocket";
    NoProtocol => "no-protocol", "RFC 8441 4", "CONNECT without :protocol asks for a tunnel, and this is no proxy";
    OtherProtocol => "other-protocol", "RFC 9220 3", ":protocol must be websocket to open a WebSocket here";
    MissingHost => "missing-host", "RFC 9112 3.2", "a request must have a Host field, or :authority in HTTP/2 and HTTP/3";
    DuplicateHost => "duplicate-host", "RFC 9112 3.2", "a request must have exactly one Host field";
    BadHost => "bad-host", "RFC 9112 3.2", "Host must be a host and optionally a port";
    OtherHost => "other-host", "RFC 9113 8.3.1", "Host, where there is one, must be the same as :authority";
    BadTarget => "bad-target", "RFC 9112 3.2", "the target must be a path or an http URI, without user information, a fragment, or a character that a URI cannot have";
    BadContentLength => "bad-content-length", "RFC 9112 6.3", "Content-Length must be one number";
    UnexpectedBody => "unexpected-body", "RFC 6455 4.1", "a WebSocket handshake has no body";
    TransferEncoding => "transfer-encoding", "RFC 9112 6.1", "a WebSocket handshake has no body and so no Transfer-Encoding";
    UnknownExpectation => "unknown-expectation", "RFC 9110 10.1.1", "the only expectation that can be met is 100-continue";
    ConnectionField => "connection-field", "RFC 9113 8.2.2", "in HTTP/2 and HTTP/3 there is no Connection and no Upgrade";
    NoConnection => "no-connection", "RFC 6455 4.2.1", "Connection must be a list of tokens, upgrade among them, to open a WebSocket here";
    NoUpgrade => "no-upgrade", "RFC 6455 4.2.1", "Upgrade must be a list of protocols, websocket among them, to open a WebSocket here";
    MissingKey => "missing-key", "RFC 6455 4.2.1", "a WebSocket handshake must have a Sec-WebSocket-Key";
    DuplicateKey => "duplicate-key", "RFC 6455 11.3.1", "a WebSocket handshake must have exactly one Sec-WebSocket-Key";
    BadKey => "bad-key", "RFC 6455 4.2.1", "Sec-WebSocket-Key must be 16 bytes in base64: 22 digits and ==";
    MissingVersion => "missing-version", "RFC 6455 4.2.1", "a WebSocket handshake must have a Sec-WebSocket-Version; this server speaks 13";
    DuplicateVersion => "duplicate-version", "RFC 6455 11.3.5", "a WebSocket handshake must have exactly one Sec-WebSocket-Version";
    BadVersion => "bad-version", "RFC 6455 4.4", "this server speaks version 13 of the WebSocket protocol";
    BadSubprotocol => "bad-subprotocol", "RFC 6455 11.3.4", "Sec-WebSocket-Protocol must be a list of at least one token, and nothing but tokens";
    BadExtension => "bad-extension", "RFC 6455 9.1", "Sec-WebSocket-Extensions must be a list of at least one extension, each with well-formed parameters";
    DuplicateOrigin => "duplicate-origin", "RFC 6454 7.3", "a request must have at most one Origin";
    MissingOrigin => "missing-origin", "RFC 6455 10.2", "a request must have an Origin to open a WebSocket here";
    Origin => "origin-not-allowed", "RFC 6455 10.2", "pages of this origin may not open a WebSocket here";
    NoCommonSubprotocol => "no-common-subprotocol", "RFC 6455 4.2.2", "one of the server's subprotocols must be offered";
    Timeout => "timeout", "RFC 9110 15.5.9", "the request did not arrive in time";
    /// The application said no.
    Application => "refused", "RFC 6455 4.2.2", "the application refused the request";
    /// A hook or answer of the application could not be sent.
    Response => "invalid-answer", "RFC 9110 15.6.1", "the server failed to make an answer";
}

impl RequestRule {
    /// The status of the answer to a request that breaks the rule. In HTTP/2 and HTTP/3, where no answer has
    /// the Upgrade that a 426 needs, 400 takes its place.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::RequestLineTooLong => StatusCode::URI_TOO_LONG,
            Self::FieldTooLong | Self::HeadTooLarge | Self::TooManyFields => {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            Self::HttpVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::UnknownMethod | Self::NoProtocol | Self::OtherProtocol => {
                StatusCode::NOT_IMPLEMENTED
            }
            Self::Method | Self::NotConnect => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnexpectedBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnknownExpectation => StatusCode::EXPECTATION_FAILED,
            Self::Http10 | Self::NoConnection | Self::NoUpgrade | Self::BadVersion => {
                StatusCode::UPGRADE_REQUIRED
            }
            Self::MissingOrigin | Self::Origin | Self::Application => StatusCode::FORBIDDEN,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Response => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether the request's end is unknown or a body follows it, so that nothing behind it can be
    /// trusted to be the next request.
    pub(crate) const fn loses_framing(self) -> bool {
        matches!(
            self,
            Self::MalformedHead
                | Self::RequestLineTooLong
                | Self::FieldTooLong
                | Self::HeadTooLarge
                | Self::TooManyFields
                | Self::HttpVersion
                | Self::BadContentLength
                | Self::UnexpectedBody
                | Self::TransferEncoding
                | Self::Timeout
                | Self::Response
        )
    }
}

rules! {
    /// A rule for what a server answers, in the order in which a client checks them.
    pub enum ResponseRule;
    MalformedHead => "malformed-head", "RFC 9112 2", "the response is not a well-formed HTTP/1.1 head";
    StatusLineTooLong => "status-line-too-long", "RFC 9112 4", "the status line is longer than the client's limit";
    FieldTooLong => "field-too-long", "RFC 9110 5.4", "a field line is longer than the client's limit";
    HeadTooLarge => "head-too-large", "RFC 9110 5.4", "the head of the response is larger than the client's limit";
    TooManyFields => "too-many-fields", "RFC 9110 5.4", "the response has more field lines than the client's limit";
    InterimTooLarge => "interim-too-large", "RFC 9110 15.2", "the interim answers are larger together than the client's limit";
    HttpVersion => "bad-http-version", "RFC 6455 4.1", "the answer to a WebSocket handshake is HTTP/1.1, and that to a CONNECT of HTTP/2 or HTTP/3 is not";
    ConnectionField => "connection-field", "RFC 9113 8.2.2", "in HTTP/2 and HTTP/3 there is no Connection and no Upgrade";
    NoUpgrade => "no-upgrade", "RFC 6455 4.1", "Upgrade must be websocket and nothing else";
    NoConnection => "no-connection", "RFC 6455 4.1", "Connection must be a list of tokens, upgrade among them";
    MissingAccept => "missing-accept", "RFC 6455 4.1", "a 101 must have a Sec-WebSocket-Accept";
    DuplicateAccept => "duplicate-accept", "RFC 6455 11.3.3", "a 101 must have exactly one Sec-WebSocket-Accept";
    BadAccept => "bad-accept", "RFC 6455 4.1", "Sec-WebSocket-Accept must answer the key that was sent";
    UnofferedSubprotocol => "unoffered-subprotocol", "RFC 6455 4.1", "Sec-WebSocket-Protocol must name one of the subprotocols offered";
    UnofferedExtension => "unoffered-extension", "RFC 6455 4.1", "Sec-WebSocket-Extensions must name nothing that was not offered";
    BadExtensionParameter => "bad-extension-parameter", "RFC 7692 7.1", "Sec-WebSocket-Extensions must be one legal answer to an offer";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = RequestRule::ALL.iter().map(|rule| rule.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RequestRule::ALL.len());
        assert!(
            names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b"-.10".contains(&b)))
        );
    }

    #[test]
    fn every_rejection_has_an_error_status() {
        for rule in RequestRule::ALL {
            assert!(rule.status().is_client_error() || rule.status().is_server_error(), "{rule}");
        }
    }

    /// Behind these, nothing that comes is taken for the next request; behind the others, what comes is one.
    #[test]
    fn framing_is_lost_where_the_end_of_the_request_is_not_known() {
        let lost = RequestRule::ALL.iter().filter(|rule| rule.loses_framing());
        let names: Vec<_> = lost.map(|rule| rule.name()).collect();
        let expected = [
            "malformed-head",
            "request-line-too-long",
            "field-too-long",
            "head-too-large",
            "too-many-fields",
            "bad-http-version",
            "bad-content-length",
            "unexpected-body",
            "transfer-encoding",
            "timeout",
            "invalid-answer",
        ];
        assert_eq!(names, expected);
    }
}
