//! All changes of a file at once, each behind a switch that is off.
//!
//! Only what is compiled again takes long, so everything is compiled once, and a test is told which change is on. Text is
//! put in and nothing is taken out: an operator, for instance, becomes `(if on(7) { (a) + (b) } else { a - b })`.

use std::collections::BTreeSet;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::change::{Change, Kind, Position};
use crate::step::Result;

/// A file with its changes.
#[derive(Debug)]
pub(super) struct Switched {
    pub(super) text: String,
    /// What stands for a change, and the number of that change.
    places: Vec<(Range<usize>, usize)>,
    /// Where text was put in.
    inserted: Vec<Range<usize>>,
}

impl Switched {
    /// The source with these changes, each of which has a number. `on` is the path of the function that says which one is
    /// on.
    pub(super) fn new(source: &str, changes: &[(usize, &Change)], on: &str) -> Result<Self> {
        let file = syn::parse_file(source)?;
        let mut placer = Placer { lines: Lines::new(source), changes, on, edits: Vec::new() };
        placer.bodies();
        placer.visit_file(&file);
        placer.edits.sort_by_key(|edit| (edit.at, edit.order));
        let mut all = Self { text: String::new(), places: Vec::new(), inserted: Vec::new() };
        let mut copied = 0;
        for Edit { at, pieces, .. } in placer.edits {
            all.text.push_str(&source[copied..at]);
            copied = at;
            let start = all.text.len();
            for (number, piece) in pieces {
                let start = all.text.len();
                all.text.push_str(&piece);
                all.places.extend(number.map(|number| (start..all.text.len(), number)));
            }
            all.inserted.push(start..all.text.len());
        }
        all.text.push_str(&source[copied..]);
        Ok(all)
    }

    /// The changes that found their place.
    pub(super) fn placed(&self) -> BTreeSet<usize> {
        self.places.iter().map(|(_, number)| *number).collect()
    }

    /// The changes that have a part in these bytes.
    pub(super) fn at(&self, bytes: &Range<usize>) -> Vec<usize> {
        let touches = |place: &Range<usize>| place.start < bytes.end && bytes.start < place.end;
        self.places.iter().filter(|(place, _)| touches(place)).map(|(_, number)| *number).collect()
    }

    /// The line in which this byte was before, from 1.
    pub(super) fn original_line(&self, byte: usize) -> usize {
        let breaks = |text: &str| text.matches('\n').count();
        let before = self.inserted.iter().take_while(|it| it.start < byte);
        let inserted = before.map(|it| breaks(&self.text[it.start..it.end.min(byte)]));
        breaks(&self.text[..byte]) + 1 - inserted.sum::<usize>()
    }
}

/// What is put in, and where. `order` is for those in one place: what ends comes before what begins, and each around
/// what it is around.
struct Edit {
    at: usize,
    order: (u8, isize),
    pieces: Vec<(Option<usize>, String)>,
}

struct Placer<'a> {
    lines: Lines<'a>,
    changes: &'a [(usize, &'a Change)],
    on: &'a str,
    edits: Vec<Edit>,
}

impl<'a> Placer<'a> {
    /// Functions that return something else at once.
    fn bodies(&mut self) {
        for (number, change) in self.changes.iter().filter(|(_, it)| it.kind == Kind::Body) {
            let text = format!("if {}({number}) {{ return {}; }} ", self.on, change.replacement);
            let (at, pieces) = (self.lines.byte(change.span[0]), vec![(Some(*number), text)]);
            self.edits.push(Edit { at, order: (1, 0), pieces });
        }
    }

    /// Those of this kind that begin here.
    fn found(&self, kind: Kind, at: usize) -> Vec<(usize, &'a Change)> {
        let is_it = |change: &Change| change.kind == kind && self.lines.byte(change.span[0]) == at;
        self.changes.iter().filter(|(_, change)| is_it(change)).copied().collect()
    }

    fn range(&self, node: &impl Spanned) -> Range<usize> {
        let span = node.span();
        let byte = |at: proc_macro2::LineColumn| self.lines.byte((at.line, at.column));
        byte(span.start())..byte(span.end())
    }

    fn text(&self, node: &impl Spanned) -> &'a str {
        &self.lines.text[self.range(node)]
    }

    /// `(if on(1) { .. } else if on(2) { .. } else { what there is })`
    fn choose(&mut self, around: Range<usize>, others: Vec<(usize, String)>) {
        let on = self.on;
        let each = |(number, other): (usize, String)| {
            (Some(number), format!("if {on}({number}) {{ {other} }} else "))
        };
        let mut pieces = vec![(None, "(".to_owned())];
        pieces.extend(others.into_iter().map(each));
        pieces.push((None, "{ ".to_owned()));
        self.surround(around, pieces, " })");
    }

    fn surround(
        &mut self,
        around: Range<usize>,
        before: Vec<(Option<usize>, String)>,
        behind: &str,
    ) {
        let depth = self.edits.len() as isize;
        let behind = vec![(None, behind.to_owned())];
        self.edits.push(Edit { at: around.start, order: (2, depth), pieces: before });
        self.edits.push(Edit { at: around.end, order: (0, -depth), pieces: behind });
    }
}

impl<'ast> Visit<'ast> for Placer<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let found = self.found(Kind::BinaryOperator, self.range(&node.op).start);
        if !found.is_empty() {
            let (left, right) = (self.text(&node.left), self.text(&node.right));
            let other = |change: &Change| format!("({left}) {} ({right})", change.replacement);
            let others = found.iter().map(|(number, it)| (*number, other(it))).collect();
            self.choose(self.range(node), others);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let found = self.found(Kind::UnaryOperator, self.range(&node.op).start);
        if !found.is_empty() {
            let operand = self.text(&node.expr);
            let other = |change: &Change| format!("{}({operand})", change.replacement);
            let others = found.iter().map(|(number, it)| (*number, other(it))).collect();
            self.choose(self.range(node), others);
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        let all = self.range(node);
        let mut others = Vec::new();
        for field in &node.fields {
            for (number, change) in self.found(Kind::Field, self.range(field).start) {
                let [start, end] = change.span.map(|at| self.lines.byte(at));
                let rest = self.lines.text[end..all.end].trim_start();
                let rest = rest.strip_prefix(',').unwrap_or(rest);
                others.push((number, format!("{}{rest}", &self.lines.text[all.start..start])));
            }
        }
        if !others.is_empty() {
            self.choose(all, others);
        }
        visit::visit_expr_struct(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let on = self.on;
        let arms = self.found(Kind::Arm, self.range(node).start);
        let off = arms.first().map(|(number, _)| (Some(*number), format!("!{on}({number})")));
        match &node.guard {
            Some((_, guard)) => {
                let around = self.range(guard);
                let mut guards = self.found(Kind::Guard, around.start);
                // `a || b && (c)` is true with the first, and false without the second.
                guards.sort_by_key(|(_, change)| change.replacement != "true");
                let each = |(number, change): (usize, &Change)| match change.replacement.as_str() {
                    "true" => (Some(number), format!("{on}({number}) || ")),
                    _ => (Some(number), format!("!{on}({number}) && ")),
                };
                let guards: Vec<_> = guards.into_iter().map(each).collect();
                if off.is_some() || !guards.is_empty() {
                    let off = off.map(|(number, off)| (number, format!("{off} && ")));
                    let mut pieces: Vec<_> = off.into_iter().collect();
                    pieces.push((None, "(".to_owned()));
                    pieces.extend(guards);
                    pieces.push((None, "(".to_owned()));
                    self.surround(around, pieces, "))");
                }
            }
            None => {
                let at = self.range(&node.pat).end;
                let pieces = off.map(|off| vec![(None, " if ".to_owned()), off]);
                self.edits.extend(pieces.map(|pieces| Edit { at, order: (1, 0), pieces }));
            }
        }
        visit::visit_arm(self, node);
    }
}

/// A text whose lines can be found.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: [0].into_iter().chain(ends).collect() }
    }

    fn byte(&self, (line, column): Position) -> usize {
        let start = self.starts.get(line - 1).copied().unwrap_or(self.text.len());
        let line = &self.text[start..];
        start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::change::Kind::{Arm, BinaryOperator, Body, Field, Guard, UnaryOperator};

    /// Changes of the first place in a text where something stands.
    fn switched(source: &str, changes: &[(Kind, &str, &str)]) -> Switched {
        let position = |byte: usize| {
            let before = &source[..byte];
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            (before.matches('\n').count() + 1, before[line..].chars().count())
        };
        let change = |(kind, what, replacement): &(Kind, &str, &str)| {
            let at = source.find(what).unwrap();
            Change {
                name: String::new(),
                file: String::new(),
                kind: *kind,
                replacement: (*replacement).to_owned(),
                span: [position(at), position(at + what.len())],
                function: None,
            }
        };
        let changes: Vec<_> = changes.iter().map(change).collect();
        let numbered: Vec<_> = changes.iter().enumerate().collect();
        let all = Switched::new(source, &numbered, "on").unwrap();
        assert_eq!(all.placed().len(), changes.len(), "{}", all.text);
        syn::parse_file(&all.text).unwrap();
        all
    }

    #[test]
    fn a_body_returns_at_once() {
        let all = switched(
            "fn f() -> u8 {\n    a + 1\n}\n",
            &[
                (Body, "a + 1", "0"),
                (Body, "a + 1", "1"),
                (BinaryOperator, "+", "-"),
                (BinaryOperator, "+", "*"),
            ],
        );
        let expected = "fn f() -> u8 {\n    if on(0) { return 0; } if on(1) { return 1; } \
            (if on(2) { (a) - (1) } else if on(3) { (a) * (1) } else { a + 1 })\n}\n";
        assert_eq!(all.text, expected);
    }

    #[test]
    fn what_is_inside_stands_only_where_nothing_is_changed() {
        let source = "fn f() { x = é && !b == c; }\n";
        let all = switched(source, &[(BinaryOperator, "&&", "||"), (UnaryOperator, "!", "")]);
        let expected = "fn f() { x = (if on(0) { (é) || (!b == c) } else { é && (if on(1) { (b) } else { !b }) == c }); }\n";
        assert_eq!(all.text, expected);
    }

    #[test]
    fn arms_and_guards_are_conditions() {
        let source = "fn f() { match x { 1 => a, 2 if y || z => b, _ => c } }\n";
        let all = switched(
            source,
            &[
                (Arm, "1 => a", ""),
                (Arm, "2 if y || z => b", ""),
                (Guard, "y || z", "false"),
                (Guard, "y || z", "true"),
            ],
        );
        let expected = "fn f() { match x { 1 if !on(0) => a, \
            2 if !on(1) && (on(3) || !on(2) && (y || z)) => b, _ => c } }\n";
        assert_eq!(all.text, expected);
    }

    #[test]
    fn a_field_is_left_to_the_others() {
        let all =
            switched("fn f() { S { a: 1, b, ..s } }\n", &[(Field, "a: 1,", ""), (Field, "b", "")]);
        let expected = "fn f() { (if on(0) { S { b, ..s } } else if on(1) { S { a: 1,  ..s } } else \
            { S { a: 1, b, ..s } }) }\n";
        assert_eq!(all.text, expected);
    }

    #[test]
    fn what_a_place_in_it_belongs_to_is_known() {
        let source = "fn f() -> u8 {\n    a + 1\n}\n";
        let all = switched(source, &[(Body, "a + 1", "x +\ny"), (BinaryOperator, "+", "-")]);
        let found = |what: &str| {
            let at = all.text.find(what).unwrap();
            (all.at(&(at..at + what.len())), all.original_line(at))
        };
        assert_eq!(found("x +\ny"), (vec![0], 2));
        assert_eq!(found("(a) - (1)"), (vec![1], 2));
        assert_eq!(found("+ 1"), (vec![], 2));
        assert_eq!(found("fn"), (vec![], 1));
        assert_eq!(found("})\n}"), (vec![], 2));
    }
}
