//! A copy of the tree that has every change in it, each behind its switch, and the tests that are compiled from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::change::Change;
use super::switch::Switched;
use crate::cargo::{cargo, output, run};
use crate::coverage::TESTED;
use crate::step::Result;
use crate::workspace::{Member, only_with_features};

/// What says which change is on. Everything that is changed can name it.
const SWITCH: &str = include_str!("switch.rs.in");

/// Where the switch is a part of.
const CORE: &str = "ws-core/src/lib.rs";

/// A program of tests.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    /// Its package, and the folder in which it expects to be started.
    pub(super) package: String,
    pub(super) folder: PathBuf,
    /// Whether it holds the tests beside the code.
    pub(super) is_unit: bool,
}

/// The tests with the changes, and the numbers of those that are in none of them.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) programs: Vec<Program>,
    /// Behind switches.
    pub(super) switched: Vec<usize>,
    /// What they put in is no Rust, whoever compiles it.
    pub(super) unviable: BTreeSet<usize>,
}

/// The copy.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    target: PathBuf,
    selection: Vec<String>,
}

impl Tree {
    /// Copies what belongs to the tree. What is as before stays, so that little is compiled again.
    pub(super) fn new(members: &[Member]) -> Result<Self> {
        let here = std::env::current_dir()?.join("target/mutants");
        let (root, target) = (here.join("tree"), here.join("switched"));
        let listed = output(Command::new("git").args(["ls-files", "-z"]))?;
        for path in listed.split('\0').filter(|path| Path::new(path).is_file()) {
            put(&root.join(path), &fs::read(path)?)?;
        }
        Ok(Self { root, target, selection: only_with_features(members, TESTED) })
    }

    /// Puts in the changes, and compiles the tests. Changes that cannot be compiled beside the code are left out.
    pub(super) fn build(&self, changes: &[Change]) -> Result<Built> {
        self.put_switch(changes.len())?;
        let mut numbered: Vec<_> = changes.iter().enumerate().collect();
        let mut unviable = BTreeSet::new();
        loop {
            let switched = self.put_in(changes, &numbered)?;
            let placed = |number: &usize| switched.values().any(|it| it.placed().contains(number));
            numbered.retain(|(number, _)| placed(number));
            let blame = self.check(&switched, &numbered)?;
            if blame.is_empty() {
                break;
            }
            numbered.retain(|(number, _)| !blame.contains_key(number));
            let of_its_own = blame.into_iter().filter(|(_, blame)| *blame == Blame::OfItsOwn);
            unviable.extend(of_its_own.map(|(number, _)| number));
        }
        let switched = numbered.iter().map(|(number, _)| *number).collect();
        Ok(Built { programs: self.programs()?, switched, unviable })
    }

    /// Makes the switch a part of the core.
    fn put_switch(&self, len: usize) -> Result {
        let text = SWITCH.replace("LEN_OF_CHANGES", &len.to_string());
        put(&self.root.join("ws-core/src/switched.rs"), text.as_bytes())?;
        put(&self.root.join(CORE), source(CORE)?.as_bytes())
    }

    /// Puts these changes in, and leaves the others out.
    fn put_in(
        &self,
        all: &[Change],
        numbered: &[(usize, &Change)],
    ) -> Result<BTreeMap<String, Switched>> {
        let files = all.iter().map(|change| (change.file.as_str(), Vec::new()));
        let mut files: BTreeMap<&str, Vec<(usize, &Change)>> = files.collect();
        for (number, change) in numbered {
            files.entry(&change.file).or_default().push((*number, change));
        }
        let mut switched = BTreeMap::new();
        for (file, changes) in files {
            let is_core = file.starts_with("ws-core/");
            let on = if is_core { "crate::switched::on" } else { "::ws_core::switched::on" };
            let of_file = Switched::new(&source(file)?, &changes, on)?;
            put(&self.root.join(file), of_file.text.as_bytes())?;
            switched.insert(file.to_owned(), of_file);
        }
        Ok(switched)
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut cargo = cargo(args);
        cargo.args(&self.selection).current_dir(&self.root);
        // What is changed may leave something unused, or compute too much for its type.
        cargo.env("RUSTFLAGS", "--cap-lints=allow").env("CARGO_TARGET_DIR", &self.target);
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
        cargo
    }

    /// The changes that the compiler objects to.
    fn check(
        &self,
        switched: &BTreeMap<String, Switched>,
        numbered: &[(usize, &Change)],
    ) -> Result<BTreeMap<usize, Blame>> {
        let checked = self
            .cargo(&["check", "--quiet", "--keep-going", "--lib", "--message-format=json"])
            .output()?;
        let mut all = BTreeMap::new();
        for message in errors(&String::from_utf8_lossy(&checked.stdout)) {
            let (found, blame) = to_blame(&message, switched, numbered);
            if found.is_empty() {
                let text = message["rendered"].as_str().unwrap_or_default();
                return Err(format!("no change is to blame for this: {text}").into());
            }
            for number in found {
                let known = all.entry(number).or_insert(blame);
                *known = blame.min(*known);
            }
        }
        if all.is_empty() && !checked.status.success() {
            return Err(String::from_utf8_lossy(&checked.stderr).into_owned().into());
        }
        Ok(all)
    }

    fn programs(&self) -> Result<Vec<Program>> {
        let test = ["test", "--no-run", "--lib", "--tests"];
        run(&mut self.cargo(&test))?;
        let messages = output(self.cargo(&test).args(["--quiet", "--message-format=json"]))?;
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(messages.filter_map(|message| program(&message)).collect())
    }
}

fn program(message: &Value) -> Option<Program> {
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    Some(Program {
        path: PathBuf::from(message["executable"].as_str()?),
        package: folder.file_name()?.to_str()?.to_owned(),
        folder,
        is_unit: message["target"]["kind"][0] == "lib",
    })
}

/// A file without changes.
fn source(file: &str) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let switch = if file == CORE { "\n#[doc(hidden)]\npub mod switched;\n" } else { "" };
    Ok(text + switch)
}

/// Writes a file unless it is like this already.
fn put(path: &Path, bytes: &[u8]) -> Result {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    Ok(fs::write(path, bytes)?)
}

/// What the compiler says about errors.
fn errors(messages: &str) -> Vec<Value> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let messages = messages.map(|mut message| message["message"].take());
    let is_placed = |it: &Value| it["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    messages.filter(|it| it["level"] == "error" && is_placed(it)).collect()
}

/// Why a change does not go behind a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Blame {
    /// It does not fit where it stands, with or without a switch.
    OfItsOwn,
    /// It may do without one.
    OfTheSwitch,
}

/// What functions cannot call that are evaluated by the compiler: the switch.
const NOT_CONST: &str = "E0015";

/// The changes that an error is about: those that it points at, or whatever changes the functions in which it is.
fn to_blame(
    error: &Value,
    switched: &BTreeMap<String, Switched>,
    numbered: &[(usize, &Change)],
) -> (BTreeSet<usize>, Blame) {
    let spans: Vec<_> = error["spans"].as_array().into_iter().flatten().collect();
    let places = |primary: bool| {
        spans
            .iter()
            .filter(move |span| span["is_primary"] == primary)
            .filter_map(|span| place(span))
    };
    let mut found = BTreeSet::new();
    for primary in [true, false] {
        for (file, bytes) in places(primary) {
            found.extend(switched.get(file).into_iter().flat_map(|it| it.at(&bytes)));
        }
        if !found.is_empty() {
            let is_own = primary && error["code"]["code"] != NOT_CONST;
            return (found, if is_own { Blame::OfItsOwn } else { Blame::OfTheSwitch });
        }
    }
    for (file, bytes) in places(true).chain(places(false)) {
        let Some(switched) = switched.get(file) else { continue };
        let line = switched.original_line(bytes.start);
        let is_around = |change: &Change| {
            change.file == file
                && change.function.is_some_and(|[first, last]| (first..=last).contains(&line))
        };
        found.extend(numbered.iter().filter(|(_, it)| is_around(it)).map(|(number, _)| *number));
    }
    (found, Blame::OfTheSwitch)
}

fn place(span: &Value) -> Option<(&str, Range<usize>)> {
    let byte = |name: &str| usize::try_from(span[name].as_u64()?).ok();
    Some((span["file_name"].as_str()?, byte("byte_start")?..byte("byte_end")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::change::Kind;

    const FILE: &str = "a/src/lib.rs";

    /// One function that returns something else, and one line further another that does.
    fn changes() -> Vec<Change> {
        let change = |line: usize, replacement: &str| Change {
            name: replacement.to_owned(),
            file: FILE.to_owned(),
            kind: Kind::Body,
            replacement: replacement.to_owned(),
            span: [(line, 9), (line, 10)],
            function: Some([line, line]),
        };
        vec![change(1, "one"), change(2, "two"), change(2, "three")]
    }

    fn blamed(what: &str, code: &str) -> (Vec<usize>, Blame) {
        let changes = changes();
        let numbered: Vec<_> = changes.iter().enumerate().collect();
        let source = "fn a() { 1 }\nfn b() { 2 }\nfn c() { 3 }\n";
        let switched = Switched::new(source, &numbered, "on").unwrap();
        let start = switched.text.find(what).unwrap();
        let message = serde_json::json!({"message": {
            "level": "error", "code": {"code": code},
            "spans": [{
                "file_name": FILE, "is_primary": true, "byte_start": start,
                "byte_end": start + what.len(),
            }],
        }});
        let warning = message.to_string().replace("error", "warning");
        let found = errors(&format!("{warning}\n{message}\nnothing\n"));
        assert_eq!(found.len(), 1);
        let switched = BTreeMap::from([(FILE.to_owned(), switched)]);
        let (numbers, blame) = to_blame(&found[0], &switched, &numbered);
        (numbers.into_iter().collect(), blame)
    }

    #[test]
    fn an_error_is_put_down_to_what_it_is_in() {
        assert_eq!(blamed("return two", "E0277"), (vec![1], Blame::OfItsOwn));
        assert_eq!(blamed("on(0)", "E0277"), (vec![0], Blame::OfItsOwn));
        assert_eq!(blamed("on(0)", NOT_CONST), (vec![0], Blame::OfTheSwitch));
        // Or to all that is in the same function.
        assert_eq!(blamed("2 }", "E0277"), (vec![1, 2], Blame::OfTheSwitch));
        assert!(blamed("3 }", "E0277").0.is_empty());
    }
}
