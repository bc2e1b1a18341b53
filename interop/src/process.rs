//! Child processes that cannot hang the run, and servers that do not outlive it.

use std::io::Read;
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What is left of a process that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit status; `None` when it had to be killed.
    pub(crate) code: Option<i32>,
    /// Everything it wrote to standard output.
    pub(crate) stdout: String,
    /// Everything it wrote to standard error.
    pub(crate) stderr: String,
}

impl Finished {
    /// Whether it ended by itself and content.
    pub(crate) fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// How it ended and what it last said, for a message.
    pub(crate) fn complaint(&self) -> String {
        let how = self.code.map_or("killed".to_owned(), |code| format!("exit status {code}"));
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        match last_lines(said, 3) {
            said if said.is_empty() => how,
            said => format!("{how}: {said}"),
        }
    }
}

/// Runs a command to its end, for at most `limit`.
///
/// # Errors
///
/// When the command cannot be started or takes longer; it is killed then.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Finished, String> {
    run_until(command, limit, |_| false)
}

/// Like [`run`], but ends the process as soon as `enough` says so of its output: its `code` is then
/// `None`.
///
/// # Errors
///
/// As for [`run`].
pub(crate) fn run_until(
    command: &mut Command,
    limit: Duration,
    enough: impl Fn(&str) -> bool,
) -> Result<Finished, String> {
    let mut process = Process::start(command)?;
    let deadline = Instant::now() + limit;
    let mut pause = POLL_INTERVAL;
    let status = loop {
        if let Some(status) = process.ended()? {
            break Some(status);
        }
        if enough(&process.stdout.text()) {
            break None;
        }
        if Instant::now() > deadline {
            let said = last_lines(&process.stderr.text(), 3);
            return Err(format!("{} took longer than {limit:?}; {said}", name(command)));
        }
        thread::sleep(pause);
        // All that has been said is looked at each time: what takes minutes is looked at less often.
        pause = (2 * pause).min(LONGEST_POLL_INTERVAL);
    };
    process.settle();
    Ok(Finished {
        code: status.and_then(|status| status.code()),
        stdout: process.stdout.text(),
        stderr: process.stderr.text(),
    })
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    address: String,
}

impl Server {
    /// Starts it and waits for its first line, `listening on ws://HOST:PORT`, or `wss`.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, or does not say that line in time.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        Self::start_when(command, |said| {
            let (line, _) = said.split_once('\n')?;
            let url = line.trim_end().strip_prefix("listening on ws");
            let url = url.map(|url| url.strip_prefix('s').unwrap_or(url));
            Some(match url.and_then(|url| url.strip_prefix("://")) {
                Some(address) => Ok(address.trim_end_matches('/').to_owned()),
                None => Err(format!("began with `{line}`")),
            })
        })
    }

    /// Starts one that tells in another way where it listens: `address` is asked again and again
    /// what to make of its standard output so far, until there is an answer.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, or there is no answer in time, and when that is an error.
    pub(crate) fn start_when(
        command: &mut Command,
        address: impl Fn(&str) -> Option<Result<String, String>>,
    ) -> Result<Self, String> {
        let mut process = Process::start(command)?;
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let is_over = process.ended()?.is_some() || Instant::now() > deadline;
            if is_over {
                process.settle();
            }
            if let Some(address) = address(&process.stdout.text()) {
                return match address {
                    Ok(address) => Ok(Self { address, process }),
                    Err(why) => Err(format!("{} {why}", name(command))),
                };
            }
            if is_over {
                let said = last_lines(&process.stderr.text(), 3);
                return Err(format!("{} is not listening; {said}", name(command)));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Starts one that does not tell where it listens, and waits until somebody does at `address`.
    /// Once it is dropped it is asked to end, for it to end the processes that it has started.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, or nobody listens in time.
    pub(crate) fn start_at(command: &mut Command, address: &str) -> Result<Self, String> {
        let mut process = Process::start(command)?;
        process.is_asked_to_end = true;
        let deadline = Instant::now() + START_LIMIT;
        while process.ended()?.is_none() && Instant::now() <= deadline {
            if TcpStream::connect(address).is_ok() {
                return Ok(Self { address: address.to_owned(), process });
            }
            thread::sleep(POLL_INTERVAL);
        }
        process.settle();
        let said = last_lines(&(process.stdout.text() + &process.stderr.text()), 3);
        Err(format!("{} is not listening; {said}", name(command)))
    }

    /// Where it listens, `HOST:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it wrote to standard output so far.
    pub(crate) fn stdout(&self) -> String {
        self.process.stdout.text()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.process.stderr.text()
    }

    /// The last lines of its standard error.
    pub(crate) fn log_tail(&self) -> String {
        last_lines(&self.process.stderr.text(), 3)
    }
}

/// A child whose output is read as it comes, and who is killed on drop.
#[derive(Debug)]
struct Process {
    child: Child,
    /// Whether it may end by itself before it is killed.
    is_asked_to_end: bool,
    stdout: Output,
    stderr: Output,
}

impl Process {
    fn start(command: &mut Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", name(command)))?;
        let stdout = Output::collect(child.stdout.take());
        let stderr = Output::collect(child.stderr.take());
        Ok(Self { child, is_asked_to_end: false, stdout, stderr })
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, String> {
        self.child.try_wait().map_err(|error| format!("cannot wait for a child: {error}"))
    }

    /// Ends the child and waits for the rest of its output, though not for that of a grandchild who
    /// kept the pipe.
    fn settle(&mut self) {
        self.kill();
        let deadline = Instant::now() + SETTLE_LIMIT;
        while !(self.stdout.is_complete() && self.stderr.is_complete()) && Instant::now() < deadline
        {
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn kill(&mut self) {
        if self.is_asked_to_end {
            self.ask_to_end();
        }
        // Both fail only when there is nothing left to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Gives it some time to end by itself.
    fn ask_to_end(&mut self) {
        let is_running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
        if !is_running(&mut self.child) {
            return;
        }
        let pid = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", r#"kill "$0""#, &pid]).status();
        let deadline = Instant::now() + SETTLE_LIMIT;
        while asked.is_ok() && is_running(&mut self.child) && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What came out of a pipe so far; a thread of its own reads it, so that the child never waits for
/// a reader.
#[derive(Debug, Default)]
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    open: Arc<AtomicBool>,
}

impl Output {
    fn collect(pipe: Option<impl Read + Send + 'static>) -> Self {
        let output = Self::default();
        let Some(mut pipe) = pipe else { return output };
        output.open.store(true, Ordering::Release);
        let (bytes, open) = (Arc::clone(&output.bytes), Arc::clone(&output.open));
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(len @ 1..) = pipe.read(&mut chunk) {
                bytes
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend_from_slice(&chunk[..len]);
            }
            open.store(false, Ordering::Release);
        });
        output
    }

    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn is_complete(&self) -> bool {
        !self.open.load(Ordering::Acquire)
    }
}

fn name(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}

const POLL_INTERVAL: Duration = Duration::from_millis(5);
const LONGEST_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A server that takes longer to listen has a fault of its own.
const START_LIMIT: Duration = Duration::from_secs(20);

/// Output of a dead child is in the pipe already; this bounds the wait for one a grandchild holds
/// open.
const SETTLE_LIMIT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::net::TcpListener;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_status_are_kept() {
        let finished = run(&mut shell("echo out; echo err >&2; exit 3"), START_LIMIT).unwrap();
        assert_eq!(
            (finished.code, &*finished.stdout, &*finished.stderr),
            (Some(3), "out\n", "err\n")
        );
        assert_eq!(finished.complaint(), "exit status 3: err");
    }

    #[test]
    fn nothing_runs_past_its_limit() {
        let error = run(&mut shell("exec sleep 60"), Duration::from_millis(50)).unwrap_err();
        assert!(error.contains("took longer"), "{error}");
    }

    #[test]
    fn a_process_is_ended_by_what_it_says() {
        let finished = run_until(&mut shell("echo stop; exec sleep 60"), START_LIMIT, |said| {
            said.contains("stop")
        })
        .unwrap();
        assert_eq!((finished.code, &*finished.stdout), (None, "stop\n"));
    }

    #[test]
    fn a_server_is_known_by_its_first_line() {
        for scheme in ["ws", "wss"] {
            let script = format!("echo 'listening on {scheme}://127.0.0.1:80'; exec sleep 60");
            assert_eq!(Server::start(&mut shell(&script)).unwrap().address(), "127.0.0.1:80");
        }
        assert!(
            Server::start(&mut shell("echo hello")).unwrap_err().contains("began with `hello`")
        );
        assert!(
            Server::start(&mut shell("echo no >&2")).unwrap_err().contains("not listening; no")
        );
    }
    #[test]
    fn a_server_is_known_by_its_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let folder = std::env::temp_dir().join(format!("ws-interop-end-{}", std::process::id()));
        let script = "trap 'echo asked >\"$0\"; exit' TERM; echo on; while :; do sleep 0.01; done";
        let mut command = shell(script);
        let server = Server::start_at(command.arg(&folder), &address).unwrap();
        while server.stdout() != "on\n" {
            thread::sleep(POLL_INTERVAL);
        }
        drop(server);
        assert_eq!(fs::read_to_string(&folder).unwrap(), "asked\n");
        fs::remove_file(&folder).unwrap();
        drop(listener);
        let error = Server::start_at(&mut shell("echo no; exit 1"), &address).unwrap_err();
        assert!(error.contains("not listening; no"), "{error}");
    }
}
