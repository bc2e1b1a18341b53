//! What a client asks for, before anything is answered.

use crate::case::{Case, Play};
use crate::grade::Grade::{self, Must, Should};
use crate::rule::Rule;
use crate::setup::Needs;
use crate::wire::accept::is_nonce;
use crate::wire::head::Head;

type Check = fn(&Head) -> Result<(), String>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(
            "line",
            "the request line",
            Must,
            "RFC 6455 4.1(2)",
            "A handshake is a GET of HTTP/1.1 or higher.",
            line,
        ),
        case(
            "host",
            "Host",
            Must,
            "RFC 6455 4.1(4)",
            "The request has one Host, which is that of the URL.",
            host,
        ),
        case(
            "upgrade",
            "Upgrade",
            Must,
            "RFC 6455 4.1(5)",
            "Upgrade has the keyword websocket.",
            upgrade,
        ),
        case(
            "connection",
            "Connection",
            Must,
            "RFC 6455 4.1(6)",
            "Connection has the option Upgrade.",
            connection,
        ),
        case(
            "key",
            "Sec-WebSocket-Key",
            Must,
            "RFC 6455 4.1(7)",
            "The key is there once, and is 16 octets in base64.",
            key,
        ),
        case(
            "version",
            "Sec-WebSocket-Version",
            Must,
            "RFC 6455 4.1(9)",
            "The version is 13.",
            version,
        ),
        case(
            "subprotocols",
            "Sec-WebSocket-Protocol",
            Must,
            "RFC 6455 4.1(10)",
            "The names of subprotocols are tokens, each once.",
            subprotocols,
        ),
        case(
            "no-answer-fields",
            "fields of an answer",
            Should,
            "RFC 6455 11.3.3",
            "Sec-WebSocket-Accept belongs into answers.",
            no_accept,
        ),
        case(
            "no-body",
            "framing",
            Should,
            "RFC 9110 9.3.1",
            "A GET has no content that means anything.",
            no_body,
        ),
    ]
}

fn case(
    name: &str,
    title: &str,
    grade: Grade,
    section: &str,
    text: &'static str,
    check: Check,
) -> Case {
    Case {
        id: format!("client/request/{name}"),
        title: format!("{title} of the request"),
        rule: Rule::new(section, text),
        grade,
        needs: Needs::default(),
        play: Play::Request(check),
    }
}

fn one<'a>(head: &'a Head, name: &'a str) -> Result<&'a str, String> {
    let lines: Vec<_> = head.values(name).collect();
    match lines[..] {
        [one] => Ok(one),
        _ => Err(format!("{name} is there {} times", lines.len())),
    }
}

fn line(head: &Head) -> Result<(), String> {
    let parts: Vec<_> = head.start_line.split(' ').collect();
    match parts[..] {
        // The path, or an http URI that has it. RFC 6455 4.1(2)
        ["GET", target, version]
            if (target.starts_with('/') || target.starts_with("http://"))
                && version.starts_with("HTTP/1.")
                && version != "HTTP/1.0" =>
        {
            Ok(())
        }
        _ => Err(format!("the request line is {:?}", head.start_line)),
    }
}

fn host(head: &Head) -> Result<(), String> {
    let host = one(head, "Host")?;
    let is_host = !host.is_empty() && !host.contains(['/', '@', ' ', ',']);
    if is_host { Ok(()) } else { Err(format!("Host is {host:?}")) }
}

fn upgrade(head: &Head) -> Result<(), String> {
    let has = head.has_member("Upgrade", "websocket");
    if has { Ok(()) } else { Err("there is no Upgrade: websocket".to_owned()) }
}

fn connection(head: &Head) -> Result<(), String> {
    let has = head.has_member("Connection", "upgrade");
    if has { Ok(()) } else { Err("there is no Connection: Upgrade".to_owned()) }
}

fn key(head: &Head) -> Result<(), String> {
    let key = one(head, "Sec-WebSocket-Key")?;
    if is_nonce(key) { Ok(()) } else { Err(format!("the key is {key:?}")) }
}

fn version(head: &Head) -> Result<(), String> {
    match one(head, "Sec-WebSocket-Version")? {
        "13" => Ok(()),
        other => Err(format!("the version is {other:?}")),
    }
}

fn subprotocols(head: &Head) -> Result<(), String> {
    let lines = head.values("Sec-WebSocket-Protocol").flat_map(|line| line.split(','));
    let names: Vec<_> = lines.map(|name| name.trim_matches([' ', '\t'])).collect();
    for (at, name) in names.iter().enumerate() {
        let is_token = !name.is_empty() && name.bytes().all(crate::wire::head::is_token_octet);
        if !is_token {
            return Err(format!("{name:?} is no token"));
        }
        if names[..at].contains(name) {
            return Err(format!("{name:?} is there twice"));
        }
    }
    Ok(())
}

fn no_accept(head: &Head) -> Result<(), String> {
    match head.values("Sec-WebSocket-Accept").next() {
        None => Ok(()),
        Some(_) => Err("the request has a Sec-WebSocket-Accept".to_owned()),
    }
}

fn no_body(head: &Head) -> Result<(), String> {
    let length = head.values("Content-Length").find(|len| *len != "0");
    match length.or_else(|| head.values("Transfer-Encoding").next()) {
        None => Ok(()),
        Some(_) => Err("the request has a body".to_owned()),
    }
}
