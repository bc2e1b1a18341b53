//! Every adapter, with the transport broken at every step.

use ws_conformance::{
    adapter::{self, Adapter},
    sweep,
};

fn each(sweep: fn(&dyn Adapter)) {
    for adapter in adapter::all() {
        sweep(&*adapter);
    }
}

#[test]
fn waiting_short_writes_and_held_writes_change_nothing() {
    each(sweep::patience);
}

#[test]
fn the_nth_operation_fails() {
    each(sweep::faults);
}

#[test]
fn a_stream_that_takes_nothing() {
    each(sweep::nothing_taken);
}

#[test]
fn the_stream_ends_early() {
    each(sweep::ends_early);
}

/// S-14; uWebSockets #1583: use after free when an upgrade is cancelled.
#[test]
fn s_14_dropped_at_every_await() {
    each(sweep::drops);
}
