//! Runs the vectors over a subject, in every delivery.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
};

use crate::{
    adapter::Adapter,
    adapter_subject::AdapterSubject,
    delivery::Delivery,
    fill::fill,
    judge::{Difference, judge},
    observed::Observed,
    subject::Subject,
    sweep,
    vector::{Role, Vector},
};

/// Which deliveries are run besides the whole input and one octet at a time.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Inputs up to this length, in bytes, are cut at every place.
    pub full_split_len: usize,
    /// Longer inputs are cut at every multiple of this, and near the start, the end, the end of the
    /// head and the powers of two buffers like to have; `usize::MAX` for not at all.
    pub step: usize,
    /// A server is handed the first octets in a buffer, cut at every multiple of this; 0 for never.
    pub handed_step: usize,
}

impl Default for Plan {
    /// Full splits up to 2000 bytes. The dozen longer inputs of the set, up to 17 kB, are padding
    /// for the most part: cutting those everywhere would be nine tenths of all octets fed, and what
    /// is new behind their first 2000 bytes is limits and buffer sizes, near which they are cut.
    fn default() -> Self {
        Self { full_split_len: 2000, step: 509, handed_step: 7 }
    }
}

/// What came of all vectors.
#[derive(Debug)]
pub struct Report {
    /// The name of the subject.
    pub subject: String,
    /// How many handshakes were run.
    pub runs: usize,
    /// Vectors not run, and why.
    pub skipped: Vec<(String, &'static str)>,
    /// Everything that was wrong.
    pub failures: Vec<Failure>,
    /// What came of each vector, delivered whole, by id.
    pub verdicts: Vec<(String, Observed)>,
}

/// One run that went wrong.
#[derive(Debug)]
pub struct Failure {
    /// Of the vector.
    pub id: String,
    /// In words.
    pub title: String,
    /// How the octets arrived.
    pub delivery: Delivery,
    /// The clauses that do not hold.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}), {}", self.id, self.title, self.delivery)?;
        self.differences.iter().try_for_each(|difference| write!(f, "\n    {difference}"))
    }
}

impl Report {
    /// Ends the test when anything was wrong; the message names the first failures.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn assert_clean(&self) {
        if self.failures.is_empty() {
            return;
        }
        let mut ids: Vec<_> = self.failures.iter().map(|failure| failure.id.as_str()).collect();
        ids.dedup();
        let mut text = format!(
            "{}: {} of {} runs failed, {} vectors\n",
            self.subject,
            self.failures.len(),
            self.runs,
            ids.len()
        );
        // One delivery per vector is enough to read.
        let mut last = "";
        for failure in self.failures.iter().filter(|f| std::mem::replace(&mut last, &f.id) != f.id)
        {
            text += &format!("  {failure}\n");
        }
        panic!("{text}");
    }
}

/// Runs every vector whole, one octet at a time, and cut in two as the plan says. Each run is
/// judged, and has to come to the same as the whole delivery.
pub fn run_vectors(subject: &dyn Subject, vectors: &[Vector], plan: &Plan) -> Report {
    let mut report = Report {
        subject: subject.name().to_owned(),
        runs: 0,
        skipped: Vec::new(),
        failures: Vec::new(),
        verdicts: Vec::new(),
    };
    for vector in vectors {
        if let Some(reason) = subject.skip(vector) {
            report.skipped.push((vector.id.clone(), reason));
            continue;
        }
        let mut reference: Option<(Observed, Vec<Difference>)> = None;
        for delivery in deliveries(vector, plan) {
            report.runs += 1;
            let differences = match (run(subject, vector, delivery), &reference) {
                (Err(message), _) => vec![difference("panic", "none", &message)],
                (Ok(observed), Some((verdict, judged))) => {
                    let this = observed.clone().verdict();
                    // What was judged once need not be judged again.
                    match this == *verdict {
                        true => judged.clone(),
                        false => {
                            let mut all = unlike(verdict, &this);
                            all.extend(judge(vector, &observed).err().unwrap_or_default());
                            all
                        }
                    }
                }
                (Ok(observed), None) => {
                    let judged = judge(vector, &observed).err().unwrap_or_default();
                    reference = Some((observed.verdict(), judged.clone()));
                    judged
                }
            };
            if !differences.is_empty() {
                let (id, title) = (vector.id.clone(), vector.title.clone());
                report.failures.push(Failure { id, title, delivery, differences });
            }
        }
        report.verdicts.extend(reference.map(|(verdict, _)| (vector.id.clone(), verdict)));
    }
    report
}

/// Everything an adapter is put through: the vectors in every delivery, and the
/// [sweeps](crate::sweep).
///
/// # Panics
///
/// When anything is wrong.
pub fn run_all(adapter: &dyn Adapter, vectors: &[Vector], plan: &Plan) -> Report {
    let report = run_vectors(&AdapterSubject::new(adapter), vectors, plan);
    report.assert_clean();
    sweep::all(adapter);
    report
}

/// Makes a module of tests out of an adapter, one for each thing it is put through.
///
/// ```
/// mod tests {
///     conformance::suite!(blocking, conformance::adapter::Blocking);
/// }
/// ```
#[macro_export]
macro_rules! suite {
    ($name:ident, $adapter:expr) => {
        mod $name {
            #[test]
            fn every_vector_in_every_delivery() {
                let vectors = $crate::vector::load_own().unwrap();
                let adapter = $adapter;
                let subject = $crate::adapter_subject::AdapterSubject::new(&adapter);
                let plan = $crate::suite::Plan { handed_step: 61, ..Default::default() };
                let report = $crate::suite::run_vectors(&subject, &vectors, &plan);
                report.assert_clean();
                // The only way in that an adapter may lack.
                assert!(report.skipped.iter().all(|(id, _)| id.contains("/prebuilt/")));
                assert!(report.runs > 100_000, "{} runs", report.runs);
            }

            #[test]
            fn waiting_short_writes_and_held_writes_change_nothing() {
                $crate::sweep::patience(&$adapter);
            }

            #[test]
            fn the_nth_operation_fails() {
                $crate::sweep::faults(&$adapter);
            }

            #[test]
            fn a_stream_that_takes_nothing() {
                $crate::sweep::nothing_taken(&$adapter);
            }

            #[test]
            fn the_stream_ends_early() {
                $crate::sweep::ends_early(&$adapter);
            }

            /// S-14; uWebSockets #1583: use after free when an upgrade is cancelled.
            #[test]
            fn s_14_dropped_at_every_await() {
                $crate::sweep::drops(&$adapter);
            }
        }
    };
}

/// Where two subjects come to different ends, in words; empty when nowhere.
pub fn disagreements(one: &Report, other: &Report) -> Vec<String> {
    let mut all = Vec::new();
    for (id, verdict) in &one.verdicts {
        let Some((_, second)) = other.verdicts.iter().find(|(other_id, _)| other_id == id) else {
            continue;
        };
        for difference in unlike(verdict, second) {
            all.push(format!("{id}: {} {difference} by {}", one.subject, other.subject));
        }
    }
    all
}

fn run(subject: &dyn Subject, vector: &Vector, delivery: Delivery) -> Result<Observed, String> {
    panic::catch_unwind(AssertUnwindSafe(|| match vector.role {
        Role::Server => subject.server(vector, delivery),
        Role::Client => subject.client(vector, delivery),
    }))
    .map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("?").to_owned()
    })
}

/// The whole input always comes first.
fn deliveries(vector: &Vector, plan: &Plan) -> Vec<Delivery> {
    let len = match vector.role {
        Role::Server => vector.input.len(),
        // The places a client's key fills are longer than their names.
        Role::Client => fill(&vector.input, "dGhlIHNhbXBsZSBub25jZQ==").len(),
    };
    if vector.config.buffered {
        return (0..=len)
            .rev()
            .filter(|at| *at == len || at % 5 == 0)
            .map(Delivery::Handed)
            .collect();
    }
    if vector.config.prebuilt {
        return vec![Delivery::Whole];
    }
    let mut all = vec![Delivery::Whole, Delivery::Bytewise];
    if len <= plan.full_split_len {
        all.extend(Delivery::every_split(len));
    } else if plan.step < usize::MAX {
        let head = vector.input.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
        let near = [head + 4, 1024, 2048, 4096, 8192, 16_384];
        all.extend(Delivery::some_splits(len, plan.step, &near));
    }
    if vector.role == Role::Server && plan.handed_step > 0 {
        all.extend((1..=len).step_by(plan.handed_step).map(Delivery::Handed));
    }
    all
}

/// The result must not depend on how the octets arrive, nor on who carries them.
fn unlike(reference: &Observed, verdict: &Observed) -> Vec<Difference> {
    let shown = |octets: &[u8]| octets.escape_ascii().to_string();
    let mut all = Vec::new();
    for (what, one, other) in [
        ("wire", &reference.wire, &verdict.wire),
        ("leftover", &reference.leftover, &verdict.leftover),
    ] {
        if one != other {
            all.push(difference(what, &shown(one), &shown(other)));
        }
    }
    macro_rules! compare {
        ($($field:ident),*) => { $(
            if reference.$field != verdict.$field {
                let (one, other) = (&reference.$field, &verdict.$field);
                all.push(difference(stringify!($field), &format!("{one:?}"), &format!("{other:?}")));
            }
        )* };
    }
    compare!(outcome, error, status, headers, body, body_complete, closed, deflate, subprotocol);
    all
}

fn difference(what: &'static str, expected: &str, got: &str) -> Difference {
    Difference { what, expected: expected.to_owned(), got: got.to_owned() }
}
