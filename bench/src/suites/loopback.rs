//! Servers in processes of their own, over loopback TCP: rates, and the time on a processor that a
//! message costs the server.

use std::time::{Duration, Instant};

use super::{
    load::{Client, exchange, handshake},
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
/// A server that does not echo.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    let cores = cores()?;
    let _awake = cores.map(system::Awake::new);
    let mut tables = Vec::new();
    for runtime in
        [Runtime::Tokio, Runtime::Smol, Runtime::AsyncStd, Runtime::Threads, Runtime::Languages]
    {
        let mut bench = Bench::start(runtime, cores, options)?;
        let (mut costs, mut rates) = bench.tables();
        bench.handshakes(&mut costs, &mut rates)?;
        for case in CASES.iter().filter(|case| runtime == Runtime::Tokio || case.everywhere) {
            bench.echo(case, &mut costs, &mut rates)?;
        }
        tables.extend([costs, rates]);
    }
    Ok(tables)
}

/// Puts this process on the second of two cores; the first is for servers.
pub(super) fn cores() -> Result<Option<usize>> {
    let Some([server, load]) = system::two_cores() else { return Ok(None) };
    system::pin(load)?;
    Ok(Some(server))
}

/// One kind of traffic.
#[derive(Clone, Copy, Debug)]
struct Case {
    connections: usize,
    kind: Kind,
    len: usize,
    /// How many messages a connection sends at once, before it waits for as many replies.
    batch: usize,
    /// Whether it is measured on runtimes other than tokio, too.
    everywhere: bool,
}

impl Case {
    const fn new(connections: usize, len: usize, batch: usize, everywhere: bool) -> Self {
        Self { connections, kind: Kind::Binary, len, batch, everywhere }
    }

    fn measure(&self) -> String {
        let many = if self.connections == 1 { "" } else { "s" };
        let kind = if self.kind == Kind::Text { " of text" } else { "" };
        let batch = match self.batch {
            1 => String::new(),
            batch => format!(", {batch} at once"),
        };
        format!("{} connection{many}, {}{kind}{batch}", self.connections, size(self.len))
    }

    fn payload(&self) -> Vec<u8> {
        match self.kind {
            Kind::Binary => payload::bytes(self.len),
            Kind::Text => payload::mixed_text(self.len).into_bytes(),
        }
    }
}

/// All servers of one runtime, running.
struct Bench<'a> {
    runtime: Runtime,
    servers: Vec<(&'static Server, Process)>,
    options: &'a Options,
    pinned: bool,
}

/// What one turn of one server came to.
struct Turn {
    /// Microseconds of its processor for each message.
    cost: f64,
    /// Messages a second.
    rate: f64,
}

impl<'a> Bench<'a> {
    fn start(runtime: Runtime, core: Option<usize>, options: &'a Options) -> Result<Self> {
        let servers = SERVERS.iter().filter(|server| server.runtime == runtime);
        let had = servers.filter(|server| match server.other_program() {
            Ok(_) => true,
            Err(why) => {
                println!("  {} is left out: {why}", server.name);
                false
            }
        });
        let servers: Result<Vec<_>> =
            had.map(|server| Ok((server, Process::start(server, core)?))).collect();
        Ok(Self { runtime, servers: servers?, options, pinned: core.is_some() })
    }

    fn tables(&self) -> (Table, Table) {
        let columns: Vec<_> =
            self.servers.iter().map(|(server, _)| (server.name, server.role)).collect();
        let name = self.runtime.name();
        let pinned = match self.pinned {
            true => "The server has one core, which is kept awake, the load generator another one.",
            false => "There are not two cores: server and load generator get in each other's way.",
        };
        let mut how = "The floor gives back whatever comes, looks at no frame and unmasks nothing."
            .to_owned();
        if self.runtime == Runtime::Threads {
            how.push_str(
                " On a blocking stream tungstenite cannot say whether another message is there, so \
                 it writes each one by itself.",
            );
        }
        if self.runtime == Runtime::Languages {
            how.push_str(" Those of other languages are on one thread, too; what their collectors do is in it.");
        }
        let costs = Table::new(
            format!("Loopback on {name}: cost"),
            "µs of the server's CPU each",
            &columns,
        )
        .note(format!("{pinned} {how}"));
        let rates = Table::new(format!("Loopback on {name}: rate"), "a second", &columns)
            .note(format!("{pinned} Rates depend on the load generator, too; the costs do not."))
            .rates()
            .unlisted();
        (costs, rates)
    }

    fn handshakes(&mut self, costs: &mut Table, rates: &mut Table) -> Result {
        let count = self.options.pick(400, 100);
        self.turns("handshake", costs, rates, |_, process| {
            let addr = process.addr;
            measure(process, count, || {
                for _ in 0..count {
                    handshake(addr, wire::BROWSER_REQUEST)?;
                }
                Ok(())
            })
        })
    }

    fn echo(&mut self, case: &Case, costs: &mut Table, rates: &mut Table) -> Result {
        let payload = case.payload();
        let frame = frames::masked(case.kind, &payload, KEY);
        let batch = frame.repeat(case.batch);
        let mut clients = Vec::new();
        for (server, process) in &self.servers {
            let clients_of_one: Result<Vec<_>> =
                (0..case.connections).map(|_| open(server, process, &frame, &payload)).collect();
            clients.push(clients_of_one?);
        }
        // As many batches as take the floor a turn.
        let turn = Duration::from_millis(self.options.pick(60, 10));
        let mut batches = 1;
        loop {
            let start = Instant::now();
            exchange(&mut clients[0], &[&batch], case.batch, batches)?;
            if start.elapsed() >= turn / 2 {
                break;
            }
            batches *= 2;
        }
        let messages = batches * case.batch * case.connections;
        self.turns(&case.measure(), costs, rates, |at, process| {
            measure(process, messages, || {
                exchange(&mut clients[at], &[&batch], case.batch, batches)
            })
        })
    }

    /// Lets the servers take turns, round after round, and makes a row of it.
    fn turns(
        &mut self,
        measure: &str,
        costs: &mut Table,
        rates: &mut Table,
        mut turn: impl FnMut(usize, &mut Process) -> Result<Turn>,
    ) -> Result {
        let count = self.servers.len();
        let mut cells = [vec![Samples::new(); count], vec![Samples::new(); count]];
        for round in 0..self.options.pick(9, 3) {
            for at in (0..count).map(|at| (at + round) % count) {
                let (server, process) = &mut self.servers[at];
                let Turn { cost, rate } =
                    turn(at, process).map_err(|error| format!("{}: {error}", server.name))?;
                cells[0][at].push(cost);
                cells[1][at].push(rate);
            }
        }
        let [cost_cells, rate_cells] = cells;
        costs.push(measure, cost_cells);
        rates.push(measure, rate_cells);
        println!("  {}: {measure}", costs.title);
        Ok(())
    }
}

/// A connection whose server was seen to give back the very payload.
fn open(server: &Server, process: &Process, frame: &[u8], payload: &[u8]) -> Result<Client> {
    let wrong = || format!("{} does not echo", server.name);
    let (mut client, _) = Client::open(process.addr, wire::BROWSER_REQUEST)?;
    let reply = client.ask(frame)?;
    let echoed = frames::message(&reply).ok_or_else(wrong)?;
    let plain = frames::Head::read(&reply).is_some_and(|head| head.key.is_none());
    if echoed == payload && plain == server.speaks { Ok(client) } else { Err(wrong().into()) }
}

/// What `run` costs the server, divided by the messages it sends.
fn measure(process: &mut Process, messages: usize, run: impl FnOnce() -> Result) -> Result<Turn> {
    let Usage { cpu: before, .. } = process.usage()?;
    let start = Instant::now();
    run()?;
    let elapsed = start.elapsed();
    let Usage { cpu: after, .. } = process.usage()?;
    let messages = messages as f64;
    let cost = (after - before) / messages / 1000.0;
    Ok(Turn { cost, rate: messages / elapsed.as_secs_f64() })
}

const CASES: &[Case] = &[
    Case::new(1, 16, 1, true),
    Case::new(1, 1024, 1, true),
    Case::new(1, 16 << 10, 1, true),
    Case::new(1, 64 << 10, 1, false),
    Case::new(1, 1 << 20, 1, true),
    Case { kind: Kind::Text, ..Case::new(1, 1024, 1, false) },
    Case::new(16, 1024, 1, false),
    Case::new(64, 16, 1, true),
    Case::new(64, 1024, 1, false),
    Case::new(64, 16 << 10, 1, false),
    Case::new(1, 16, 64, true),
    Case::new(1, 1024, 32, true),
    Case::new(1, 16 << 10, 8, false),
    Case { kind: Kind::Text, ..Case::new(1, 1024, 32, false) },
    Case::new(16, 16, 64, false),
    Case::new(64, 1024, 16, false),
];
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
