//! Answers to requests that are none.

use super::stages::case;
use crate::case::Case;
use crate::grade::Grade::{self, Must, Should};
use crate::scenario::Scenario;
use crate::server::refusals as play;
use crate::setup::Needs;

/// Its name, what is done, the grade, the section, the rule, and how it is played.
type Row = (&'static str, &'static str, Grade, &'static str, &'static str, Scenario);

pub(super) fn cases() -> Vec<Case> {
    let rows = ROWS.iter().copied();
    rows.map(|(name, title, grade, section, text, play)| {
        case(&format!("answer/{name}"), title, grade, section, text, Needs::default(), play)
    })
    .collect()
}

/// That these are refused at all is asked elsewhere: here it is whether somebody says so.
const ROWS: &[Row] = &[
    (
        "refused",
        "a request without a key is answered",
        Must,
        "RFC 6455 4.2.1",
        "To a request that is no handshake a server must return a response with an error, and not be silent.",
        play::is_said,
    ),
    (
        "no-host",
        "a request without Host is answered",
        Must,
        "RFC 9112 3.2",
        "A server must respond with 400 to a request without Host.",
        play::no_host,
    ),
    (
        "space-before-colon",
        "a field with white space before its colon is answered",
        Must,
        "RFC 9112 5.1",
        "A server must reject white space between a name and its colon with a response, which is 400.",
        play::space,
    ),
    (
        "bad-length",
        "a length that is none is answered",
        Must,
        "RFC 9112 6.3",
        "To a request with an invalid Content-Length a server must respond with 400, and then close.",
        play::bad_len,
    ),
    (
        "bad-field",
        "a line that is no field is answered",
        Should,
        "RFC 9112 2.2",
        "What is no request by the grammar should be answered with 400.",
        play::bad_field,
    ),
    (
        "bad-request-line",
        "a request line that is none is answered",
        Should,
        "RFC 9112 3",
        "A request line that is not well formed should be answered with 400.",
        play::bad_line,
    ),
    (
        "405-allow",
        "a PUT: if 405 is the answer, it has Allow",
        Must,
        "RFC 9110 15.5.6",
        "An answer of 405 must have Allow; other answers need not.",
        play::allow_of_405,
    ),
    (
        "426-upgrade",
        "version 14: if 426 is the answer, it has Upgrade",
        Must,
        "RFC 9110 15.5.22",
        "An answer of 426 must have Upgrade; other answers need not.",
        play::upgrade_of_426,
    ),
    (
        "head-content",
        "a HEAD: its answer has no content",
        Must,
        "RFC 9110 9.3.2",
        "A server must not send content in answer to HEAD.",
        play::nothing_behind_head,
    ),
];
