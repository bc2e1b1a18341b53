//! Our client, and servers with a certificate: those of the peers, and ours behind fronts.

use super::super::field::Field;
use super::super::fronts::Tls;
use super::super::identities::Identity;
use super::super::ours::{Attempt, Expect};
use super::super::parts::Part;
use super::super::report::Entry;
use crate::peers::peer::Peer;

/// Our client on a runtime.
pub(super) fn run(field: &Field, runtime: &'static str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for peer in [Peer::Websockets, Peer::Ws] {
        let name = format!("our client on {runtime} -> {}, wss: echo", peer.name());
        entries.push(match field.peer(peer) {
            Ok(server) => {
                let attempt = Attempt::new(runtime, format!("wss://{}/", server.address()));
                let attempt = attempt.trusting(&field.identities);
                Entry::tried(name, attempt.run(&field.demo, Expect::Echo).map(|_| String::new()))
            }
            Err(absent) => Entry::absent(name, absent),
        });
    }
    for case in CASES {
        for part in case.parts {
            entries.push(case.run(field, *part, runtime));
        }
    }
    entries
}

/// A connection through a front.
#[derive(Debug)]
struct Case {
    parts: &'static [Part],
    tls: Tls,
    what: &'static str,
    shows_certificate: bool,
    redirects: &'static str,
    expect: fn(Part) -> Expect,
}

impl Case {
    fn run(&self, field: &Field, part: Part, runtime: &'static str) -> Entry {
        let Self { tls, what, .. } = self;
        let expect = (self.expect)(part);
        let name = format!(
            "our client on {runtime} -> {} {what} -> our server: {}",
            part.name(),
            expect.shown()
        );
        let port = match field.front(part, runtime, *tls) {
            Ok(port) => port,
            Err(absent) => return Entry::absent(name, absent),
        };
        let ws = if matches!(tls, Tls::Begins | Tls::Redirects) { "ws" } else { "wss" };
        let attempt = Attempt::new(runtime, format!("{ws}://localhost:{port}/"));
        let attempt = attempt.trusting(&field.identities).arg("--redirects").arg(self.redirects);
        let attempt = match self.shows_certificate {
            true => attempt.showing(&field.identities, Identity::Client),
            false => attempt,
        };
        Entry::tried(name, attempt.run(&field.demo, expect).map(|_| String::new()))
    }
}

const BASE: Case = Case {
    parts: &Part::FRONTS,
    tls: Tls::Ends,
    what: "that ends TLS",
    shows_certificate: false,
    redirects: "0",
    expect: |_| Expect::Echo,
};

const CASES: [Case; 8] = [
    BASE,
    Case {
        tls: Tls::Demands,
        what: "that wants a certificate and gets it",
        shows_certificate: true,
        ..BASE
    },
    Case {
        tls: Tls::Demands,
        what: "that wants a certificate and gets none",
        expect: without_certificate,
        ..BASE
    },
    Case {
        tls: Tls::DemandsInTls12,
        what: "that wants a certificate in TLS 1.2 and gets it",
        shows_certificate: true,
        ..BASE
    },
    Case {
        tls: Tls::DemandsInTls12,
        what: "that wants a certificate in TLS 1.2 and gets none",
        expect: without_certificate,
        ..BASE
    },
    Case { tls: Tls::Begins, what: "that begins TLS", ..BASE },
    Case {
        parts: REDIRECTING,
        tls: Tls::Redirects,
        what: "that sends it to where TLS is",
        redirects: "1",
        ..BASE
    },
    Case {
        parts: REDIRECTING,
        tls: Tls::Redirects,
        what: "that sends it to where TLS is, and it does not go",
        expect: |_| Expect::Declined(308, "location: https://localhost:"),
        ..BASE
    },
];

/// Those that speak HTTP.
const REDIRECTING: &[Part] = &[Part::Nginx, Part::Haproxy];

fn without_certificate(part: Part) -> Expect {
    match part {
        // It goes through with TLS, and says so in HTTP.
        Part::Nginx => Expect::Declined(400, "No required SSL certificate was sent"),
        _ => Expect::Error("tls-client-certificate-required", ""),
    }
}
