//! One vector: what the peer sends, how the side under test is set up, and what has to come of it.
//!
//! The format is described in `ws-conform/vectors/README.md`. Reading is strict: a key this module does not
//! know is an error, so a clause of a vector can be unchecked only on purpose.

use std::{error, fmt, fs, io, path::Path};

use serde_json::Value;

use crate::json::Fields;

mod config;
mod expect;

pub use config::{ClientBits, Config, DeflateSetting, LimitSetting, Wanted};
pub use expect::{DeflateTerms, Expect, ExpectedRequest, Headers, Outcome};

/// The side under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The input is a request.
    Server,
    /// The input is an answer.
    Client,
}

/// One line of a vector file.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Unique, `file/topic/case`.
    pub id: String,
    /// What is special about it, in words.
    pub title: String,
    /// The section that decides.
    pub rule: String,
    /// The side under test.
    pub role: Role,
    /// The octets the peer sends; places such as `{A}` are still to be [filled](crate::fill).
    pub input: Vec<u8>,
    /// How the side under test is set up.
    pub config: Config,
    /// What has to come of it.
    pub expect: Expect,
}

impl Vector {
    /// A vector outside the files, with the default configuration and no expectation.
    pub fn of(role: Role, input: impl Into<Vec<u8>>) -> Self {
        Self {
            id: "of".to_owned(),
            title: String::new(),
            rule: String::new(),
            role,
            input: input.into(),
            config: Config::default(),
            expect: Expect::default(),
        }
    }

    /// Reads one line.
    ///
    /// # Errors
    ///
    /// Says which key is missing, unknown or out of form.
    pub fn parse(line: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let mut fields = Fields::new(value)?;
        let role = match fields.string("role")?.as_str() {
            "server" => Role::Server,
            "client" => Role::Client,
            other => return Err(format!("`role`: unknown role `{other}`")),
        };
        let vector = Self {
            id: fields.string("id")?,
            title: fields.string("title")?,
            rule: fields.string("rule")?,
            role,
            input: fields.opt_octets("input")?.ok_or("`input` is missing")?,
            config: Config::read(fields.object("config")?.ok_or("`config` is missing")?)?,
            expect: Expect::read(role, fields.object("expect")?.ok_or("`expect` is missing")?)?,
        };
        fields.finish()?;
        Ok(vector)
    }
}

/// A vector file that cannot be used.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    Io(String, io::Error),
    /// A line is out of form: file, line number, reason.
    Line(String, usize, String),
    /// The same id stands in two lines.
    Duplicate(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(file, error) => write!(f, "{file}: {error}"),
            Self::Line(file, line, reason) => write!(f, "{file}:{line}: {reason}"),
            Self::Duplicate(id) => write!(f, "two vectors are called {id}"),
        }
    }
}

impl error::Error for LoadError {}

/// Reads every `*.jsonl` file of a folder, the files in the order of their names.
///
/// # Errors
///
/// When a file cannot be read, a line is out of form, or an id stands twice.
pub fn load(dir: &Path) -> Result<Vec<Vector>, LoadError> {
    let io_error = |error| LoadError::Io(dir.display().to_string(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(io_error)? {
        let path = entry.map_err(io_error)?.path();
        if path.extension().is_some_and(|ext| ext == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    let mut vectors: Vec<Vector> = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).map_err(|e| LoadError::Io(name.clone(), e))?;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let vector =
                Vector::parse(line).map_err(|e| LoadError::Line(name.clone(), index + 1, e))?;
            if vectors.iter().any(|other| other.id == vector.id) {
                return Err(LoadError::Duplicate(vector.id));
            }
            vectors.push(vector);
        }
    }
    Ok(vectors)
}

/// The vectors of `ws-conform`, which is published with them.
///
/// # Errors
///
/// As [`load`].
pub fn load_own() -> Result<Vec<Vector>, LoadError> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../ws-conform/vectors"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        let vectors = load_own().unwrap();
        let count = |prefix: &str| vectors.iter().filter(|v| v.id.starts_with(prefix)).count();
        // The numbers the README of the vectors gives.
        assert_eq!((count("server/"), count("deflate/"), count("client/")), (310, 129, 154));
    }

    #[test]
    fn a_misspelt_clause_is_an_error() {
        let line = r#"{"id":"x","title":"x","rule":"x","role":"server","input":"","config":{},
            "expect":{"outcome":"reject","status":[400],"leftovers":"x"}}"#;
        assert!(Vector::parse(line).unwrap_err().contains("leftovers"));
    }
}
