//! Any bytes as the head of an answer, to us and to httparse alone: what we take it takes, with the same status and
//! fields, and what we do not take it does not, but for what is listed in `only_we`.

use http::{Response, header::CONTENT_LENGTH};
use httparse::Error;
use ws_core::{ClientConfig, ClientHandshake, HandshakeError, Polled, ResponseRule};

use crate::head::{Head, Parsed, only_we};

/// Runs one input.
pub fn run(data: &[u8]) {
    let theirs = Parsed::response(data);
    // Others may come behind interim answers; those are for `client_handshake`.
    if matches!(&theirs, Parsed::Whole(head, _) if head.status != 101 && head.status < 200) {
        return;
    }
    let mut handshake =
        ClientHandshake::new(&ClientConfig::new(), "h", "/").expect("it can be asked");
    handshake.recv_buf().extend_from_slice(data);
    let mut outcome = handshake.poll();
    if let Polled::Pending(handshake) = &mut outcome {
        match handshake.declined() {
            Some(head) => compare(head, theirs),
            None => assert!(!matches!(theirs, Parsed::Whole(..)), "{theirs:?}"),
        }
        return;
    }
    match outcome {
        Polled::Failed(HandshakeError::Declined(declined)) => compare(declined.response(), theirs),
        Polled::Failed(HandshakeError::InvalidResponse(invalid)) => {
            match (invalid.rule(), invalid.response(), theirs) {
                (ResponseRule::MalformedHead, _, Parsed::Whole(head, len)) => {
                    let is_refused = only_we(&data[..len], 0) || !has_one_length(&head);
                    assert!(is_refused, "only we refuse it");
                }
                (
                    ResponseRule::MalformedHead
                    | ResponseRule::StatusLineTooLong
                    | ResponseRule::FieldTooLong
                    | ResponseRule::HeadTooLarge
                    | ResponseRule::TooManyFields
                    | ResponseRule::InterimTooLarge,
                    ..,
                )
                | (ResponseRule::HttpVersion, None, Parsed::Wrong(Error::Version)) => {}
                (_, Some(head), theirs) => compare(head, theirs),
                (rule, None, theirs) => panic!("{rule} {theirs:?}"),
            }
        }
        Polled::Failed(error) => panic!("{error} {theirs:?}"),
        Polled::Ready(established) => compare(established.response.as_response(), theirs),
        Polled::Pending(_) => {}
    }
}

fn compare<B>(ours: &Response<B>, theirs: Parsed) {
    let Parsed::Whole(Head { status, fields, .. }, _) = theirs else { panic!("{theirs:?}") };
    assert_eq!(ours.status(), status);
    assert_eq!(*ours.headers(), fields);
}

/// Whether the fields that say how long a body is say one thing: what httparse does not look at.
fn has_one_length(head: &Head) -> bool {
    let mut lengths = Vec::new();
    for value in head.fields.get_all(CONTENT_LENGTH) {
        lengths.extend(value.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii));
    }
    let is_number = |digits: &&[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let significant = |digits: &&[u8]| {
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits[zeros..].to_vec()
    };
    lengths.iter().all(is_number)
        && lengths.windows(2).all(|pair| significant(&pair[0]) == significant(&pair[1]))
}
