//! `--reconnect`: one session after the other.

use std::{
    io::{self, BufReader, Stdout, Write},
    process::{self, ExitCode},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use ws_core::{BackoffConfig, Side, Timeout};
use ws_driver::{DialEvent, Error};

use super::{
    interrupt,
    lines::Lines,
    mode::{Mode, Timing},
    output::Output,
    sending::Source,
    session::{Ended, Session},
    status::{conclude, described},
    way::Way,
};
use crate::runtimes::{Adapter, Opened};

/// Why there are no more sessions.
pub(super) enum Failure {
    /// There is none to be had.
    Connecting(Error),
    /// Standard output, or the operating system.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens one session after the other until there is nothing more to send.
///
/// # Errors
///
/// When there is none to be had.
pub(super) fn run(
    adapter: &dyn Adapter,
    way: &Way<'_>,
    how: &BackoffConfig,
    timing: Timing,
    output: &Arc<Mutex<Output<Stdout>>>,
) -> Result<ExitCode, Failure> {
    let Way { url, config, dial, .. } = way;
    let dial = match way.has_steps() {
        // This is one of them.
        true => dial.clone(),
        false => dial.clone().on_event(tell_retry),
    };
    let mut sessions = adapter.reconnect(url, config, &dial, how.clone());
    let phase = Arc::new(Phase::default());
    let closing = Arc::clone(&phase);
    interrupt::watch(move || closing.interrupt());
    let lines = match timing.mode {
        Mode::Interactive | Mode::Piped => {
            let ending = Arc::clone(&phase);
            let input = BufReader::new(io::stdin());
            Some(Lines::read(input, move |lines| ending.end_input(lines))?)
        }
        _ => None,
    };
    let mut ended_at = None;
    for number in 1_u64.. {
        let (opened, attempts) = sessions().map_err(Failure::Connecting)?;
        way.tell_opened(&opened);
        tell(&opening(number, attempts, ended_at));
        let Opened { channel, response, .. } = opened;
        {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            let response = response.as_response();
            output.opened(response, channel.negotiated(), channel.leftover_len())?;
            if timing.mode == Mode::Interactive && number == 1 {
                output.hint()?;
            }
        }
        let session = Session::new(channel)?;
        phase.open(Box::new(session.closer()));
        let source = match &lines {
            Some(lines) => Source::Waiting(Arc::clone(lines)),
            None => Source::Messages(Vec::new()),
        };
        let ended = session.run(source, timing, output)?;
        let interrupted = phase.end();
        ended_at = Some(Instant::now());
        let received = ended.result.as_ref().ok().and_then(|info| info.received.as_ref());
        output.lock().unwrap_or_else(PoisonError::into_inner).closed(received)?;
        if interrupted {
            break;
        }
        let is_done = lines.as_ref().is_some_and(|lines| lines.is_done());
        if is_done || was_closed_here(&ended) {
            let status = conclude(&ended, &timing);
            let has_failed = lines.is_some_and(|lines| lines.has_failed());
            return Ok(if has_failed { ExitCode::FAILURE } else { status });
        }
        tell(&ending(number, &ended));
    }
    Ok(ExitCode::from(interrupt::STATUS))
}

/// Whether it was this side that had enough.
fn was_closed_here(ended: &Ended) -> bool {
    match &ended.result {
        Ok(info) => info.first == Some(Side::Local),
        Err(error) => matches!(error, Error::TimedOut(Timeout::Close)),
    }
}

/// What is going on, for Ctrl-C and for the end of standard input.
#[derive(Default)]
struct Phase {
    state: Mutex<State>,
    interrupted: AtomicBool,
}

#[derive(Default)]
enum State {
    /// There has been no session.
    #[default]
    First,
    /// There is a session, and this closes it.
    Open(Box<dyn FnOnce() + Send>),
    /// There was one.
    Between,
}

impl Phase {
    fn open(&self, closer: Box<dyn FnOnce() + Send>) {
        self.set(State::Open(closer));
        if self.interrupted.load(Ordering::SeqCst) {
            self.interrupt();
        }
    }

    /// Whether it was Ctrl-C.
    fn end(&self) -> bool {
        self.set(State::Between);
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Closes the session, or ends the program if there is none.
    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        match self.set(State::Between) {
            State::Open(closer) => closer(),
            State::First | State::Between => process::exit(interrupt::STATUS.into()),
        }
    }

    /// Standard input has ended. Without a session nobody else would see to that.
    fn end_input(&self, lines: &Lines) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Between) && lines.is_done() {
            process::exit(i32::from(lines.has_failed()));
        }
    }

    fn set(&self, state: State) -> State {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}

fn opening(number: u64, attempts: u32, ended_at: Option<Instant>) -> String {
    let gap = match ended_at {
        Some(at) => format!(" again after {:.1} s", at.elapsed().as_secs_f64()),
        None => String::new(),
    };
    let attempts = if attempts > 1 { format!(", {attempts} attempts") } else { String::new() };
    format!("session {number}: open{gap}{attempts}")
}

fn ending(number: u64, ended: &Ended) -> String {
    let how = match &ended.result {
        Err(error) => described(error),
        Ok(info) => match &info.received {
            Some(frame) => format!("closed by the server with {}", frame.code),
            None => "closed by the server".to_owned(),
        },
    };
    format!("session {number}: ended, {how}")
}

fn tell_retry(event: &DialEvent<'_>) {
    if let DialEvent::Retry(delay, Some(cause)) = event {
        tell(&format!("{}; again in {:.1} s", described(cause), delay.as_secs_f64()));
    }
}

/// Says on standard error what goes on. A reader who is gone does not mind.
fn tell(what: &str) {
    let _ = writeln!(io::stderr().lock(), "{what}");
}
