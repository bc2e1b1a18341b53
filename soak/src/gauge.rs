//! What this process has: heap, descriptors, threads, and the time it has spent on processors.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use cpu_time::ProcessTime;
use stats_alloc::INSTRUMENTED_SYSTEM;

/// What a process has at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Octets that were asked of the allocator and not given back.
    pub(crate) heap: usize,
    /// Open descriptors.
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
    /// Octets of memory that the system has given: the heap, what the allocator keeps of it, stacks, the program.
    pub(crate) resident: usize,
}

impl Usage {
    /// This process, now.
    pub(crate) fn now() -> Self {
        let mut usage = Self { heap: heap(), ..Self::of("self") };
        // One of them is the one to count them with.
        usage.descriptors = usage.descriptors.saturating_sub(1);
        usage
    }

    /// Another process, by its number. Of its heap nothing is known.
    pub(crate) fn of(process: &str) -> Self {
        let entries = |of| fs::read_dir(format!("/proc/{process}/{of}")).map_or(0, Iterator::count);
        let (descriptors, threads) = (entries("fd"), entries("task"));
        Self { heap: 0, descriptors, threads, resident: resident(process) }
    }
}

/// Octets that were asked of the allocator and not given back.
fn heap() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

fn resident(process: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kibibytes.unwrap_or(0_usize) * 1024
}

/// How many descriptors this process may have.
pub(crate) fn max_descriptors() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}

/// The time that all threads of this process have spent on processors, since it began.
pub(crate) fn cpu() -> Duration {
    ProcessTime::try_now().map_or(Duration::ZERO, |time| time.as_duration())
}

/// The same of another process, to a hundredth of a second.
pub(crate) fn cpu_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The second field is the program's name and may have anything in it but a `)` at its end.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    // Linux tells all programs that there are a hundred ticks in a second.
    Duration::from_millis(10 * ticks)
}

/// Looks at the heap a thousand times a second, for the most that it ever is.
#[derive(Debug)]
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
    most: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Begins.
    pub(crate) fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let most = Arc::new(AtomicUsize::new(0));
        let (flag, top) = (Arc::clone(&over), Arc::clone(&most));
        let thread = thread::spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                top.fetch_max(heap(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { over, most, thread }
    }

    /// Ends, and gives the most octets there were.
    pub(crate) fn most(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.most.load(Ordering::Relaxed)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn time_on_a_processor_is_seen_from_within_and_from_without() {
        let start = cpu();
        while cpu() < start + Duration::from_millis(50) {}
        let (before, without, after) = (cpu(), cpu_of("self"), cpu());
        // Both count whole ticks, of time in the system and of time outside of it.
        let tick = Duration::from_millis(20);
        assert!(
            without + tick >= before && without <= after + tick,
            "{before:?} {without:?} {after:?}"
        );
    }

    /// Other tests may do the same things on other threads meanwhile, but far less of them.
    #[test]
    fn what_is_allocated_and_opened_is_seen() {
        let before = Usage::now();
        let memory = vec![1_u8; 256 << 20];
        let files: Vec<_> =
            (0..100).map(|_| fs::File::open("/proc/self/status").unwrap()).collect();
        let watches: Vec<_> = (0..50).map(|_| Watch::new()).collect();
        let now = Usage::now();
        assert!(now.heap >= before.heap + memory.len() / 2, "{before:?} {now:?}");
        assert!(now.resident >= before.resident + memory.len() / 2, "{before:?} {now:?}");
        assert!(now.descriptors >= before.descriptors + files.len() / 2, "{before:?} {now:?}");
        assert!(now.threads >= before.threads + watches.len() / 2, "{before:?} {now:?}");
        thread::sleep(Duration::from_millis(100));
        let most: Vec<_> = watches.into_iter().map(Watch::most).collect();
        assert!(most.iter().any(|most| *most >= memory.len()), "{most:?}");
    }
}
