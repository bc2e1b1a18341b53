//! The load of one adapter, in a process of its own: rounds, and what is left after each.

use std::{
    thread,
    time::{Duration, Instant},
};

use conformance::random::Random;

use crate::{
    error::Result, gauge::Usage, options::Options, population::Population, promise::KEPT,
    remote::Remote, round::Round, runtime::Name, settings::PATIENCE, verdict::Verdict,
};

/// Plays rounds until the time is over. Whether all is well.
///
/// # Errors
///
/// When it makes no sense to go on.
pub(crate) fn run(name: Name, options: &Options) -> Result<bool> {
    let population = Population::new(options.connections);
    let runtime = name.start()?;
    let mut server = Remote::start(name)?;
    let mut verdict = Verdict::new(name);
    let mut random = Random::new(options.seed ^ (name as u64) << 32);
    let (cold, _) = server.usage()?;
    verdict.tell(&format!("{population:?}"));
    let start = Instant::now();
    let mut warm: Option<[Usage; 2]> = None;
    let mut rounds = 0;
    while rounds < 2 || start.elapsed() < options.time {
        let round = Round {
            runtime: &*runtime,
            server: &mut server,
            verdict: &mut verdict,
            population,
            random: &mut random,
            talk: Duration::from_millis(if options.quick { 300 } else { 5000 }),
            silence: Duration::from_millis(if options.quick { 500 } else { 1000 }),
        };
        round.play()?;
        rounds += 1;
        let now = settled(&mut server, warm.as_ref())?;
        verdict.tell(&format!("after round {rounds}: {:?}", now[0]));
        let [at_server, here] = *warm.get_or_insert(now);
        verdict.left("the server", now[0], at_server, KEPT);
        verdict.left("the client", now[1], here, KEPT);
        verdict.server(now[0], at_server);
    }
    verdict.tell(&format!("before the first round: {cold:?}"));
    println!("{}{}", crate::all::ROW, verdict.row(&population));
    Ok(verdict.is_good())
}

/// What both sides have when everybody has left. Threads and descriptors go a little later than connections.
fn settled(server: &mut Remote, warm: Option<&[Usage; 2]>) -> Result<[Usage; 2]> {
    let deadline = Instant::now() + PATIENCE / 4;
    // Those who wait for work go after a while where there is none.
    let mut still = 0;
    let mut last = [Usage::default(); 2];
    loop {
        let now = [server.usage()?.0, Usage::now()];
        let is_still = |at: usize| {
            now[at].threads >= last[at].threads && now[at].descriptors >= last[at].descriptors
        };
        still = if is_still(0) && is_still(1) { still + 1 } else { 0 };
        let is_back = warm.is_none_or(|warm| {
            (0..2).all(|at| {
                now[at].threads <= warm[at].threads && now[at].descriptors <= warm[at].descriptors
            })
        });
        if (still > STILL && is_back) || Instant::now() > deadline {
            return Ok(now);
        }
        last = now;
        thread::sleep(Duration::from_millis(20));
    }
}

/// So many looks in a row at which nothing has gone.
const STILL: usize = 40;
