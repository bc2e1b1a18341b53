//! Clients with TLS over loopback TCP: the time on a processor that an echo costs them, and the memory
//! that a connection takes.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::runtime::Runtime;

use super::{loopback::cores, memory::size};
use crate::{
    options::Options,
    payload,
    peers::Result,
    report::Table,
    secure::{Client, Exchange, SECURE, Server, Target, trusting},
    stats::Samples,
    system,
};

/// Runs the suite.
///
/// # Errors
///
/// A client that gets no echo.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    system::raise_open_files()?;
    let core = cores()?;
    let server = Server::start(core)?;
    Ok(vec![echoes(&server, core, options)?, memory(&server, options)?])
}

fn echoes(server: &Server, core: Option<usize>, options: &Options) -> Result<Table> {
    // The core of this process is kept awake, too: what it takes to wake it would be the client's.
    let [_server, _client] = [core, system::two_cores().map(|[_, client]| client)]
        .map(|core| core.map(system::Awake::new));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let target = Target {
        port: server.port,
        config: trusting(server.certificate.clone())?,
        opening: Arc::new(()),
    };
    let columns: Vec<_> = SECURE.iter().map(|client| (client.name, client.role)).collect();
    let mut table = Table::new(ECHO, "µs of the client's CPU each", &columns).note(
        "One connection to a server that is the same for all, in another thread with a core of its own: \
         ws-tokio over tokio-rustls. TLS 1.3 by rustls and ring with the same configuration; yawc without \
         compression. `ws-tokio over tokio-rustls` is ours over a stream that was made elsewhere.",
    );
    let mut clients = Vec::new();
    for client in SECURE {
        clients.push(runtime.block_on((client.open)(target.clone()))?);
    }
    for &(len, batch) in CASES {
        let measure = match batch {
            1 => size(len),
            batch => format!("{}, {batch} at once", size(len)),
        };
        let payload = Bytes::from(payload::bytes(len));
        table.push(&measure, case(&runtime, &mut clients, &payload, batch, options)?);
        println!("  {}: {measure}", table.title);
    }
    Ok(table)
}

/// Lets the clients take turns, round after round.
fn case(
    runtime: &Runtime,
    clients: &mut [Box<dyn Exchange>],
    payload: &Bytes,
    batch: usize,
    options: &Options,
) -> Result<Vec<Samples>> {
    for client in &mut *clients {
        if runtime.block_on(client.ask(payload))? != payload {
            return Err("this is not an echo".into());
        }
    }
    // As many batches as take the first one a turn.
    let turn = Duration::from_millis(options.pick(60, 10));
    let mut batches = 1;
    loop {
        let start = Instant::now();
        runtime.block_on(clients[0].exchange(payload, batch, batches))?;
        if start.elapsed() >= turn / 2 {
            break;
        }
        batches *= 2;
    }
    let count = clients.len();
    let mut cells = vec![Samples::new(); count];
    for round in 0..options.pick(41, 3) {
        for at in (0..count).map(|at| (at + round) % count) {
            let before = system::thread_cpu();
            runtime.block_on(clients[at].exchange(payload, batch, batches))?;
            let spent = system::thread_cpu() - before;
            cells[at].push(spent as f64 / (batches * batch) as f64 / 1000.0);
        }
    }
    Ok(cells)
}

fn memory(server: &Server, options: &Options) -> Result<Table> {
    let folder = Path::new("target/bench");
    fs::create_dir_all(folder)?;
    let certificate = folder.join("certificate.der");
    fs::write(&certificate, &server.certificate)?;
    let count = options.pick(1000, 100);
    let columns: Vec<_> = SECURE.iter().map(|client| (client.name, client.role)).collect();
    let mut table = Table::new(MEMORY, "KiB each", &columns).note(format!(
        "{count} connections of one client, in a process of their own, their tasks and everything \
         included; after the first one, which is not counted. `in use` is the resident memory of the \
         process, `allocated` what its allocator has given out. Sockets are the system's and not in it."
    ));
    let echoed = size(ECHO_LEN);
    let measures = [(0, "idle".to_owned()), (ECHO_LEN, format!("after an echo of {echoed}"))];
    for (echo_len, measure) in measures {
        let mut cells = [vec![Samples::new(); SECURE.len()], vec![Samples::new(); SECURE.len()]];
        for _ in 0..options.pick(3, 1) {
            for (at, client) in SECURE.iter().enumerate() {
                let taken = dialled(client, server.port, &certificate, count, echo_len)
                    .map_err(|error| format!("{}: {error}", client.name))?;
                for (row, len) in cells.iter_mut().zip(taken) {
                    row[at].push(len / count as f64 / 1024.0);
                }
            }
        }
        let [heap, resident] = cells;
        table.push(format!("{measure}, allocated"), heap);
        table.push(format!("{measure}, in use"), resident);
        println!("  {}: {measure}", table.title);
    }
    Ok(table)
}

/// The heap and the resident memory of so many connections, in bytes.
fn dialled(
    client: &Client,
    port: u16,
    certificate: &Path,
    count: usize,
    echo_len: usize,
) -> Result<[f64; 2]> {
    let program = std::env::current_exe()?.with_file_name("bench-counted");
    let numbers = [port.into(), count, echo_len].map(|number| number.to_string());
    let [port, count, echo_len] = &numbers;
    let mut command = Command::new(program);
    command.args(["dial", client.name, port]).arg(certificate).args([count, echo_len]);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> =
        text.split_whitespace().map_while(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [heap, resident] => Ok([heap, resident]),
        _ => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

const ECHO: &str = "Echo with TLS, as a client";
const MEMORY: &str = "Memory of a connection with TLS, as a client";
const ECHO_LEN: usize = 16 << 10;

/// Lengths of messages, and how many are sent at once.
const CASES: &[(usize, usize)] =
    &[(16, 1), (1024, 1), (16 << 10, 1), (64 << 10, 1), (16, 64), (1024, 32)];
