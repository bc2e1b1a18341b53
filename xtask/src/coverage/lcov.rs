//! What `llvm-cov export --format=lcov` says of each file: how often each line was reached, and each branch taken.

use std::collections::BTreeMap;

/// One file of Rust.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// As the compiler was given it.
    pub(super) path: String,
    /// How often, by the line, counted from 1. Lines without code are not there.
    pub(super) lines: BTreeMap<usize, u64>,
    /// How often, by the line, the number of the condition on it, and which of its two ways.
    pub(super) branches: BTreeMap<(usize, usize, usize), u64>,
}

/// Reads a report. A file that is named twice is one.
pub(super) fn parse(report: &str) -> Vec<Reached> {
    let mut files: BTreeMap<&str, Reached> = BTreeMap::new();
    let mut current = "";
    for line in report.lines() {
        let Some((kind, values)) = line.split_once(':') else { continue };
        if kind == "SF" {
            current = values;
            continue;
        }
        let file = files.entry(current).or_default();
        let mut values = values.split(',');
        // What was never reached has branches that were "-" times taken.
        let mut next = || Some(values.next()?.parse::<u64>().unwrap_or(0));
        match (kind, next(), next(), next(), next()) {
            ("DA", Some(line), Some(count), ..) => {
                *file.lines.entry(line as usize).or_default() += count;
            }
            ("BRDA", Some(line), Some(condition), Some(way), Some(count)) => {
                let branch = (line as usize, condition as usize, way as usize);
                *file.branches.entry(branch).or_default() += count;
            }
            _ => {}
        }
    }
    let named = files.into_iter().filter(|(path, _)| !path.is_empty());
    named.map(|(path, file)| Reached { path: path.to_owned(), ..file }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_branches_are_counted() {
        let report = "SF:a/src/b.rs\nFN:3,f\nFNDA:2,f\nDA:3,2\nDA:4,0\nBRDA:4,0,0,2\nBRDA:4,0,1,0\nLF:2\nLH:1\n\
            end_of_record\nSF:c.rs\nBRDA:7,1,0,-\nend_of_record\n";
        let files = parse(report);
        let expected = Reached {
            path: "a/src/b.rs".to_owned(),
            lines: BTreeMap::from([(3, 2), (4, 0)]),
            branches: BTreeMap::from([((4, 0, 0), 2), ((4, 0, 1), 0)]),
        };
        assert_eq!(files[0], expected);
        assert_eq!(files[1].branches, BTreeMap::from([((7, 1, 0), 0)]));
        assert_eq!(files.len(), 2);
    }
}
