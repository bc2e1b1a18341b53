//! Our client, and a first address that drops packets.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use super::super::field::{Field, Kind};
use super::super::identities::Identity;
use super::super::names::NAME;
use super::super::ours::{Attempt, Expect};
use super::super::report::Entry;

/// On each runtime, by `ws` and by `wss`.
pub(super) fn run(field: &Field) -> Vec<Entry> {
    let mut entries = Vec::new();
    for &runtime in &field.runtimes {
        for (ws, kind) in [("ws", Kind::Plain), ("wss", Kind::Tls(Identity::Server))] {
            let name = format!(
                "our client on {runtime}, {ws} -> an address that drops packets, and our server: at most {} ms later",
                LIMIT.as_millis()
            );
            entries.push(Entry::tried(name, tried(field, runtime, ws, kind)));
        }
    }
    entries
}

fn tried(field: &Field, runtime: &'static str, ws: &str, kind: Kind) -> Result<String, String> {
    let port = field.port(runtime, kind)?;
    let _silent = Silent::listen(port).map_err(|error| format!("no silent address: {error}"))?;
    let mut attempt = Attempt::new(runtime, format!("{ws}://{NAME}:{port}/"));
    if ws == "wss" {
        attempt = attempt.trusting(&field.identities);
    }
    let attempt =
        attempt.arg("-v").arg("--resolve").arg(format!("{NAME}:{port}:{SILENT},127.0.0.1"));
    let steps = attempt.run(&field.demo, Expect::Echo)?.stderr;
    let begun = time(&steps, &format!("connect {SILENT}:{port}"))?;
    let next = time(&steps, &format!("connect 127.0.0.1:{port}"))?;
    let connected = time(&steps, &format!("connected 127.0.0.1:{port}"))?;
    let cost = connected - begun;
    let said = format!("{cost:.1} ms, of which {:.1} until the second was tried", next - begun);
    match cost <= LIMIT.as_secs_f64() * 1e3 {
        true => Ok(said),
        false => Err(said),
    }
}

/// The time in the line about a step, in milliseconds: `   250.3 ms  STEP`.
fn time(steps: &str, step: &str) -> Result<f64, String> {
    let found = steps.lines().find_map(|line| {
        let (time, said) = line.split_once(" ms  ")?;
        if said.trim() == step { time.trim().parse().ok() } else { None }
    });
    found.ok_or_else(|| format!("no line `{step}` in {steps:?}"))
}

/// A listener that accepts nobody and whose queue is full: who else connects gets no answer.
#[derive(Debug)]
struct Silent {
    _listener: Socket,
    _waiting: Vec<Socket>,
}

impl Silent {
    fn listen(port: u16) -> std::io::Result<Self> {
        let address = SockAddr::from(SocketAddrV4::new(SILENT, port));
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.set_reuse_address(true)?;
        listener.bind(&address)?;
        listener.listen(0)?;
        let mut waiting = Vec::new();
        while waiting.len() < MOST_WAITING {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            match socket.connect_timeout(&address, PATIENCE) {
                Ok(()) => waiting.push(socket),
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    return Ok(Self { _listener: listener, _waiting: waiting });
                }
                Err(error) => return Err(error),
            }
        }
        Err(std::io::Error::other("its queue has no end"))
    }
}

/// Another of the loopback interface's addresses than that of the servers.
const SILENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// What a first address that does not answer may cost: 250 ms are waited for it (RFC 8305 5), and a
/// machine has other things to do.
const LIMIT: Duration = Duration::from_millis(300);

/// On one machine, who has not been answered by then will not be.
const PATIENCE: Duration = Duration::from_millis(200);

/// A queue of no length takes one or two.
const MOST_WAITING: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_their_steps() {
        let steps = "     0.1 ms  connect 127.0.0.2:80\n   250.4 ms  connect 127.0.0.1:80\n";
        assert_eq!(time(steps, "connect 127.0.0.1:80").unwrap(), 250.4);
        assert!(time(steps, "connected 127.0.0.1:80").is_err());
    }
}
