//! Every adapter, each in processes of its own, and the table.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{error::Result, options::Options, runtime::Name, verdict};

/// Runs all that are wanted. Whether all is well.
///
/// # Errors
///
/// They cannot be started.
pub(crate) fn run(options: &Options) -> Result<bool> {
    println!("seed {}", options.seed);
    let mut good = true;
    let mut rows = Vec::new();
    if options.quick {
        let started = options.runtimes.iter().map(|name| start(*name, options));
        for started in started.collect::<Result<Vec<_>>>()? {
            good &= finish(started, &mut rows)?;
        }
    } else {
        for name in &options.runtimes {
            good &= finish(start(*name, options)?, &mut rows)?;
        }
    }
    if options.demo {
        println!("{}", if good { "ok" } else { "there are faults" });
        return Ok(good);
    }
    println!("\n{}", verdict::HEADER);
    for row in &rows {
        println!("{row}");
    }
    Ok(good && rows.len() == options.runtimes.len())
}

/// Begins a line that is a row of the table.
pub(crate) const ROW: &str = "row: ";

type Started = (Child, BufReader<ChildStdout>);

fn start(name: Name, options: &Options) -> Result<Started> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["load", "--runtime", name.text(), "--seed", &options.seed.to_string()]);
    command.envs([("SMOL_THREADS", "2"), ("ASYNC_STD_THREAD_COUNT", "2")]);
    if options.quick {
        command.arg("--quick");
    }
    if options.demo {
        command.arg("--demo");
    }
    command.args(["--seconds", &options.time.as_secs().to_string()]);
    command.args(["--connections", &options.connections.to_string()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().ok_or("a child without a pipe")?;
    Ok((child, BufReader::new(stdout)))
}

fn finish((mut child, stdout): Started, rows: &mut Vec<String>) -> Result<bool> {
    for line in stdout.lines() {
        let line = line?;
        match line.strip_prefix(ROW) {
            Some(row) => rows.push(row.to_owned()),
            None => println!("{line}"),
        }
    }
    Ok(child.wait()?.success())
}
