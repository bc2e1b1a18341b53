//! Tests that are shown one change after the other: to each change those that come to it, the quickest first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::change::Change;
use super::survivors;
use super::tree::Program;
use crate::cargo::{output, program};
use crate::step::Result;

/// A test, and what is known of it.
#[derive(Debug)]
struct Test {
    /// Its program's number.
    program: usize,
    name: String,
    took: Duration,
    /// The numbers of the changes that it comes to.
    reaches: BTreeSet<usize>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A test of the program with this number fails.
    Noticed(usize),
    /// Tests are not done after many times as long as without the change.
    TimedOut,
    Missed,
}

/// How many there were of each.
#[derive(Debug, Default)]
struct Tally {
    all: usize,
    late: usize,
    missed: usize,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        self.all += 1;
        match verdict {
            Verdict::Noticed(_) => {}
            Verdict::TimedOut => self.late += 1,
            Verdict::Missed => self.missed += 1,
        }
    }
}

/// How a run of tests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Well,
    Badly,
    Late,
}

/// All tests that may notice something.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    programs: &'a [Program],
    /// The quickest first.
    tests: Vec<Test>,
    /// How long all tests take that a change is shown to.
    budget: Duration,
}

impl<'a> Trial<'a> {
    /// Looks how long each test takes, and which changes it comes to.
    pub(super) fn new(programs: &'a [Program], budget: Duration) -> Result<Self> {
        let mut all = Vec::new();
        for (number, program) in programs.iter().enumerate() {
            all.extend(names(program)?.into_iter().map(|name| (number, name)));
        }
        println!("{} tests", all.len());
        let tests = beside(&all, |at, (program, name)| {
            let file = std::env::temp_dir().join(format!("ws-reached-{}-{at}", std::process::id()));
            let start = Instant::now();
            let mut command = command(&programs[*program], &[name]);
            command.env("WS_CHANGE", "reached").env("WS_REACHED", &file);
            let ended = twice(&mut command, MAX_TIME);
            let took = start.elapsed();
            let reached = fs::read_to_string(&file).unwrap_or_default();
            let _ = fs::remove_file(&file);
            if ended != Ended::Well || took > MAX_TIME {
                let program = stem(&programs[*program].path);
                println!("left out after {:.1} s: {program} {name}", took.as_secs_f64());
                return None;
            }
            let reaches = reached.lines().filter_map(|line| line.parse().ok()).collect();
            Some(Test { program: *program, name: name.clone(), took, reaches })
        });
        let mut tests: Vec<_> = tests.into_iter().flatten().collect();
        tests.sort_by_key(|test| test.took);
        Ok(Self { programs, tests, budget })
    }

    /// Shows each of these changes to the tests. Who ends it before all are tried has seen some of every file.
    pub(super) fn run(&self, numbers: &[usize], changes: &[Change]) -> BTreeMap<usize, Verdict> {
        let mut order = numbers.to_vec();
        order.sort_by_key(|number| number % STRIDE);
        let tally = Mutex::new(Tally::default());
        let verdicts = beside(&order, |_, change| {
            // What survives for a reason need not be noticed by what takes long.
            let Change { name, file, .. } = &changes[*change];
            let is_known = survivors::is_known(name);
            let verdict = self.try_one(*change, file, if is_known { QUICK } else { self.budget });
            if !matches!(verdict, Verdict::Noticed(_)) {
                println!("{verdict:?}: {}", changes[*change].name);
            }
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.add(verdict);
            if tally.all % 100 == 0 {
                println!("of {} so far {tally:?}", numbers.len());
            }
            (*change, verdict)
        });
        verdicts.into_iter().collect()
    }

    fn try_one(&self, change: usize, file: &str, budget: Duration) -> Verdict {
        for (program, tests) in self.portions(change, file, budget) {
            let took: Duration = tests.iter().map(|test| test.took).sum();
            let names: Vec<_> = tests.iter().map(|test| test.name.as_str()).collect();
            let mut command = command(&self.programs[program], &names);
            match twice(command.env("WS_CHANGE", change.to_string()), PATIENCE + 3 * took) {
                Ended::Well => {}
                Ended::Badly => return Verdict::Noticed(program),
                Ended::Late => return Verdict::TimedOut,
            }
        }
        Verdict::Missed
    }

    /// The tests that come to a change in portions, each for one process: those beside the code, which take no time, others
    /// that are quick, and then some of every program, since what nearly all tests come to is noticed by few.
    fn portions(&self, change: usize, file: &str, budget: Duration) -> Vec<(usize, Vec<&Test>)> {
        let is_beside = |test: &&Test| {
            let Program { package, is_unit, .. } = &self.programs[test.program];
            *is_unit && test.took < NO_TIME && file.split('/').next() == Some(package)
        };
        let reaching = self.tests.iter().filter(|test| test.reaches.contains(&change));
        let (beside, mut others): (Vec<_>, Vec<_>) = reaching.partition(is_beside);
        let mut portions = vec![by_program(beside)];
        let mut sum = Duration::ZERO;
        for (limit, of_each) in [(QUICK, false), (budget, true)] {
            if of_each {
                others = in_turns(others);
            }
            let mut len = 0;
            while sum <= limit && len < others.len() {
                sum += others[len].took;
                len += 1;
            }
            portions.push(by_program(others.drain(..len).collect()));
        }
        portions.into_iter().flatten().collect()
    }
}

fn by_program(tests: Vec<&Test>) -> BTreeMap<usize, Vec<&Test>> {
    let mut portion = BTreeMap::<_, Vec<_>>::new();
    for test in tests {
        portion.entry(test.program).or_default().push(test);
    }
    portion
}

/// One of each program, and then another one of each.
fn in_turns(tests: Vec<&Test>) -> Vec<&Test> {
    let mut seen = BTreeMap::new();
    let mut turns = Vec::new();
    for test in tests {
        let turn: &mut usize = seen.entry(test.program).or_default();
        turns.push((*turn, test));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, test)| test).collect()
}

/// The tests of a program, without those that have to be asked for.
fn names(program: &Program) -> Result<Vec<String>> {
    let list = |ignored: &[&str]| {
        let mut command = Command::new(&program.path);
        let command = command.args(["--list", "--format=terse"]).args(ignored);
        let list = output(command.current_dir(&program.folder))?;
        let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
        Result::Ok(names.map(str::to_owned).collect::<Vec<_>>())
    };
    let ignored = list(&["--ignored"])?;
    Ok(list(&[])?.into_iter().filter(|name| !ignored.contains(name)).collect())
}

/// Some tests of a program in a process that cannot take all memory.
fn command(of: &Program, names: &[&str]) -> Command {
    let mut command = program("sh");
    command.args(["-c", &format!(r#"ulimit -v {MAX_MEMORY_KIB}; exec "$0" "$@""#)]).arg(&of.path);
    command.args(["--exact", "--quiet"]).args(names).current_dir(&of.folder);
    command.env("CARGO_MANIFEST_DIR", &of.folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What fails has to fail twice: some tests look at a clock, and the machine is busy.
fn twice(command: &mut Command, limit: Duration) -> Ended {
    match wait(command, limit) {
        Ended::Badly => wait(command, limit),
        ended => ended,
    }
}

fn wait(command: &mut Command, limit: Duration) -> Ended {
    let Ok(mut child) = command.spawn() else { return Ended::Badly };
    let ended = wait_for(&mut child, limit);
    if ended == Ended::Late {
        let _ = child.kill();
        let _ = child.wait();
    }
    ended
}

fn wait_for(child: &mut Child, limit: Duration) -> Ended {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ended::Well,
            Ok(Some(_)) | Err(_) => return Ended::Badly,
            Ok(None) if start.elapsed() > limit => return Ended::Late,
            Ok(None) => {}
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Does the same with each, several for each processor at a time: many tests wait for a deadline.
fn beside<T: Sync, O: Send>(all: &[T], each: impl Fn(usize, &T) -> O + Sync) -> Vec<O> {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME * cpus {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = all.get(at) else { return };
                    let output = each(at, item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, output));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, output)| output).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// How many tests there are at a time for each processor.
const AT_A_TIME: usize = 4;

/// A test that takes no longer costs no more than to start its program.
const NO_TIME: Duration = Duration::from_millis(100);

/// How long the tests of the second portion take together.
const QUICK: Duration = Duration::from_millis(500);

/// A test that takes longer is not asked: the next ones find nearly all that it would.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Neighbours are changes of one function, and are tried that far from each other.
const STRIDE: usize = 60;

/// How long tests may take that take next to no time: much longer than on a machine that does something else.
const PATIENCE: Duration = Duration::from_secs(20);

/// A change may make a loop endless that fills something.
const MAX_MEMORY_KIB: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn test(program: usize, name: &str, millis: u64, reaches: &[usize]) -> Test {
        let took = Duration::from_millis(millis);
        let reaches = reaches.iter().copied().collect();
        Test { program, name: name.to_owned(), took, reaches }
    }

    #[test]
    fn a_change_is_shown_to_those_that_come_to_it_the_quickest_first() {
        let program = |package: &str, is_unit| Program {
            path: package.into(),
            package: package.to_owned(),
            folder: package.into(),
            is_unit,
        };
        let programs =
            [program("a", true), program("a", false), program("b", true), program("c", false)];
        let tests = vec![
            test(1, "quick", 10, &[7]),
            test(2, "as quick", 20, &[7, 8]),
            test(1, "elsewhere", 30, &[8]),
            test(0, "beside", 40, &[7]),
            test(1, "slower", 80, &[7]),
            test(0, "beside, and slow", 400, &[7]),
            test(1, "one of many", 2_000, &[7]),
            test(1, "another of many", 2_100, &[7]),
            test(3, "of another program", 6_000, &[7]),
            test(2, "too late", 6_500, &[7]),
        ];
        let budget = Duration::from_secs(8);
        let trial = Trial { programs: &programs, tests, budget };
        let portions: Vec<_> = trial
            .portions(7, "a/src/b.rs", budget)
            .into_iter()
            .map(|(program, tests)| {
                (program, tests.iter().map(|test| test.name.as_str()).collect::<Vec<_>>())
            })
            .collect();
        let expected = [
            (0, vec!["beside"]),
            (0, vec!["beside, and slow"]),
            (1, vec!["quick", "slower"]),
            (2, vec!["as quick"]),
            (1, vec!["one of many"]),
            (3, vec!["of another program"]),
        ];
        assert_eq!(portions, expected);
        assert!(trial.portions(9, "a/src/b.rs", budget).is_empty());
    }

    #[test]
    fn everything_is_done_once_and_stays_in_order() {
        let all: Vec<_> = (0..100).collect();
        assert!(
            beside(&all, |at, item| (at, item + 1)).into_iter().eq((0..100).map(|at| (at, at + 1)))
        );
    }

    #[test]
    #[cfg(unix)]
    fn what_ends_well_badly_or_late_is_told_apart() {
        let ended = |script: &str| {
            let mut command = program("sh");
            twice(command.args(["-c", script]), Duration::from_millis(500))
        };
        let file = std::env::temp_dir().join(format!("ws-twice-{}", std::process::id()));
        let second = format!("rm {0} 2> /dev/null || {{ touch {0}; false; }}", file.display());
        assert_eq!(ended(&second), Ended::Well);
        assert!(!file.exists());
        assert_eq!(
            [ended("true"), ended("exit 1"), ended("kill -9 $$")],
            [Ended::Well, Ended::Badly, Ended::Badly]
        );
        assert_eq!(ended("exec sleep 100"), Ended::Late);
        assert_eq!(wait(&mut program("no-such-program-anywhere"), Duration::ZERO), Ended::Badly);
    }
}
