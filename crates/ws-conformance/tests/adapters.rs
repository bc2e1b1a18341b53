//! The vectors over every adapter.

use ws_conformance::{
    adapter::{self, Adapter},
    adapter_subject::AdapterSubject,
    core_subject::CoreSubject,
    suite::{Plan, disagreements, run_vectors},
    vector::{self, Role},
};

/// Full splits, as for the core; fewer of the octets handed over beforehand.
const PLAN: Plan = Plan { full_split_len: 2000, step: 509, handed_step: 61 };

fn passes(adapter: &dyn Adapter) {
    let start = std::time::Instant::now();
    let vectors = vector::load_own().unwrap();
    let report = run_vectors(&AdapterSubject::new(adapter), &vectors, &PLAN);
    eprintln!("{}: {} runs in {:?}", report.subject, report.runs, start.elapsed());
    report.assert_clean();
    let skipped = report.skipped.iter().filter(|(id, _)| !id.contains("/prebuilt/")).count();
    assert_eq!(skipped, 0, "{:?}", report.skipped);
}

#[cfg(feature = "tokio")]
#[test]
fn tokio_passes_every_vector_in_every_delivery() {
    passes(&adapter::Tokio::new());
}

#[cfg(feature = "smol")]
#[test]
fn smol_passes_every_vector_in_every_delivery() {
    passes(&adapter::Smol);
}

#[cfg(feature = "async-std")]
#[test]
fn async_std_passes_every_vector_in_every_delivery() {
    passes(&adapter::AsyncStd);
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_passes_every_vector_in_every_delivery() {
    passes(&adapter::Blocking);
}

#[cfg(feature = "blocking")]
#[test]
fn nonblocking_passes_every_vector_in_every_delivery() {
    passes(&adapter::NonBlocking);
}

/// The same input, the same octets on the wire, the same error: by whichever adapter, and by the core alone.
#[test]
fn all_adapters_come_to_the_same() {
    let vectors = vector::load_own().unwrap();
    let whole = Plan { full_split_len: 0, step: usize::MAX, handed_step: 0 };
    let core = run_vectors(&CoreSubject::default(), &vectors, &whole);
    for adapter in adapter::all() {
        let report = run_vectors(&AdapterSubject::new(&*adapter), &vectors, &whole);
        let mut found = disagreements(&core, &report);
        // The core waits for the body of a refusal; an adapter has a clock, and stops waiting.
        found.retain(|text| {
            !["client/body/length-nine-million", "client/body/to-eof-not-yet"]
                .iter()
                .any(|id| text.starts_with(id))
        });
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert!(report.verdicts.len() + report.skipped.len() == vectors.len());
    }
}

/// With the request in hand, and with connections that are kept.
#[test]
fn step_by_step_comes_to_the_same() {
    let mut vectors = vector::load_own().unwrap();
    vectors.retain(|vector| vector.role == Role::Server);
    let few = Plan { full_split_len: 0, step: usize::MAX, handed_step: 0 };
    for keep_alive in [false, true] {
        let core = run_vectors(&CoreSubject { keep_alive }, &vectors, &few);
        for adapter in adapter::all() {
            for steps in [false, true] {
                if steps && adapter.name().ends_with("non-blocking") {
                    continue;
                }
                let subject = AdapterSubject { adapter: &*adapter, steps, keep_alive };
                let report = run_vectors(&subject, &vectors, &few);
                report.assert_clean();
                let found = disagreements(&core, &report);
                assert!(found.is_empty(), "{}", found.join("\n"));
            }
        }
    }
}
