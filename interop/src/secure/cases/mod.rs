//! The cases: who connects to whom through what, and what has to come of it.
//!
//! | file | client | between | server |
//! |---|---|---|---|
//! | [`to_ours`] | peers | nothing | ours |
//! | [`from_ours`] | ours | nothing, or a front | peers, ours |
//! | [`proxied`] | ours | a proxy | ours |
//! | [`environment`] | ours | a proxy that a variable names | ours |
//! | [`untrusted`] | ours | nothing | ours, with a certificate that is not to be accepted |
//! | [`silent`] | ours | nothing | an address that drops packets, and ours |

mod environment;
mod from_ours;
mod proxied;
mod silent;
mod to_ours;
mod untrusted;

use super::field::Field;
use super::proxies::Stand;
use super::report::Entry;
use crate::peers::peer::Peer;

/// Cases that are tried one behind the other: they share a log, or a machine's patience.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group {
    /// A peer's client, and our server on a runtime.
    ToOurs(Peer, &'static str),
    /// Our client on a runtime, and servers with TLS.
    FromOurs(&'static str),
    /// Our client on each runtime, over a proxy.
    Proxied(Stand),
    /// The same over one of them, and then as variables name it.
    Environment,
    /// Our client on each runtime, and certificates that are not to be accepted.
    Untrusted,
}

impl Group {
    /// All groups, those that take longest first.
    pub(crate) fn all(runtimes: &[&'static str]) -> Vec<Self> {
        let mut groups = Vec::new();
        for peer in to_ours::PEERS {
            groups.extend(runtimes.iter().map(|runtime| Self::ToOurs(peer, runtime)));
        }
        // Who shares a proxy shares its log.
        let others = Stand::ALL.into_iter().filter(|stand| *stand != environment::STAND);
        groups.extend(others.map(Self::Proxied));
        groups.push(Self::Environment);
        groups.extend(runtimes.iter().map(|runtime| Self::FromOurs(runtime)));
        groups.push(Self::Untrusted);
        groups
    }

    /// Tries its cases.
    pub(crate) fn run(self, field: &Field) -> Vec<Entry> {
        match self {
            Self::ToOurs(peer, runtime) => to_ours::run(field, peer, runtime),
            Self::FromOurs(runtime) => from_ours::run(field, runtime),
            Self::Proxied(stand) => proxied::run(field, stand),
            Self::Environment => environment::run(field),
            Self::Untrusted => untrusted::run(field),
        }
    }
}

/// What is tried when nothing else is: times are measured.
pub(crate) fn alone(field: &Field) -> Vec<Entry> {
    silent::run(field)
}
