//! Echoes of compressed messages.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use super::{
    load::{Client, exchange},
    loopback::cores,
    memory::size,
    process::Process,
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
/// A server that does not compress, or does not echo.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    let core = cores()?;
    let _awake = core.map(system::Awake::new);
    let servers: Vec<_> =
        SERVERS.iter().filter(|server| server.runtime == Runtime::TokioDeflate).collect();
    let columns: Vec<_> = servers.iter().map(|server| (server.name, server.role)).collect();
    let mut costs = Table::new("Compressed echo: cost", "µs of the server's CPU each", &columns)
        .note(
            "JSON, with windows of 32 KiB, over loopback TCP, with context takeover in both directions or in none; each \
             library at the level it picks by itself (sockudo-ws: 6, yawc: its balanced setting). The client compresses each \
             message for itself, and sends 256 KiB of different ones in turn. Who does not agree to begin each message anew \
             has no figure there.",
        );
    let mut lens = Table::new("Compressed echo: length of a reply", "bytes", &columns)
        .note("On the wire, once the context is filled; fewer bytes may cost more time.");
    for case in CASES {
        // Not the same text again and again: more of them than a window holds.
        let texts = (1..=(256 << 10) / case.len as u32)
            .map(|seed| payload::json(case.len, seed).into_bytes());
        let texts: Vec<_> = texts.collect();
        let frames: Result<Vec<_>> = texts.iter().map(|text| masked(text)).collect();
        let frames = frames?;
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let count = options.pick(2_000_000, 100_000) / case.len / case.connections;
        let mut cells = [vec![Samples::new(); servers.len()], vec![Samples::new(); servers.len()]];
        let mut running: Vec<_> = Vec::new();
        for server in &servers {
            running.push(
                case.start(server, core, &frames, &texts)
                    .map_err(|error| format!("{}: {error}", server.name))?,
            );
        }
        for _ in 0..options.pick(9, 3) {
            for (at, running) in running.iter_mut().enumerate() {
                let Some((process, clients)) = running else { continue };
                let received =
                    |clients: &[Client]| clients.iter().map(Client::received_len).sum::<u64>();
                let (cpu, before) = (process.usage()?.cpu, received(clients));
                exchange(clients, &frames, 1, count)?;
                let messages = (count * clients.len()) as f64;
                cells[0][at].push((process.usage()?.cpu - cpu) / messages / 1000.0);
                cells[1][at].push((received(clients) - before) as f64 / messages);
            }
        }
        let [cost, reply] = cells;
        let measure = case.measure();
        println!("  {}: {measure}", costs.title);
        costs.push(measure.clone(), cost);
        lens.push(measure, reply);
    }
    Ok(vec![costs, lens.unlisted()])
}

/// What is echoed, and how.
struct Case {
    len: usize,
    /// Whether messages refer to those before them.
    takeover: bool,
    connections: usize,
}

/// What the browser's request offers.
const BROWSER_OFFER: &str = "permessage-deflate; client_max_window_bits";

const CASES: &[Case] = &[
    Case { len: 1024, takeover: true, connections: 1 },
    Case { len: 64 << 10, takeover: true, connections: 1 },
    Case { len: 1024, takeover: false, connections: 1 },
    Case { len: 1024, takeover: false, connections: 16 },
    Case { len: 64 << 10, takeover: false, connections: 1 },
];

impl Case {
    fn measure(&self) -> String {
        let takeover = if self.takeover { "" } else { ", no takeover" };
        let many = match self.connections {
            1 => String::new(),
            many => format!(", {many} connections"),
        };
        format!("{} of JSON{takeover}{many}", size(self.len))
    }

    fn request(&self) -> Vec<u8> {
        let request = String::from_utf8_lossy(wire::BROWSER_REQUEST).into_owned();
        let anew = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        match self.takeover {
            true => request.into_bytes(),
            false => request.replace(BROWSER_OFFER, anew).into_bytes(),
        }
    }

    /// A server, and connections that were seen to echo each text; none if it does not agree.
    fn start(
        &self,
        server: &Server,
        core: Option<usize>,
        frames: &[&[u8]],
        texts: &[Vec<u8>],
    ) -> Result<Option<(Process, Vec<Client>)>> {
        let process = Process::start(server, core)?;
        let mut clients = Vec::new();
        for _ in 0..self.connections {
            let (mut client, answer) = Client::open(process.addr, &self.request())?;
            let answer = answer.to_ascii_lowercase();
            let anew = ["server_no_context_takeover", "client_no_context_takeover"]
                .map(|parameter| answer.contains(parameter));
            if !answer.contains("permessage-deflate") || (self.takeover && anew != [false; 2]) {
                return Err(format!("not what was to be negotiated: {answer}").into());
            }
            if !self.takeover && anew != [true; 2] {
                println!("  {} does not begin each message anew: {answer}", server.name);
                return Ok(None);
            }
            self.check(&mut client, frames, texts)?;
            clients.push(client);
        }
        Ok(Some((process, clients)))
    }

    fn check(&self, client: &mut Client, frames: &[&[u8]], texts: &[Vec<u8>]) -> Result {
        let mut inflate = Decompress::new(false);
        for (frame, text) in frames.iter().zip(texts) {
            let reply = client.ask(frame)?;
            let squeezed = frames::Head::read(&reply).is_some_and(|head| head.compressed);
            let mut message = frames::message(&reply).ok_or("no message")?;
            message.extend_from_slice(TAIL);
            let mut echoed = Vec::with_capacity(text.len() + 1024);
            if !self.takeover {
                inflate.reset(false);
            }
            inflate.decompress_vec(&message, &mut echoed, FlushDecompress::Sync)?;
            if !squeezed || echoed != *text {
                return Err("it does not echo, or not compressed".into());
            }
        }
        Ok(())
    }
}

/// A text as a frame with a compressed payload.
fn masked(text: &[u8]) -> Result<Vec<u8>> {
    Ok(frames::masked_compressed(Kind::Text, &compressed(text)?, [1, 2, 3, 4]))
}

/// A message as RFC 7692 7.2.1 has it, that refers to none before it.
fn compressed(text: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 1024);
    Compress::new(Compression::default(), false).compress_vec(
        text,
        &mut out,
        FlushCompress::Sync,
    )?;
    let len = out.strip_suffix(TAIL).ok_or("no empty block at the end")?.len();
    out.truncate(len);
    Ok(out)
}

/// What is taken off the end of a message, and put back to read it.
const TAIL: &[u8] = &[0, 0, 0xff, 0xff];
