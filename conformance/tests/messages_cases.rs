//! Every case of the message layer over every adapter, in every manner: however the peer's octets are cut, however
//! little the stream takes at a time, however often it makes wait, and with every call dropped wherever it waits.

use std::time::Instant;

use conformance::{
    adapter,
    messages::{
        cases,
        run::{Manner, check_all, run},
        socket::{self, Adapter},
    },
};

fn passes(adapter: &dyn Adapter) {
    let start = Instant::now();
    let mut cases = cases::all();
    cases.retain(|case| !(case.comes_back && adapter.blocks()));
    let runs = check_all(adapter, &cases);
    eprintln!("{}: {} cases, {runs} runs in {:?}", adapter.name(), cases.len(), start.elapsed());
}

#[cfg(feature = "tokio")]
#[test]
fn tokio_passes_every_case_in_every_manner() {
    passes(&adapter::Tokio::new());
}

#[cfg(feature = "smol")]
#[test]
fn smol_passes_every_case_in_every_manner() {
    passes(&adapter::Smol);
}

#[cfg(feature = "async-std")]
#[test]
fn async_std_passes_every_case_in_every_manner() {
    passes(&adapter::AsyncStd);
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_passes_every_case_in_every_manner() {
    passes(&adapter::Blocking);
}

#[cfg(feature = "blocking")]
#[test]
fn nonblocking_passes_every_case_in_every_manner() {
    passes(&adapter::NonBlocking);
}

/// The same list of verdicts from every adapter, whatever is expected.
#[test]
fn all_adapters_come_to_the_same() {
    let adapters = socket::all();
    for case in cases::all() {
        if case.is_slow {
            continue;
        }
        let mut verdicts = adapters
            .iter()
            .filter(|adapter| !(case.comes_back && adapter.blocks()))
            .map(|adapter| (adapter.name(), run(&**adapter, &case, &Manner::plain())));
        let Some((first, verdict)) = verdicts.next() else { continue };
        let verdict = verdict.unwrap().verdict;
        for (name, other) in verdicts {
            assert_eq!(other.unwrap().verdict, verdict, "{}: {first} and {name} differ", case.name);
        }
    }
}
