//! The command line of `cargo xtask autobahn`.

use super::session::{Role, Session};
use crate::interop::options::{RUNTIMES, runtime};

/// What stood on the command line.
#[derive(Debug)]
pub(crate) struct Options {
    /// Which runtimes are judged; all of them unless `--runtime` names some.
    runtimes: Vec<&'static str>,
    /// In which roles; both unless `--role` names one.
    roles: Vec<Role>,
    /// Patterns of the cases, as the suite understands them.
    pub(crate) cases: Vec<String>,
}

impl Options {
    /// Reads `[--runtime R]... [--role server|client]... [--cases 1.*,2.*]`.
    pub(crate) fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self { runtimes: Vec::new(), roles: Vec::new(), cases: Vec::new() };
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{name} wants a value; {USAGE}"));
            match name.as_str() {
                "--runtime" => options.runtimes.push(runtime(value()?)?),
                "--role" => options.roles.push(role(value()?)?),
                "--cases" => {
                    for pattern in value()?.split(',') {
                        options.cases.push(checked(pattern)?);
                    }
                }
                _ => return Err(format!("unknown argument {name}; {USAGE}")),
            }
        }
        if options.runtimes.is_empty() {
            options.runtimes = RUNTIMES.to_vec();
        }
        if options.roles.is_empty() {
            options.roles = Role::ALL.to_vec();
        }
        if options.cases.is_empty() {
            options.cases = DEFAULT_CASES.map(str::to_owned).to_vec();
        }
        Ok(options)
    }

    /// Every runtime in every role.
    pub(crate) fn sessions(&self) -> Vec<Session> {
        let of = |role: Role| self.runtimes.iter().map(move |runtime| Session { role, runtime });
        self.roles.iter().copied().flat_map(of).collect()
    }
}

fn role(name: &str) -> Result<Role, String> {
    Role::ALL
        .into_iter()
        .find(|role| role.name() == name)
        .ok_or_else(|| format!("unknown role {name}, expected server or client"))
}

/// Numbers and dots, and a `*` in place of the rest: the suite would take it for an expression.
fn checked(pattern: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '*');
    match !pattern.is_empty() && pattern.chars().all(is_plain) {
        true => Ok(pattern.to_owned()),
        false => Err(format!("{pattern:?} names no case; expected 7.1.6 or 7.*")),
    }
}

/// Everything but 12 and 13, compression. There is no 8, nor 11.
pub(crate) const DEFAULT_CASES: [&str; 9] =
    ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"];

const USAGE: &str =
    "usage: cargo xtask autobahn [--runtime R]... [--role server|client]... [--cases 1.*,2.*]";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn everything_unless_something_is_named() {
        let options = parse("").unwrap();
        assert_eq!(options.sessions().len(), 8);
        assert_eq!(options.cases, DEFAULT_CASES);
    }

    #[test]
    fn what_is_named_is_run() {
        let options = parse("--runtime smol --role client --cases 1.*,7.1.6").unwrap();
        assert_eq!(options.sessions(), [Session { role: Role::Client, runtime: "smol" }]);
        assert_eq!(options.cases, ["1.*", "7.1.6"]);
    }

    #[test]
    fn mistakes_are_told() {
        assert!(parse("--runtime glib").unwrap_err().contains("glib"));
        assert!(parse("--role proxy").unwrap_err().contains("proxy"));
        assert!(parse("--cases 1.*,,2.*").unwrap_err().contains("names no case"));
        assert!(parse("--cases [").unwrap_err().contains("names no case"));
        assert!(parse("--cases").unwrap_err().contains("wants a value"));
        assert!(parse("--strict").unwrap_err().contains("unknown argument"));
    }
}
