//! The command line.

/// What is to be measured, and how thoroughly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Names of suites. All of them, if none is named.
    pub suites: Vec<String>,
    /// Few and short rounds: to see that everything works.
    pub quick: bool,
    /// This program was compiled in the profile `tuned`. The figures are shown beside those of the default.
    pub tuned: bool,
}

impl Options {
    /// Reads the arguments; `known` are the suites there are.
    ///
    /// # Errors
    ///
    /// What was not understood.
    pub fn parse(args: &[String], known: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        for arg in args {
            match arg.as_str() {
                "--quick" => options.quick = true,
                "--tuned" => options.tuned = true,
                name if known.contains(&name) => options.suites.push(name.to_owned()),
                other => {
                    let known = known.join(", ");
                    return Err(format!("unknown argument {other:?}; suites are {known}"));
                }
            }
        }
        Ok(options)
    }

    /// Whether a suite is to be run.
    pub fn wants(&self, suite: &str) -> bool {
        self.suites.is_empty() || self.suites.iter().any(|name| name == suite)
    }

    /// `thorough`, or `quick` when that is asked for.
    pub fn pick<T>(&self, thorough: T, quick: T) -> T {
        if self.quick { quick } else { thorough }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options, String> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        Options::parse(&args, &["memory", "weight"])
    }

    #[test]
    fn without_a_name_everything_is_wanted() {
        let options = parse(&["--quick"]).unwrap();
        assert!(!options.tuned && options.wants("memory") && options.wants("weight"));
        assert_eq!(options.pick(9, 1), 1);
    }

    #[test]
    fn a_named_suite_is_wanted_alone() {
        let options = parse(&["weight"]).unwrap();
        assert!(options.wants("weight") && !options.wants("memory"));
        assert_eq!(options.pick(9, 1), 9);
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(
            parse(&["wait"]).unwrap_err(),
            r#"unknown argument "wait"; suites are memory, weight"#
        );
    }
}
