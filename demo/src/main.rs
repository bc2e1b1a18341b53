//! Shows and drives WebSockets on every runtime.
//!
//! `ws-demo --help` lists the commands. Each is a module here; [`runtimes`] puts the four adapters
//! behind one trait, so that no command is written more than once.

mod args;
mod autobahn;
mod complain;
mod connect;
mod deflate;
mod dialling;
mod echo;
mod hex;
mod matrix;
mod runtimes;
mod serve;
mod tls;
mod usage;
mod vectors;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use args::Command;
use complain::complain;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let hint = usage::hint(args.first().and_then(|name| name.to_str()));
    let command = match args::parse(args) {
        Ok(command) => command,
        Err(error) => {
            complain(format_args!("{error}\n{hint}"));
            return ExitCode::from(BAD_USAGE);
        }
    };
    let done = match command {
        Command::Print(text) => io::stdout().write_all(text.as_bytes()).map(|()| ExitCode::SUCCESS),
        Command::Matrix => matrix::run(),
        Command::Serve(options) => serve::run(&options),
        Command::Connect(options) => connect::run(&options),
        Command::AutobahnClient(options) => autobahn::run(&options),
        Command::Vectors(options) => vectors::run(&options),
    };
    done.unwrap_or_else(|error| {
        // The reader has closed the pipe, as `| head -1` does: nothing to report.
        if error.kind() != io::ErrorKind::BrokenPipe {
            complain(format_args!("io: {error}"));
        }
        ExitCode::FAILURE
    })
}

/// The status for a command line that is not understood, as in BSD's sysexits.
const BAD_USAGE: u8 = 64;
