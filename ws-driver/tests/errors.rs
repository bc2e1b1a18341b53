//! Every error, as it is printed: alone, and with the errors that it came from.

#![cfg(test)]

use std::{error::Error as StdError, io};

use http::{Response, StatusCode};
use ws_driver::{
    Error, TlsError, UnsentAnswer,
    ws_core::{
        ArgumentError, ClientConfig, ClientHandshake, FrameRule, FrameViolation, HandshakeError,
        HandshakeStep, Polled, ProxyError, ProxyStep, ProxyUrlError, RedirectError, RequestRule,
        ResponseRule, SendError, ServerConfig, ServerHandshake, Socks5Reply, Text, Timeout, Url,
        UrlError, Violation, is_upgrade, respond,
    },
};

type Boxed = Box<dyn StdError>;

/// What a chain printer shows: the error, and whatever `source` leads to.
fn chain(error: &dyn StdError) -> Vec<String> {
    let mut chain = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        chain.push(error.to_string());
        source = error.source();
    }
    chain
}

fn rejected(head: &str, config: &ServerConfig) -> HandshakeError {
    let mut server = ServerHandshake::new(config);
    server.recv_buf().extend_from_slice(head.as_bytes());
    match server.poll_accept() {
        Polled::Failed(rejected) => rejected.into_error(),
        other => panic!("{other:?}"),
    }
}

fn answered(answer: &str) -> HandshakeError {
    let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
    client.recv_buf().extend_from_slice(answer.as_bytes());
    client.handle_eof();
    match client.poll() {
        Polled::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

/// Made anew each time, since errors are not cloned.
fn handshake_errors() -> Vec<HandshakeError> {
    let mistake = ServerConfig::new().decorate(|_, response| {
        *response.status_mut() = StatusCode::CONTINUE;
    });
    let mut errors = vec![
        rejected("GET / HTTP/1.1\r\nHost: h\r\n\r\n", &ServerConfig::new()),
        // The answer that the hook made cannot be sent, and the error says why.
        rejected("GET / HTTP/1.1\r\nHost: h\r\n\r\n", &mistake),
        answered("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"),
        answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n"),
        HandshakeError::Closed,
        HandshakeError::Done,
    ];
    for step in STEPS {
        errors.extend([HandshakeError::Truncated(step), HandshakeError::TimedOut(step)]);
    }
    errors.extend(argument_errors().into_iter().map(HandshakeError::from));
    errors
}

const STEPS: [HandshakeStep; 10] = [
    HandshakeStep::LookUp,
    HandshakeStep::Connect,
    HandshakeStep::Proxy,
    HandshakeStep::Tls,
    HandshakeStep::SendRequest,
    HandshakeStep::AwaitAnswer,
    HandshakeStep::ReadAnswer,
    HandshakeStep::AwaitRequest,
    HandshakeStep::ReadRequest,
    HandshakeStep::SendAnswer,
];

fn argument_errors() -> Vec<ArgumentError> {
    vec![
        ArgumentError::Host("a b".into()),
        ArgumentError::Target("a b".into()),
        ArgumentError::Header("a b".into()),
        ArgumentError::HeaderValue { name: http::header::COOKIE, byte: 0 },
        ArgumentError::ReservedHeader(http::header::HOST),
        ArgumentError::Request("POST / HTTP/1.1".into()),
        ArgumentError::Subprotocol("a b".into()),
        ArgumentError::DuplicateSubprotocol("a".into()),
        ArgumentError::UnofferedSubprotocol("a".into()),
        ArgumentError::SeveralSubprotocols("a, b".into()),
        ArgumentError::Deflate(16),
        ArgumentError::DeflateParams("a".into()),
        ArgumentError::Origin("*".into()),
        ArgumentError::Response(StatusCode::CONTINUE),
    ]
}

fn send_errors() -> Vec<SendError> {
    vec![
        SendError::Full,
        SendError::Closing,
        SendError::TimedOut(Timeout::Send),
        SendError::Failed(FrameRule::Masked),
        SendError::Disconnected,
        SendError::Unfinished,
        SendError::ControlTooLong { len: 126, max: 125 },
        SendError::CloseCode,
    ]
}

fn url_errors() -> Vec<UrlError> {
    let mut errors = vec![UrlError::Secure];
    errors.extend(
        [
            "h",
            "http://h",
            "ws://a%3Ab@h",
            "ws://",
            "ws://a b",
            "ws://1.2.3.4.5",
            "ws://[]",
            "ws://[::1%eth0]",
            "ws://\u{fffd}",
            "ws://h:x",
        ]
        .map(|url| Url::parse(url).unwrap_err()),
    );
    errors
}

#[test]
fn each_url_says_what_is_wrong_with_it() {
    let no_name = if cfg!(feature = "idna") { "international host name" } else { "\"idna\"" };
    for (url, must, must_not) in [
        ("h", &["\"h\"", "begin with ws:// or wss://"][..], "host"),
        ("http://h", &["\"http\"", "neither ws nor wss"], "begin"),
        ("ws://a%3Ab@h", &["user name", "colon"], "host"),
        ("ws://", &["has no host"], "character"),
        ("ws://:80", &["has no host"], "port"),
        ("ws://a b", &["\"a b\"", "character that no host"], "has no host"),
        ("ws://1.2.3.4.5", &["\"1.2.3.4.5\"", "no IPv4 address"], "IPv6"),
        ("ws://[]", &["\"[]\"", "IPv6 address in brackets"], "IPv4"),
        ("ws://[::1%eth0]", &["\"%eth0\"", "%25eth0"], "IPv4"),
        ("ws://\u{fffd}", &[r"\u{fffd}", no_name], "character that"),
        ("ws://h:0", &["\"0\"", "1 to 65535"], "host"),
        ("ws://h:70000", &["\"70000\"", "1 to 65535"], "host"),
    ] {
        let error = Url::parse(url).unwrap_err().to_string();
        for words in must {
            assert!(error.contains(words), "{url}: {words:?} is not in {error:?}");
        }
        assert!(!error.contains(must_not), "{url}: {must_not:?} is in {error:?}");
    }
    let error = UrlError::Secure.to_string();
    assert!(error.contains("TLS stream") && !error.contains("neither"), "{error}");
}

fn errors() -> Vec<Error> {
    let refused = || io::Error::other(io::Error::other("the cable is cut"));
    let mut errors = vec![
        Error::Io(refused()),
        Error::Disconnected,
        Text::try_from(&b"\xff"[..]).unwrap_err().into(),
        Error::TimedOut(Timeout::Idle),
        Error::TimedOut(Timeout::Pong),
        Error::TimedOut(Timeout::Send),
        Error::TimedOut(Timeout::Close),
    ];
    errors.extend(handshake_errors().into_iter().map(Error::Handshake));
    let unsent = |error| UnsentAnswer::new(error, refused()).into();
    errors.extend(handshake_errors().into_iter().map(unsent));
    errors.extend(FrameRule::ALL.iter().map(|rule| FrameViolation::from(*rule).into()));
    errors.extend(send_errors().into_iter().map(Error::Send));
    errors.extend(url_errors().into_iter().map(Error::from));
    errors.extend(way_errors());
    errors
}

/// What goes wrong on the way to a server.
fn way_errors() -> Vec<Error> {
    let location = RedirectError::NoLocation(StatusCode::FOUND);
    vec![
        TlsError::Disabled.into(),
        TlsError::AtProxy(Box::new(TlsError::Truncated)).into(),
        ProxyError::Truncated(ProxyStep::Connection).into(),
        ProxyError::Socks5(Socks5Reply::HostUnreachable).into(),
        ProxyUrlError::from(Url::parse("ws://").unwrap_err()).into(),
        location.into(),
    ]
}

#[test]
fn no_error_is_told_twice() {
    let mut all: Vec<Boxed> = Vec::new();
    all.extend(errors().into_iter().map(|it| Box::new(it) as Boxed));
    all.extend(errors().into_iter().map(|it| Box::new(io::Error::from(it)) as Boxed));
    all.extend(handshake_errors().into_iter().map(|it| Box::new(it) as Boxed));
    all.extend(argument_errors().into_iter().map(|it| Box::new(it) as Boxed));
    all.extend(send_errors().into_iter().map(|it| Box::new(it) as Boxed));
    all.extend(url_errors().into_iter().map(|it| Box::new(it) as Boxed));
    for rule in FrameRule::ALL {
        all.push(Box::new(*rule));
        all.push(Box::new(FrameViolation::from(*rule)));
    }
    all.extend(RequestRule::ALL.iter().map(|it| Box::new(Violation::from(*it)) as Boxed));
    all.push(Box::new(Text::try_from(&b"\xff"[..]).unwrap_err()));
    for error in all {
        let chain = chain(error.as_ref());
        for (i, shown) in chain.iter().enumerate() {
            assert!(!shown.is_empty() && !shown.ends_with('.'), "{chain:?}");
            for deeper in &chain[i + 1..] {
                assert!(!shown.contains(deeper), "{deeper:?} is told twice in {chain:?}");
            }
        }
    }
}

/// What is said of one failure is not said of another.
#[test]
fn no_two_errors_say_the_same() {
    let mut shown: Vec<_> = handshake_errors().iter().map(ToString::to_string).collect();
    shown.extend(send_errors().iter().map(ToString::to_string));
    shown.extend(FrameRule::ALL.iter().map(ToString::to_string));
    let len = shown.len();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(shown.len(), len, "{shown:#?}");
}

/// It is in whatever every call returns.
#[test]
fn an_error_is_two_words_long() {
    // Of 64 bits each, and no longer where words are shorter.
    assert!(size_of::<Error>() <= 16);
    assert!(size_of::<Result<(), Error>>() <= 16);
    #[cfg(target_pointer_width = "64")]
    assert_eq!([size_of::<Error>(), size_of::<Result<(), Error>>()], [16, 16]);
}

#[test]
fn an_error_leads_to_what_it_came_from() {
    let error = HandshakeError::Truncated(HandshakeStep::ReadRequest);
    let unsent = Error::from(UnsentAnswer::new(error, io::Error::other("cut")));
    let unsent = chain(&unsent);
    assert_eq!(unsent.len(), 2);
    assert!(unsent[0].contains("inside the head") && unsent[1] == "cut", "{unsent:?}");
    let mistake = handshake_errors().swap_remove(1);
    let mistake = chain(&Error::from(mistake));
    assert!(mistake.len() == 2 && mistake[1].contains("100 Continue"), "{mistake:?}");
}

#[test]
fn every_err_is_an_error_and_has_its_response() {
    fn is_error<E: StdError + Send + Sync + 'static>(_: &E) {}

    let request = http::Request::get("/").header("host", "h").body(()).unwrap();
    assert!(!is_upgrade(&request));
    let rejection = respond(&request, &ServerConfig::new()).unwrap_err();
    is_error(&*rejection);
    assert_eq!(rejection.rule(), RequestRule::NoConnection);
    let error = respond(&request, &ServerConfig::new()).map_err(Error::from).unwrap_err();
    assert_eq!(error.name(), rejection.rule().name());
    let response: Response<bytes::Bytes> = (*rejection).into();
    assert_eq!(response.status(), 426);

    let HandshakeError::Declined(declined) = answered("HTTP/1.1 403 No\r\n\r\nbody") else {
        panic!("not declined")
    };
    is_error(&*declined);
    let response = declined.into_inner().into_response();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (403, &b"body"[..]));

    let invalid = answered("HTTP/1.1 101 Yes\r\nUpgrade: other\r\nX: 1\r\n\r\n");
    let HandshakeError::InvalidResponse(invalid) = invalid else { panic!("not invalid") };
    is_error(&*invalid);
    assert_eq!(invalid.rule(), ResponseRule::NoUpgrade);
    assert_eq!(invalid.into_inner().into_response().unwrap().headers()["x"], "1");
}

#[test]
fn an_error_becomes_an_io_error_of_its_kind() {
    use io::ErrorKind;

    let kind = |error: Error| io::Error::from(error).kind();
    assert_eq!(kind(Error::Io(ErrorKind::ConnectionReset.into())), ErrorKind::ConnectionReset);
    assert_eq!(kind(Error::Disconnected), ErrorKind::UnexpectedEof);
    assert_eq!(kind(Error::Send(SendError::Closing)), ErrorKind::BrokenPipe);
    assert_eq!(kind(Error::Send(SendError::Full)), ErrorKind::WouldBlock);
    assert_eq!(kind(Error::Send(SendError::TimedOut(Timeout::Send))), ErrorKind::TimedOut);
    assert_eq!(
        kind(HandshakeError::Truncated(HandshakeStep::ReadAnswer).into()),
        ErrorKind::UnexpectedEof
    );
    assert_eq!(kind(HandshakeError::Closed.into()), ErrorKind::UnexpectedEof);
    assert_eq!(kind(Error::TimedOut(Timeout::Pong)), ErrorKind::TimedOut);
    assert_eq!(kind(HandshakeError::TimedOut(HandshakeStep::Connect).into()), ErrorKind::TimedOut);
    assert_eq!(kind(ArgumentError::Host(String::new()).into()), ErrorKind::InvalidInput);
    assert_eq!(kind(FrameViolation::from(FrameRule::Masked).into()), ErrorKind::InvalidData);
    assert_eq!(kind(Url::parse("h").unwrap_err().into()), ErrorKind::InvalidInput);
    let inner = io::Error::from(Error::Disconnected).into_inner().unwrap();
    assert!(inner.downcast_ref::<Error>().is_some(), "the error is inside");
}

#[test]
fn names_and_words_are_those_of_what_is_inside() {
    let names: Vec<_> = way_errors().iter().map(Error::name).collect();
    let expected = [
        "tls-disabled",
        "tls-truncated",
        "proxy-truncated",
        "socks5-host-unreachable",
        "invalid-proxy-url",
        "no-location",
    ];
    assert_eq!(names, expected);
    assert_eq!(Error::from(Text::try_from(&b"\xff"[..]).unwrap_err()).name(), "not-text");
    let shown: Vec<_> = way_errors().iter().map(ToString::to_string).collect();
    for (shown, words) in shown.iter().zip([
        "feature `rustls`",
        "with the proxy as the server: the server ended the connection",
        "waiting for the proxy to connect",
        "host",
        "the URL of the proxy has no host",
        "the 302 has no Location",
    ]) {
        assert!(shown.contains(words), "{shown}");
    }
    for error in way_errors() {
        assert!(error.source().is_none() && error.handshake().is_none(), "{error:?}");
    }
}

#[test]
fn another_attempt_may_succeed_where_nothing_is_wrong_with_what_was_asked() {
    use io::ErrorKind;

    let closed = || HandshakeError::Closed;
    let unsent = |kind: ErrorKind| Error::from(UnsentAnswer::new(closed(), kind.into()));
    let declined = |status| Error::from(answered(&format!("HTTP/1.1 {status} No\r\n\r\n")));
    let at_proxy = |error| Error::from(TlsError::AtProxy(Box::new(error)));
    for (error, transient) in [
        (Error::Io(ErrorKind::ConnectionRefused.into()), true),
        (Error::Io(ErrorKind::PermissionDenied.into()), false),
        (unsent(ErrorKind::ConnectionReset), true),
        (unsent(ErrorKind::PermissionDenied), false),
        (Error::Disconnected, true),
        (closed().into(), true),
        (HandshakeError::Done.into(), false),
        (declined(503), true),
        (declined(403), false),
        (Error::TimedOut(Timeout::Idle), true),
        (Error::Send(SendError::Disconnected), true),
        (Error::Send(SendError::Closing), false),
        (TlsError::Truncated.into(), true),
        (TlsError::NoRoots.into(), false),
        (at_proxy(TlsError::Truncated), true),
        (at_proxy(TlsError::NoRoots), false),
        (ProxyError::Truncated(ProxyStep::Method).into(), true),
        (ProxyError::Socks5(Socks5Reply::TtlExpired).into(), true),
        (ProxyError::Socks5(Socks5Reply::NotAllowed).into(), false),
        (ProxyError::Credentials.into(), false),
        (Url::parse("h").unwrap_err().into(), false),
    ] {
        assert_eq!(error.is_transient(), transient, "{error:?}");
    }
}

#[test]
fn one_question_tells_that_the_peer_is_gone() {
    use io::ErrorKind;

    for kind in [
        ErrorKind::BrokenPipe,
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionReset,
        ErrorKind::NotConnected,
        ErrorKind::UnexpectedEof,
    ] {
        assert!(Error::Io(kind.into()).is_disconnect(), "{kind}");
    }
    assert!(Error::Disconnected.is_disconnect());
    let unsent = |kind: ErrorKind| UnsentAnswer::new(HandshakeError::Closed, kind.into());
    assert!(Error::from(unsent(ErrorKind::BrokenPipe)).is_disconnect());
    let unsent_error = Error::from(unsent(ErrorKind::BrokenPipe));
    assert_eq!(unsent_error.handshake().map(HandshakeError::name), Some("closed"));
    assert!(!Error::from(unsent(ErrorKind::StorageFull)).is_disconnect());
    for error in [
        Error::Io(ErrorKind::ConnectionRefused.into()),
        Error::TimedOut(Timeout::Close),
        Error::Send(SendError::Closing),
        HandshakeError::Closed.into(),
    ] {
        assert!(!error.is_disconnect(), "{error}");
    }
}
