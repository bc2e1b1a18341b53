//! A server in a process of its own, and what it says about itself.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::{
    peers::{Result, serve::Server},
    system,
};

/// A server that runs until this value is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Where it listens.
    pub(super) addr: SocketAddr,
    /// Somebody else's program is not asked, but looked at.
    is_other: bool,
}

/// What a server has used so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// Nanoseconds on a processor.
    pub(super) cpu: f64,
    /// Bytes of memory in use.
    pub(super) resident: f64,
    /// Bytes that are allocated; 0 unless they are counted.
    pub(super) heap: f64,
}

impl Process {
    /// Starts a server on a core of its own, if there is one.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(super) fn start(server: &Server, core: Option<usize>) -> Result<Self> {
        match server.other_program()? {
            Some(command) => {
                // A process begins on the cores of who starts it.
                let _there = core.map(system::Pinned::new).transpose()?;
                Self::spawn(command, server, true)
            }
            None => Self::spawn(this(&std::env::current_exe()?, server, core), server, false),
        }
    }

    /// Starts a server with an allocator that counts.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(super) fn start_counted(server: &Server, core: Option<usize>) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("bench-counted");
        Self::spawn(this(&program, server, core), server, false)
    }

    fn spawn(mut command: Command, server: &Server, is_other: bool) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = child.stdin.take().ok_or("no input")?;
        let mut answers = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut port = String::new();
        answers.read_line(&mut port)?;
        let port: u16 = port.trim().parse().map_err(|_| format!("{} is down", server.name))?;
        Ok(Self { child, ask, answers, addr: (Ipv4Addr::LOCALHOST, port).into(), is_other })
    }

    /// What it has used.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub(super) fn usage(&mut self) -> Result<Usage> {
        if self.is_other {
            // What a thread has used is known when it has gone to sleep.
            std::thread::sleep(Duration::from_millis(5));
            let cpu = system::cpu_of(self.child.id())?;
            return Ok(Usage { cpu, resident: 0.0, heap: 0.0 });
        }
        self.ask.write_all(b"\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let mut figures = line.split_whitespace().map_while(|figure| figure.parse().ok());
        let mut next = || figures.next().ok_or("the server has ended");
        Ok(Usage { cpu: next()?, resident: next()?, heap: next()? })
    }
}

/// A program of this crate as a server.
fn this(program: &Path, server: &Server, core: Option<usize>) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", server.name]).args(core.map(|core| core.to_string()));
    // One thread for tasks: the others would share its core.
    command.env("ASYNC_STD_THREAD_COUNT", "1");
    command
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
