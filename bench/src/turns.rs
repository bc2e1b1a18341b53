//! Cases that take turns on one thread.

use std::time::Duration;

use crate::{peers::Result, stats::Samples, system::thread_cpu};

/// One column of a row: something that is done again and again.
pub type Case = Box<dyn FnMut() -> Result>;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many rounds there are. In each of them every case has one turn.
    pub rounds: usize,
    /// How long a turn takes, about.
    pub turn: Duration,
}

/// Nanoseconds of the processor that each case takes once; no samples where there is no case.
///
/// A case is warmed up for a turn, in which it also turns out how many times it fits into one.
///
/// # Errors
///
/// That of the case that fails.
pub fn take(plan: Plan, cases: &mut [Option<Case>]) -> Result<Vec<Samples>> {
    let turn = plan.turn.as_nanos() as f64;
    let mut times = vec![1_u32; cases.len()];
    for (case, times) in cases.iter_mut().zip(&mut times) {
        let Some(case) = case else { continue };
        loop {
            let spent = time(case, *times)?;
            if spent >= turn / 2.0 {
                *times = (f64::from(*times) * turn / spent).ceil().max(1.0) as u32;
                break;
            }
            *times *= 2;
        }
    }
    let mut samples = vec![Samples::with_capacity(plan.rounds); cases.len()];
    for round in 0..plan.rounds {
        // Who goes first changes: what follows whom must not matter.
        let count = cases.len();
        for at in (0..count).map(|at| (at + round) % count) {
            if let Some(case) = &mut cases[at] {
                samples[at].push(time(case, times[at])? / f64::from(times[at]));
            }
        }
    }
    Ok(samples)
}

fn time(case: &mut Case, times: u32) -> Result<f64> {
    let before = thread_cpu();
    for _ in 0..times {
        case()?;
    }
    Ok((thread_cpu() - before).max(1) as f64)
}
