//! The program: `chat --help`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use chat::{
    args::{self, Command},
    serve,
};

fn main() -> ExitCode {
    let options = match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Print(text)) => {
            let printed = io::stdout().write_all(text.as_bytes());
            return if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Ok(Command::Serve(options)) => options,
        Err(error) => {
            eprintln!("error: {error}\n`chat --help` lists what is understood");
            return ExitCode::from(BAD_USAGE);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(serve::run(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The status for a command line that is not understood, as in BSD's sysexits.
const BAD_USAGE: u8 = 64;
