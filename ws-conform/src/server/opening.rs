//! A connection, and a handshake that is as good as can be, on the way to something else.

use crate::peer::Peer;
use crate::server::target::Target;
use crate::transcript::Transcript;
use crate::verdict::Verdict;
use crate::wire::accept::accept_value;

/// The key of the example in RFC 6455 1.3.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// The best of requests.
pub(crate) fn request(target: &Target<'_>, extension: Option<&str>) -> String {
    let mut text = format!("GET {} HTTP/1.1\r\nHost: ws.example\r\n", target.place.path);
    text.push_str("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    text.push_str(&format!("Sec-WebSocket-Key: {KEY}\r\n"));
    let list = |key: &str| target.setup.config.get(key).and_then(|value| value.as_array());
    let first = |key: &str| list(key).and_then(|all| all.first()).and_then(|one| one.as_str());
    if let Some(origin) = first("origins") {
        text.push_str(&format!("Origin: {origin}\r\n"));
    }
    if let (Some(name), true) =
        (first("subprotocols"), target.setup.config.contains_key("require_subprotocol"))
    {
        text.push_str(&format!("Sec-WebSocket-Protocol: {name}\r\n"));
    }
    if let Some(extension) = extension {
        text.push_str(&format!("Sec-WebSocket-Extensions: {extension}\r\n"));
    }
    text + "\r\n"
}

/// Opens a WebSocket, and says which extensions were agreed upon.
///
/// # Errors
///
/// The verdict when there is none.
pub(crate) fn open(
    target: &Target<'_>,
    extension: Option<&str>,
    transcript: &mut Transcript,
) -> Result<(Peer, Option<String>), Verdict> {
    let mut peer = target.connect(transcript)?;
    let request = request(target, extension);
    peer.send(request.as_bytes(), target.until());
    match await_101(target, &mut peer) {
        Ok(agreed) => Ok((peer, agreed)),
        Err(why) => {
            *transcript = peer.transcript;
            Err(target.failed(why))
        }
    }
}

/// Waits for the answer to the best of requests.
///
/// # Errors
///
/// Why it is not the one wanted.
pub(crate) fn await_101(target: &Target<'_>, peer: &mut Peer) -> Result<Option<String>, String> {
    let until = target.until();
    loop {
        let head = peer.head(until).map_err(|nothing| {
            format!("no WebSocket: {} where a 101 had to be", nothing.describe())
        })?;
        match head.status() {
            Some(101) if head.values("Sec-WebSocket-Accept").eq([accept_value(KEY.as_bytes())]) => {
                return Ok(head.values("Sec-WebSocket-Extensions").next().map(str::to_owned));
            }
            Some(101) => return Err("no WebSocket: not the accept value of the key".to_owned()),
            Some(100..=199) => {}
            _ => return Err(format!("no WebSocket: {:?} where a 101 had to be", head.start_line)),
        }
    }
}

/// Plays steps over one connection, and keeps its transcript.
pub(crate) fn over(
    target: &Target<'_>,
    transcript: &mut Transcript,
    steps: impl FnOnce(&mut Peer) -> Result<Verdict, Verdict>,
) -> Verdict {
    let mut peer = match target.connect(transcript) {
        Ok(peer) => peer,
        Err(verdict) => return verdict,
    };
    let verdict = steps(&mut peer).unwrap_or_else(|verdict| verdict);
    *transcript = peer.transcript;
    verdict
}
