//! The command line of `cargo xtask interop`.

use std::path::PathBuf;

use crate::runtimes::{RUNTIMES, runtime};

/// What stood on the command line.
#[derive(Debug)]
pub(crate) struct Options {
    /// Which runtimes are tried; all of them unless `--runtime` names some.
    pub(crate) runtimes: Vec<&'static str>,
    /// The demo program; built when absent.
    pub(crate) demo: Option<PathBuf>,
}

impl Options {
    /// Reads `[--runtime R]... [--demo PATH]`.
    pub(crate) fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self { runtimes: Vec::new(), demo: None };
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{name} wants a value; {USAGE}"));
            match name.as_str() {
                "--runtime" => options.runtimes.push(runtime(value()?)?),
                "--demo" => options.demo = Some(PathBuf::from(value()?)),
                _ => return Err(format!("unknown argument {name}; {USAGE}")),
            }
        }
        if options.runtimes.is_empty() {
            options.runtimes = RUNTIMES.to_vec();
        }
        Ok(options)
    }
}

const USAGE: &str = "usage: cargo xtask interop [--runtime R]... [--demo PATH]";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_runtimes_unless_some_are_named() {
        assert_eq!(parse("").unwrap().runtimes, RUNTIMES);
        assert_eq!(parse("--runtime smol --runtime tokio").unwrap().runtimes, ["smol", "tokio"]);
    }

    #[test]
    fn mistakes_are_told() {
        assert!(parse("--runtime glib").unwrap_err().contains("glib"));
        assert!(parse("--demo").unwrap_err().contains("wants a value"));
        assert!(parse("--peer ws").unwrap_err().contains("unknown argument"));
    }
}
