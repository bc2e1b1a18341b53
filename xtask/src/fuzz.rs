//! `cargo xtask fuzz`: the targets of `fuzz/`, with libFuzzer or without.
//!
//! ```text
//! cargo xtask fuzz [--seconds N] [TARGET..]    looks for something new, 60 seconds for each target
//! cargo xtask fuzz --replay [TARGET]           runs what the corpora have, on any toolchain
//! cargo xtask fuzz --minimize [TARGET..]       keeps of the corpora, and of what was found, what reaches something else
//! cargo xtask fuzz --seed                      writes what fuzzing begins with
//! ```

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo::{cargo, cargo_of, run};
use crate::step::Result;
use crate::tools;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Find { seconds: u32 },
    Replay,
    Minimize,
    Seed,
}

/// Does it.
pub(crate) fn run_fuzz(args: &[String]) -> Result {
    let (task, named) = parse(args)?;
    let all = targets()?;
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        return Err(format!("no target {unknown:?}; there are {}", all.join(", ")).into());
    }
    let targets = if named.is_empty() { &all } else { &named };
    match task {
        Task::Seed => run(&mut cargo(["run", "--package", "fuzz", "--example", "seeds"])),
        Task::Replay => {
            // Where assertions of the core and overflow are checked as well, and loops are quick.
            let test = ["test", "--package", "fuzz", "--test", "corpora", "--"];
            run(cargo(test).args(&named))
        }
        Task::Find { seconds } => {
            tools::require_nightly("fuzz")?;
            targets.iter().try_for_each(|target| find(target, seconds))
        }
        Task::Minimize => {
            tools::require_nightly("fuzz")?;
            targets.iter().try_for_each(|target| minimize(target))
        }
    }
}

fn parse(args: &[String]) -> Result<(Task, Vec<String>)> {
    let mut task = Task::Find { seconds: 60 };
    let mut named = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--replay" => task = Task::Replay,
            "--minimize" => task = Task::Minimize,
            "--seed" => task = Task::Seed,
            "--seconds" => {
                let seconds = args.next().ok_or("--seconds of what?")?.parse()?;
                task = Task::Find { seconds };
            }
            flag if flag.starts_with('-') => return Err(format!("no option {flag}").into()),
            name => named.push(name.to_owned()),
        }
    }
    Ok((task, named))
}

/// The names of all targets, in the order of the alphabet.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir("fuzz/fuzz_targets")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// Fuzzes one target. What is new goes to `target/fuzz/found`; `--minimize` takes from there.
fn find(target: &str, seconds: u32) -> Result {
    let mut fuzz = libfuzzer(target)?;
    fuzz.args([found(target), corpus(target)]).arg("--");
    fuzz.arg(format!("-max_total_time={seconds}"));
    // An input that takes ten seconds, or half a gigabyte, is a finding. How much each of the corpora may take is
    // measured more exactly when they are replayed.
    fuzz.args(["-timeout=10", "-rss_limit_mb=512", "-print_final_stats=1"]);
    fuzz.args(dictionaries(target).map(|name| format!("-dict=fuzz/dictionaries/{name}.dict")));
    run(&mut fuzz)
}

fn minimize(target: &str) -> Result {
    let kept = format!("target/fuzz/kept/{target}");
    if Path::new(&kept).exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::create_dir_all(&kept)?;
    let mut fuzz = libfuzzer(target)?;
    // An input for each edge will do; how often each is passed would make it thousands.
    let few = ["--", "-set_cover_merge=1", "-use_counters=0"];
    fuzz.args([&kept, &corpus(target), &found(target)]).args(few);
    run(&mut fuzz)?;
    let corpus = corpus(target);
    fs::remove_dir_all(&corpus)?;
    fs::create_dir_all(&corpus)?;
    for entry in fs::read_dir(&kept)? {
        let entry = entry?;
        fs::copy(entry.path(), Path::new(&corpus).join(entry.file_name()))?;
    }
    Ok(())
}

/// Sanitizers are left to `cargo xtask sanitize`, which runs the corpora as well: without them, a second has several times
/// as many runs. Random numbers are always the same, so that what was found is found again.
fn libfuzzer(target: &str) -> Result<Command> {
    fs::create_dir_all(found(target))?;
    let mut command = cargo_of("nightly", ["fuzz", "run", "--fuzz-dir", "fuzz"]);
    command.args(["--sanitizer", "none", "--features", "libfuzzer", target]);
    command.env("RUSTFLAGS", r#"--cfg getrandom_backend="custom""#);
    // Optimising across crates takes minutes for each target, and hides its edges from libFuzzer.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off");
    Ok(command)
}

fn corpus(target: &str) -> String {
    format!("fuzz/corpus/{target}")
}

fn found(target: &str) -> String {
    format!("target/fuzz/found/{target}")
}

/// The words that a target's inputs are made of. libFuzzer takes one file.
fn dictionaries(target: &str) -> Option<&'static str> {
    let (_, name) = DICTIONARIES.iter().find(|(targets, _)| targets.contains(&target))?;
    Some(name)
}

/// Also in `fuzz/oss-fuzz/build.sh`.
const DICTIONARIES: &[(&[&str], &str)] = &[
    (
        &[
            "request_head",
            "response_head",
            "server_handshake",
            "client_handshake",
            "proxy",
            "driver",
        ],
        "http",
    ),
    (&["token_list", "extensions", "subprotocols", "respond"], "lists"),
    (&["frame_head", "frames", "frames_peer"], "websocket"),
    (&["deflate", "inflate"], "deflate"),
    (&["url", "redirect", "proxy_rules", "origin", "retry_after", "credentials"], "url"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &str) -> Result<(Task, Vec<String>)> {
        parse(&args.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_understood() {
        assert_eq!(parsed("").unwrap(), (Task::Find { seconds: 60 }, vec![]));
        let (task, named) = parsed("--seconds 5 url frames").unwrap();
        assert_eq!(task, Task::Find { seconds: 5 });
        assert_eq!(named, ["url", "frames"]);
        assert_eq!(parsed("--replay url").unwrap().0, Task::Replay);
        for wrong in ["--seconds", "--seconds x", "--other"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dictionaries_are_for_targets_that_there_are_and_are_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        for (targets, name) in DICTIONARIES {
            assert!(root.join(format!("dictionaries/{name}.dict")).is_file(), "{name}");
            for target in *targets {
                assert!(root.join(format!("fuzz_targets/{target}.rs")).is_file(), "{target}");
            }
        }
    }
}
