//! Our client, a proxy, and our server.

use super::super::field::{Field, Kind};
use super::super::identities::Identity;
use super::super::names::NAME;
use super::super::ours::{Attempt, Expect};
use super::super::ports;
use super::super::proxies::{Mark, REFUSED_PORT, Running, Stand};
use super::super::report::Entry;

/// A connection over a proxy: with each of our runtimes, by `ws` and by `wss`.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) stand: Stand,
    /// What is spoken with it.
    pub(super) scheme: &'static str,
    /// Name and password for it.
    pub(super) user: &'static str,
    pub(super) to: To,
    pub(super) expect: Expect,
    /// What the log has of it.
    pub(super) log: Log,
}

/// Where the connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// Our server on the same runtime.
    Server,
    /// The port that squid connects nobody to.
    RefusedPort,
    /// A port where nobody listens.
    Nobody,
}

/// What the log of a proxy has to say of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log {
    /// The name of the server: the proxy has looked it up.
    Name,
    /// Its address and not its name: we have.
    Address,
    /// Its address, since that is all this proxy tells. The name is known to the proxy alone, so it
    /// has looked it up.
    AddressOfName,
    /// Nothing that matters.
    Anything,
}

/// The cases of a proxy, on all runtimes.
pub(super) fn run(field: &Field, stand: Stand) -> Vec<Entry> {
    let mut entries = Vec::new();
    for &runtime in &field.runtimes {
        for case in CASES.iter().filter(|case| case.stand == stand) {
            for secure in [false, true] {
                entries.push(case.run(field, runtime, secure));
            }
        }
    }
    entries
}

impl Case {
    fn run(&self, field: &Field, runtime: &'static str, secure: bool) -> Entry {
        let ws = if secure { "wss" } else { "ws" };
        let with = if self.user.is_empty() { "" } else { " with " };
        let name = format!(
            "our client on {runtime} -> {} ({}{with}{}) -> {}, {ws}: {}",
            self.stand.part().name(),
            self.scheme,
            self.user,
            self.to.shown(),
            self.expect.shown()
        );
        match field.stand(self.stand) {
            Ok(running) => Entry::tried(name, self.tried(field, running, runtime, secure)),
            Err(absent) => Entry::absent(name, absent),
        }
    }

    fn tried(
        &self,
        field: &Field,
        running: &Running,
        runtime: &'static str,
        secure: bool,
    ) -> Result<String, String> {
        let (ws, kind) = match secure {
            true => ("wss", Kind::Tls(Identity::Server)),
            false => ("ws", Kind::Plain),
        };
        let port = match self.to {
            To::Server => field.port(runtime, kind)?,
            To::RefusedPort => REFUSED_PORT,
            To::Nobody => ports::free()?,
        };
        let Self { scheme, user, .. } = self;
        let at = if user.is_empty() { "" } else { "@" };
        let proxy = format!("{scheme}://{user}{at}{}", running.address());
        let mut attempt = Attempt::new(runtime, format!("{ws}://{NAME}:{port}/")).over(&proxy);
        if secure || *scheme == "https" {
            attempt = attempt.trusting(&field.identities);
        }
        if self.log == Log::Address {
            attempt = attempt.arg("--resolve").arg(format!("{NAME}:{port}:127.0.0.1"));
        }
        let mark = running.mark();
        attempt.run(&field.demo, self.expect)?;
        self.log.check(running, mark, port)
    }
}

impl To {
    fn shown(self) -> &'static str {
        match self {
            Self::Server => "our server",
            Self::RefusedPort => "a port that is refused",
            Self::Nobody => "nobody",
        }
    }
}

impl Log {
    /// Whether the log has said it since then.
    pub(super) fn check(self, running: &Running, mark: Mark, port: u16) -> Result<String, String> {
        let log = running.log_since(mark, |log| self.is_in(log, port));
        if !self.is_in(&log, port) {
            return Err(format!("expected {self:?} in the log, which says {:?}", log.trim()));
        }
        Ok(match self {
            Self::Name => "its log has the name",
            Self::Address => "its log has the address",
            Self::AddressOfName => "its log has the address that it found",
            Self::Anything => "",
        }
        .to_owned())
    }

    fn is_in(self, log: &str, port: u16) -> bool {
        // Between host and port, dante writes a dot and OpenSSH a word.
        let has = |host: &str| {
            [":", ".", " port "]
                .iter()
                .any(|between| log.contains(&format!("{host}{between}{port}")))
        };
        match self {
            Self::Name => has(NAME),
            Self::Address => has("127.0.0.1") && !log.contains(NAME),
            Self::AddressOfName => has("127.0.0.1"),
            Self::Anything => true,
        }
    }
}

const BASE: Case = Case {
    stand: Stand::Tinyproxy,
    scheme: "http",
    user: "",
    to: To::Server,
    expect: Expect::Echo,
    log: Log::Name,
};

const RIGHT: &str = "ada:lovelace";
const WRONG: &str = "ada:byron";

const CASES: &[Case] = &[
    Case { stand: Stand::Tinyproxy, ..BASE },
    Case { stand: Stand::TinyproxyBasic, user: RIGHT, ..BASE },
    Case {
        stand: Stand::TinyproxyBasic,
        expect: Expect::Error("proxy-authentication-required", "proxy-authenticate: Basic realm="),
        ..BASE
    },
    Case {
        // It answers 407 to those who have no name, and 401 to those who have a wrong one.
        stand: Stand::TinyproxyBasic,
        user: WRONG,
        expect: Expect::Error("proxy-refused", "\nserver: tinyproxy"),
        ..BASE
    },
    Case { stand: Stand::Squid, user: RIGHT, ..BASE },
    Case {
        stand: Stand::Squid,
        user: WRONG,
        expect: Expect::Error("proxy-authentication-required", "proxy-authenticate: Basic realm="),
        ..BASE
    },
    Case {
        stand: Stand::Squid,
        expect: Expect::Error("proxy-authentication-required", "proxy-authenticate: Basic realm="),
        ..BASE
    },
    Case {
        stand: Stand::Squid,
        user: RIGHT,
        to: To::RefusedPort,
        // Words of its page.
        expect: Expect::Error("proxy-refused", "Access control configuration prevents"),
        ..BASE
    },
    Case { stand: Stand::Dante, scheme: "socks5h", log: Log::AddressOfName, ..BASE },
    Case { stand: Stand::Dante, scheme: "socks5", log: Log::Address, ..BASE },
    Case { stand: Stand::Dante, scheme: "socks4", log: Log::Address, ..BASE },
    Case {
        stand: Stand::Dante,
        scheme: "socks5h",
        to: To::Nobody,
        expect: Expect::Error("socks5-connection-refused", ""),
        log: Log::AddressOfName,
        ..BASE
    },
    Case { stand: Stand::Microsocks, scheme: "socks5h", ..BASE },
    Case { stand: Stand::Microsocks, scheme: "socks5", log: Log::Address, ..BASE },
    Case {
        stand: Stand::Microsocks,
        scheme: "socks5h",
        to: To::Nobody,
        expect: Expect::Error("socks5-connection-refused", ""),
        log: Log::Anything,
        ..BASE
    },
    Case { stand: Stand::MicrosocksPassword, scheme: "socks5h", user: RIGHT, ..BASE },
    Case {
        stand: Stand::MicrosocksPassword,
        scheme: "socks5",
        user: RIGHT,
        log: Log::Address,
        ..BASE
    },
    Case {
        stand: Stand::MicrosocksPassword,
        scheme: "socks5h",
        user: WRONG,
        expect: Expect::Error("proxy-authentication-refused", ""),
        log: Log::Anything,
        ..BASE
    },
    Case {
        stand: Stand::MicrosocksPassword,
        scheme: "socks5h",
        expect: Expect::Error("proxy-no-acceptable-method", ""),
        log: Log::Anything,
        ..BASE
    },
    Case { stand: Stand::Openssh, scheme: "socks4", log: Log::Address, ..BASE },
    // Of all that are here, it alone speaks SOCKS 4A.
    Case { stand: Stand::Openssh, scheme: "socks4a", ..BASE },
    Case { stand: Stand::Openssh, scheme: "socks5", log: Log::Address, ..BASE },
    Case { stand: Stand::Openssh, scheme: "socks5h", ..BASE },
    Case { stand: Stand::Pproxy, ..BASE },
    Case { stand: Stand::Pproxy, scheme: "socks4", log: Log::Address, ..BASE },
    Case { stand: Stand::Pproxy, scheme: "socks5", log: Log::Address, ..BASE },
    Case { stand: Stand::Pproxy, scheme: "socks5h", ..BASE },
    Case { stand: Stand::PproxyTls, scheme: "https", ..BASE },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_who_looked_a_name_up() {
        let named = ["CONNECT ws.example.test:80 HTTP/1.1", "target ws.example.test port 80"];
        for log in named {
            assert!(Log::Name.is_in(log, 80) && Log::Anything.is_in(log, 80));
            assert!(!Log::Name.is_in(log, 81) && !Log::Address.is_in(log, 80));
            assert!(!Log::AddressOfName.is_in(log, 80));
        }
        for log in ["-> 127.0.0.1:80", "-> 127.0.0.1.80", "target 127.0.0.1 port 80"] {
            assert!(Log::Address.is_in(log, 80) && Log::AddressOfName.is_in(log, 80));
            assert!(!Log::Name.is_in(log, 80) && !Log::Address.is_in(log, 81));
        }
        let both = "ws.example.test:80 is 127.0.0.1:80";
        assert!(!Log::Address.is_in(both, 80) && Log::AddressOfName.is_in(both, 80));
    }
}
