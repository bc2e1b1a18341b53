//! Which file of a crate needs which other one.

use std::collections::BTreeMap;
use std::iter::successors;

use super::source::Source;
use super::tokens::{Path, paths};

/// A file that names something of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    pub(super) from: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) to: &'a str,
}

/// The imports between `files`, which are those of a crate whose sources lie in `src`.
///
/// A name that a file only hands on is followed to where it comes from. What a file hands on from
/// the modules below it is no import of its own, and neither is `mod child;`.
pub(super) fn of<'a>(src: &str, files: impl Iterator<Item = &'a Source>) -> Vec<Import<'a>> {
    let mut modules = Modules { files: BTreeMap::new(), named: BTreeMap::new() };
    for file in files {
        let relative = file.path.strip_prefix(src).and_then(|path| path.strip_suffix(".rs"));
        let Some(path) = relative else { continue };
        let module = match path.strip_suffix("/mod").unwrap_or(path) {
            // A program behind a library names nothing of it by `crate`.
            "lib" | "main" => String::new(),
            path => path.replace('/', "::"),
        };
        modules.files.entry(module).or_insert(file);
    }
    modules.imports()
}

/// The modules of a crate by their paths from its root, which is the empty one.
struct Modules<'a> {
    files: BTreeMap<String, &'a Source>,
    /// What each name that a module's `use` brings in stands for.
    named: BTreeMap<(String, String), String>,
}

impl<'a> Modules<'a> {
    fn imports(mut self) -> Vec<Import<'a>> {
        let mut all = Vec::new();
        for (module, file) in &self.files {
            for path in paths(&file.shipped_tokens()) {
                let Some(full) = self.full(module, &path) else { continue };
                if let Some(name) = &path.import {
                    self.named.insert((module.clone(), name.clone()), full.clone());
                }
                all.push((module, *file, path, full));
            }
        }
        let mut imports = Vec::new();
        for (module, file, path, full) in all {
            let is_below = module.is_empty() || full.starts_with(&format!("{module}::"));
            let Some(to) = self.file(&full, 0) else { continue };
            if to.path != file.path && !(path.is_reexport && is_below) {
                imports.push(Import { from: &file.path, line: path.line, to: &to.path });
            }
        }
        imports
    }

    /// The path from the crate's root, if it leads to something of the crate.
    fn full(&self, module: &str, path: &Path) -> Option<String> {
        let (first, rest) = path.text.split_once("::").unwrap_or((&path.text, ""));
        // A single word is a variable, or the `crate` of `pub(crate)`.
        if rest.is_empty() && path.import.is_none() {
            return None;
        }
        let (mut start, mut rest) = match first {
            "crate" => (String::new(), rest),
            "self" => (module.to_owned(), rest),
            "super" => (above(module).to_owned(), rest),
            // A module below may be named without any of these.
            _ => (Some(join(module, first)).filter(|child| self.files.contains_key(child))?, rest),
        };
        while let Some(behind) = rest.strip_prefix("super::") {
            (start, rest) = (above(&start).to_owned(), behind);
        }
        Some(join(&start, rest))
    }

    /// The file that defines what a full path leads to.
    fn file(&self, full: &str, followed: usize) -> Option<&'a Source> {
        let mut modules = successors(Some(full), |it| (!it.is_empty()).then(|| above(it)));
        let (module, file) = modules.find_map(|it| Some((it, *self.files.get(it)?)))?;
        let rest = full.strip_prefix(module)?.trim_start_matches("::");
        let name = rest.split("::").next().unwrap_or_default().to_owned();
        let handed_on = self.named.get(&(module.to_owned(), name));
        // More often than this nobody hands a name on, unless in a circle.
        match handed_on.filter(|_| followed < 8) {
            Some(full) => self.file(full, followed + 1),
            None => Some(file),
        }
    }
}

/// The module that a module, or anything else, is in.
fn above(path: &str) -> &str {
    path.rsplit_once("::").map_or("", |(above, _)| above)
}

fn join(module: &str, rest: &str) -> String {
    [module, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports between files of `c/src`, written `from>to` without `.rs`.
    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, code): &(&str, &str)| Source::new(&format!("c/src/{path}.rs"), code);
        let sources: Vec<_> = files.iter().map(source).collect();
        let short = |path: &str| path["c/src/".len()..path.len() - ".rs".len()].to_owned();
        let all = of("c/src/", sources.iter());
        all.iter().map(|import| format!("{}>{}", short(import.from), short(import.to))).collect()
    }

    #[test]
    fn every_way_to_name_a_file_is_found() {
        for code in [
            "use crate::b::c::D;",
            "use crate::{x, b::{c::{self, D}}};",
            "use super::b::c as other;",
            "fn f() -> crate::b::c::D { std::fmt::x() }",
            "macro_rules! m { () => { use $crate::b::c; } }",
        ] {
            let found = imports(&[("lib", "mod a; mod b;"), ("a", code), ("b/c", "struct D;")]);
            assert!(found.contains(&"a>b/c".to_owned()), "{code}: {found:?}");
        }
        let child =
            [("lib", ""), ("a/mod", "mod b;\nfn f() { b::c(); }"), ("a/b", "use super::super::D;")];
        assert_eq!(imports(&child), ["a/mod>a/b", "a/b>lib"]);
    }

    #[test]
    fn names_are_followed_to_where_they_come_from() {
        let root = ("lib", "mod a; mod b;\npub use self::{a::{A as B}, b::*};");
        let folder = [("a/mod", "pub use self::x::A;"), ("a/x", "pub struct A;")];
        let all = [root, folder[0], folder[1], ("b", "use crate::{B, C};")];
        assert_eq!(imports(&all), ["b>a/x", "b>lib"]);
    }

    #[test]
    fn handing_on_and_having_modules_is_no_import() {
        let test = "#[cfg(test)]\nmod tests { use crate::a::A; }";
        for root in ["pub mod a;", "mod a;\npub(crate) use self::a::A;", test] {
            assert_eq!(imports(&[("lib", root), ("a", "use std::a::A;\nlet a = A;")]), [""; 0]);
        }
        assert_eq!(imports(&[("lib", "mod a;\nuse self::a::A;"), ("a", "")]), ["lib>a"]);
    }

    #[test]
    fn a_program_beside_a_library_is_not_its_root() {
        let a = ("a", "use crate::X;");
        assert_eq!(imports(&[("lib", ""), ("main", "c::run()"), a]), ["a>lib"]);
        assert_eq!(imports(&[("main", ""), a]), ["a>main"]);
    }
}
