//! Runs one case so many times, for profilers:
//! `profile accept|connect ws-core|floor|tungstenite <times>`.
//!
//! Under `valgrind --tool=callgrind`, the difference between a run with some number of times and a
//! run with 1 is exact to the instruction, but for the system's random bytes.

#[path = "../benches/peers/mod.rs"]
mod peers;

use std::{hint::black_box, process::ExitCode};

use ws_bench::{client, floor, server::Server, stream::Answering, wire};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [work, column, times] = &args[..] else { return ExitCode::FAILURE };
    let Ok(times) = times.parse() else { return ExitCode::FAILURE };

    let request = || black_box(wire::BROWSER_REQUEST);
    let (mut server, mut written) = (Server::default(), Vec::new());
    let (config, mut peer) = (client::config(), Answering::default());
    let run: &mut dyn FnMut() -> bool = match (work.as_str(), column.as_str()) {
        ("accept", "ws-core") => &mut || server.accept(request(), usize::MAX).is_ok(),
        ("accept", "floor") => &mut || floor::accept(request(), black_box(wire::KEY)).is_some(),
        ("accept", "ws-core-byte-by-byte") => &mut || server.accept(request(), 1).is_ok(),
        ("accept", "tungstenite") => &mut || {
            written = peers::accept(request(), std::mem::take(&mut written));
            !written.is_empty()
        },
        ("connect", "ws-core") => &mut || {
            peer.reset();
            matches!(client::connect(&config, &mut peer), Ok(Some(_)))
        },
        ("connect", "floor") => &mut || {
            peer.reset();
            floor::connect(&mut peer).is_some()
        },
        ("connect", "tungstenite") => &mut || {
            peer.reset();
            peers::connect(&mut peer).is_some()
        },
        _ => return ExitCode::FAILURE,
    };
    if (0..times).all(|_| run()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
