//! A client that was started for a case.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A process, which is ended at the latest when this is dropped.
#[derive(Debug)]
pub(crate) struct Client {
    child: Child,
}

impl Client {
    /// Starts a command, with the URL where it says `{url}`.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub(crate) fn start(command: &[String], url: &str) -> Result<Self, String> {
        let mut words = command.iter().map(|word| word.replace("{url}", url));
        let program = words.next().ok_or("no command")?;
        let mut command = Command::new(&program);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
        Ok(Self { child })
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// How it ended by itself within the time, in words; `None` when it did not, or when there is nothing to say.
    pub(crate) fn crash(&mut self, patience: Duration) -> Option<String> {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.has_ended() {
                return crash_of(status);
            }
            if Instant::now() > end {
                return None;
            }
            sleep(Duration::from_millis(5));
        }
    }
}

#[cfg(unix)]
fn crash_of(status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt as _;
    // Those that are sent to a process by what it did itself: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS.
    let signal = status.signal().filter(|signal| [4, 5, 6, 7, 8, 11, 31].contains(signal))?;
    Some(format!("the client crashed with signal {signal}"))
}

#[cfg(not(unix))]
fn crash_of(_: ExitStatus) -> Option<String> {
    None
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
