//! The programs: which suites are run, and where the report goes.

use std::{fs, path::Path, process::ExitCode, time::Instant};

use crate::{
    chart,
    figures::Figures,
    goals,
    options::Options,
    peers::{Result, serve},
    report::{self, Table},
    secure,
    suites::{SUITES, scale},
    system,
};

/// What a program of this crate does; `heap` counts the bytes that its allocator has given out.
pub fn main(heap: fn() -> usize) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &args[..] {
        [command, name, core @ ..] if command == "serve" => {
            let core = core.first().and_then(|core| core.parse().ok());
            serve::run(name, core, heap)
        }
        [command, count] if command == "grow" => scale::one(count, heap),
        [command, dialled @ ..] if command == "dial" => secure::dial(dialled, heap),
        _ => measure(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &[String]) -> Result {
    let known: Vec<_> = SUITES.iter().map(|(name, _)| *name).collect();
    let options = Options::parse(args, &known)?;
    system::with_even_memcpy()?;
    let (date, machine) = (system::today(), system::description(options.tuned));
    let versions = versions(&fs::read_to_string("Cargo.lock").unwrap_or_default());
    let mut report = head(&options, &date, &machine, &versions);
    let mut all: Vec<Table> = Vec::new();
    let wanted = |name| options.wants(name) && !(options.tuned && IN_ANY_PROFILE.contains(&name));
    for (name, suite) in SUITES.iter().filter(|(name, _)| wanted(name)) {
        println!("{name}");
        let start = Instant::now();
        let tables = suite(&options).map_err(|error| format!("{name}: {error}"))?;
        println!("  {} s", start.elapsed().as_secs());
        report.push_str(&format!("\n## {name}\n"));
        for table in &tables {
            report.push_str(&format!("\n{}", table.markdown()));
        }
        all.extend(tables);
    }
    report.push_str(&format!("\n{}", goals::markdown(&all)));
    report.push_str(&format!("\n{}", report::behind(&all)));
    let folder = Path::new("target/bench");
    fs::create_dir_all(folder)?;
    let mut names = vec!["report-tuned.md"];
    if !options.tuned {
        names = vec!["report.md", "figures.txt", "chart.svg"];
        let figures = Figures::of(&all, date, machine, versions);
        fs::write(folder.join("chart.svg"), chart::svg(&figures))?;
        fs::write(folder.join("figures.txt"), figures.to_string())?;
    }
    fs::write(folder.join(names[0]), &report)?;
    println!("\n{report}");
    println!("written to {}: {}", folder.display(), names.join(", "));
    Ok(())
}

/// What comes out of these does not depend on how this program was compiled.
const IN_ANY_PROFILE: &[&str] = &["connections", "weight", "clients"];

fn head(options: &Options, date: &str, machine: &str, versions: &str) -> String {
    let quick =
        options.pick("", " A quick run: few and short rounds, to see that everything works.");
    format!(
        "# Side by side\n\n{date}, {machine}.{quick}\n\n{versions}\n\nEverybody takes turns within a round. A figure is the \
         median of the rounds, with the smallest and the largest in brackets. *ours / best* is the \
         median of the ratios within a round to the peer whose median is best: below 1, ours costs \
         less. Costs are CPU time, which other programs on the machine disturb least.\n"
    )
}

/// The versions of the peers, as they are locked. Where there are several of one, the lock says which of them is used here.
fn versions(lock: &str) -> String {
    let ours = lock.split("[[package]]").find(|package| package.contains("name = \"bench\"\n"));
    let version = |name: &str| {
        let chosen = ours.and_then(|ours| ours.split_once(&format!("\"{name} ")));
        let any = || lock.split_once(&format!("name = \"{name}\"\nversion = \""));
        let (_, rest) = chosen.or_else(any)?;
        Some(format!("{name} {}", rest.split('"').next()?))
    };
    PEERS.iter().copied().filter_map(version).collect::<Vec<_>>().join(", ")
}

const PEERS: &[&str] = &[
    "tungstenite",
    "tokio-tungstenite",
    "fastwebsockets",
    "tokio-websockets",
    "soketto",
    "sockudo-ws",
    "yawc",
    "tokio",
    "hyper",
    "rustls",
    "tokio-rustls",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock() {
        let lock = "[[package]]\nname = \"tokio\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \
                    \"yawc\"\nversion = \"0.5.0\"\n";
        assert_eq!(versions(lock), "yawc 0.5.0, tokio 1.2.3");
        let bench =
            "\n[[package]]\nname = \"bench\"\ndependencies = [\n \"tokio 1.3.0\",\n \"yawc\",\n]\n";
        assert_eq!(versions(&format!("{lock}{bench}")), "yawc 0.5.0, tokio 1.3.0");
    }
}
