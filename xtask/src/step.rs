//! Timed steps: each one runs whatever became of the others, and a table tells the outcome of all.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// What every command returns. An `Err` that holds a [`Skip`] means "not run", not "failed".
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// An error that means "not run here": a tool the step needs is missing.
#[derive(Debug)]
pub(crate) struct Skip {
    why: String,
    required: bool,
}

impl Skip {
    /// Harmless everywhere: the step is an extra.
    pub(crate) fn optional(why: impl Into<String>) -> Self {
        Self { why: why.into(), required: false }
    }

    /// Harmless on a laptop, a failure where the environment says `CI=true`.
    pub(crate) fn required(why: impl Into<String>) -> Self {
        Self { why: why.into(), required: true }
    }

    /// Prints why, unless there are no words for it: then whoever was run has told.
    pub(crate) fn tell(&self) {
        if !self.why.is_empty() {
            println!("skipped: {self}");
        }
    }

    /// Whether this skip has to fail the run.
    pub(crate) fn is_failure(&self) -> bool {
        self.required && std::env::var("CI").is_ok_and(|value| value == "true")
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for Skip {}

/// An error whose story has been told: the table's totals are to stay the last line.
#[derive(Debug)]
pub(crate) struct Reported;

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("see above")
    }
}

impl Error for Reported {}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Ran, and all was well.
    Passed,
    /// Ran and found something, or was skipped where it must not be.
    Failed,
    /// Could not run here.
    Skipped,
}

impl Outcome {
    fn of(result: &Result) -> Self {
        let Err(error) = result else { return Self::Passed };
        match error.downcast_ref::<Skip>() {
            Some(skip) if !skip.is_failure() => Self::Skipped,
            _ => Self::Failed,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
        }
    }
}

/// What a program says that tells its own story; the status 77 means that it was skipped where it may be.
pub(crate) fn told(code: Option<i32>) -> Result {
    match code {
        Some(0) => Ok(()),
        Some(77) => Err(Skip::optional("").into()),
        _ => Err(Reported.into()),
    }
}

/// A step that runs beside others.
#[derive(Debug)]
pub(crate) struct Beside {
    name: String,
    child: Result<Child>,
    /// Where its output goes.
    log: PathBuf,
    start: Instant,
}

/// The steps run so far.
#[derive(Debug)]
pub(crate) struct Steps {
    done: Vec<(String, Outcome, Duration)>,
    start: Instant,
}

impl Default for Steps {
    fn default() -> Self {
        Self { done: Vec::new(), start: Instant::now() }
    }
}

impl Steps {
    /// Runs one step now. A failure is remembered and does not stop the ones behind it.
    pub(crate) fn run(&mut self, name: impl Into<String>, step: impl FnOnce() -> Result) {
        let name = name.into();
        println!("\n==> {name}");
        let start = Instant::now();
        let result = step();
        let outcome = Outcome::of(&result);
        if let Err(why) = &result {
            match why.downcast_ref::<Skip>() {
                Some(skip) if !skip.is_failure() => skip.tell(),
                _ => println!("failed: {why}"),
            }
        }
        self.done.push((name, outcome, start.elapsed()));
    }

    /// Begins a step that mostly waits for others than this machine's processors, and goes on with the next ones. What it
    /// prints is kept below a folder until it is [waited for](Self::wait).
    pub(crate) fn begin(&mut self, name: &str, command: Result<Command>, folder: &Path) -> Beside {
        println!("\n==> {name}, beside what follows");
        let log = folder.join(format!("{name}.log"));
        let begun = command.and_then(|mut command| {
            let file = File::create(&log)?;
            Ok(command.stdout(file.try_clone()?).stderr(file).spawn()?)
        });
        Beside { name: name.to_owned(), child: begun, log, start: Instant::now() }
    }

    /// Waits for such a step, and prints what it has printed.
    pub(crate) fn wait(&mut self, beside: Beside) {
        let Beside { name, child, log, start } = beside;
        let ended = child.and_then(|mut child| Ok(child.wait()?));
        let took = start.elapsed();
        self.run(name, || {
            let code = ended?.code();
            print!("{}", fs::read_to_string(&log)?);
            told(code)
        });
        if let Some((.., time)) = self.done.last_mut() {
            *time = took;
        }
    }

    /// Prints the table and the totals; an error when any step failed.
    pub(crate) fn finish(self) -> Result {
        println!("\n{}", self.table());
        println!("{}", self.totals());
        if self.count(Outcome::Failed) == 0 { Ok(()) } else { Err(Reported.into()) }
    }

    fn table(&self) -> String {
        let width = self.done.iter().map(|(name, ..)| name.len()).max().unwrap_or(0).max(5);
        let mut table = format!("{:width$} | result  |     time\n", "step");
        table.push_str(&format!("{:-<width$}-|---------|---------\n", ""));
        for (name, outcome, time) in &self.done {
            table.push_str(&row(width, name, outcome.name(), *time));
        }
        // Less than the sum, if some ran beside others.
        table.push_str(&row(width, "total", "", self.start.elapsed()));
        table
    }

    fn totals(&self) -> String {
        let passed = self.count(Outcome::Passed);
        let failed = self.count(Outcome::Failed);
        match self.count(Outcome::Skipped) {
            0 => format!("{passed} passed, {failed} failed"),
            skipped => format!("{passed} passed, {failed} failed, {skipped} skipped"),
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.done.iter().filter(|(_, each, _)| *each == outcome).count()
    }
}

fn row(width: usize, name: &str, result: &str, time: Duration) -> String {
    format!("{name:width$} | {result:7} | {:>6.1} s\n", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_does_not_stop_the_next_one() {
        let mut steps = Steps::default();
        let mut ran = false;
        steps.run("one", || Err("broken".into()));
        steps.run("two", || {
            ran = true;
            Ok(())
        });
        steps.run("three", || Err(Skip::optional("no such tool").into()));
        assert!(ran);
        assert_eq!(steps.totals(), "1 passed, 1 failed, 1 skipped");
        assert!(steps.table().contains("one   | FAILED  |"));
        assert!(steps.finish().is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_step_beside_others_counts_like_one_of_them() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            Ok(command)
        };
        let (mut steps, folder) = (Steps::default(), std::env::temp_dir());
        for (name, script, outcome) in [
            ("beside-0", "true", "1 passed, 0 failed"),
            ("beside-77", "exit 77", "1 passed, 0 failed, 1 skipped"),
            ("beside-1", "exit 1", "1 passed, 1 failed, 1 skipped"),
        ] {
            let beside = steps.begin(name, shell(script), &folder);
            steps.wait(beside);
            assert_eq!(steps.totals(), outcome, "{name}");
            fs::remove_file(folder.join(format!("{name}.log"))).unwrap();
        }
        let beside = steps.begin("none", Err("no such program".into()), &folder);
        steps.wait(beside);
        assert_eq!(steps.totals(), "1 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn skips_are_named_only_when_there_are_any() {
        let mut steps = Steps::default();
        steps.run("one", || Ok(()));
        assert_eq!(steps.totals(), "1 passed, 0 failed");
        assert!(steps.finish().is_ok());
    }
}
