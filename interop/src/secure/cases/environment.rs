//! Our client, and proxies that variables name.

use super::super::field::{Field, Kind};
use super::super::identities::Identity;
use super::super::names::NAME;
use super::super::ours::{Attempt, Expect};
use super::super::ports;
use super::super::proxies::{Running, Stand};
use super::super::report::Entry;
use super::proxied::Log;

use Value::{Dead, Proxy, Text};

/// The proxy that the variables name.
pub(super) const STAND: Stand = Stand::Tinyproxy;

/// Variables, and whether the proxy is taken because of them.
#[derive(Debug)]
struct Case {
    scheme: &'static str,
    variables: &'static [(&'static str, Value)],
    /// Whether the connection goes over the proxy.
    over: bool,
}

#[derive(Clone, Copy, Debug)]
enum Value {
    /// The proxy's URL.
    Proxy,
    /// The URL of a proxy that is not there.
    Dead,
    /// This.
    Text(&'static str),
}

/// On one runtime: the variables are read before it has a say.
pub(super) fn run(field: &Field) -> Vec<Entry> {
    let mut entries = super::proxied::run(field, STAND);
    let Some(&runtime) = field.runtimes.first() else { return entries };
    entries.extend(CASES.iter().map(|case| {
        let Case { scheme, variables, over } = case;
        let way = if *over { "over the proxy" } else { "without a proxy" };
        let shown: Vec<_> = variables.iter().map(|(name, value)| value.shown(name)).collect();
        let name = format!("our client on {runtime}, {scheme}, {}: {way}", shown.join(", "));
        match field.stand(STAND) {
            Ok(running) => Entry::tried(name, case.tried(field, running, runtime)),
            Err(absent) => Entry::absent(name, absent),
        }
    }));
    entries
}

impl Case {
    fn tried(
        &self,
        field: &Field,
        running: &Running,
        runtime: &'static str,
    ) -> Result<String, String> {
        let Self { scheme, variables, over } = self;
        let secure = *scheme == "wss";
        let kind = if secure { Kind::Tls(Identity::Server) } else { Kind::Plain };
        let port = field.port(runtime, kind)?;
        let mut attempt = Attempt::new(runtime, format!("{scheme}://{NAME}:{port}/"));
        attempt = attempt.arg("--proxy-from-env");
        if secure {
            attempt = attempt.trusting(&field.identities);
        }
        if !over {
            attempt = attempt.arg("--resolve").arg(format!("{NAME}:{port}:127.0.0.1"));
        }
        for (name, value) in *variables {
            let value = match value {
                Proxy => format!("http://{}", running.address()),
                Dead => format!("http://127.0.0.1:{}", ports::free()?),
                Text(text) => (*text).to_owned(),
            };
            attempt = attempt.variable(name, &value);
        }
        let mark = running.mark();
        attempt.run(&field.demo, Expect::Echo)?;
        if *over {
            return Log::Name.check(running, mark, port);
        }
        let name = format!("{NAME}:{port}");
        let log = running.log_since(mark, |_| true);
        match log.contains(&name) {
            true => Err("it went over the proxy".to_owned()),
            false => Ok("the proxy's log has nothing of it".to_owned()),
        }
    }
}

impl Value {
    fn shown(self, name: &str) -> String {
        match self {
            Self::Proxy => name.to_owned(),
            Self::Dead => format!("a dead {name}"),
            Self::Text(text) => format!("{name}={text}"),
        }
    }
}

const fn over(scheme: &'static str, variables: &'static [(&'static str, Value)]) -> Case {
    Case { scheme, variables, over: true }
}

const fn without(scheme: &'static str, variables: &'static [(&'static str, Value)]) -> Case {
    Case { scheme, variables, over: false }
}

const CASES: &[Case] = &[
    over("ws", &[("ws_proxy", Proxy)]),
    over("ws", &[("WS_PROXY", Proxy)]),
    over("ws", &[("https_proxy", Proxy)]),
    over("ws", &[("HTTPS_PROXY", Proxy)]),
    over("ws", &[("http_proxy", Proxy)]),
    over("ws", &[("HTTP_PROXY", Proxy)]),
    over("ws", &[("all_proxy", Proxy)]),
    over("ws", &[("ALL_PROXY", Proxy)]),
    over("wss", &[("wss_proxy", Proxy)]),
    over("wss", &[("WSS_PROXY", Proxy)]),
    over("wss", &[("https_proxy", Proxy)]),
    over("wss", &[("HTTPS_PROXY", Proxy)]),
    over("wss", &[("all_proxy", Proxy)]),
    over("wss", &[("ALL_PROXY", Proxy)]),
    over("ws", &[("ws_proxy", Proxy), ("https_proxy", Dead), ("all_proxy", Dead)]),
    over("wss", &[("wss_proxy", Proxy), ("https_proxy", Dead), ("all_proxy", Dead)]),
    over("wss", &[("all_proxy", Proxy), ("no_proxy", Text("example.org"))]),
    without("ws", &[("wss_proxy", Dead)]),
    without("wss", &[("ws_proxy", Dead), ("http_proxy", Dead), ("HTTP_PROXY", Dead)]),
    without("ws", &[("HTTP_PROXY", Proxy), ("REQUEST_METHOD", Text("GET"))]),
    without("ws", &[("all_proxy", Proxy), ("no_proxy", Text("*"))]),
    without("ws", &[("all_proxy", Proxy), ("no_proxy", Text("example.test"))]),
    without("wss", &[("all_proxy", Proxy), ("NO_PROXY", Text("example.org, .example.test"))]),
];
