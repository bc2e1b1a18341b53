//! How the columns compare: each runs for some microseconds in turn, many rounds long, and is
//! divided by the first column of the same round, so that what disturbs one disturbs the other.
//!
//! `cargo bench -p ws-bench --bench ratios -- [accept] [connect] [deliver] [rounds]`

mod peers;

use std::{hint::black_box, time::Instant};

use ws_bench::{client, floor, server::Server, stream::Answering, wire};
use ws_core::{DeflateConfig, RecvBuf, ServerConfig};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test` runs benchmarks too, without this argument and to see that they work.
    let default_rounds = if args.iter().any(|arg| arg == "--bench") { 2000 } else { 1 };
    let rounds = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(default_rounds);
    let groups = ["accept", "connect", "deliver"];
    let any = groups.iter().any(|group| args.iter().any(|arg| arg == group));
    let wants = |group: &str| !any || args.iter().any(|arg| arg == group);
    if wants("accept") {
        accept(rounds);
    }
    if wants("connect") {
        connect(rounds);
    }
    if wants("deliver") {
        deliver(rounds / 10 + 1, wire::BROWSER_REQUEST.len());
        deliver(rounds / 10 + 1, 16 * 1024);
    }
}

fn accept(rounds: usize) {
    let request = || black_box(wire::BROWSER_REQUEST);
    let mut server = Server::default();
    let mut busy = Server::new(
        ServerConfig::new()
            .subprotocols(["chat.v2", "chat"])
            .origins(["https://www.example.com"])
            .deflate(DeflateConfig::default()),
    );
    let mut written = Vec::new();
    compare(
        "accept a browser's request",
        rounds,
        16,
        &mut [
            ("floor", &mut || floor::accept(request(), black_box(wire::KEY)).is_some()),
            ("ws-core", &mut || server.accept(request(), usize::MAX).is_ok()),
            ("ws-core, negotiating", &mut || busy.accept(request(), usize::MAX).is_ok()),
            ("tungstenite", &mut || {
                written = peers::accept(request(), std::mem::take(&mut written));
                !written.is_empty()
            }),
        ],
    );
}

fn connect(rounds: usize) {
    let config = client::config();
    let mut streams: [Answering; 3] = Default::default();
    let [a, b, c] = &mut streams;
    let mut answer = Vec::new();
    compare(
        "connect (each includes the answer)",
        rounds,
        16,
        &mut [
            ("floor", &mut || {
                a.reset();
                floor::connect(a).is_some()
            }),
            ("ws-core", &mut || {
                b.reset();
                matches!(client::connect(&config, b), Ok(Some(_)))
            }),
            ("tungstenite", &mut || {
                c.reset();
                peers::connect(c).is_some()
            }),
            ("the answer alone", &mut || {
                answer.clear();
                wire::answer_to(black_box(wire::KEY), &mut answer);
                !answer.is_empty()
            }),
        ],
    );
}

fn deliver(rounds: usize, len: usize) {
    let request = wire::request_of(len);
    let (mut whole, mut bytes) = (Server::default(), Server::default());
    let mut recv = RecvBuf::new();
    compare(
        &format!("accept a head of {len} bytes"),
        rounds,
        1,
        &mut [
            ("whole", &mut || whole.accept(black_box(&request), usize::MAX).is_ok()),
            ("byte by byte", &mut || bytes.accept(black_box(&request), 1).is_ok()),
            ("bytes appended only", &mut || {
                recv.clear();
                for byte in black_box(&request).chunks(black_box(1)) {
                    black_box(&mut recv).extend_from_slice(byte);
                }
                recv.len() == request.len()
            }),
        ],
    );
}

/// Runs every case `batch` times in each round, and prints the nanoseconds a run takes and how that
/// compares with the first case: the median of the rounds, and the quickest.
fn compare(title: &str, rounds: usize, batch: u32, cases: &mut [(&str, &mut dyn FnMut() -> bool)]) {
    let mut times = vec![Vec::with_capacity(rounds); cases.len()];
    for _ in 0..rounds {
        for ((name, run), times) in cases.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..batch {
                assert!(run(), "{name} fails");
            }
            times.push(start.elapsed().as_nanos() as f64 / f64::from(batch));
        }
    }
    println!("{title:<37}median{:>21}", "quickest");
    for ((name, _), of_case) in cases.iter().zip(&times) {
        let ratios = of_case.iter().zip(&times[0]).map(|(time, first)| time / first).collect();
        let quickest =
            [of_case, &times[0]].map(|times| times.iter().copied().fold(f64::NAN, f64::min));
        println!(
            "  {name:<22}{:>9.0} ns{:>7.2}{:>11.0} ns{:>7.2}",
            median(of_case.clone()),
            median(ratios),
            quickest[0],
            quickest[0] / quickest[1],
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
