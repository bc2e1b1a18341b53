//! Whether work grows with the input and not faster.

use std::time::Duration;

use cpu_time::ThreadTime;

/// Twice the input takes at most 2.2 times as long, in time of the processor that this thread gets, whatever else the
/// machine does. The best of several measurements counts, and only a row of bad ones fails: caches are shared with
/// others.
///
/// # Panics
///
/// When it takes longer each time.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn assert_linear(what: &str, mut run: impl FnMut(usize) -> Duration) {
    // Some allocators keep memory of such lengths from then on. Without it they get the larger of the
    // two from the system again each time, page by page, and that is what would be measured.
    drop(vec![1_u8; 8 << 20]);
    let mut ratios = Vec::new();
    for _ in 0..8 {
        let (mut one, mut two) = (Duration::MAX, Duration::MAX);
        for _ in 0..5 {
            one = one.min(run(1));
            two = two.min(run(2));
        }
        let ratio = two.as_secs_f64() / one.as_secs_f64();
        if ratio <= 2.2 {
            return;
        }
        ratios.push((one, two));
    }
    panic!("{what}: twice the input takes {ratios:?}");
}

/// Time of the processor.
pub fn time(run: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    run();
    start.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Work that a counter of its own bounds, so that nothing depends on the machine.
    #[test]
    #[should_panic(expected = "square: twice the input takes")]
    fn what_grows_faster_is_found() {
        assert_linear("square", |times| Duration::from_millis((times * times) as u64));
    }

    #[test]
    fn what_grows_with_the_input_passes() {
        assert_linear("line", |times| Duration::from_millis(times as u64));
    }
}
