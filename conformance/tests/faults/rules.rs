//! What has to be true of every session, whatever has gone wrong.

use conformance::pipe::{Fault, Peer};
use ws_core::Role;

use crate::{
    messages::greeting,
    partner::Partner,
    rig::Rig,
    session::{Manner, Outcome},
    verdict::{End, Verdict},
};

/// Says what is not true.
pub(crate) fn check(
    rig: &Rig,
    manner: &Manner,
    outcome: &Outcome,
    partner: &Partner,
    peer: &Peer,
) -> Result<(), &'static str> {
    let messages = rig.kind.size.messages();
    let Verdict { end, then, received, sent, delivered, clean, .. } = outcome.verdict;
    let greeting = (rig.kind.role == Role::Server).then(greeting);
    let all = greeting.iter().chain(messages);
    let len = messages.len();
    if !all.take(partner.heard.len()).eq(&partner.heard) {
        return Err("the partner has got something else than was sent");
    }
    if !peer.is_dropped() {
        return Err("the stream has been kept");
    }
    if end == End::Hangs || then == Some(End::Hangs) {
        return Err("it hangs");
    }
    if sent > delivered {
        return Err("a message that was sent has not been delivered");
    }
    if end == End::Done && !clean {
        return Err("it is done without having been closed");
    }
    let of_client = received == len + 2 && delivered == len;
    let of_server = received == len && delivered == len + 1;
    let is_whole = if rig.kind.role == Role::Client { of_client } else { of_server };
    if clean && !is_whole {
        return Err("it was closed by both, and something is missing");
    }
    let read = partner.said() - peer.unread().len();
    // "An endpoint MUST NOT continue to attempt to process data [...] from the remote peer after being instructed to _Fail
    // the WebSocket Connection_." RFC 6455 7.1.7. A timeout does that; a stream that fails does not.
    let is_late = matches!(end, End::Failed("send-timeout" | "idle-timeout" | "close-timeout", _));
    if then.is_some() && !is_late && received < partner.sent_within(read) {
        return Err("a message that was read has been lost");
    }
    if let (Some((op, Fault::Error(_) | Fault::End)), Some(_)) = (manner.fault, outcome.struck) {
        let most = if rig.kind.is_over_others() { LAST_OF_OTHERS } else { LAST };
        if outcome.ops - op - 1 > most {
            return Err("a stream that is broken is used again and again");
        }
    }
    if outcome.struck.is_none() && matches!(end, End::Failed(..)) {
        return Err("it failed, and nothing was wrong");
    }
    Ok(())
}

/// So many operations may follow one that failed: whoever sends and whoever receives try it once, what may be left is
/// written, and the stream is flushed and shut.
const LAST: usize = 5;

/// TLS of another library has some of its own.
const LAST_OF_OTHERS: usize = 8;
