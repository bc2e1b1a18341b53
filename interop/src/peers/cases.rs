//! Handshakes: what is asked of whom, and what has to come of it.

use super::observation::Observation;
use super::peer::Peer::{self, Beast, Builtin, Curl, Websockets, Ws};
use super::setup::Setup;

/// One attempt: what the client asks for, of which server, and the outcome that is right.
#[derive(Debug)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) name: &'static str,
    /// The peers who can show it.
    pub(crate) peers: &'static [Peer],
    /// How the server is set up.
    pub(crate) server: Setup,
    /// The path asked for.
    pub(crate) path: &'static str,
    /// How it is asked for.
    pub(crate) ask: Ask,
    /// The subprotocols offered, in this order.
    pub(crate) subprotocols: &'static [&'static str],
    /// Further header fields, `Name: value`.
    pub(crate) headers: &'static [&'static str],
    /// What has to come of it.
    pub(crate) expect: Expect,
}

/// How a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// For an upgrade, without an extension.
    Upgrade,
    /// For an upgrade with permessage-deflate, as browsers offer it.
    Deflate,
    /// For an upgrade with permessage-deflate and windows of `NARROW_WINDOW_BITS`.
    Narrow,
    /// For an ordinary resource.
    Get,
    /// For an ordinary resource, and once more on the same connection; the last line of the body is
    /// then `connects: N`, the number of connections the second one needed.
    GetTwice,
}

/// What has to come of an attempt.
#[derive(Debug)]
pub(crate) enum Expect {
    /// The connection is open.
    Open {
        /// The negotiated subprotocol.
        subprotocol: Option<&'static str>,
        /// What has to stand in the list of extensions; `None` for no extension at all.
        deflate: Option<&'static str>,
    },
    /// An answer that opened nothing.
    Answer {
        /// Its status; not asked of [`Peer::Builtin`], which hides it.
        status: u16,
        /// A header field and what has to stand in it, likewise.
        header: Option<(&'static str, &'static str)>,
        /// What has to stand in the body, likewise.
        body: &'static str,
    },
}

impl Expect {
    /// Whether `seen` is what had to come.
    ///
    /// # Errors
    ///
    /// What is different.
    pub(crate) fn check(&self, seen: &Observation, shows_answers: bool) -> Result<(), String> {
        let fail = |wanted: String| Err(format!("expected {wanted}, got {seen}"));
        match *self {
            Self::Open { .. } if !seen.is_open => fail("an open connection".to_owned()),
            Self::Open { subprotocol, .. } if seen.subprotocol.as_deref() != subprotocol => {
                fail(format!("subprotocol {}", subprotocol.unwrap_or("none")))
            }
            Self::Open { deflate: None, .. } if seen.extensions.is_some() => {
                fail("no extension".to_owned())
            }
            Self::Open { deflate: Some(part), .. } => match &seen.extensions {
                Some(list) if list.starts_with("permessage-deflate") && list.contains(part) => {
                    Ok(())
                }
                _ => fail(format!("permessage-deflate with `{part}`")),
            },
            Self::Open { .. } => Ok(()),
            Self::Answer { status, .. } if seen.is_open => fail(format!("status {status}")),
            Self::Answer { .. } if !shows_answers => Ok(()),
            Self::Answer { status, .. } if seen.status != Some(status) => {
                fail(format!("status {status}"))
            }
            Self::Answer { header: Some((name, part)), .. }
                if !seen.header(name).is_some_and(|value| value.contains(part)) =>
            {
                fail(format!("`{part}` in {name}, which was {:?}", seen.header(name)))
            }
            Self::Answer { body, .. } if !seen.body.contains(body) => {
                fail(format!("a body with `{body}`"))
            }
            Self::Answer { .. } => Ok(()),
        }
    }
}

/// Peers are the clients, the server is ours.
pub(crate) const TO_OURS: &[Case] = &[
    Case { name: "the server's preference decides", ..BASE },
    Case { name: "what the server does not know is not negotiated", ask: Ask::Deflate, ..BASE },
    Case {
        name: "no subprotocol offered, none chosen",
        subprotocols: &[],
        expect: Expect::Open { subprotocol: None, deflate: None },
        ..BASE
    },
    Case {
        name: "no subprotocol in common",
        // npm ws and Node's own client give up when none of theirs is chosen.
        peers: &[Websockets, Curl, Beast],
        subprotocols: &["not.served"],
        expect: Expect::Open { subprotocol: None, deflate: None },
        ..BASE
    },
    Case {
        name: "permessage-deflate",
        server: Setup::Deflate,
        ask: Ask::Deflate,
        expect: Expect::Open { subprotocol: Some("chat.v2"), deflate: Some("") },
        ..BASE
    },
    Case {
        name: "permessage-deflate, the server's window as asked for",
        peers: &[Websockets, Ws, Curl, Beast],
        server: Setup::Deflate,
        ask: Ask::Narrow,
        expect: Expect::Open {
            subprotocol: Some("chat.v2"),
            deflate: Some("server_max_window_bits=10"),
        },
        ..BASE
    },
    Case {
        name: "no extension offered, none negotiated",
        // Node's own client offers permessage-deflate whatever it is told.
        peers: &[Websockets, Ws, Curl, Beast],
        server: Setup::Deflate,
        ..BASE
    },
    Case {
        name: "a subprotocol is required",
        server: Setup::Strict,
        subprotocols: &["chat.v1"],
        expect: Expect::Answer {
            status: 400,
            header: Some(("content-length", "")),
            body: "chat.v2",
        },
        ..BASE
    },
    Case {
        name: "the origin is another",
        server: Setup::Strict,
        headers: &["Origin: https://other.example"],
        expect: Expect::Answer { status: 403, header: Some(("content-length", "")), body: "" },
        ..BASE
    },
    Case {
        name: "the origin is allowed",
        server: Setup::Strict,
        headers: &["Origin: https://app.example"],
        ..BASE
    },
    Case {
        name: "no credentials",
        server: Setup::Private,
        subprotocols: &[],
        expect: UNAUTHORIZED,
        ..BASE
    },
    Case {
        name: "wrong credentials",
        server: Setup::Private,
        subprotocols: &[],
        headers: &["Authorization: Basic dXNlcjpwYXNT"],
        expect: UNAUTHORIZED,
        ..BASE
    },
    Case {
        name: "right credentials",
        server: Setup::Private,
        subprotocols: &[],
        headers: &[CREDENTIALS],
        expect: Expect::Open { subprotocol: None, deflate: None },
        ..BASE
    },
    Case {
        name: "an ordinary resource",
        peers: &[Curl],
        path: "/health",
        ask: Ask::Get,
        expect: Expect::Answer { status: 200, header: Some(("connection", "close")), body: "ok" },
        ..BASE
    },
    Case {
        name: "an ordinary resource where only upgrades are served",
        peers: &[Curl],
        ask: Ask::Get,
        expect: Expect::Answer { status: 426, header: Some(("upgrade", "websocket")), body: "" },
        ..BASE
    },
    Case {
        name: "a connection kept for a second request",
        peers: &[Curl],
        server: Setup::Kept,
        path: "/health",
        ask: Ask::GetTwice,
        expect: Expect::Answer { status: 200, header: None, body: "connects: 0" },
        ..BASE
    },
];

/// Peers are the servers, the client is ours.
pub(crate) const FROM_OURS: &[Case] = &[
    Case { name: "the server's preference decides", ..FROM_BASE },
    Case {
        name: "what the server does not know is not negotiated",
        ask: Ask::Deflate,
        ..FROM_BASE
    },
    Case {
        name: "no subprotocol offered, none chosen",
        subprotocols: &[],
        expect: Expect::Open { subprotocol: None, deflate: None },
        ..FROM_BASE
    },
    Case {
        name: "no subprotocol in common",
        subprotocols: &["not.served"],
        expect: Expect::Open { subprotocol: None, deflate: None },
        ..FROM_BASE
    },
    Case {
        name: "permessage-deflate",
        server: Setup::Deflate,
        ask: Ask::Deflate,
        expect: Expect::Open { subprotocol: Some("chat.v2"), deflate: Some("") },
        ..FROM_BASE
    },
    Case {
        // The server may narrow its own window unasked: RFC 7692 7.1.2.1.
        name: "permessage-deflate, the windows as the server wants them",
        server: Setup::Narrow,
        ask: Ask::Deflate,
        expect: Expect::Open {
            subprotocol: Some("chat.v2"),
            deflate: Some("server_max_window_bits=10"),
        },
        ..FROM_BASE
    },
    Case { name: "no extension offered, none negotiated", server: Setup::Deflate, ..FROM_BASE },
    Case { name: "no credentials", path: "/private", expect: UNAUTHORIZED, ..FROM_BASE },
    Case { name: "right credentials", path: "/private", headers: &[CREDENTIALS], ..FROM_BASE },
    Case {
        name: "forbidden",
        path: "/refuse/403",
        expect: Expect::Answer { status: 403, header: None, body: "refused as asked" },
        ..FROM_BASE
    },
    Case {
        name: "not found",
        path: "/refuse/404",
        expect: Expect::Answer { status: 404, header: None, body: "refused as asked" },
        ..FROM_BASE
    },
];

const BASE: Case = Case {
    name: "",
    peers: &[Websockets, Ws, Builtin, Curl, Beast],
    server: Setup::Plain,
    path: "/",
    ask: Ask::Upgrade,
    subprotocols: &["not.served", "chat.v1", "chat.v2"],
    headers: &[],
    expect: Expect::Open { subprotocol: Some("chat.v2"), deflate: None },
};

const FROM_BASE: Case = Case { peers: &[Websockets, Ws, Beast], ..BASE };

const UNAUTHORIZED: Expect =
    Expect::Answer { status: 401, header: Some(("www-authenticate", "Basic")), body: "" };

/// user:pass
const CREDENTIALS: &str = "Authorization: Basic dXNlcjpwYXNz";

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(output: &str) -> Observation {
        Observation::of_peer(output).unwrap()
    }

    #[test]
    fn an_opened_connection_is_what_was_agreed_on() {
        let plain = Expect::Open { subprotocol: Some("a"), deflate: None };
        let deflate = Expect::Open { subprotocol: Some("a"), deflate: Some("") };
        let bare = seen("open\nsubprotocol: a\n");
        let compressed = seen("open\nsubprotocol: a\nextensions: permessage-deflate\n");
        assert!(plain.check(&bare, true).is_ok() && plain.check(&compressed, true).is_err());
        assert!(deflate.check(&compressed, true).is_ok() && deflate.check(&bare, true).is_err());
        assert!(plain.check(&seen("open\nsubprotocol: b\n"), true).is_err());
        assert!(plain.check(&seen("open\n"), true).is_err());
        assert!(plain.check(&seen("refused\n"), true).is_err());
    }

    #[test]
    fn a_refusal_is_told_from_another_by_who_can() {
        let answer = |header, body| Expect::Answer { status: 401, header, body };
        let refused = seen("refused\nstatus: 401\nheader: www-authenticate: Basic a\nbody: who?\n");
        let bare = answer(None, "");
        assert!(UNAUTHORIZED.check(&refused, true).is_ok() && bare.check(&refused, true).is_ok());
        assert!(answer(Some(("www-authenticate", "Digest")), "").check(&refused, true).is_err());
        assert!(answer(Some(("allow", "")), "").check(&refused, true).is_err());
        assert!(answer(None, "nobody").check(&refused, true).is_err());
        assert!(bare.check(&seen("open\nstatus: 101\n"), false).is_err());
        assert!(bare.check(&seen("refused\nstatus: 403\n"), true).is_err());
        assert!(bare.check(&seen("refused\n"), false).is_ok());
    }

    #[test]
    fn every_case_can_be_asked() {
        for (cases, setups) in [(TO_OURS, Setup::ours()), (FROM_OURS, Setup::PEERS.to_vec())] {
            assert!(cases.iter().all(|case| setups.contains(&case.server)));
        }
        assert!(FROM_OURS.iter().all(|case| matches!(case.ask, Ask::Upgrade | Ask::Deflate)));
    }
}
