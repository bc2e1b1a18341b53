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

fn find(imports: &[Import<'_>], allowed: &[(&str, &str, &str)]) -> Vec<Finding> {
    let is = |import: &Import<'_>, (from, to, _): &(&str, &str, &str)| {
        import.from.starts_with(from) && import.to.starts_with(to)
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
            let text = format!("no circle needs the import of {}: take it off the list", entry.1);
            findings.push(Finding::new(entry.0, 0, text));
        }
    }
    findings
}

/// The shortest circle through each file that is on one, with its first file repeated at the end.
fn circles<'a>(graph: &Graph<'a>) -> BTreeSet<Vec<&'a str>> {
    let mut circles = BTreeSet::new();
    for &file in graph.keys() {
        let Some(mut circle) = way(graph, file, file) else { continue };
        circle.pop();
        // From whichever file it was found, it is told from the same one.
        let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
        circle.rotate_left(first);
        circle.push(circle[0]);
        circles.insert(circle);
    }
    circles
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

    fn found(imports: &[(&str, &str)], allowed: &[(&str, &str, &str)]) -> Vec<String> {
        let import = |&(from, to)| Import { from, line: 7, to };
        let imports: Vec<Import<'_>> = imports.iter().map(import).collect();
        find(&imports, allowed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_circle_is_found_by_its_shortest_way_and_once() {
        let two = [("b", "c"), ("c", "b"), ("a", "b"), ("c", "d")];
        assert_eq!(found(&two, &[]), ["b:7: imports in a circle: b > c > b"]);
        let three = [("b", "c"), ("c", "a"), ("a", "b"), ("c", "d"), ("d", "a")];
        let wanted = [
            "a:7: imports in a circle: a > b > c > a",
            "a:7: imports in a circle: a > b > c > d > a",
        ];
        assert_eq!(found(&three, &[]), wanted);
        assert_eq!(found(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], &[]), [""; 0]);
    }

    #[test]
    fn an_exception_is_for_what_closes_a_circle() {
        let two = [("a", "b"), ("b", "a")];
        assert_eq!(found(&two, &[("b", "a", "why")]), [""; 0]);
        let stale = "a: no circle needs the import of b: take it off the list";
        assert_eq!(found(&two[..1], &[("a", "b", "why")]), [stale]);
        assert_eq!(found(&two[1..], &[("a", "b", "why")]), [stale]);
    }
}
