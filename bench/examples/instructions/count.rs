//! Counting, and comparing with what was counted before.
//!
//! Instructions are counted by callgrind, so that a busy machine makes no difference, and compared
//! with those of the least that anybody has to do, so that another processor or compiler makes
//! little. A ratio that is a tenth above the one written down is a regression.

use std::{collections::BTreeMap, error::Error, fs, path::Path, process::Command};

use super::cases::CASES;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Counts every case, and prints a table. Whether none takes more than was written down.
pub(crate) fn compare() -> Result<bool> {
    let ratios = ratios()?;
    let recorded = read(&fs::read_to_string(RECORD)?)?;
    let mut failed = 0;
    println!("case          |    ours |   floor | ratio | recorded");
    println!("--------------|---------|---------|-------|---------");
    for (case, (ours, floor)) in &ratios {
        let ratio = ratio(*ours, *floor);
        let verdict = verdict(ratio, recorded.get(*case).copied());
        failed += usize::from(verdict.is_err());
        let recorded = recorded.get(*case).map_or("none".to_owned(), |ratio| format!("{ratio:.2}"));
        let remark = verdict.err().map(|why| format!("  {why}")).unwrap_or_default();
        println!("{case:<13} | {ours:>7} | {floor:>7} | {ratio:>5.2} | {recorded:>8}{remark}");
    }
    println!("{} passed, {failed} failed", ratios.len() - failed);
    Ok(failed == 0)
}

/// Counts every case, and writes down what came out.
pub(crate) fn record() -> Result<bool> {
    fs::write(RECORD, written(&ratios()?))?;
    Ok(true)
}

/// The instructions of each case, and those of its floor.
fn ratios() -> Result<BTreeMap<&'static str, (u64, u64)>> {
    let program = std::env::current_exe()?;
    let cases = CASES.iter().map(|(case, _)| *case).filter(|case| !case.ends_with("-floor"));
    let both =
        |case| Ok((case, (count(&program, case)?, count(&program, &format!("{case}-floor"))?)));
    cases.map(both).collect()
}

/// The instructions of one time: the difference that more times make, without what it takes to start.
fn count(program: &Path, case: &str) -> Result<u64> {
    let [few, many] = [TIMES, 2 * TIMES].map(|times| total(program, case, times));
    Ok(many?.saturating_sub(few?) / u64::from(TIMES))
}

fn total(program: &Path, case: &str, times: u32) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let ran = valgrind.arg(program).args([case, &times.to_string()]).output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let collected = said.lines().find_map(|line| line.rsplit_once("Collected : "));
    let total = collected.and_then(|(_, number)| number.trim().parse().ok());
    match total {
        Some(total) if ran.status.success() => Ok(total),
        _ => Err(format!("valgrind counted nothing for {case}: {said}").into()),
    }
}

fn ratio(ours: u64, floor: u64) -> f64 {
    ours as f64 / floor.max(1) as f64
}

fn verdict(ratio: f64, recorded: Option<f64>) -> std::result::Result<(), String> {
    match recorded {
        None => Err("not written down: --record".to_owned()),
        Some(recorded) if ratio > recorded * (1.0 + TOLERANCE) => {
            Err(format!("FAILED: more than {:.0} % above what it was", TOLERANCE * 100.0))
        }
        Some(_) => Ok(()),
    }
}

fn written(ratios: &BTreeMap<&str, (u64, u64)>) -> String {
    let mut text = String::from(
        "# Instructions of the hot paths, as multiples of their floors: what `cargo xtask instructions` compares\n\
         # with, and writes with --record. See bench/examples/instructions/cases.rs for the cases.\n",
    );
    for (case, (ours, floor)) in ratios {
        text.push_str(&format!("{case} = {:.3}\n", ratio(*ours, *floor)));
    }
    text
}

fn read(text: &str) -> Result<BTreeMap<String, f64>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let parsed = line
                .split_once(" = ")
                .and_then(|(case, ratio)| Some((case.to_owned(), ratio.parse().ok()?)));
            parsed.ok_or_else(|| format!("{RECORD}: cannot read `{line}`").into())
        })
        .collect()
}

/// What was counted when it was last written down.
const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml");

/// How much more is too much.
const TOLERANCE: f64 = 0.10;

/// Enough for what happens now and then, such as a system call for random keys, to average out.
const TIMES: u32 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_more_is_too_much() {
        assert!(verdict(1.09, Some(1.0)).is_ok() && verdict(0.5, Some(1.0)).is_ok());
        assert!(verdict(1.11, Some(1.0)).unwrap_err().starts_with("FAILED"));
        assert!(verdict(1.0, None).is_err());
    }

    #[test]
    fn what_is_written_down_can_be_read() {
        let ratios = BTreeMap::from([("accept", (300, 200)), ("b", (1, 0))]);
        let read = read(&written(&ratios)).unwrap();
        assert_eq!(read, BTreeMap::from([("accept".to_owned(), 1.5), ("b".to_owned(), 1.0)]));
        assert!(super::read("accept: 1").is_err());
    }
}
