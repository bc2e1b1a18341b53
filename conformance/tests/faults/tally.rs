//! How many faults there were, and a table of them.

use std::{collections::BTreeMap, fmt::Write};

/// How many faults of which kind an adapter has had.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, BTreeMap<&'static str, usize>>);

impl Tally {
    pub(crate) fn add(&mut self, adapter: &'static str, fault: &'static str, faults: usize) {
        *self.0.entry(adapter).or_default().entry(fault).or_default() += faults;
    }

    /// All of them.
    pub(crate) fn sum(&self) -> usize {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    /// Prints a row for each adapter.
    pub(crate) fn print(&self) {
        let mut text = String::from("adapter      ");
        let columns: Vec<_> = self.0.values().next().into_iter().flat_map(BTreeMap::keys).collect();
        columns.iter().for_each(|column| write!(text, " {column:>14}").unwrap());
        text += "         faults\n";
        for (adapter, faults) in &self.0 {
            write!(text, "{adapter:13}").unwrap();
            columns.iter().for_each(|column| write!(text, " {:>14}", faults[**column]).unwrap());
            writeln!(text, " {:>14}", faults.values().sum::<usize>()).unwrap();
        }
        eprintln!("{text}{:>width$}", self.sum(), width = 28 + 15 * columns.len());
    }
}
