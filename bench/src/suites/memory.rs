//! The work of the protocol and nothing else: one thread, streams in memory that are always ready.

use std::{hint::black_box, time::Duration};

use ws_core::{DeflateConfig, RecvBuf, ServerConfig};

use crate::{
    frames::{self, Kind},
    options::Options,
    payload,
    peers::{IN_MEMORY, InMemory, Receive, Repeat, Result, capture},
    report::{Role, Table},
    server::Server,
    turns::{self, Case, Plan},
    wire,
};

/// Runs the suite.
///
/// # Errors
///
/// A library that does not do what it should.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    // Nobody waits here, but some set timers, and these want a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _context = runtime.enter();
    let plan =
        Plan { rounds: options.pick(31, 7), turn: Duration::from_micros(options.pick(2000, 300)) };
    Ok(vec![handshakes(plan)?, delivery(plan)?, receiving(plan)?, sending(plan)?, loops(plan)?])
}

fn handshakes(plan: Plan) -> Result<Table> {
    let mut table = table("Handshakes in memory").note(
        "The request is a browser's (586 bytes, 14 fields). The floor of accepting is httparse, \
         SHA-1 and base64; that of connecting also the system's random bytes and a request of 200 \
         bytes. Connecting includes the server's answer, made on the spot. The read buffer of \
         tungstenite is made small here. fastwebsockets and yawc accept through hyper; their \
         clients need tasks of their own and are left out.",
    );
    let accept = |library: &InMemory| {
        let Some(accept) = library.accept else { return Ok(None) };
        let mut case = accept(wire::BROWSER_REQUEST)?;
        let (outcome, answer) = capture(&mut case);
        outcome?;
        require(library, answer.windows(28).any(|window| window == wire::ACCEPT))?;
        Ok(Some(case))
    };
    row(&mut table, "accept a browser's request", plan, accept)?;
    // That the answer is right is checked by the client itself.
    row(&mut table, "connect", plan, |library| {
        library.connect.map(|connect| connect()).transpose()
    })?;
    Ok(table)
}

/// What it costs ours that a head comes in pieces, and what it costs to negotiate.
fn delivery(plan: Plan) -> Result<Table> {
    let columns = ["whole", "negotiating", "byte by byte", "appending alone"];
    let columns = columns.map(|name| (name, Role::Variant));
    let mut table = Table::new("Accepting a head with ws-core", "ns of CPU time each", &columns)
        .note(
            "Whole, with nothing to negotiate and with subprotocols, origins and compression; and \
             byte by byte, next to what it takes to append that many bytes to the buffer.",
        );
    for len in [wire::BROWSER_REQUEST.len(), 16 << 10] {
        let request: &'static [u8] = wire::request_of(len).leak();
        let negotiating = ServerConfig::new()
            .subprotocols(["chat.v2", "chat"])
            .origins(["https://www.example.com"])?
            .deflate(DeflateConfig::default());
        let accept = |config, chunk_len| -> Option<Case> {
            let mut server = Server::new(config);
            Some(Box::new(move || {
                black_box(server.accept(black_box(request), chunk_len)?);
                Ok(())
            }))
        };
        let mut recv = RecvBuf::new();
        let append = move || {
            recv.clear();
            for byte in black_box(request).chunks(black_box(1)) {
                black_box(&mut recv).extend_from_slice(byte);
            }
            Ok(())
        };
        let mut cases = [
            accept(ServerConfig::new(), usize::MAX),
            accept(negotiating, usize::MAX),
            accept(ServerConfig::new(), 1),
            Some(Box::new(append)),
        ];
        table.push(format!("a head of {}", size(len)), turns::take(plan, &mut cases)?);
        println!("  {}: {}", table.title, size(len));
    }
    Ok(table)
}

fn receiving(plan: Plan) -> Result<Table> {
    let mut table = table("Receiving, as a server").note(
        "The frames are in memory already, one after the other; each includes the copy from there \
         that a system call would make. The floor copies and unmasks the payload of a frame whose \
         place and length it knows. `lent` looks at the payload where it lies; all others own what \
         they give out, or could (fastwebsockets lends, too).",
    );
    for len in LENS {
        let payload = payload::bytes(len);
        receive(&mut table, &format!("{} binary", size(len)), Kind::Binary, &payload, plan)?;
    }
    for len in [125, 1024, 16 << 10, 64 << 10] {
        let payload = payload::mixed_text(len).into_bytes();
        receive(&mut table, &format!("{} text, not ASCII", size(len)), Kind::Text, &payload, plan)?;
    }
    Ok(table)
}

fn receive(table: &mut Table, measure: &str, kind: Kind, payload: &[u8], plan: Plan) -> Result {
    let frame = frames::masked(kind, payload, KEY);
    let count = (STREAM_LEN / frame.len()).max(1);
    let stream: &'static [u8] = frame.repeat(count).leak();
    row(table, measure, plan, |library| {
        let Some(receive) = library.receive else { return Ok(None) };
        let mut receive = receive(stream)?;
        // More than once around.
        for _ in 0..=count {
            require(library, whole(&mut receive)? == payload)?;
        }
        let case = move || receive(&mut |payload| _ = black_box(payload));
        Ok(Some(Box::new(case)))
    })
}

/// One message, as it was given out.
fn whole(receive: &mut Receive) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    receive(&mut |payload| message.extend_from_slice(payload))?;
    Ok(message)
}

fn sending(plan: Plan) -> Result<Table> {
    let mut table = table("Sending, as a client").note(
        "Framed, masked, and written to a stream that forgets it at once. The caller keeps the \
         payload. Random keys come from the operating system with ours; tokio-websockets and \
         sockudo-ws draw them from a generator that is not cryptographic, as their defaults or \
         documentation have it; the floor has one key. Ours cuts messages of more than 64 KiB into \
         frames.",
    );
    for len in LENS {
        let payload: &'static [u8] = payload::bytes(len).leak();
        row(&mut table, &format!("{} binary", size(len)), plan, |library| {
            let Some(send) = library.send else { return Ok(None) };
            let mut case: Repeat = send(payload)?;
            let (outcome, written) = capture(&mut case);
            outcome?;
            let masked = frames::Head::read(&written).is_some_and(|head| head.key.is_some());
            require(library, masked && frames::message(&written).as_deref() == Some(payload))?;
            Ok(Some(case))
        })?;
    }
    Ok(table)
}

/// The loops over payloads, by themselves, of those who let one have them.
fn loops(plan: Plan) -> Result<Table> {
    let mut table = table("Loops over payloads").note(
        "Masking in place, of one payload after the other of frames that lie in a row, 16 KiB of them \
         from the beginning of a page: the floor is a plain loop over words of eight bytes, which \
         wider instructions can beat. UTF-8: the floor is simdutf8.",
    );
    // Here is no stream, and so the core stands for ours.
    for (_, role) in table.columns.iter_mut().filter(|(name, _)| name == "ws-core") {
        *role = Role::Ours;
    }
    for len in [16, 64, 125, 256, 1024, 16 << 10, 64 << 10, 1 << 20] {
        row(&mut table, &format!("mask {}", size(len)), plan, |library| {
            let Some(mask) = library.mask else { return Ok(None) };
            let mut payload = payload::bytes(len);
            mask(&mut payload, KEY);
            let frame = frames::masked(Kind::Binary, &payload::bytes(len), KEY);
            require(library, frame.ends_with(&payload))?;
            let mut payloads = Payloads::new(&frame, len);
            let case = move || {
                mask(black_box(payloads.next()), KEY);
                Ok(())
            };
            Ok(Some(Box::new(case)))
        })?;
    }
    for len in [125, 1024, 64 << 10] {
        row(&mut table, &format!("UTF-8, {}", size(len)), plan, |library| {
            let Some(utf8) = library.utf8 else { return Ok(None) };
            let text: &'static [u8] = payload::mixed_text(len).into_bytes().leak();
            require(library, utf8(text) && !utf8(b"cut \xc3"))?;
            let case = move || if utf8(black_box(text)) { Ok(()) } else { Err("not UTF-8".into()) };
            Ok(Some(Box::new(case)))
        })?;
    }
    Ok(table)
}

/// Payloads as they lie in memory: behind heads, and so at every distance from where a vector, a line of the cache or
/// a page begins. With a single one it is a matter of luck: an access across the end of a page takes as long as ten.
struct Payloads {
    memory: Vec<u8>,
    first: usize,
    len: usize,
    stride: usize,
    count: usize,
    next: usize,
}

impl Payloads {
    fn new(frame: &[u8], len: usize) -> Self {
        let count = (PAYLOADS_LEN / len).max(1);
        let memory = vec![0; count * frame.len() + PAGE];
        let first = memory.as_ptr().align_offset(PAGE) + frame.len() - len;
        Self { memory, first, len, stride: frame.len(), count, next: 0 }
    }

    fn next(&mut self) -> &mut [u8] {
        let start = self.first + self.next * self.stride;
        self.next = if self.next + 1 == self.count { 0 } else { self.next + 1 };
        &mut self.memory[start..start + self.len]
    }
}

fn table(title: &str) -> Table {
    let columns: Vec<_> = IN_MEMORY.iter().map(|library| (library.name, library.role)).collect();
    Table::new(title, "ns of CPU time each", &columns)
}

/// Lets all libraries that have a case take turns.
fn row(
    table: &mut Table,
    measure: &str,
    plan: Plan,
    case: impl Fn(&InMemory) -> Result<Option<Case>>,
) -> Result {
    let cases: Result<Vec<_>> = IN_MEMORY.iter().map(case).collect();
    table.push(measure, turns::take(plan, &mut cases?)?);
    println!("  {}: {measure}", table.title);
    Ok(())
}

fn require(library: &InMemory, right: bool) -> Result {
    if right { Ok(()) } else { Err(format!("{} is wrong", library.name).into()) }
}

/// A length as people say it.
pub(super) fn size(len: usize) -> String {
    match len {
        0..1024 => format!("{len} B"),
        1024..0x10_0000 => format!("{} KiB", len >> 10),
        _ => format!("{} MiB", len >> 20),
    }
}

const LENS: [usize; 6] = [16, 125, 1024, 16 << 10, 64 << 10, 1 << 20];
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

const PAGE: usize = 4096;

/// How many bytes of payloads are masked in turn: they stay in the nearest cache.
const PAYLOADS_LEN: usize = 16 << 10;

/// How many bytes of frames lie in memory, at least one frame.
const STREAM_LEN: usize = 256 << 10;
