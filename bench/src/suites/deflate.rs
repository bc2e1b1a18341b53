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
            "JSON, with context takeover in both directions and windows of 32 KiB, on one \
             connection over loopback TCP; each library at the level it picks by itself \
             (sockudo-ws: 6, yawc: its balanced setting). The client compresses each message for \
             itself, and sends 256 KiB of different ones in turn.",
        );
    let mut lens = Table::new("Compressed echo: length of a reply", "bytes", &columns)
        .note("On the wire, once the context is filled; fewer bytes may cost more time.");
    for len in [1024, 64 << 10] {
        // Not the same text again and again: more of them than a window holds.
        let texts =
            (1..=(256 << 10) / len as u32).map(|seed| payload::json(len, seed).into_bytes());
        let texts: Vec<_> = texts.collect();
        let frames: Result<Vec<_>> = texts.iter().map(|text| masked(text)).collect();
        let frames = frames?;
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let count = options.pick(2_000_000, 100_000) / len;
        let mut cells = [vec![Samples::new(); servers.len()], vec![Samples::new(); servers.len()]];
        let mut running: Vec<_> = Vec::new();
        for server in &servers {
            running.push(
                start(server, core, &frames, &texts)
                    .map_err(|error| format!("{}: {error}", server.name))?,
            );
        }
        for _ in 0..options.pick(9, 3) {
            for (at, (process, client)) in running.iter_mut().enumerate() {
                let (cpu, received) = (process.usage()?.cpu, client.received_len());
                exchange(std::slice::from_mut(client), &frames, 1, count)?;
                let spent = process.usage()?.cpu - cpu;
                cells[0][at].push(spent / count as f64 / 1000.0);
                cells[1][at].push((client.received_len() - received) as f64 / count as f64);
            }
        }
        let [cost, reply] = cells;
        costs.push(format!("{} of JSON", size(len)), cost);
        lens.push(format!("{} of JSON", size(len)), reply);
        println!("  {}: {}", costs.title, size(len));
    }
    Ok(vec![costs, lens.unlisted()])
}

/// A server, and a connection that was seen to echo each text.
fn start(
    server: &Server,
    core: Option<usize>,
    frames: &[&[u8]],
    texts: &[Vec<u8>],
) -> Result<(Process, Client)> {
    let process = Process::start(server, core)?;
    let (mut client, answer) = Client::open(process.addr, wire::BROWSER_REQUEST)?;
    let answer = answer.to_ascii_lowercase();
    if !answer.contains("permessage-deflate") || answer.contains("takeover") {
        return Err(format!("not what was to be negotiated: {answer}").into());
    }
    // A reply may refer to those before it.
    let mut inflate = Decompress::new(false);
    for (frame, text) in frames.iter().zip(texts) {
        let reply = client.ask(frame)?;
        let squeezed = frames::Head::read(&reply).is_some_and(|head| head.compressed);
        let mut message = frames::message(&reply).ok_or("no message")?;
        message.extend_from_slice(TAIL);
        let mut echoed = Vec::with_capacity(text.len() + 1024);
        inflate.decompress_vec(&message, &mut echoed, FlushDecompress::Sync)?;
        if !squeezed || echoed != *text {
            return Err("it does not echo, or not compressed".into());
        }
    }
    Ok((process, client))
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
