//! Growth: what a connection costs a server that has a thousand of them, and one that has a million.

mod idle;
mod peer;

use std::process::Command;

use super::{
    load::{self, Client},
    loopback::cores,
    process::Process,
};
use crate::{
    goals::{GROWTH, GROWTH_FLAT},
    options::Options,
    peers::{
        Result,
        serve::{SERVERS, Server},
    },
    report::{Role, Table},
    stats::Samples,
    system, wire,
};

/// Runs the suite.
///
/// # Errors
///
/// There is not enough memory: a million connections take 3 GB.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    Ok(vec![growth(options)?, storm(options)?])
}

/// What [`run`] starts again and again: a process that has so many connections says what each has cost.
///
/// # Errors
///
/// One of them ended.
pub(crate) fn one(count: &str, heap: fn() -> usize) -> Result {
    let idle::Figures { heap, resident, ping, delivery } = idle::measure(count.parse()?, heap)?;
    println!("{heap} {resident} {ping} {delivery}");
    Ok(())
}

fn growth(options: &Options) -> Result<Table> {
    let counts: &[usize] = options.pick(&[1_000, 10_000, 100_000, 1_000_000], &[100, 1_000]);
    let names: Vec<_> = counts.iter().map(ToString::to_string).collect();
    let mut columns: Vec<_> = names.iter().map(|name| (name.as_str(), Role::Variant)).collect();
    columns.push((GROWTH_FLAT, Role::Variant));
    let mut table = Table::new(GROWTH, "for each connection", &columns).note(
        "Members of one topic of `ws-rooms`, each a `WebSocket` of `ws-tokio` with its task, on one thread and over streams \
         in memory, whose other end takes 80 bytes of that and answers pings. They are pinged after 20 s of silence; then \
         64 bytes go to all of them. `heap` is what the allocator has given out, `in use` the resident memory. With more \
         connections than the processor's caches hold, each turn finds everything in memory, and waits for it.",
    );
    let mut rows: [Vec<Samples>; 4] = Default::default();
    for count in counts {
        let figures = elsewhere(*count)?;
        println!("  {}: {count} connections", table.title);
        for (row, figure) in rows.iter_mut().zip(figures) {
            row.push(vec![figure]);
        }
    }
    let measures = ["heap, KiB", "in use, KiB", "ping and pong, ns of CPU", "delivery, ns of CPU"];
    for (measure, mut row) in measures.into_iter().zip(rows) {
        let flat: Vec<f64> = row.iter().flatten().copied().collect();
        let most = flat.iter().copied().fold(0.0, f64::max);
        let least = flat.iter().copied().fold(f64::INFINITY, f64::min);
        row.push(vec![most / least]);
        table.push(measure, row);
    }
    Ok(table)
}

/// The figures of a process of its own, so that nothing is left of those before.
fn elsewhere(count: usize) -> Result<[f64; 4]> {
    let program = std::env::current_exe()?.with_file_name("bench-counted");
    let output = Command::new(program).args(["grow", &count.to_string()]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = said.split_whitespace().map_while(|it| it.parse().ok()).collect();
    let Ok([heap, resident, ping, delivery]) = <[f64; 4]>::try_from(figures) else {
        return Err(format!("{count}: {}", String::from_utf8_lossy(&output.stderr)).into());
    };
    Ok([heap / 1024.0, resident / 1024.0, ping, delivery])
}

/// All at once, over TCP: as many requests are there before the first is answered as there are descriptors for.
fn storm(options: &Options) -> Result<Table> {
    system::raise_open_files()?;
    let core = cores()?;
    let columns = [
        ("raw echo", Role::Floor),
        ("ws-tokio", Role::Ours),
        ("tokio-tungstenite", Role::Peer),
        ("soketto", Role::Peer),
    ];
    let mut table = Table::new("Handshakes at once, over TCP", "µs of the server's CPU each", &columns).note(
        "So many connections are made and their requests written, and only then are the answers read. Then they stay open, \
         and nothing happens. The floor gives back what comes.",
    );
    for count in options.pick(&[1_000, 10_000][..], &[100]) {
        let mut cells = vec![Samples::new(); columns.len()];
        for _ in 0..options.pick(5, 1) {
            for (cell, (name, _)) in cells.iter_mut().zip(columns) {
                let server = SERVERS.iter().find(|server| server.name == name);
                cell.push(at_once(server.ok_or("no such server")?, core, *count)?);
            }
        }
        table.push(format!("{count} handshakes"), cells);
        println!("  {}: {count}", table.title);
    }
    Ok(table)
}

fn at_once(server: &Server, core: Option<usize>, count: usize) -> Result<f64> {
    let mut process = Process::start(server, core)?;
    // What is set up once is set up now.
    let _first = Client::open(process.addr, wire::BROWSER_REQUEST);
    let before = process.usage()?.cpu;
    let asked: Result<Vec<_>> =
        (0..count).map(|_| load::ask(process.addr, wire::BROWSER_REQUEST)).collect();
    let answered: Result<Vec<_>> = asked?.into_iter().map(load::answer).collect();
    let open = answered?;
    let cost = (process.usage()?.cpu - before) / 1000.0 / open.len() as f64;
    Ok(cost)
}
