//! What a connection costs a server that has nothing to do, and what it still costs afterwards.

use super::{
    load::Client,
    loopback::cores,
    memory::size,
    process::{Process, Usage},
};
use crate::{
    frames::{self, Kind},
    options::Options,
    payload,
    peers::{
        Result,
        serve::{Runtime, SERVERS, Server},
    },
    report::Table,
    stats::Samples,
    system, wire,
};

/// Runs the suite.
///
/// # Errors
///
/// A server that does not take so many connections.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    system::raise_open_files()?;
    let core = cores()?;
    let servers: Vec<_> = SERVERS.iter().filter(|it| it.runtime == Runtime::Tokio).collect();
    let columns: Vec<_> = servers.iter().map(|server| (server.name, server.role)).collect();
    let count = options.pick(2000, 300);
    let mut table = Table::new("Memory of a connection", "KiB each", &columns).note(format!(
        "{count} connections to one server, its task and everything included; after the first one, \
         which is not counted. `in use` is the resident memory of the process, `allocated` what its \
         allocator has given out. Sockets are the system's and not in it."
    ));
    let mut cells: Vec<Vec<Samples>> = vec![Vec::new(); 4];
    for round in 0..options.pick(3, 1) {
        for (at, server) in servers.iter().enumerate() {
            let figures = measure(server, core, count)
                .map_err(|error| format!("{}: {error}", server.name))?;
            for (row, figure) in cells.iter_mut().zip(figures) {
                if round == 0 {
                    row.push(Samples::new());
                }
                row[at].push(figure);
            }
            println!("  {}: {}", table.title, server.name);
        }
    }
    let echoed = size(ECHO_LEN);
    let measures = [
        "idle, allocated".to_owned(),
        "idle, in use".to_owned(),
        format!("after an echo of {echoed}, allocated"),
        format!("after an echo of {echoed}, in use"),
    ];
    for (measure, row) in measures.into_iter().zip(cells) {
        table.push(measure, row);
    }
    Ok(vec![table])
}

fn measure(server: &Server, core: Option<usize>, count: usize) -> Result<[f64; 4]> {
    let mut process = Process::start_counted(server, core)?;
    let payload = payload::bytes(ECHO_LEN);
    let frame = frames::masked(Kind::Binary, &payload, [1, 2, 3, 4]);
    let open = |process: &Process| Client::open(process.addr, wire::BROWSER_REQUEST);
    // What is set up once is set up now.
    let (mut first, _) = open(&process)?;
    first.ask(&frame)?;
    let before = process.usage()?;
    let clients: Result<Vec<_>> = (0..count).map(|_| open(&process)).collect();
    let mut clients = clients?;
    let idle = process.usage()?;
    for (client, _) in &mut clients {
        if frames::message(&client.ask(&frame)?).as_ref() != Some(&payload) {
            return Err("it does not echo".into());
        }
    }
    let after = process.usage()?;
    let figures = [idle, after].map(|Usage { heap, resident, .. }| {
        [heap - before.heap, resident - before.resident].map(|len| len / count as f64 / 1024.0)
    });
    let [[idle_heap, idle_resident], [heap, resident]] = figures;
    Ok([idle_heap, idle_resident, heap, resident])
}

const ECHO_LEN: usize = 16 << 10;
