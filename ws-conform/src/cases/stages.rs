//! Handshakes of several steps at servers.

use crate::case::{Case, Play};
use crate::grade::Grade::{self, Information, Robustness, Security, Should};
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::server::scenarios as play;
use crate::setup::Needs;

pub(super) fn cases() -> Vec<Case> {
    let timed = Needs { handshake_timeout: true, ..Needs::default() };
    let any = Needs::default;
    vec![
        case(
            "stage/keep-alive",
            "a good request once the refusal of another was read",
            Information,
            "RFC 9112 9.3",
            "After a refusal the connection is closed, or the next request on it is answered.",
            any(),
            play::keep_alive,
        ),
        case(
            "stage/pipelined",
            "a request without a key and a good one, in one segment",
            Robustness,
            "RFC 9112 9.3.2",
            "After a refusal the connection is closed, or the next request on it is answered; it is not lost.",
            any(),
            play::pipelined,
        ),
        case(
            "stage/body-is-no-frames",
            "a good request with a length, whose body looks like a ping, and a ping behind it",
            Should,
            "RFC 9112 6.3",
            "What a length announces is the body of the request: frames begin behind it.",
            any(),
            play::body_is_no_frames,
        ),
        case(
            "stage/bytewise",
            "a good request, an octet at a time",
            Robustness,
            "RFC 9112 2.2",
            "It makes no difference in which pieces a head comes.",
            any(),
            play::bytewise,
        ),
        case(
            "stage/pause",
            "a good request with a second before its last three octets",
            Robustness,
            "RFC 9112 2.2",
            "Networks are slow at times.",
            any(),
            play::pause_inside,
        ),
        case(
            "stage/half-closed",
            "a good request, behind which the client sends no more",
            Robustness,
            "RFC 6455 7.1.4",
            "A client that has ended its side does not hold the connection for ever.",
            any(),
            play::half_closed,
        ),
        case(
            "stage/cut-off",
            "connections that end inside a request, then a good one",
            Security,
            "RFC 9112 8",
            "A connection that ends early costs nobody else anything.",
            any(),
            play::cut_off,
        ),
        case(
            "stage/crowd",
            "fifty connections that say nothing, then a good request",
            Robustness,
            "RFC 6455 10.7",
            "Who says nothing does not keep others from being served.",
            any(),
            play::crowd,
        ),
        case(
            "stage/endless-head",
            "fields of 1000 octets without an end",
            Security,
            "RFC 9110 5.4",
            "How long a head may be has a limit, or one peer can fill the memory.",
            any(),
            play::endless_head,
        ),
        case(
            "stage/endless-fields",
            "short fields without an end",
            Security,
            "RFC 9110 5.4",
            "How many fields there may be has a limit, or one peer can fill the memory.",
            any(),
            play::endless_fields,
        ),
        case(
            "stage/endless-field",
            "one field without an end",
            Security,
            "RFC 9110 5.4",
            "How long a field may be has a limit, or one peer can fill the memory.",
            any(),
            play::endless_field,
        ),
        case(
            "stage/endless-line",
            "a request line without an end",
            Security,
            "RFC 9112 3",
            "How long a request line may be has a limit, or one peer can fill the memory.",
            any(),
            play::endless_line,
        ),
        case(
            "stage/endless-empty-lines",
            "empty lines without an end",
            Robustness,
            "RFC 9112 2.2",
            "Empty lines before a request are skipped, but not for ever.",
            any(),
            play::endless_lines,
        ),
        case(
            "stage/mute",
            "a client that says nothing",
            Robustness,
            "RFC 6455 10.7",
            "A request that does not come is not waited for longer than was said.",
            timed.clone(),
            play::mute,
        ),
        case(
            "stage/half-a-head",
            "a client that sends half a head",
            Robustness,
            "RFC 6455 10.7",
            "A request that does not end is not waited for longer than was said.",
            timed.clone(),
            play::half_a_head,
        ),
        case(
            "stage/drip",
            "a request so slow that it takes four times as long as it may",
            Robustness,
            "RFC 6455 10.7",
            "Progress does not put off the deadline of a request.",
            timed,
            play::drip,
        ),
    ]
}

/// A case for servers.
pub(super) fn case(
    name: &str,
    title: &str,
    grade: Grade,
    section: &str,
    text: &'static str,
    needs: Needs,
    scenario: Scenario,
) -> Case {
    Case {
        id: format!("server/{name}"),
        title: title.to_owned(),
        rule: Rule::new(section, text),
        grade,
        needs,
        play: Play::Scenario(scenario),
    }
}
