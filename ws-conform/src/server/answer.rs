//! What a server's answer has to be like, whatever it says.

use crate::grade::Grade;
use crate::vector::Vector;
use crate::wire::extension;
use crate::wire::head::Head;

/// Something that is wrong with an answer, and how much it weighs.
pub(crate) type Fault = (Grade, String);

/// Looks at a 101.
pub(crate) fn check_101(head: &Head, vector: &Vector, chooses: bool) -> Option<Fault> {
    let must = |why: String| Some((Grade::Must, why));
    // "the server MUST" answer with these. RFC 6455 4.2.2(5)
    if !head.values("Upgrade").eq(["websocket"]) && !head.has_member("Upgrade", "websocket") {
        return must("the 101 has no Upgrade: websocket".to_owned());
    }
    if !head.has_member("Connection", "upgrade") {
        return must("the 101 has no Connection: Upgrade".to_owned());
    }
    let accepts: Vec<_> = head.values("Sec-WebSocket-Accept").collect();
    let expected = vector.accept.as_deref();
    if accepts.len() != 1 || expected.is_some_and(|expected| accepts != [expected]) {
        let expected = expected.unwrap_or("one value");
        return must(format!("Sec-WebSocket-Accept is {accepts:?}, and had to be {expected}"));
    }
    // "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx". RFC 9110 8.6,
    // and RFC 9112 6.1 of Transfer-Encoding
    for name in ["Content-Length", "Transfer-Encoding"] {
        if head.values(name).next().is_some() {
            return must(format!("the 101 has a {name}"));
        }
    }
    subprotocol(head, vector, chooses).or_else(|| extensions(head, vector))
}

fn subprotocol(head: &Head, vector: &Vector, chooses: bool) -> Option<Fault> {
    let chosen: Vec<_> = head.values("Sec-WebSocket-Protocol").collect();
    if chosen.len() > 1 {
        return Some((Grade::Must, format!("the 101 has {} lines of subprotocols", chosen.len())));
    }
    let offered = of_request(vector, "Sec-WebSocket-Protocol");
    let names: Vec<_> = offered.split(',').map(|name| name.trim_matches([' ', '\t'])).collect();
    if let Some(chosen) = chosen.first().filter(|chosen| !names.contains(chosen)) {
        return Some((Grade::Must, format!("the subprotocol {chosen:?} was not offered")));
    }
    // Which one it is, or that there is none, is up to the server, unless it was told.
    let chosen = chosen.first().map(|chosen| (*chosen).to_owned());
    if chooses && !vector.subprotocols.is_empty() && !vector.subprotocols.contains(&chosen) {
        let why = format!("chose {chosen:?}, and was set up for {:?}", vector.subprotocols);
        return Some((Grade::Should, why));
    }
    None
}

fn extensions(head: &Head, vector: &Vector) -> Option<Fault> {
    let answer: Vec<_> = head.values("Sec-WebSocket-Extensions").collect();
    if answer.is_empty() {
        return None;
    }
    let offers = of_request(vector, "Sec-WebSocket-Extensions");
    extension::misfit(&answer.join(", "), &offers).map(|why| (Grade::Must, why))
}

/// All values of a field in the request, as one.
fn of_request(vector: &Vector, name: &str) -> String {
    let text: String = vector.input.iter().copied().map(char::from).collect();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let values = lines.filter(|(each, _)| each.eq_ignore_ascii_case(name));
    values.map(|(_, value)| value.trim()).collect::<Vec<_>>().join(", ")
}

/// Looks at a refusal. A rule that is broken by all refusals or by none is a failure of one case, and mentioned in the
/// others.
pub(crate) fn check_refusal(head: &Head, status: u16, vector: &Vector) -> Option<Fault> {
    let told = |why: &str| Some((Grade::Information, why.to_owned()));
    // "instead send an appropriate HTTP error code (such as 426 Upgrade Required) and a |Sec-WebSocket-Version| header
    // field indicating the version(s) the server is capable of understanding". RFC 6455 4.2.2(4)
    let names_version = head.has_member("Sec-WebSocket-Version", "13");
    if OTHER_VERSIONS.contains(&vector.id.as_str()) && !names_version {
        let why = "a refusal of another version without Sec-WebSocket-Version: 13";
        let is_decisive = vector.id == "server/wsversion/14";
        return if is_decisive { Some((Grade::Must, why.to_owned())) } else { told(why) };
    }
    // `server/answer/405-allow` and `server/answer/426-upgrade`.
    match status {
        405 if head.values("Allow").next().is_none() => told("405 without Allow"),
        426 if head.values("Upgrade").next().is_none() => told("426 without Upgrade"),
        _ => None,
    }
}

/// Requests that are good but for their version.
const OTHER_VERSIONS: [&str; 5] = [
    "server/wsversion/8",
    "server/wsversion/0",
    "server/wsversion/7",
    "server/wsversion/12",
    "server/wsversion/14",
];
