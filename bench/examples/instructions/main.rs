//! How many instructions the hot paths take, next to a floor: `cargo xtask instructions`.
//!
//! `instructions [--record]` runs every case under valgrind, by `instructions <case> <times>`.

mod cases;
mod count;

use std::process::ExitCode;

use self::cases::CASES;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let counted = match &args[..] {
        [] => count::compare(),
        [only] if only == "--record" => count::record(),
        [case, times] if run(case, times) => Ok(true),
        _ => Err("usage: instructions [--record] | <case> <times>".into()),
    };
    match counted {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a case so many times; whether it exists and went well each time.
fn run(case: &str, times: &str) -> bool {
    let case = CASES.iter().find(|(known, _)| *known == case);
    let (Some((_, make)), Ok(times)) = (case, times.parse::<u32>()) else { return false };
    let mut run = make();
    (0..times).all(|_| run())
}
