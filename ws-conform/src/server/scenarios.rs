//! Handshakes of several steps, slow ones, and crowds.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::peer::{Deaf, Nothing, Peer};
use crate::server::opening::{await_101, open, over, request};
use crate::server::refusals::{refusal, without_key};
use crate::server::target::Target;
use crate::transcript::Transcript;
use crate::verdict::Verdict;
use crate::wire::frame::{Frame, PING};
use crate::wire::head::Head;

/// A good request after a refusal has been read.
pub(crate) fn keep_alive(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(without_key(target).as_bytes(), target.until());
        let head = refusal(target, peer)?;
        second(target, peer, &head, true)
    })
}

/// Both at once.
pub(crate) fn pipelined(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        let both = without_key(target) + &request(target, None);
        peer.send(both.as_bytes(), target.until());
        let head = refusal(target, peer)?;
        second(target, peer, &head, false)
    })
}

/// After a refusal, the connection ends, or the next request is answered.
fn second(
    target: &Target<'_>,
    peer: &mut Peer,
    first: &Head,
    sends: bool,
) -> Result<Verdict, Verdict> {
    let closes = first.has_member("Connection", "close");
    if sends && !closes {
        peer.send(request(target, None).as_bytes(), target.until());
    }
    match await_101(target, peer) {
        Ok(_) if closes => Err(target.failed("said close, and answered the next request")),
        Ok(_) => Ok(Verdict::Information("the connection is kept".to_owned())),
        Err(_) if peer.end().is_some() => {
            Ok(Verdict::Information("the connection is closed".to_owned()))
        }
        Err(_) if closes => Err(Verdict::failed(Grade::Should, "said close, and does not close")),
        Err(why) => Err(target.failed(format!("neither closed nor answered: {why}"))),
    }
}

/// The body of a good request looks like a ping, and another ping is behind it.
pub(crate) fn body_is_no_frames(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        let [inside, behind] = ["body", "frame"].map(|text| Frame::new(PING, text).octets(true));
        let len = format!("\r\nContent-Length: {}\r\n\r\n", inside.len());
        let head = request(target, None).replacen("\r\n\r\n", &len, 1);
        peer.send(&[head.as_bytes(), &inside, &behind].concat(), target.until());
        loop {
            match peer.head(target.until()).map(|head| head.status()) {
                Ok(Some(101)) => break,
                Ok(Some(100..=199)) => {}
                Ok(_) | Err(Nothing::Ended(_)) => return Ok(Verdict::Passed),
                // That there is an answer is asked elsewhere.
                Err(nothing) => return Ok(Verdict::Information(nothing.describe())),
            }
        }
        loop {
            match peer.frame(target.until()) {
                Ok(frame) if frame.payload == b"body" => {
                    return Err(target.failed("the body of the request was taken for a frame"));
                }
                Ok(frame) if frame.payload == b"frame" => return Ok(Verdict::Passed),
                Ok(_) => {}
                Err(nothing) => {
                    let found = nothing.describe();
                    return Ok(Verdict::Information(format!("accepted, and then {found}")));
                }
            }
        }
    })
}

/// One octet at a time.
pub(crate) fn bytewise(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        for octet in request(target, None).as_bytes().chunks(1) {
            peer.send(octet, target.until());
            sleep(Duration::from_millis(2));
        }
        answered(target, peer)
    })
}

/// In two pieces, with a second between them.
pub(crate) fn pause_inside(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        let request = request(target, None);
        let (one, other) = request.split_at(request.len() - 3);
        peer.send(one.as_bytes(), target.until());
        sleep(Duration::from_secs(1));
        peer.send(other.as_bytes(), target.until());
        answered(target, peer)
    })
}

fn answered(target: &Target<'_>, peer: &mut Peer) -> Result<Verdict, Verdict> {
    await_101(target, peer).map(|_| Verdict::Passed).map_err(|why| target.failed(why))
}

/// The client says that it sends no more, right behind its request.
pub(crate) fn half_closed(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(request(target, None).as_bytes(), target.until());
        peer.half_close();
        let answer = await_101(target, peer);
        if peer.await_end(target.until() + target.timeout).is_none() {
            return Err(target.failed("the connection stays open, though the client has ended it"));
        }
        Ok(Verdict::Information(match answer {
            Ok(_) => "answered with 101, and then closed".to_owned(),
            Err(_) => "closed without a 101".to_owned(),
        }))
    })
}

/// One field after the other.
pub(crate) fn endless_head(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    let field = format!("X-Padding: {}\r\n", "*".repeat(1000));
    endless(target, transcript, "GET / HTTP/1.1\r\nHost: ws.example\r\n", &field)
}

/// A field without an end.
pub(crate) fn endless_field(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    let piece = "*".repeat(1000);
    endless(target, transcript, "GET / HTTP/1.1\r\nHost: ws.example\r\nX-Padding: ", &piece)
}

/// A request line without an end.
pub(crate) fn endless_line(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    endless(target, transcript, "GET /", &"*".repeat(1000))
}

/// Many short fields.
pub(crate) fn endless_fields(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    endless(target, transcript, "GET / HTTP/1.1\r\nHost: ws.example\r\n", &"a:\r\n".repeat(250))
}

/// Empty lines before a request.
pub(crate) fn endless_lines(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    endless(target, transcript, "", &"\r\n".repeat(500))
}

/// Says something for ever: it has to be refused, cut off, or no longer read, before it has cost too much.
fn endless(target: &Target<'_>, transcript: &mut Transcript, begin: &str, piece: &str) -> Verdict {
    over(target, transcript, |peer| {
        peer.send(begin.as_bytes(), target.until());
        let piece = piece.repeat(64);
        let mut sent = 0;
        let end = Instant::now() + target.timeout * 5;
        while sent < MAX_HEAD_TAKEN && Instant::now() < end {
            match peer.send_deaf(piece.as_bytes(), target.timeout) {
                Deaf::Taken => sent += piece.len(),
                Deaf::Ended => break,
                // Nobody reads, so it costs no more; but nobody says so either.
                Deaf::Stuck => return Ok(Verdict::Information("no more is read".to_owned())),
            }
            // An answer may be there while more is still taken.
            let now = Instant::now();
            match peer.head(now) {
                Ok(head) if head.status() == Some(101) => {
                    return Err(target.failed("accepted with 101"));
                }
                Ok(_) | Err(Nothing::Ended(_)) => return Ok(Verdict::Passed),
                Err(_) => {}
            }
        }
        let refused = peer.head(target.until()).is_ok() || peer.end().is_some();
        match refused {
            true => Ok(Verdict::Passed),
            false => Err(target.failed(format!("took {sent} octets of a head without an end"))),
        }
    })
}

/// Many times what anybody's limit is.
const MAX_HEAD_TAKEN: usize = 12 * 1024 * 1024;

/// A head that never gets any further than one octet at a time.
pub(crate) fn drip(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    in_time(target, transcript, |target, peer, end| {
        for octet in request(target, None).as_bytes().chunks(1) {
            if Instant::now() > end || peer.end().is_some() {
                break;
            }
            peer.send(octet, target.until());
            // So slow that it takes four times as long as it may.
            let pause = target.setup.handshake_timeout.unwrap_or_default() * 4.0 / 150.0;
            let _ = peer.fill(Instant::now() + Duration::from_secs_f64(pause));
        }
    })
}

/// Nothing at all.
pub(crate) fn mute(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    in_time(target, transcript, |_, _, _| {})
}

/// Half a head.
pub(crate) fn half_a_head(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    in_time(target, transcript, |target, peer, _| {
        peer.send(b"GET / HTTP/1.1\r\nHost: ws.exa", target.until());
    })
}

/// The connection has to end soon after the time is up.
fn in_time(
    target: &Target<'_>,
    transcript: &mut Transcript,
    says: impl FnOnce(&Target<'_>, &mut Peer, Instant),
) -> Verdict {
    over(target, transcript, |peer| {
        let time = Duration::from_secs_f64(target.setup.handshake_timeout.unwrap_or_default());
        // A busy machine may take twice as long, and some seconds.
        let end = Instant::now() + time * 2 + Duration::from_secs(5);
        says(target, peer, end);
        match peer.await_end(end) {
            Some(_) => Ok(Verdict::Passed),
            None => Err(target.failed("the connection is still open long after the time was up")),
        }
    })
}

/// A crowd that says nothing keeps nobody from being served.
pub(crate) fn crowd(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    let connect = || target.place.connect(target.timeout);
    let idle: Vec<_> = (0..CROWD).map_while(|_| connect()).collect();
    if idle.len() < CROWD {
        return Verdict::Information(format!("only {} connections could be made", idle.len()));
    }
    match open(target, None, transcript) {
        Ok((peer, _)) => {
            *transcript = peer.transcript;
            Verdict::Passed
        }
        Err(verdict) => verdict,
    }
}

const CROWD: usize = 50;

/// Connections that are cut off in the middle of a request.
pub(crate) fn cut_off(target: &Target<'_>, transcript: &mut Transcript) -> Verdict {
    let request = request(target, None);
    for len in (1..request.len()).step_by(23) {
        let verdict = over(target, transcript, |peer| {
            peer.send(&request.as_bytes()[..len], target.until());
            Ok(Verdict::Passed)
        });
        if verdict != Verdict::Passed {
            return verdict;
        }
    }
    match open(target, None, transcript) {
        Ok((peer, _)) => {
            *transcript = peer.transcript;
            Verdict::Passed
        }
        Err(verdict) => verdict,
    }
}
