//! The command line.

use std::time::{Duration, SystemTime};

use lexopt::{Arg, Error, Parser, ValueExt};

use crate::runtime::Name;

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Say how this is used.
    Help,
    /// All adapters, or some: the whole program.
    All(Options),
    /// One adapter.
    Load(Name, Options),
    /// `ws-demo serve` on one adapter, with hostile clients alone.
    Demo(Name, Options),
    /// The server of one adapter.
    Serve(Name),
}

/// How long, how many, which.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// For each adapter: rounds are begun until then. There are two at least.
    pub(crate) time: Duration,
    /// At most so many are open at once.
    pub(crate) connections: usize,
    pub(crate) runtimes: Vec<Name>,
    /// Where random numbers begin.
    pub(crate) seed: u64,
    /// Few connections, and all adapters at once.
    pub(crate) quick: bool,
    /// Whether the server is `ws-demo serve`.
    pub(crate) demo: bool,
}

/// `soak --help`
pub(crate) const USAGE: &str = "\
usage: soak [OPTIONS]

Connects to each adapter's server over the loopback interface: honest clients on the same adapter, which check every
octet of the echo, with and without compression; slow ones, dead ones, hostile ones. Then everybody leaves. Fails when
something was lost or is left: messages, connections, memory, descriptors, threads, time of a processor.

  --seconds N          for each adapter (60); two rounds at least
  --connections N      at once (5000), or as many as descriptors allow
  --runtime NAME       tokio, smol, async-std or blocking; may be repeated (all)
  --seed N             where random numbers begin (the time of day); a run prints its own
  --quick              160 connections and two short rounds, all adapters at once
  --demo               only the hostile ones, and the server is the `ws-demo serve` beside this program
";

/// Reads it.
///
/// # Errors
///
/// What is not understood.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, Error> {
    let mut options = Options {
        time: Duration::from_secs(60),
        connections: 5000,
        runtimes: Vec::new(),
        seed: SystemTime::UNIX_EPOCH.elapsed().map_or(1, |time| u64::from(time.subsec_nanos())),
        quick: false,
        demo: false,
    };
    let mut part = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("seconds") => {
                options.time = Duration::from_secs(parser.value()?.parse()?);
            }
            Arg::Long("connections") => options.connections = parser.value()?.parse()?,
            Arg::Long("runtime") => options.runtimes.push(parser.value()?.parse()?),
            Arg::Long("seed") => options.seed = parser.value()?.parse()?,
            Arg::Long("quick") => {
                options = Options {
                    time: Duration::ZERO,
                    connections: QUICK_CONNECTIONS,
                    quick: true,
                    ..options
                };
            }
            Arg::Long("demo") => options.demo = true,
            Arg::Value(name) if part.is_none() => part = Some(name.string()?),
            arg => return Err(arg.unexpected()),
        }
    }
    if options.runtimes.is_empty() {
        options.runtimes = Name::ALL.to_vec();
    }
    match (part.as_deref(), &options.runtimes[..]) {
        (None, _) => Ok(Command::All(options)),
        (Some("load"), &[name]) if options.demo => Ok(Command::Demo(name, options)),
        (Some("load"), &[name]) => Ok(Command::Load(name, options)),
        (Some("serve"), &[name]) => Ok(Command::Serve(name)),
        _ => Err("a part is `load` or `serve`, and has one runtime".into()),
    }
}

/// All adapters at once, with both ends and a busy machine.
const QUICK_CONNECTIONS: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &str) -> Result<Command, Error> {
        parse(Parser::from_args(args.split_whitespace()))
    }

    #[test]
    fn arguments_are_understood() {
        let Ok(Command::All(options)) = parsed("--seconds 7 --connections 9 --seed 3") else {
            panic!("all of them")
        };
        assert_eq!((options.time.as_secs(), options.connections, options.seed), (7, 9, 3));
        assert_eq!(options.runtimes, Name::ALL);
        let Ok(Command::Load(Name::Smol, options)) = parsed("load --runtime smol --quick") else {
            panic!("one of them")
        };
        assert!(options.quick && options.time.is_zero());
        for wrong in
            ["--seconds", "--seconds x", "--other", "load", "sing --runtime smol", "--runtime x"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
