//! Writes what fuzzing begins with to `fuzz/corpus`: the vectors of `conformance`, and what is listed here. Files that
//! are there already stay as they are. `cargo xtask fuzz --seed` runs it.

#![expect(clippy::expect_used, reason = "it is run by hand, from a checkout")]

mod frames;
mod lists;
mod steps;
mod vectors;

use std::{collections::BTreeMap, fs, path::Path};

/// The inputs of each target.
#[derive(Debug, Default)]
struct Seeds(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, input: impl AsRef<[u8]>) {
        self.0.entry(target).or_default().push(input.as_ref().to_vec());
    }
}

fn main() {
    let mut seeds = Seeds::default();
    vectors::add(&mut seeds);
    lists::add(&mut seeds);
    frames::add(&mut seeds);
    steps::add(&mut seeds);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (target, mut inputs) in seeds.0 {
        inputs.sort_unstable();
        inputs.dedup();
        let corpus = folder.join("corpus").join(target);
        fs::create_dir_all(&corpus).expect("the corpus can be written");
        for (n, input) in inputs.iter().enumerate() {
            fs::write(corpus.join(format!("seed-{n:03}")), input).expect("it can be written");
        }
        println!("{target:17} {:4}", inputs.len());
    }
}
