//! Any bytes as the head of a request, to us and to httparse alone: what we take it takes, with the same words and
//! fields, and what we do not take it does not, but for what is listed in `only_we`.

use http::{Request, Uri};
use httparse::Error;
use ws_core::{HandshakeError, Polled, RequestRule, ServerConfig, ServerHandshake};

use crate::head::{Head, Parsed, only_we};

/// Runs one input.
pub fn run(data: &[u8]) {
    let theirs = Parsed::request(data);
    match ServerHandshake::with_buffered(&ServerConfig::new(), data).poll() {
        Polled::Ready(request) => {
            let Parsed::Whole(theirs, _) = theirs else { panic!("{theirs:?}") };
            compare(request.request(), &theirs);
        }
        Polled::Pending(_) => assert!(!matches!(theirs, Parsed::Whole(..)), "{theirs:?}"),
        Polled::Failed(rejected) => {
            let HandshakeError::Rejected(rejection) = &rejected.error else {
                panic!("{}", rejected.error)
            };
            match (rejection.rule(), theirs) {
                (RequestRule::MalformedHead, Parsed::Whole(_, len)) => {
                    assert!(only_we(&data[..len], 1), "only we refuse it");
                }
                // What is well formed may be too large, and then it is not looked at any further.
                (
                    RequestRule::MalformedHead
                    | RequestRule::RequestLineTooLong
                    | RequestRule::FieldTooLong
                    | RequestRule::HeadTooLarge
                    | RequestRule::TooManyFields,
                    _,
                )
                | (RequestRule::HttpVersion, Parsed::Wrong(Error::Version))
                | (RequestRule::BadTarget, Parsed::Wrong(Error::Token)) => {}
                // It looks at the octets of a target, and not at what they are.
                (RequestRule::BadTarget, Parsed::Whole(head, _)) => {
                    assert!(head.target.parse::<Uri>().is_err(), "{}", head.target);
                }
                (rule, theirs) => panic!("{rule} {theirs:?}"),
            }
        }
    }
}

fn compare(ours: &Request<()>, theirs: &Head) {
    assert_eq!(ours.method(), &theirs.method[..]);
    if theirs.target.starts_with('/') {
        let target = ours.uri().path_and_query().map(http::uri::PathAndQuery::as_str);
        // A fragment, which breaks a rule, has no place in the type.
        assert_eq!(target, theirs.target.split('#').next());
    }
    assert_eq!(*ours.headers(), theirs.fields);
}
