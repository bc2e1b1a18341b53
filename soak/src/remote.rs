//! The server, as the load has it.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::{error::Result, gauge::Usage, ledger::Outcomes, runtime::Name};

/// A server that runs. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Remote {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// For honest clients.
    pub(crate) patient: SocketAddr,
    /// For hostile clients.
    pub(crate) strict: SocketAddr,
}

impl Remote {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub(crate) fn start(name: Name) -> Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", "--runtime", name.text()]);
        // As many threads as tokio has here.
        command.envs([("SMOL_THREADS", "2"), ("ASYNC_STD_THREAD_COUNT", "2")]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a child without pipes".into());
        };
        let mut answers = BufReader::new(answers);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let (patient, strict) = line.trim().split_once(' ').ok_or("the server does not listen")?;
        let (patient, strict) = (patient.parse()?, strict.parse()?);
        Ok(Self { child, questions, answers, patient, strict })
    }

    /// What it has, and how many connections are open.
    ///
    /// # Errors
    ///
    /// It does not answer: it has crashed.
    pub(crate) fn usage(&mut self) -> Result<(Usage, usize)> {
        let answer = self.ask("usage")?;
        let numbers: Vec<usize> =
            answer.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?;
        let [heap, descriptors, threads, resident, open] = numbers[..] else {
            return Err(format!("five numbers, and not {answer:?}").into());
        };
        Ok((Usage { heap, descriptors, threads, resident }, open))
    }

    /// The time that it has spent on processors.
    ///
    /// # Errors
    ///
    /// As [`usage`](Self::usage).
    pub(crate) fn cpu(&mut self) -> Result<Duration> {
        Ok(Duration::from_micros(self.ask("cpu")?.parse()?))
    }

    /// Begins to look for the most heap there is.
    ///
    /// # Errors
    ///
    /// As [`usage`](Self::usage).
    pub(crate) fn watch(&mut self) -> Result {
        self.ask("watch").map(drop)
    }

    /// The most octets on the heap since [`watch`](Self::watch).
    ///
    /// # Errors
    ///
    /// As [`usage`](Self::usage).
    pub(crate) fn most(&mut self) -> Result<usize> {
        Ok(self.ask("most")?.parse()?)
    }

    /// How connections have ended since this was asked last.
    ///
    /// # Errors
    ///
    /// As [`usage`](Self::usage).
    pub(crate) fn outcomes(&mut self) -> Result<Outcomes> {
        let mut outcomes = Outcomes::new();
        let mut line = self.ask("outcomes")?;
        while let Some((count, outcome)) = line.split_once(' ') {
            outcomes.insert(outcome.to_owned(), count.parse()?);
            line = self.answer()?;
        }
        Ok(outcomes)
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        writeln!(self.questions, "{question}")?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            let ended = self.child.wait()?;
            return Err(format!("the server has ended: {ended}").into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
