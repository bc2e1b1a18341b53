//! Files of a crate do not import each other in a circle: one can be read before the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::allow::CIRCULAR_IMPORTS;
use super::crates::Crate;
use super::finding::Finding;
use super::imports::Import;

/// Where a file leads to.
type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Looks through all crates, and for entries of the allow-list that no circle needs.
pub(super) fn check(crates: &[Crate]) -> Vec<Finding> {
    let all: Vec<Import<'_>> = crates.iter().flat_map(Crate::imports).collect();
    find(&all, CIRCULAR_IMPORTS)
}

fn find(imports: &[Import<'_>], allowed: &[(&str, &str, &str, &str)]) -> Vec<Finding> {
    let is = |import: &Import<'_>, (folder, from, to, _): &(&str, &str, &str, &str)| {
        let part = |path| str::strip_prefix(path, folder)?.strip_prefix('/');
        part(import.from).is_some_and(|path| path.starts_with(from))
            && part(import.to).is_some_and(|path| path.starts_with(to))
    };
    let mut graph = Graph::new();
    for import in imports.iter().filter(|import| !allowed.iter().any(|entry| is(import, entry))) {
        graph.entry(import.from).or_default().insert(import.to);
    }
    let mut findings = Vec::new();
    for circle in circles(&graph) {
        let first = imports.iter().find(|it| [it.from, it.to] == circle[..2]);
        let text = format!("imports in a circle: {}", circle.join(" > "));
        findings.push(Finding::new(circle[0], first.map_or(0, |it| it.line), text));
    }
    for entry in allowed {
        let mut meant = imports.iter().filter(|import| is(import, entry));
        if !meant.any(|import| way(&graph, import.to, import.from).is_some()) {
            let (folder, from, to, _) = entry;
            let text = format!("no circle needs the import of {to}: take it off the list");
            findings.push(Finding::new(&format!("{folder}/{from}"), 0, text));
        }
    }
    findings
}

/// The shortest circle through each file that is on one, its first file again at the end.
fn circles<'a>(graph: &Graph<'a>) -> BTreeSet<Vec<&'a str>> {
    let through = graph.keys().filter_map(|file| way(graph, file, file));
    // From whichever file it was found, it is told from the same one.
    let told = through.map(|mut circle| {
        circle.pop();
        let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
        circle.rotate_left(first);
        [&circle[..], &circle[..1]].concat()
    });
    told.collect()
}

/// The shortest way along imports, both ends included; at least one import long.
fn way<'a>(graph: &Graph<'a>, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut ways = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in way.last().and_then(|last| graph.get(last)).into_iter().flatten() {
            let longer = [&way[..], &[next]].concat();
            if next == to {
                return Some(longer);
            }
            if seen.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(imports: &[(&'static str, &'static str)], allowed: &[&str]) -> Vec<String> {
        let import = |&(from, to)| Import { from, line: 7, to };
        let imports: Vec<Import<'_>> = imports.iter().map(import).collect();
        let allowed: Vec<_> = allowed.iter().map(|from| ("s", *from, "", "why")).collect();
        find(&imports, &allowed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_circle_is_found_by_its_shortest_way_and_once() {
        let two = [("b", "c"), ("c", "b"), ("a", "b"), ("c", "d")];
        assert_eq!(found(&two, &[]), ["b:7: imports in a circle: b > c > b"]);
        let longer = [("b", "c"), ("c", "a"), ("a", "b"), ("c", "d"), ("d", "a")];
        let wanted = ["a > b > c > a", "a > b > c > d > a"];
        assert_eq!(found(&longer, &[]), wanted.map(|it| format!("a:7: imports in a circle: {it}")));
        assert_eq!(found(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], &[]), [""; 0]);
    }

    #[test]
    fn an_exception_is_for_what_closes_a_circle() {
        let two = [("s/a/x", "s/b"), ("s/b", "s/a/x")];
        assert_eq!(found(&two, &["a/"]), [""; 0]);
        for no_circle in [&two[..1], &two[1..]] {
            assert_eq!(found(no_circle, &["a/"]).len(), 1);
        }
    }
}
