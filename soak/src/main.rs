//! Thousands of connections to each adapter, honest and hostile, and what is left when they have gone.
//!
//! Three processes for each adapter: `soak` starts one that is the load, and that starts one that is the server. So
//! each side has heap, descriptors, threads and time on a processor of its own, which are [measured](gauge) inside of
//! it. Honest clients run on the adapter, too; [hostile] ones write to bare sockets.

mod all;
mod client;
mod demo;
mod error;
mod gate;
mod gauge;
mod hostile;
mod ledger;
mod load;
mod options;
mod population;
mod promise;
mod remote;
mod round;
mod runtime;
mod server;
mod settings;
mod slow;
mod verdict;

use std::{alloc::System, process::ExitCode};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::options::Command;

#[global_allocator]
static ALLOC: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let command = match options::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("soak: {error}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Help => {
            print!("{}", options::USAGE);
            Ok(true)
        }
        Command::All(options) => all::run(&options),
        Command::Load(name, options) => load::run(name, &options),
        Command::Demo(name, options) => demo::run(name, &options),
        Command::Serve(name) => server::run(name).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}
