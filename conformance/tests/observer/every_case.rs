//! All cases of messages: whatever happens, what is told adds up.

use conformance::messages::{
    cases,
    run::{Manner, check},
    socket,
};

use crate::recorder::Recorder;

#[test]
fn one_opening_one_end_and_sums_that_are_right() {
    for adapter in socket::all() {
        for mut case in cases::all() {
            if case.comes_back && conformance::adapter::Adapter::blocks(&*adapter) {
                continue;
            }
            let recorder = Recorder::default();
            case.config = case.config.observer(recorder.clone());
            // Also: nothing is different for being observed.
            if let Err(failure) = check(&*adapter, &case, &Manner::plain()) {
                panic!("{failure}");
            }
            let who = format!("{}, {} ({:?})", adapter.name(), case.name, case.role);
            let told = recorder.told();
            assert_eq!(told.first().map(String::as_str), Some("open"), "{who}");
            let ends = told.iter().filter(|words| words.starts_with("closed: ")).count();
            assert_eq!(ends, 1, "{who}: {told:?}");
            let end = told.last().unwrap();
            assert!(end.starts_with("closed: "), "{who}: {told:?}");
            let sums = [sum(&told, "got "), sum(&told, "sent ")];
            let said = format!("got {}, sent {}", sums[0], sums[1]);
            assert!(end.ends_with(&said), "{who}: {told:?}, {said}");
            assert_eq!(recorder.ids().len(), 1, "{who}");
        }
    }
}

/// `1 of 5 in 11`, of all that were told with this word.
fn sum(told: &[String], word: &str) -> String {
    let numbers = |words: &String| {
        let mut numbers = words.strip_prefix(word)?.split(' ').filter_map(|it| it.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    let all: Vec<(u64, u64)> = told.iter().filter_map(numbers).collect();
    if all.is_empty() {
        return "none".to_owned();
    }
    let [len, wire_len] = [all.iter().map(|it| it.0).sum(), all.iter().map(|it| it.1).sum::<u64>()];
    let len: u64 = len;
    format!("{} of {len} in {wire_len}", all.len())
}
