//! Tables of figures, and how they are written down.
//!
//! A table has one column per library and one row per measure. Its cells are samples, one a round;
//! what is printed is their median and their spread, and the ratio of ours to the best peer: the
//! median of the ratios within a round. A ratio is always one of costs. Below 1, ours is ahead.

use std::fmt::Write;

use crate::stats::{Samples, median, ratios, spread};

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The least that anybody has to do. No library.
    Floor,
    /// Ours, as it compares with the peers.
    Ours,
    /// Ours in another way, for information.
    Variant,
    /// Another library.
    Peer,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The figure is a cost.
    Lower,
    /// The figure is a rate.
    Higher,
}

/// Figures that belong together.
#[derive(Clone, Debug)]
pub struct Table {
    /// What is measured.
    pub title: String,
    /// How, and what has to be known to read it. Markdown.
    pub note: String,
    /// The unit of all figures.
    pub unit: &'static str,
    /// Which way is better.
    pub better: Better,
    /// The columns, in order.
    pub columns: Vec<(String, Role)>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Whether its ratios are in the list of what is better elsewhere. Those of a table that shows
    /// another one from a second side are not.
    pub listed: bool,
}

/// One measure.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub measure: String,
    /// The samples of each column; empty where a column has no such thing.
    pub cells: Vec<Samples>,
}

/// How ours does next to the best peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The peer whose median is best.
    pub best: String,
    /// The cost of ours divided by the cost of that peer: the median of the rounds.
    pub ratio: f64,
    /// The smallest and the largest of the rounds.
    pub spread: (f64, f64),
}

impl Table {
    /// A table of costs without rows.
    pub fn new(title: impl Into<String>, unit: &'static str, columns: &[(&str, Role)]) -> Self {
        Self {
            title: title.into(),
            note: String::new(),
            unit,
            better: Better::Lower,
            columns: columns.iter().map(|&(name, role)| (name.to_owned(), role)).collect(),
            rows: Vec::new(),
            listed: true,
        }
    }

    /// Says how the figures came about.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The figures are rates: more is better.
    #[must_use]
    pub fn rates(mut self) -> Self {
        self.better = Better::Higher;
        self
    }

    /// The ratios of this table are not in the list of what is better elsewhere.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// Adds a row; `cells` go with the columns.
    pub fn push(&mut self, measure: impl Into<String>, cells: Vec<Samples>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(Row { measure: measure.into(), cells });
    }

    /// The columns of this role that have the measure, by name.
    pub fn of_role<'t>(
        &'t self,
        row: &'t Row,
        wanted: Role,
    ) -> impl Iterator<Item = (&'t str, &'t Samples)> {
        let columns = self.columns.iter().zip(&row.cells);
        columns
            .filter(move |((_, role), cell)| *role == wanted && !cell.is_empty())
            .map(|((name, _), cell)| (name.as_str(), cell))
    }

    /// The peer whose median is best.
    pub fn best_peer<'t>(&'t self, row: &'t Row) -> Option<(&'t str, &'t Samples)> {
        let cost = |cell: &Samples| match self.better {
            Better::Lower => median(cell),
            Better::Higher => -median(cell),
        };
        self.of_role(row, Role::Peer).min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)))
    }

    /// Ours next to the best peer, where both have the measure.
    pub fn comparison(&self, row: &Row) -> Option<Comparison> {
        let (_, ours) = self.of_role(row, Role::Ours).next()?;
        let (best, theirs) = self.best_peer(row)?;
        let ratios = match self.better {
            Better::Lower => ratios(ours, theirs),
            Better::Higher => ratios(theirs, ours),
        };
        let spread = spread(&ratios)?;
        Some(Comparison { best: best.to_owned(), ratio: median(&ratios), spread })
    }

    /// The table as Markdown, under a heading.
    pub fn markdown(&self) -> String {
        let better = match self.better {
            Better::Lower => "less is better",
            Better::Higher => "more is better",
        };
        let mut text = format!("### {}\n\n{} ({better}).", self.title, self.unit);
        if !self.note.is_empty() {
            write!(text, " {}", self.note).unwrap_or_default();
        }
        text.push_str("\n\n| |");
        // A column in which nobody has anything is left out.
        let used = |at: usize| self.rows.iter().any(|row| !row.cells[at].is_empty());
        let used: Vec<usize> = (0..self.columns.len()).filter(|&at| used(at)).collect();
        for &at in &used {
            let (name, role) = &self.columns[at];
            match role {
                Role::Floor => write!(text, " *{name}* |"),
                Role::Ours => write!(text, " **{name}** |"),
                Role::Variant | Role::Peer => write!(text, " {name} |"),
            }
            .unwrap_or_default();
        }
        let compared = self.rows.iter().any(|row| self.comparison(row).is_some());
        if compared {
            text.push_str(" ours / best |");
        }
        text.push_str("\n|---|");
        text.push_str(&"---:|".repeat(used.len() + usize::from(compared)));
        text.push('\n');
        for row in &self.rows {
            write!(text, "| {} |", row.measure).unwrap_or_default();
            for &at in &used {
                write!(text, " {} |", shown(&row.cells[at])).unwrap_or_default();
            }
            match self.comparison(row) {
                Some(Comparison { best, ratio, spread: (low, high) }) => {
                    let mark = if ratio > BEHIND { "**" } else { "" };
                    write!(text, " {mark}{ratio:.2}{mark} ({low:.2}–{high:.2}) {best} |")
                        .unwrap_or_default();
                }
                None if compared => text.push_str(" |"),
                None => {}
            }
            text.push('\n');
        }
        text
    }
}

/// The measures at which a peer does better, the worst first, as Markdown.
pub fn behind(tables: &[Table]) -> String {
    let mut found: Vec<_> = tables
        .iter()
        .filter(|table| table.listed)
        .flat_map(|table| table.rows.iter().map(move |row| (table, row)))
        .filter_map(|(table, row)| Some((table, row, table.comparison(row)?)))
        .filter(|(.., comparison)| comparison.ratio > BEHIND)
        .collect();
    found.sort_by(|(.., a), (.., b)| b.ratio.total_cmp(&a.ratio));
    let mut text = String::from("## What is better elsewhere\n\n");
    if found.is_empty() {
        text.push_str("Nothing that was measured.\n");
        return text;
    }
    text.push_str("| measure | ours / best | best |\n|---|---:|---|\n");
    for (table, row, Comparison { best, ratio, spread: (low, high) }) in found {
        let title = &table.title;
        writeln!(text, "| {title}: {} | {ratio:.2} ({low:.2}–{high:.2}) | {best} |", row.measure)
            .unwrap_or_default();
    }
    text
}

/// A median and its spread, with three digits that mean something.
fn shown(samples: &Samples) -> String {
    match spread(samples) {
        None => "–".to_owned(),
        Some(_) if samples.len() == 1 => digits(median(samples)),
        Some((low, high)) => {
            format!("{} ({}–{})", digits(median(samples)), digits(low), digits(high))
        }
    }
}

fn digits(value: f64) -> String {
    match value.abs() {
        1e6.. => format!("{:.2}M", value / 1e6),
        1e4.. => format!("{:.0}k", value / 1e3),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// From which ratio on ours is said to be behind: less is noise.
pub const BEHIND: f64 = 1.03;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[(&str, Role)] = &[
        ("floor", Role::Floor),
        ("ours", Role::Ours),
        ("lent", Role::Variant),
        ("a", Role::Peer),
        ("b", Role::Peer),
    ];

    fn table() -> Table {
        let mut table = Table::new("echo", "µs", COLUMNS);
        let cells = [&[0.1, 0.1][..], &[2.0, 4.0], &[1.0, 1.0], &[4.0, 8.0], &[10.0, 10.0]];
        table.push("16 B", cells.map(<[f64]>::to_vec).to_vec());
        table
    }

    #[test]
    fn ours_is_compared_with_the_best_peer_only() {
        let table = table();
        let expected = Comparison { best: "a".to_owned(), ratio: 0.5, spread: (0.5, 0.5) };
        assert_eq!(table.comparison(&table.rows[0]), Some(expected));
    }

    #[test]
    fn ratios_of_rates_are_turned_over() {
        let table = table().rates();
        let comparison = table.comparison(&table.rows[0]).unwrap();
        assert_eq!((comparison.best.as_str(), comparison.spread), ("b", (2.5, 5.0)));
    }

    #[test]
    fn a_measure_that_ours_does_not_have_has_no_ratio() {
        let mut table = table();
        table.rows[0].cells[1].clear();
        assert_eq!(table.comparison(&table.rows[0]), None);
        table.push("1 KiB", vec![vec![0.1], vec![2.0], vec![], vec![3.0], vec![]]);
        let text = table.markdown();
        assert!(text.contains("| 16 B | 0.100 (0.100–0.100) | – | 1.00"), "{text}");
        assert!(text.contains("| 1 KiB | 0.100 | 2.00 | – | 3.00 | – | 0.67 (0.67–0.67) a |"));
    }

    #[test]
    fn a_column_of_nobody_is_left_out() {
        let mut table = table();
        table.rows[0].cells[2].clear();
        assert!(!table.markdown().contains("lent"));
    }

    #[test]
    fn a_table_is_written_with_medians_spreads_and_the_ratio() {
        let text = table().note("In memory.").markdown();
        assert_eq!(
            text,
            "### echo\n\nµs (less is better). In memory.\n\n\
             | | *floor* | **ours** | lent | a | b | ours / best |\n\
             |---|---:|---:|---:|---:|---:|---:|\n\
             | 16 B | 0.100 (0.100–0.100) | 3.00 (2.00–4.00) | 1.00 (1.00–1.00) | 6.00 (4.00–8.00) \
             | 10.0 (10.0–10.0) | 0.50 (0.50–0.50) a |\n"
        );
    }

    #[test]
    fn what_is_better_elsewhere_is_said() {
        assert!(behind(&[table()]).ends_with("Nothing that was measured.\n"));
        let text = behind(&[table(), table().rates()]);
        assert!(text.ends_with("| echo: 16 B | 3.75 (2.50–5.00) | b |\n"), "{text}");
    }

    #[test]
    fn figures_have_three_digits() {
        let all = [0.01234, 1.234, 12.34, 123.4, 12_340.0, 1_234_000.0].map(digits);
        assert_eq!(all, ["0.012", "1.23", "12.3", "123", "12k", "1.23M"]);
    }
}
