//! The command line of `cargo xtask autobahn`.

use super::session::{Role, Session};
use crate::runtimes::{RUNTIMES, runtime};

/// What stood on the command line.
#[derive(Debug)]
pub(crate) struct Options {
    /// Which runtimes are judged; all of them unless `--runtime` names some.
    runtimes: Vec<&'static str>,
    /// In which roles; both unless `--role` names one.
    roles: Vec<Role>,
    /// Patterns of the cases, as the suite understands them.
    pub(crate) cases: Vec<String>,
    /// Leaves out most of the cases about compression.
    pub(crate) quick: bool,
}

impl Options {
    /// Reads `[--runtime R]... [--role server|client]... [--cases 1.*,2.*] [--quick]`.
    pub(crate) fn parse(args: &[String]) -> Result<Self, String> {
        let (runtimes, roles, cases) = (Vec::new(), Vec::new(), Vec::new());
        let mut options = Self { runtimes, roles, cases, quick: false };
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
                "--quick" => options.quick = true,
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
            options.cases = vec![EVERYTHING.to_owned()];
        }
        Ok(options)
    }

    /// Whether these are all the cases that an exception could be meant for.
    pub(crate) fn is_complete(&self) -> bool {
        self.cases == [EVERYTHING] && !self.quick
    }

    /// Patterns of the cases that are left out.
    pub(crate) fn excluded(&self) -> Vec<String> {
        let sections = if self.quick { &["12", "13"][..] } else { &[] };
        let of = |section| LARGE.map(|size| format!("{section}.*.{size}"));
        sections.iter().flat_map(of).collect()
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

/// All 517 cases.
const EVERYTHING: &str = "*";

/// The last number of the cases of 12 and 13 is a size. Each sends a thousand messages of that size, and with large ones
/// most of the time goes into the suite's own Python: what is left is messages of 16 to 1024 bytes, and of 8 KiB in
/// fragments of 256 bytes. A pattern holds for every number that begins with it.
const LARGE: [&str; 13] = ["5", "6", "7", "8", "9", "10", "12", "13", "14", "15", "16", "17", "18"];

const USAGE: &str = "usage: cargo xtask autobahn [--runtime R]... [--role server|client]... [--cases 1.*,2.*] [--quick]";

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
        assert!(options.cases == ["*"] && options.is_complete());
        assert!(options.excluded().is_empty());
    }

    #[test]
    fn what_is_named_is_run() {
        let options = parse("--runtime smol --role client --cases 1.*,7.1.6").unwrap();
        assert_eq!(options.sessions(), [Session { role: Role::Client, runtime: "smol" }]);
        assert_eq!(options.cases, ["1.*", "7.1.6"]);
        assert!(!options.is_complete());
    }

    #[test]
    fn a_quick_run_leaves_large_messages_out() {
        let options = parse("--quick").unwrap();
        let excluded = options.excluded();
        assert!(!options.is_complete() && excluded.contains(&"12.*.9".to_owned()));
        assert!(
            excluded.iter().all(|pattern| pattern.starts_with("12.") || pattern.starts_with("13."))
        );
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
