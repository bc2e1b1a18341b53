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
    let mut measured = Measured {
        date: system::today(),
        machine: system::description(options.tuned),
        versions: versions(&fs::read_to_string("Cargo.lock").unwrap_or_default()),
        options,
        suites: Vec::new(),
    };
    let mut names = measured.write()?;
    for (name, suite) in SUITES {
        if !measured.wants(name) {
            continue;
        }
        println!("{name}");
        let start = Instant::now();
        let tables = suite(&measured.options).map_err(|error| format!("{name}: {error}"))?;
        println!("  {} s", start.elapsed().as_secs());
        measured.suites.push((name, tables));
        // All suites take most of an hour: what has been measured outlasts whatever stops the rest.
        names = measured.write()?;
    }
    println!("\n{}", measured.report());
    println!("written to {FOLDER}: {}", names.join(", "));
    Ok(())
}

/// What has been measured so far.
struct Measured {
    options: Options,
    date: String,
    machine: String,
    versions: String,
    /// By name.
    suites: Vec<(&'static str, Vec<Table>)>,
}

impl Measured {
    fn wants(&self, suite: &str) -> bool {
        self.options.wants(suite) && !(self.options.tuned && IN_ANY_PROFILE.contains(&suite))
    }

    /// Writes it down; says to which files.
    fn write(&self) -> Result<&'static [&'static str]> {
        let folder = Path::new(FOLDER);
        fs::create_dir_all(folder)?;
        let mut names: &[_] = &["report-tuned.md"];
        if !self.options.tuned {
            names = &["report.md", "figures.txt", "chart.svg"];
            let [date, machine, versions] =
                [&self.date, &self.machine, &self.versions].map(String::clone);
            let figures = Figures::of(&self.tables(), date, machine, versions);
            fs::write(folder.join("chart.svg"), chart::svg(&figures))?;
            fs::write(folder.join("figures.txt"), figures.to_string())?;
        }
        fs::write(folder.join(names[0]), self.report())?;
        Ok(names)
    }

    fn report(&self) -> String {
        let mut report = head(&self.options, &self.date, &self.machine, &self.versions);
        for (name, tables) in &self.suites {
            report.push_str(&format!("\n## {name}\n"));
            for table in tables {
                report.push_str(&format!("\n{}", table.markdown()));
            }
        }
        let all = self.tables();
        report.push_str(&format!("\n{}", goals::markdown(&all)));
        report.push_str(&format!("\n{}", report::behind(&all)));
        report
    }

    fn tables(&self) -> Vec<Table> {
        self.suites.iter().flat_map(|(_, tables)| tables).cloned().collect()
    }
}

const FOLDER: &str = "target/bench";

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
