//! Whether a request that is none is answered, and what its answer has to have.

use crate::grade::Grade;
use crate::peer::Peer;
use crate::server::exchange::body;
use crate::server::opening::{over, request};
use crate::server::target::Target;
use crate::transcript::Transcript;
use crate::verdict::Verdict;
use crate::wire::head::Head;

/// A request without its key, otherwise good.
pub(super) fn without_key(target: &Target<'_>) -> String {
    let good = request(target, None);
    good.split_inclusive("\r\n").filter(|line| !line.starts_with("Sec-WebSocket-Key")).collect()
}

/// Waits for a refusal and the end of its body.
///
/// # Errors
///
/// What came instead. Whether it may be accepted is asked in cases of its own.
pub(super) fn refusal(target: &Target<'_>, peer: &mut Peer) -> Result<Head, Verdict> {
    let head = peer
        .head(target.until())
        .map_err(|nothing| target.failed(format!("no answer: {}", nothing.describe())))?;
    match head.status() {
        Some(400..=599) => {}
        Some(101) => return Err(Verdict::Information("accepted with 101".to_owned())),
        _ => return Err(target.failed(format!("{:?} where an error was due", head.start_line))),
    }
    body(peer, &head, false, target.until()).map_err(|(grade, why)| Verdict::failed(grade, why))?;
    Ok(head)
}

/// A bad request has an answer.
pub(crate) fn is_said(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(without_key(target).as_bytes(), target.until());
        refusal(target, peer).map(|_| Verdict::Passed)
    })
}

/// A good request in which a line is another one has an answer with 400 or the like.
fn is_answered(target: &Target<'_>, transcript: &mut Transcript, old: &str, new: &str) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(request(target, None).replacen(old, new, 1).as_bytes(), target.until());
        refusal(target, peer).map(|_| Verdict::Passed)
    })
}

/// One without Host.
pub(crate) fn no_host(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    is_answered(target, transcript, "Host: ws.example\r\n", "")
}

/// One with white space before a colon.
pub(crate) fn space(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    is_answered(target, transcript, "\r\n\r\n", "\r\nX-Space : 1\r\n\r\n")
}

/// One with a length that is none.
pub(crate) fn bad_len(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    is_answered(target, transcript, "\r\n\r\n", "\r\nContent-Length: x\r\n\r\n")
}

/// One with a line that is no field.
pub(crate) fn bad_field(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    is_answered(target, transcript, "\r\n\r\n", "\r\nno field\r\n\r\n")
}

/// One with a request line that is none.
pub(crate) fn bad_line(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    is_answered(target, transcript, " HTTP/1.1", " HTTP/1.1x")
}

/// A 405 says which methods there are.
pub(crate) fn allow_of_405(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    has_field(target, transcript, ("GET ", "PUT "), 405, "Allow")
}

/// A 426 says to what.
pub(crate) fn upgrade_of_426(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    has_field(target, transcript, ("Version: 13", "Version: 14"), 426, "Upgrade")
}

/// An answer with this status has this field. Another status is as good.
fn has_field(
    target: &Target<'_>,
    transcript: &mut Transcript,
    (old, new): (&str, &str),
    status: u16,
    field: &str,
) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(request(target, None).replacen(old, new, 1).as_bytes(), target.until());
        let Ok(head) = peer.head(target.until()) else {
            return Ok(Verdict::Information("there is no answer".to_owned()));
        };
        match head.status() {
            Some(found) if found != status => {
                Ok(Verdict::Information(format!("answered with {found}, and not with {status}")))
            }
            _ if head.values(field).next().is_none() => {
                Err(target.failed(format!("{status} without {field}")))
            }
            _ => Ok(Verdict::Passed),
        }
    })
}

/// What answers HEAD has no content.
pub(crate) fn nothing_behind_head(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(request(target, None).replacen("GET ", "HEAD ", 1).as_bytes(), target.until());
        let until = target.until();
        match peer.head(until).map(|head| head.status()) {
            Ok(Some(101)) => return Err(Verdict::Information("accepted with 101".to_owned())),
            Ok(_) => {}
            Err(_) => return Ok(Verdict::Information("there is no answer".to_owned())),
        }
        // What belongs to it comes at once, or with it.
        let soon = std::time::Duration::from_millis(300).min(target.timeout);
        let _ = peer.fill(std::time::Instant::now() + soon);
        match peer.received().first() {
            Some(_) => Err(Verdict::failed(Grade::Must, "the answer to HEAD has content")),
            None => Ok(Verdict::Passed),
        }
    })
}
