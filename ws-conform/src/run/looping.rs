//! Clients that come by themselves, in a loop, as to the fuzzing server of the Autobahn suite.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Outcome, Progress};
use crate::case::Case;
use crate::client::answering::{Judge, good_answer};
use crate::peer::Peer;
use crate::transcript::Transcript;
use crate::verdict::Verdict;
use crate::wire::frame::{Frame, TEXT};
use crate::wire::head::Head;

/// Serves a client until it has asked for the report, or has not come any more for a minute. It has as long as `wait` to
/// come for the first time.
///
/// # Errors
///
/// When it cannot listen, and when no client came, or none asked for a case: nothing is known of it then.
pub(crate) fn run(
    socket: &TcpListener,
    judge: &Judge<'_>,
    cases: &[Case],
    wait: Duration,
    progress: Progress<'_>,
) -> Result<Vec<Outcome>, String> {
    let address = socket.local_addr().map_err(|error| error.to_string())?;
    socket.set_nonblocking(true).map_err(|error| error.to_string())?;
    eprintln!("listening on ws://{address}");
    // What needs a setting that is not there is not offered to the client.
    let setups = [judge.setup.clone()];
    let (runnable, others): (Vec<_>, Vec<_>) =
        cases.iter().partition(|case| case.needs.find(&setups).is_ok());
    let mut done = BTreeMap::new();
    let mut has_come = false;
    let mut idle_until = Instant::now() + wait;
    while Instant::now() < idle_until {
        match socket.accept() {
            Ok((stream, _)) => {
                has_come = true;
                if serve(stream, judge, &runnable, &mut done) {
                    break;
                }
                idle_until = Instant::now() + PATIENCE;
                progress(done.len(), runnable.len());
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(Duration::from_millis(2)),
            Err(_) => sleep(Duration::from_millis(100)),
        }
    }
    if done.is_empty() {
        let what = if has_come { "the client asked for no case" } else { "no client came" };
        return Err(what.to_owned());
    }
    let skipped = |case: &Case, why: String| Outcome {
        case: case.clone(),
        verdict: Verdict::Skipped(why),
        transcript: Transcript::new(),
        growth: None,
        took: Duration::ZERO,
    };
    let ran = runnable.iter().map(|case| {
        done.remove(&case.id)
            .unwrap_or_else(|| skipped(case, "the client did not ask for it".to_owned()))
    });
    let mut outcomes: Vec<_> = ran.collect();
    for case in others {
        let why = case.needs.find(&setups).err().unwrap_or_default();
        outcomes.push(skipped(case, why));
    }
    Ok(outcomes)
}

/// Between two connections.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves one connection. Whether it was the last.
fn serve(
    stream: TcpStream,
    judge: &Judge<'_>,
    cases: &[&Case],
    done: &mut BTreeMap<String, Outcome>,
) -> bool {
    if stream.set_nonblocking(false).is_err() {
        return false;
    }
    let mut peer = Peer::new(stream, Transcript::new());
    let Ok(request) = peer.head(Instant::now() + judge.timeout * 2) else { return false };
    let target = request.start_line.split(' ').nth(1).unwrap_or_default().to_owned();
    let number = number_of(&target);
    let case = number.and_then(|number| number.checked_sub(1)).and_then(|at| cases.get(at));
    match target.split('?').next().unwrap_or_default() {
        "/getCaseCount" => say(&mut peer, judge, &request, &cases.len().to_string()),
        "/getCaseInfo" => {
            let (id, title) = case.map_or(("", ""), |case| (&case.id, &case.title));
            let text = serde_json::json!({"id": id, "description": title}).to_string();
            say(&mut peer, judge, &request, &text);
        }
        "/updateReports" => {
            say(&mut peer, judge, &request, "done");
            return true;
        }
        _ => {
            let Some(case) = case else { return false };
            let begun = Instant::now();
            let verdict = judge.play(&mut peer, &request, case);
            let took = begun.elapsed();
            let transcript = std::mem::take(&mut peer.transcript);
            let case = (*case).clone();
            let outcome = Outcome { case, verdict, transcript, growth: None, took };
            done.insert(outcome.case.id.clone(), outcome);
        }
    }
    false
}

/// The number in `/runCase?case=7&agent=x`.
fn number_of(target: &str) -> Option<usize> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("case="))?.parse().ok()
}

/// One text message, and a close.
fn say(peer: &mut Peer, judge: &Judge<'_>, request: &Head, text: &str) {
    let key = request.values("Sec-WebSocket-Key").next().unwrap_or_default();
    let until = Instant::now() + judge.timeout;
    peer.send(good_answer(key, None).as_bytes(), until);
    peer.send(&Frame::new(TEXT, text).octets(false), until);
    peer.send(&Frame::close(1000, "").octets(false), until);
    // An echo may come before the close.
    while let Ok(frame) = peer.frame(until) {
        if frame.opcode == 8 {
            break;
        }
    }
    peer.half_close();
    peer.await_end(until);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_case_is_in_its_query() {
        assert_eq!(number_of("/runCase?agent=x&case=12"), Some(12));
        assert_eq!(number_of("/runCase?case=x"), None);
        assert_eq!(number_of("/getCaseCount"), None);
    }
}
