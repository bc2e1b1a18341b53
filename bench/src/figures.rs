//! The ten figures that the chart shows: which they are, and how a run's are kept.
//!
//! A run writes them to `target/bench/figures.txt`. Those of the run that the documents speak of are
//! in `bench/figures.txt`, and `docs/performance.svg` is drawn from them:
//!
//! ```text
//! cargo run -p bench --example chart > docs/performance.svg
//! ```
//!
//! The file is lines of `name: value` that say where the figures come from, and a line
//! `measure | what it costs | best other library | ratio` for each of them. Empty lines, and those that
//! begin with `#`, mean nothing.

use std::{fmt, str::FromStr};

use crate::{
    goals::{HANDSHAKES, LOOPBACK, MEMORY, RECEIVING, WEIGHT},
    report::Table,
};

/// Figures of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The day of the run, as in 2026-11-29.
    pub date: String,
    /// Processor, system and compiler.
    pub machine: String,
    /// The versions of the other libraries.
    pub versions: String,
    /// At most ten, in the order of the chart.
    pub figures: Vec<Figure>,
}

/// What ours costs, next to the best other library.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub measure: String,
    /// What it costs: time or memory.
    pub cost: String,
    /// The other library that costs least.
    pub best: String,
    /// The cost of ours divided by that of the other.
    pub ratio: f64,
}

impl Figures {
    /// Those of the run that the documents speak of.
    ///
    /// # Errors
    ///
    /// The file is none of figures.
    pub fn recorded() -> Result<Self, String> {
        include_str!("../figures.txt").parse()
    }

    /// Looks up the figures in the tables of a run; those that were not measured are left out.
    pub fn of(tables: &[Table], date: String, machine: String, versions: String) -> Self {
        let figure = |&(title, measure, shown, cost): &(&str, &str, &str, &str)| {
            let table = tables.iter().find(|table| table.title == title)?;
            let row = table.rows.iter().find(|row| row.measure == measure)?;
            let comparison = table.comparison(row)?;
            Some(Figure {
                measure: shown.to_owned(),
                cost: cost.to_owned(),
                best: comparison.best,
                ratio: comparison.ratio,
            })
        };
        Self { date, machine, versions, figures: SHOWN.iter().filter_map(figure).collect() }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, machine, versions, figures } = self;
        writeln!(f, "date: {date}\nmachine: {machine}\nversions: {versions}\n")?;
        for Figure { measure, cost, best, ratio } in figures {
            writeln!(f, "{measure} | {cost} | {best} | {ratio:.2}")?;
        }
        Ok(())
    }
}

impl FromStr for Figures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let [measure, cost, best, ratio] = line.split(" | ").collect::<Vec<_>>()[..] {
                let ratio = ratio.parse().map_err(|_| format!("{ratio:?} is no number"))?;
                let [measure, cost, best] = [measure, cost, best].map(str::to_owned);
                read.figures.push(Figure { measure, cost, best, ratio });
                continue;
            }
            match line.split_once(": ") {
                Some(("date", date)) => date.clone_into(&mut read.date),
                Some(("machine", machine)) => machine.clone_into(&mut read.machine),
                Some(("versions", versions)) => versions.clone_into(&mut read.versions),
                _ => return Err(format!("{line:?} is neither a figure nor where they come from")),
            }
        }
        Ok(read)
    }
}

/// Table, measure, how the chart calls it, and what it costs. A chart is read at a glance, so these are
/// few; they were chosen to show both where ours is ahead and where it is not.
const SHOWN: [(&str, &str, &str, &str); 10] = [
    (HANDSHAKES, "accept a browser's request", "accept a browser's request", "CPU time"),
    (HANDSHAKES, "connect", "connect", "CPU time"),
    (RECEIVING, "16 B binary", "receive 16 B", "CPU time"),
    (RECEIVING, "16 KiB binary", "receive 16 KiB", "CPU time"),
    (SENDING, "16 B binary", "send 16 B as a client", "CPU time"),
    (SENDING, "64 KiB binary", "send 64 KiB as a client", "CPU time"),
    (LOOPBACK, "1 connection, 1 KiB", "echo 1 KiB over TCP, one at a time", "CPU time"),
    (LOOPBACK, BATCHES, "echo 16 B over TCP, 64 at once", "CPU time"),
    (MEMORY, "idle, allocated", "an idle connection", "heap"),
    (WEIGHT, "seconds of CPU to build it", "build an echo server", "CPU time of the compiler"),
];

const BATCHES: &str = "16 connections, 16 B, 64 at once";
const SENDING: &str = "Sending, as a client";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Role;

    fn table(title: &str, measure: &str, ours: f64) -> Table {
        let mut table = Table::new(title, "ns", &[("ours", Role::Ours), ("them", Role::Peer)]);
        table.push(measure, vec![vec![ours], vec![4.0]]);
        table
    }

    fn of(tables: &[Table]) -> Figures {
        Figures::of(tables, "2026-11-29".to_owned(), "a machine".to_owned(), "them 1.0".to_owned())
    }

    #[test]
    fn figures_are_looked_up_by_name_and_come_in_the_order_of_the_chart() {
        let found = of(&[
            table(WEIGHT, "seconds of CPU to build it", 6.0),
            table(HANDSHAKES, "connect", 1.0),
            table(HANDSHAKES, "something else", 1.0),
        ]);
        let short = |figure: &Figure| (figure.measure.clone(), figure.best.clone(), figure.ratio);
        let expected = [("connect", 0.25), ("build an echo server", 1.5)]
            .map(|(measure, ratio)| (measure.to_owned(), "them".to_owned(), ratio));
        assert_eq!(found.figures.iter().map(short).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let figures = of(&[table(MEMORY, "idle, allocated", 1.0)]);
        let text = figures.to_string();
        assert!(text.ends_with("\n\nan idle connection | heap | them | 0.25\n"), "{text}");
        assert_eq!(format!("# a comment\n{text}").parse(), Ok(figures));
    }

    #[test]
    fn what_is_no_figure_is_an_error() {
        let error = "connect | CPU time | them | much".parse::<Figures>().unwrap_err();
        assert_eq!(error, r#""much" is no number"#);
        let error = "connect | them".parse::<Figures>().unwrap_err();
        assert!(error.contains("neither a figure"), "{error}");
    }

    #[test]
    fn every_figure_is_recorded_with_where_it_comes_from() {
        let recorded = Figures::recorded().unwrap();
        assert!(
            [&recorded.date, &recorded.machine, &recorded.versions].iter().all(|s| !s.is_empty())
        );
        let costs = recorded.figures.iter().map(|f| (f.measure.as_str(), f.cost.as_str()));
        assert_eq!(costs.collect::<Vec<_>>(), SHOWN.map(|(_, _, measure, cost)| (measure, cost)));
    }
}
