//! What the figures are to come to. The report says of each goal how far ours is; what is known of those that
//! are not met is in `docs/performance.md`.

use std::fmt::Write;

use crate::{
    report::{BEHIND, Role, Table},
    stats::{median, ratios},
};

/// What a figure of ours is next to.
#[derive(Clone, Copy, Debug)]
enum Next {
    Floor,
    /// The peer whose median is best.
    Best,
    /// The best of the peers of these names.
    Among(&'static [&'static str]),
    /// It stands for itself.
    Nothing,
}

/// A cost that is to be no more than so many times another one.
#[derive(Clone, Copy, Debug)]
struct Goal {
    table: &'static str,
    measure: &'static str,
    /// Which column of ours; `None` for the one that is compared with the peers.
    column: Option<&'static str>,
    next: Next,
    most: f64,
}

/// The goals next to the figures, as Markdown; none where nothing was measured that there is a goal for.
pub fn markdown(tables: &[Table]) -> String {
    let mut rows = String::new();
    for goal in GOALS {
        let Some(table) = tables.iter().find(|table| table.title == goal.table) else { continue };
        let reached = match goal.reached(table) {
            None => "– | – | – | not measured".to_owned(),
            Some((ours, next, value)) => {
                // What cannot be told apart from the goal on a noisy machine is not called missed.
                let met = if value <= goal.most * BEHIND { "yes" } else { "**no**" };
                format!("{ours} | {next} | {value:.2} | {met}")
            }
        };
        writeln!(rows, "| {}: {} | {:.2} | {reached} |", goal.table, goal.measure, goal.most)
            .unwrap_or_default();
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "## Goals\n\nCosts of ours, as multiples of the least that anybody has to do, or of the best other \
         library; or, next to nothing, in the unit of the table. Up to {:.0} % more counts as met.\n\n\
         | measure | goal | ours | next to | is | met |\n|---|---:|---|---|---:|---|\n{rows}",
        (BEHIND - 1.0) * 100.0
    )
}

impl Goal {
    /// Whose figure it is, next to whose, and what it comes to.
    fn reached<'t>(&self, table: &'t Table) -> Option<(&'t str, &'t str, f64)> {
        let row = table.rows.iter().find(|row| row.measure == self.measure)?;
        let (ours, cell) = match self.column {
            Some(name) => table.of_role(row, Role::Variant).find(|(column, _)| *column == name)?,
            None => table.of_role(row, Role::Ours).next()?,
        };
        let (next, other) = match self.next {
            Next::Nothing => return Some((ours, "–", median(cell))),
            Next::Floor => table.of_role(row, Role::Floor).next()?,
            Next::Best => table.best_peer(row)?,
            Next::Among(names) => table
                .of_role(row, Role::Peer)
                .filter(|(column, _)| names.contains(column))
                .min_by(|(_, a), (_, b)| median(a).total_cmp(&median(b)))?,
        };
        Some((ours, next, median(&ratios(cell, other))))
    }
}

const fn floor(table: &'static str, measure: &'static str, most: f64) -> Goal {
    Goal { table, measure, column: None, next: Next::Floor, most }
}

const fn best(table: &'static str, measure: &'static str, most: f64) -> Goal {
    Goal { table, measure, column: None, next: Next::Best, most }
}

const fn among(
    peers: &'static [&'static str],
    table: &'static str,
    measure: &'static str,
    most: f64,
) -> Goal {
    Goal { table, measure, column: None, next: Next::Among(peers), most }
}

const fn alone(table: &'static str, measure: &'static str, most: f64) -> Goal {
    Goal { table, measure, column: None, next: Next::Nothing, most }
}

const fn of(column: &'static str, goal: Goal) -> Goal {
    Goal { column: Some(column), ..goal }
}

pub(crate) const HANDSHAKES: &str = "Handshakes in memory";
pub(crate) const RECEIVING: &str = "Receiving, as a server";
const SENDING: &str = "Sending, as a client";
const LOOPS: &str = "Loops over payloads";
const LANGUAGES: &str = "Loopback on other languages' runtimes: cost";
pub(crate) const LOOPBACK: &str = "Loopback on tokio: cost";
pub(crate) const MEMORY: &str = "Memory of a connection";
const DEFLATE: &str = "Compressed echo: cost";
const REPLIES: &str = "Compressed echo: length of a reply";
pub(crate) const FAN_OUT: &str = "One message to many";
pub(crate) const GROWTH: &str = "Growth, in memory";
pub(crate) const GROWTH_FLAT: &str = "most / least";
pub(crate) const WEIGHT: &str = "Weight of an echo server";

/// The peers whose masks come from a generator that is meant for secrets.
const CRYPTOGRAPHIC: &[&str] = &["tungstenite", "fastwebsockets", "soketto", "yawc"];

const GOALS: &[Goal] = &[
    floor(HANDSHAKES, "accept a browser's request", 1.0 / 0.55),
    among(&["soketto"], HANDSHAKES, "accept a browser's request", 1.0 / 1.2),
    among(&["sockudo-ws"], HANDSHAKES, "connect", 1.0),
    among(&["tokio-websockets"], HANDSHAKES, "connect", 1.0 / 1.15),
    best(RECEIVING, "16 B binary", 0.5),
    best(RECEIVING, "125 B binary", 0.5),
    best(RECEIVING, "1 KiB binary", 0.5),
    best(RECEIVING, "16 KiB binary", 1.0),
    best(RECEIVING, "64 KiB binary", 1.0),
    best(RECEIVING, "1 MiB binary", 1.0),
    best(LOOPS, "mask 64 B", 1.0),
    best(LOOPS, "mask 256 B", 1.0),
    best(LOOPS, "mask 1 KiB", 1.0),
    best(SENDING, "16 B binary", 1.2),
    among(CRYPTOGRAPHIC, SENDING, "16 B binary", 1.0),
    best(SENDING, "125 B binary", 1.2),
    among(CRYPTOGRAPHIC, SENDING, "125 B binary", 1.0),
    best(SENDING, "1 KiB binary", 1.2),
    among(CRYPTOGRAPHIC, SENDING, "1 KiB binary", 1.0),
    best(LOOPBACK, "1 connection, 16 B", 1.0),
    best(LOOPBACK, "1 connection, 1 KiB", 1.0),
    best(LOOPBACK, "1 connection, 16 KiB", 1.0),
    best(LANGUAGES, "1 connection, 16 B", 1.0),
    best(LANGUAGES, "1 connection, 1 KiB", 1.0),
    best(DEFLATE, "1 KiB of JSON", 1.0),
    best(REPLIES, "1 KiB of JSON", 1.0),
    best(DEFLATE, "1 KiB of JSON, no takeover", 1.0),
    best(REPLIES, "1 KiB of JSON, no takeover", 1.0),
    best(DEFLATE, "1 KiB of JSON, no takeover, 16 connections", 1.0),
    alone(MEMORY, "idle, in use", 1600.0 / 1024.0),
    of(GROWTH_FLAT, alone(GROWTH, "heap, KiB", 1.1)),
    of(GROWTH_FLAT, alone(GROWTH, "in use, KiB", 1.1)),
    of(GROWTH_FLAT, alone(GROWTH, "ping and pong, ns of CPU", 1.1)),
    of(GROWTH_FLAT, alone(GROWTH, "delivery, ns of CPU", 1.1)),
    best(FAN_OUT, "in memory, 10000 connections", 1.0 / 3.0),
    best(FAN_OUT, "sockets, 3000 connections", 1.0 / 3.0),
    floor(WEIGHT, "seconds of CPU to build it", 1.6),
    alone(WEIGHT, "crates in it", 25.0),
    alone(WEIGHT, "KiB of binary", 750.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [
            ("floor", Role::Floor),
            ("ws-core", Role::Variant),
            ("ours", Role::Ours),
            ("soketto", Role::Peer),
            ("b", Role::Peer),
        ];
        let mut table = Table::new(HANDSHAKES, "ns", &columns);
        let cells = [[1.0, 2.0], [1.3, 2.6], [3.0, 6.0], [4.0, 8.0], [2.0, 4.0]];
        table.push("accept a browser's request", cells.map(|cell| cell.to_vec()).to_vec());
        table
    }

    #[test]
    fn each_is_next_to_what_it_is_to_be_next_to() {
        let text = markdown(&[table()]);
        let measure = "Handshakes in memory: accept a browser's request";
        for line in ["1.82 | ours | floor | 3.00 | **no**", "0.83 | ours | soketto | 0.75 | yes"] {
            assert!(text.contains(&format!("| {measure} | {line} |\n")), "{line}: {text}");
        }
        assert!(text.ends_with(": connect | 0.87 | – | – | – | not measured |\n"), "{text}");
    }

    #[test]
    fn what_was_not_measured_is_left_out() {
        let mut table = table();
        table.title = "something else".to_owned();
        assert_eq!(markdown(&[table]), "");
    }
}
