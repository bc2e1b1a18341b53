//! Runs one case of the suite `memory` so many times, for profilers:
//! `profile accept|connect|receive|send <column> <times> [length of the payload]`.
//!
//! Under `valgrind --tool=callgrind`, the difference between a run with some number of times and a
//! run with 1 is exact to the instruction, but for the system's random bytes.

use std::{hint::black_box, process::ExitCode};

use bench::{
    frames::{self, Kind},
    payload,
    peers::{IN_MEMORY, Repeat, Result},
    wire,
};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("profile: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result {
    let [work, column, times, rest @ ..] = args else {
        return Err("accept|connect|receive|send <column> <times> [length]".into());
    };
    let len = rest.first().map_or(Ok(1024), |len| len.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _context = runtime.enter();
    let library = IN_MEMORY.iter().find(|library| library.name == column);
    let library = library.ok_or("no such column")?;
    let payload: &'static [u8] = payload::bytes(len).leak();
    let missing = "this column has no such case";
    let mut case: Repeat = match work.as_str() {
        "accept" => library.accept.ok_or(missing)?(wire::BROWSER_REQUEST)?,
        "connect" => library.connect.ok_or(missing)?()?,
        "send" => library.send.ok_or(missing)?(payload)?,
        "receive" => {
            let frame = frames::masked(Kind::Binary, payload, [1, 2, 3, 4]);
            let mut receive = library.receive.ok_or(missing)?(frame.leak())?;
            Box::new(move || receive(&mut |payload| _ = black_box(payload)))
        }
        _ => return Err("no such work".into()),
    };
    (0..times.parse::<u32>()?).try_for_each(|_| case())
}
