//! The changes that cargo-mutants makes, as it lists them.

use serde_json::Value;

use crate::step::Result;

/// One change of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// What cargo-mutants calls it.
    pub(super) name: String,
    /// Its file, from the workspace's root.
    pub(super) file: String,
    pub(super) kind: Kind,
    /// What stands there instead.
    pub(super) replacement: String,
    /// What is replaced: the first position, and the one behind the last.
    pub(super) span: [Position; 2],
    /// The lines of the function around it, if there is one.
    pub(super) function: Option<[usize; 2]>,
}

/// A line, from 1, and a character of it, from 0.
pub(super) type Position = (usize, usize);

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a function does.
    Body,
    BinaryOperator,
    UnaryOperator,
    /// An arm of a match is missing.
    Arm,
    /// The condition of an arm.
    Guard,
    /// A field of a struct has what is given for those that are not named.
    Field,
}

/// Reads `cargo mutants --list --json`.
pub(super) fn parse(list: &str) -> Result<Vec<Change>> {
    let list: Value = serde_json::from_str(list)?;
    let all = list.as_array().ok_or("no list of changes")?;
    let changes = all.iter().map(|change| {
        read(change).ok_or_else(|| format!("cargo-mutants has another way to say {change}").into())
    });
    changes.collect()
}

fn read(change: &Value) -> Option<Change> {
    let text = |name: &str| Some(change[name].as_str()?.to_owned());
    let kind = match change["genre"].as_str()? {
        "FnValue" => Kind::Body,
        "BinaryOperator" => Kind::BinaryOperator,
        "UnaryOperator" => Kind::UnaryOperator,
        "MatchArm" => Kind::Arm,
        "MatchArmGuard" => Kind::Guard,
        "StructField" => Kind::Field,
        _ => return None,
    };
    let number = |at: &Value, name: &str| usize::try_from(at[name].as_u64()?).ok();
    let position = |at: &Value| Some((number(at, "line")?, number(at, "column")?.checked_sub(1)?));
    let lines =
        |span: &Value| Some([number(&span["start"], "line")?, number(&span["end"], "line")?]);
    Some(Change {
        name: text("name")?,
        file: text("file")?,
        kind,
        replacement: text("replacement")?,
        span: [position(&change["span"]["start"])?, position(&change["span"]["end"])?],
        function: lines(&change["function"]["span"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read() {
        let list = r#"[{"file": "a/src/b.rs", "function": {"function_name": "f", "return_type": "-> u8",
            "span": {"start": {"line": 2, "column": 1}, "end": {"line": 4, "column": 2}}},
            "genre": "FnValue", "name": "a/src/b.rs:3:5: replace f -> u8 with 0", "package": "a",
            "replacement": "0", "span": {"start": {"line": 3, "column": 5}, "end": {"line": 3, "column": 6}}}]"#;
        let change = Change {
            name: "a/src/b.rs:3:5: replace f -> u8 with 0".to_owned(),
            file: "a/src/b.rs".to_owned(),
            kind: Kind::Body,
            replacement: "0".to_owned(),
            span: [(3, 4), (3, 5)],
            function: Some([2, 4]),
        };
        assert_eq!(parse(list).unwrap(), [change]);
        assert!(parse(&list.replace("FnValue", "Else")).is_err());
        assert!(parse("{}").is_err());
    }
}
