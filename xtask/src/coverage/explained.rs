//! The lines that no test reaches, each with its reason. An entry that no line needs any more is a failure, too.

use super::table::Measured;
use crate::tidy::Source;

/// Lines of one file: `(path, what the first of them says, why no test reaches them)`. The entry is for that line and
/// those not reached directly behind it; if it says nothing that is unique, for each place where it is said.
const EXPLAINED: &[(&str, &str, &str)] = &[];

/// Lines of any file: `(what they say, why no test reaches them)`.
const KINDS: &[(&str, &str)] = &[];

/// What is not reached and not explained, and what is explained and reached.
pub(super) fn check(measured: &Measured, sources: &[Source]) -> Vec<String> {
    findings(measured, sources, EXPLAINED, KINDS)
}

fn findings(
    measured: &Measured,
    sources: &[Source],
    explained: &[(&str, &str, &str)],
    kinds: &[(&str, &str)],
) -> Vec<String> {
    let mut findings = Vec::new();
    let mut needed = vec![false; explained.len()];
    for file in &measured.files {
        let Some(source) = sources.iter().find(|source| source.path == file.path) else { continue };
        let texts: Vec<_> = source.text.lines().collect();
        let mut goes_on = false;
        for &line in &file.coded {
            if !file.missed.contains(&line) {
                goes_on = false;
                continue;
            }
            let text = texts.get(line - 1).map_or("", |text| text.trim());
            for (at, (path, what, _)) in explained.iter().enumerate() {
                let is_meant = *path == file.path && text.contains(what);
                needed[at] |= is_meant;
                goes_on |= is_meant;
            }
            if !goes_on && !kinds.iter().any(|(what, _)| text.contains(what)) {
                findings.push(format!("{}:{line}: not reached: {text}", file.path));
            }
        }
    }
    let stale = explained.iter().zip(needed).filter(|((path, ..), needed)| {
        !needed && sources.iter().any(|source| source.path == *path)
    });
    findings.extend(stale.map(|((path, what, _), _)| {
        format!("{path}: {what:?} is explained, and is reached or gone")
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::lcov;

    const TEXT: &str = "fn a() {\n  one();\n  two();\n  three();\n  four();\n  never!();\n}\n";

    fn found(report: &str, explained: &[(&str, &str, &str)]) -> Vec<String> {
        let sources = [Source::new("c/src/a.rs", TEXT)];
        let files = lcov::parse(&format!("SF:c/src/a.rs\n{report}"));
        findings(&Measured::new("c", &sources, &files), &sources, explained, &[("never!", "")])
    }

    #[test]
    fn what_is_not_reached_has_to_be_explained() {
        let report = "DA:1,1\nDA:2,0\nDA:3,0\nDA:4,1\nDA:5,0\nDA:6,0\n";
        let all = found(report, &[]);
        assert_eq!(all.len(), 3);
        assert_eq!(all[0], "c/src/a.rs:2: not reached: one();");
        // An entry goes on to the next line that is reached, and no further.
        let rest = found(report, &[("c/src/a.rs", "one()", "")]);
        assert_eq!(rest, ["c/src/a.rs:5: not reached: four();"]);
        assert_eq!(found(report, &[("c/src/a.rs", "two()", "")]).len(), 2);
    }

    #[test]
    fn what_is_reached_is_not_explained() {
        let report = "DA:2,1\nDA:3,1\n";
        let stale = found(report, &[("c/src/a.rs", "one()", ""), ("d/src/a.rs", "one()", "")]);
        assert_eq!(stale, ["c/src/a.rs: \"one()\" is explained, and is reached or gone"]);
    }
}
