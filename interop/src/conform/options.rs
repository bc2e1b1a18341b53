//! The command line of `cargo xtask conform`.

use std::path::PathBuf;

use crate::runtimes::{RUNTIMES, runtime};

/// What stood on the command line.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Which runtimes are tried; all of them unless `--runtime` names some.
    pub(crate) runtimes: Vec<&'static str>,
    /// The demo program; built when absent.
    pub(crate) demo: Option<PathBuf>,
    /// Everybody else, in place of the demo program.
    pub(crate) field: bool,
    /// Of those, the ones whose names begin so.
    pub(crate) only: Option<String>,
}

impl Options {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is not understood.
    pub(crate) fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{name} wants a value; {USAGE}"));
            match name.as_str() {
                "--runtime" => options.runtimes.push(runtime(value()?)?),
                "--demo" => options.demo = Some(PathBuf::from(value()?)),
                "--field" => options.field = true,
                "--only" => options.only = Some(value()?.clone()),
                _ => return Err(format!("unknown argument {name}; {USAGE}")),
            }
        }
        if options.runtimes.is_empty() {
            options.runtimes = RUNTIMES.to_vec();
        }
        Ok(options)
    }
}

const USAGE: &str =
    "usage: cargo xtask conform [--runtime R]... [--demo PATH] | --field [--only NAME]";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_said_is_understood() {
        assert_eq!(parse("").unwrap().runtimes, RUNTIMES);
        assert_eq!(parse("--runtime smol --demo x").unwrap().runtimes, ["smol"]);
        assert_eq!(parse("--field --only npm").unwrap().only.as_deref(), Some("npm"));
        assert!(parse("--runtime").is_err() && parse("x").is_err());
    }
}
