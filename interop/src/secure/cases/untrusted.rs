//! Our client, and certificates that it must not accept.

use super::super::field::{Field, Kind};
use super::super::identities::Identity;
use super::super::ours::{Attempt, Expect};
use super::super::report::Entry;

/// A server, and what our client makes of it.
#[derive(Debug)]
struct Case {
    what: &'static str,
    server: Kind,
    trusts: Trusts,
    expect: Expect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trusts {
    Authority,
    Anybody,
}

/// On each runtime.
pub(super) fn run(field: &Field) -> Vec<Entry> {
    let mut entries = Vec::new();
    for &runtime in &field.runtimes {
        for Case { what, server, trusts, expect } in &CASES {
            let name = format!("our client on {runtime} -> {what}: {}", expect.shown());
            let tried = field.port(runtime, *server).and_then(|port| {
                let attempt = Attempt::new(runtime, format!("wss://localhost:{port}/"));
                let attempt = match trusts {
                    Trusts::Authority => attempt.trusting(&field.identities),
                    Trusts::Anybody => attempt.arg("--insecure"),
                };
                attempt.run(&field.demo, *expect)
            });
            entries.push(Entry::tried(name, tried.map(|_| String::new())));
        }
    }
    entries
}

const CASES: [Case; 8] = [
    case("an expired certificate", Identity::Expired, Expect::Error("tls-expired", "")),
    case(
        "another server's certificate",
        Identity::Other,
        Expect::Error("tls-wrong-host", "other.example.test"),
    ),
    case(
        "a certificate of an unknown authority",
        Identity::Stranger,
        Expect::Error("tls-unknown-issuer", ""),
    ),
    Case {
        what: "a server without TLS",
        server: Kind::Plain,
        trusts: Trusts::Authority,
        expect: Expect::Error("tls-not-tls", ""),
    },
    case("the certificate that is right", Identity::Server, Expect::Echo),
    Case { what: "an expired certificate, --insecure", ..insecure(Identity::Expired) },
    Case { what: "another server's certificate, --insecure", ..insecure(Identity::Other) },
    Case { what: "an unknown authority, --insecure", ..insecure(Identity::Stranger) },
];

const fn case(what: &'static str, identity: Identity, expect: Expect) -> Case {
    Case { what, server: Kind::Tls(identity), trusts: Trusts::Authority, expect }
}

const fn insecure(identity: Identity) -> Case {
    Case { what: "", server: Kind::Tls(identity), trusts: Trusts::Anybody, expect: Expect::Echo }
}
