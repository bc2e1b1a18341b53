//! Compares what a subject reports with what a vector asks for.
//!
//! The subject's own octets are read by [`wire`](crate::wire), not by the code under test.

use std::fmt;

use crate::{
    observed::Observed,
    vector::{Role, Vector},
    wire::Head,
};

mod client;
mod lists;
mod server;

/// One clause that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which clause.
    pub what: &'static str,
    /// What the vector or the standard asks for.
    pub expected: String,
    /// What was there.
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.what, self.expected, self.got)
    }
}

/// Judges one run.
///
/// # Errors
///
/// Every clause that does not hold.
pub fn judge(vector: &Vector, observed: &Observed) -> Result<(), Vec<Difference>> {
    let mut found = Differences::default();
    let allowed = &vector.expect.outcomes;
    if allowed.contains(&observed.outcome) {
        match vector.role {
            Role::Server => server::judge(vector, observed, &mut found),
            Role::Client => client::judge(vector, observed, &mut found),
        }
    } else {
        let got = format!("{} ({:?})", observed.outcome, observed.error);
        found.add("outcome", format!("{allowed:?}"), got);
    }
    if found.all.is_empty() { Ok(()) } else { Err(found.all) }
}

/// The differences found so far.
#[derive(Debug, Default)]
struct Differences {
    all: Vec<Difference>,
}

impl Differences {
    fn add(&mut self, what: &'static str, expected: impl Into<String>, got: impl Into<String>) {
        self.all.push(Difference { what, expected: expected.into(), got: got.into() });
    }

    /// Notes a clause that has to hold.
    fn require(&mut self, holds: bool, what: &'static str, expected: &str, got: impl fmt::Debug) {
        if !holds {
            self.add(what, expected, format!("{got:?}"));
        }
    }

    fn same<T: fmt::Debug + PartialEq>(&mut self, what: &'static str, expected: &T, got: &T) {
        if expected != got {
            self.add(what, format!("{expected:?}"), format!("{got:?}"));
        }
    }

    fn octets(&mut self, what: &'static str, expected: &[u8], got: &[u8]) {
        if expected != got {
            self.add(what, show(expected), show(got));
        }
    }

    /// Names go out as people write them, `Content-Length`: "field names are case-insensitive" (RFC 9110 5.1), but
    /// there are peers that compare them by case.
    fn usual_case(&mut self, head: &Head) {
        let lower = |word: &str| word.starts_with(|first: char| first.is_ascii_lowercase());
        for (name, _) in &head.fields {
            self.require(!name.split('-').any(lower), "name of a field", "the usual case", name);
        }
    }

    /// Fields a server's answer must have: list fields by member, others by their whole value,
    /// neither by case.
    fn fields(&mut self, head: &Head, wanted: &[(String, Vec<String>)]) {
        for (name, values) in wanted {
            for value in values {
                let there = if lists::is_list(name) {
                    value.split(',').all(|member| head.has_member(name, member.trim()))
                } else {
                    head.values(name).any(|sent| sent.eq_ignore_ascii_case(value))
                };
                if !there {
                    let sent: Vec<_> = head.values(name).collect();
                    self.add("headers", format!("{name}: {value}"), format!("{sent:?}"));
                }
            }
        }
    }

    /// A field that stands at most once.
    fn at_most_once(&mut self, head: &Head, names: &[&str]) {
        for name in names {
            let lines: Vec<_> = head.values(name).collect();
            self.require(lines.len() <= 1, "field stands once", name, lines);
        }
    }
}

fn show(octets: &[u8]) -> String {
    let shown = &octets[..octets.len().min(120)];
    let dots = if shown.len() < octets.len() { "..." } else { "" };
    format!("{} octets \"{}{dots}\"", octets.len(), shown.escape_ascii())
}

#[cfg(test)]
mod tests;
