//! Threads that take one case after the other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Outcome, Progress};
use crate::case::Case;
use crate::memory::Bound;

/// Runs cases with so many threads, the dear ones with as many as `dear`; what comes of them is in the order of the cases.
///
/// # Errors
///
/// When a thread cannot be started.
pub(crate) fn run_all(
    cases: Vec<Case>,
    jobs: usize,
    dear: usize,
    progress: Progress<'_>,
    run: impl Fn(Case) -> Outcome + Sync,
) -> Result<Vec<Outcome>, String> {
    // The dear ones begin first; the crowd is last, and alone.
    let count = cases.len();
    let mut stages: [Vec<(usize, Case)>; 3] = Default::default();
    for (at, case) in cases.into_iter().enumerate() {
        stages[stage(&case.id)].push((at, case));
    }
    let done = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::with_capacity(count));
    for (stage, threads) in stages.into_iter().zip([dear, jobs, 1]) {
        let waiting = Mutex::new(stage.into_iter());
        let work = || {
            loop {
                let next = match waiting.lock() {
                    Ok(mut waiting) => waiting.next(),
                    Err(_) => None,
                };
                let Some((at, case)) = next else { return };
                let outcome = run(case);
                if let Ok(mut outcomes) = outcomes.lock() {
                    outcomes.push((at, outcome));
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, count);
            }
        };
        thread::scope(|scope| {
            let start = || thread::Builder::new().spawn_scoped(scope, work);
            let started: Vec<_> = (0..threads.max(1)).map_while(|_| start().ok()).collect();
            if started.is_empty() { Err("no thread can be started".to_owned()) } else { Ok(()) }
        })?;
    }
    let mut outcomes = outcomes.into_inner().map_err(|_| "a case panicked".to_owned())?;
    if outcomes.len() < count {
        return Err("a case panicked".to_owned());
    }
    outcomes.sort_by_key(|(at, _)| *at);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

fn stage(id: &str) -> usize {
    match id {
        _ if Bound::of(id).is_some() || id.contains("/close/then-data") => 0,
        "server/stage/crowd" => 2,
        _ => 1,
    }
}
