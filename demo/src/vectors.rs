//! `ws-demo vectors`: the conformance vectors over the core and the adapters.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use conformance::{
    adapter,
    adapter_subject::AdapterSubject,
    core_subject::CoreSubject,
    suite::{Plan, Report, run_vectors},
    vector::{self, Vector},
};

use crate::{
    args::{Over, VectorsOptions},
    complain::complain,
};

/// Runs the vectors over everything asked for. Prints the failures, a line for each subject, and
/// how many vectors passed and failed in all.
///
/// # Errors
///
/// When nobody reads what is printed.
pub(crate) fn run(options: &VectorsOptions) -> io::Result<ExitCode> {
    let vectors = match vector::load(&options.folder) {
        Ok(vectors) => vectors,
        Err(error) => {
            complain(format_args!("{error}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let out = &mut io::stdout().lock();
    let (mut passed, mut failed) = (0, 0);
    for_each_report(options.over, &vectors, |report| {
        let broken = print(&report, vectors.len(), out)?;
        failed += broken;
        passed += vectors.len() - report.skipped.len() - broken;
        Ok(())
    })?;
    writeln!(out, "{passed} passed, {failed} failed")?;
    out.flush()?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn for_each_report(
    over: Over,
    vectors: &[Vector],
    mut print: impl FnMut(Report) -> io::Result<()>,
) -> io::Result<()> {
    if matches!(over, Over::All | Over::Core) {
        print(run_vectors(&CoreSubject::default(), vectors, &PLAN))?;
    }
    for adapter in adapter::all() {
        if includes(over, adapter.name()) {
            print(run_vectors(&AdapterSubject::new(adapter.as_ref()), vectors, &PLAN))?;
        }
    }
    Ok(())
}

/// Whether an adapter is to be run. Its name is that of its crate, and, where a crate has several
/// ways to be driven, a comma and the way.
fn includes(over: Over, adapter: &str) -> bool {
    match over {
        Over::All => true,
        Over::Core => false,
        Over::Adapter(runtime) => {
            let name = adapter.split(',').next().unwrap_or_default();
            name.strip_prefix("ws-") == Some(runtime.name())
        }
    }
}

/// Prints what went wrong, one delivery for each vector. Gives the number of these vectors.
fn print(report: &Report, vectors: usize, out: &mut impl Write) -> io::Result<usize> {
    let mut broken = 0;
    let mut last = None;
    for failure in &report.failures {
        if last.replace(&failure.id) != Some(&failure.id) {
            broken += 1;
            writeln!(out, "{}: {failure}", report.subject)?;
        }
    }
    for (id, reason) in &report.skipped {
        writeln!(out, "{}: {id} skipped: {reason}", report.subject)?;
    }
    let run = vectors - report.skipped.len();
    writeln!(out, "{}: {run} vectors, {} handshakes", report.subject, report.runs)?;
    Ok(broken)
}

/// Whole, one octet at a time, and cut at every place; of the few long inputs at some. Fewer octets
/// handed over beforehand than the suite's own tests have.
const PLAN: Plan = Plan { full_split_len: 2000, step: 509, handed_step: 61 };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtimes::Runtime;

    #[test]
    fn every_runtime_has_an_adapter() {
        for runtime in Runtime::ALL {
            let over = Over::Adapter(runtime);
            assert!(adapter::all().iter().any(|it| includes(over, it.name())), "{runtime}");
        }
        assert!(!includes(Over::Adapter(Runtime::Smol), "ws-tokio"));
        assert!(includes(Over::Adapter(Runtime::Blocking), "ws-blocking, non-blocking"));
    }
}
