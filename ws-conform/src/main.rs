//! `ws-conform`: judges a WebSocket server or client from outside.

mod args;
mod usage;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use ws_conform::{ClientRun, Report, ServerRun, Side, cases};

use args::{Command, Options};

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)).and_then(run) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("ws-conform: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Say(text) => {
            say(text)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Setups => {
            say(&setups()?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Server(options) if options.list => list(Side::Server, &options),
        Command::Client(options, _) if options.list => list(Side::Client, &options),
        Command::Server(options) => {
            let mut run = ServerRun::new(options.setups.clone());
            run.filter = options.filter.clone();
            run.name = options.name.clone().unwrap_or(run.name);
            run.timeout = options.timeout.unwrap_or(run.timeout);
            run.wait = options.wait.unwrap_or(run.wait);
            run.jobs = options.jobs.unwrap_or(run.jobs);
            run.max_growth = options.max_growth.unwrap_or(run.max_growth);
            run.pid = options.pid;
            finish(&run.run(&progress)?, &options)
        }
        Command::Client(options, listen) => {
            let mut run = ClientRun::new(options.setups.clone());
            run.filter = options.filter.clone();
            run.listen = listen;
            run.name = options.name.clone().unwrap_or(run.name);
            run.timeout = options.timeout.unwrap_or(run.timeout);
            run.wait = options.wait.unwrap_or(run.wait);
            run.jobs = options.jobs.unwrap_or(run.jobs);
            run.max_growth = options.max_growth.unwrap_or(run.max_growth);
            finish(&run.run(&progress)?, &options)
        }
    }
}

/// How far it is, for who looks at a terminal.
fn progress(done: usize, of: usize) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        // Whether anybody sees it does not matter.
        let _ = write!(stderr, "\r{done} of {of}{}", if done == of { "\n" } else { "" });
    }
}

fn finish(report: &Report, options: &Options) -> Result<ExitCode, String> {
    let write = |path: &Option<String>, text: &dyn Fn() -> String| match path {
        Some(path) => std::fs::write(path, text()).map_err(|error| format!("{path}: {error}")),
        None => Ok(()),
    };
    write(&options.json, &|| report.json())?;
    write(&options.junit, &|| report.junit())?;
    write(&options.html, &|| report.html(options.brief))?;
    say(&report.table())?;
    Ok(if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list(side: Side, options: &Options) -> Result<ExitCode, String> {
    let mut text = String::new();
    for case in cases(side)?.iter().filter(|case| options.filter.takes(&case.id)) {
        let grade = case.grade;
        text.push_str(&format!("{grade:11} {}  {} [{}]\n", case.id, case.title, case.rule.section));
        text.push_str(&format!("            {}\n", case.rule.text));
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Every setting that a case needs, to be filled in.
fn setups() -> Result<String, String> {
    let mut lines: Vec<String> = Vec::new();
    for (side, place) in [(Side::Server, "url"), (Side::Client, "command")] {
        for case in cases(side)? {
            let mut settings = case.settings();
            let Some(object) = settings.as_object_mut() else { continue };
            let empty = if side == Side::Server { "".into() } else { serde_json::json!([]) };
            object.insert(place.to_owned(), empty);
            let line = format!("  {settings}");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

/// On standard output, unless nobody reads it.
fn say(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}
