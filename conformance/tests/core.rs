//! The vectors over the core itself.

use conformance::{
    core_subject::CoreSubject,
    suite::{Plan, run_vectors},
    vector,
};

#[test]
fn the_core_passes_every_vector_in_every_delivery() {
    let vectors = vector::load_own().unwrap();
    let report = run_vectors(&CoreSubject { keep_alive: false }, &vectors, &Plan::default());
    report.assert_clean();
    assert_eq!(report.skipped, []);
    assert!(report.runs > 100_000, "{} runs", report.runs);
}

#[test]
fn the_core_passes_every_server_vector_with_keep_alive() {
    let mut vectors = vector::load_own().unwrap();
    vectors.retain(|vector| vector.role == vector::Role::Server);
    let report = run_vectors(&CoreSubject { keep_alive: true }, &vectors, &Plan::default());
    report.assert_clean();
    assert_eq!(report.skipped, []);
}
