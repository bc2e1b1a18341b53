//! `cargo xtask api`: the public API of each published crate, next to what is written down of it in `docs/api`.
//!
//! ```text
//! docs/api/NAME.txt            every public item, one a line
//! docs/api/NAME.foreign.txt    every type and trait of other crates that these lines name
//! ```
//!
//! A change of either is meant or it is a mistake: `--bless` writes down what there is, and the difference is then read
//! with the rest of a change. A crate that nobody has named in [`foreign`] is not blessed.

mod foreign;
mod items;

use std::fs;

use crate::step::Result;
use crate::tools;
use crate::workspace::members;

/// Compares, or with `--bless` writes; the other arguments are names of packages.
pub(crate) fn run_api(args: &[String]) -> Result {
    tools::require_nightly("")?;
    let (flags, names): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with('-'));
    let bless = flags.iter().any(|flag| *flag == "--bless");
    let mut findings = 0;
    for member in members()?.iter().filter(|member| member.published) {
        if !names.is_empty() && !names.contains(&&member.name) {
            continue;
        }
        let items = items::of(member)?;
        let foreign = foreign::of(&items);
        for why in foreign::unwanted(&member.name, &foreign) {
            println!("{why}");
            findings += 1;
        }
        for (path, lines) in [
            (format!("{FOLDER}/{}.txt", member.name), items),
            (format!("{FOLDER}/{}.foreign.txt", member.name), foreign),
        ] {
            let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            if bless {
                fs::create_dir_all(FOLDER)?;
                fs::write(&path, text)?;
                continue;
            }
            let known = fs::read_to_string(&path).unwrap_or_default();
            for line in difference(&known, &text) {
                println!("{path}: {line}");
                findings += 1;
            }
        }
    }
    match findings {
        0 => Ok(()),
        _ => {
            Err(format!("{findings} differences; `--bless` accepts all but what is not wanted")
                .into())
        }
    }
}

/// The lines that one of the two has and the other has not, however they are ordered.
fn difference(known: &str, found: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (mut gone, mut new) = (lines(known), lines(found));
    new.retain(|line| match gone.iter().position(|known| known == line) {
        Some(at) => {
            gone.remove(at);
            false
        }
        None => true,
    });
    let gone = gone.iter().map(|line| format!("gone: {line}"));
    gone.chain(new.iter().map(|line| format!("new: {line}"))).collect()
}

const FOLDER: &str = "docs/api";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_and_what_is_new_is_told() {
        assert_eq!(difference("a\nb\n", "b\na\n"), [""; 0]);
        assert_eq!(difference("a\nb\n", "b\nc\n"), ["gone: a", "new: c"]);
        assert_eq!(difference("a\na\n", "a\n"), ["gone: a"]);
        assert_eq!(difference("", "a\n"), ["new: a"]);
    }
}
