//! How much each handshake weighs, and the rule behind it in a sentence.
//!
//! The vectors are read strictly, which is not the only way to read the RFCs. What they leave open is information here.

mod answers;
mod fields;
mod requests;
mod row;

use crate::grade::Grade;
use crate::vector::{Outcome, Vector};
use crate::wire::frame::Received;

/// The grade and the rule of a vector.
pub(super) fn of(vector: &Vector) -> (Grade, &'static str) {
    let fitting = rows().filter(|(prefix, ..)| vector.id.starts_with(prefix));
    let longest = fitting.max_by_key(|(prefix, ..)| prefix.len());
    let (grade, text) =
        longest.map_or((Grade::Information, UNKNOWN), |(_, grade, text)| (*grade, text));
    let is_open = vector.outcomes.len() > 1;
    match vector.outcomes[..] {
        [Outcome::Open] if vector.role == "server" && !vector.leftover.is_empty() => {
            (Grade::Information, EARLY)
        }
        _ => (if is_open { Grade::Information } else { grade }, text),
    }
}

fn rows() -> impl Iterator<Item = &'static row::Row> {
    [requests::ROWS, fields::ROWS, answers::ROWS].into_iter().flatten()
}

/// RFC 6455 4.1
const EARLY: &str = "A client must wait for the answer before it sends frames: what becomes of those that come with the request is up to the server.";

const UNKNOWN: &str = "No rule is known.";

/// Whether it can be seen from outside what a client makes of a vector: whole frames behind the head can be answered.
pub(super) fn is_seen(vector: &Vector) -> bool {
    let mut rest = &vector.leftover[..];
    if vector.outcomes != [Outcome::Open] {
        return true;
    }
    while !rest.is_empty() {
        match Received::parse(rest) {
            Ok(Some((frame, len)))
                if frame.opcode <= 10 && frame.reserved == 0 && !frame.masked =>
            {
                rest = &rest[len..];
            }
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector;

    #[test]
    fn every_vector_has_a_row_and_every_row_a_vector() {
        let vectors: Vec<_> =
            ["server", "client"].iter().flat_map(|role| vector::all(role).unwrap()).collect();
        for vector in &vectors {
            assert_ne!(of(vector).1, UNKNOWN, "{}", vector.id);
        }
        for (prefix, ..) in rows() {
            assert!(vectors.iter().any(|vector| vector.id.starts_with(prefix)), "{prefix}");
        }
    }

    #[test]
    fn what_is_open_fails_nobody() {
        for vector in vector::all("server").unwrap() {
            if vector.outcomes.len() > 1 {
                assert_eq!(of(&vector).0, Grade::Information, "{}", vector.id);
            }
        }
    }
}
