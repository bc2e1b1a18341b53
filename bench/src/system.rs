//! What the operating system knows about processes: time on a processor, memory, limits.

use std::{
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::{
    param::clock_ticks_per_second,
    process::{Resource, getrlimit, setpriority_process, setrlimit},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

use crate::peers::Result;

/// Nanoseconds that this thread has spent on a processor.
pub fn thread_cpu() -> u64 {
    nanoseconds(ClockId::ThreadCPUTime)
}

/// Nanoseconds that this process has spent on processors: all of its threads, also those that have
/// ended.
pub fn process_cpu() -> u64 {
    nanoseconds(ClockId::ProcessCPUTime)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// Seconds that the children of this process, and their children, have spent on processors, as far
/// as they have ended and been waited for.
///
/// # Errors
///
/// There is no `/proc`.
pub fn children_cpu() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name and may have anything in it but a `)` at its end.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name")?;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(13).take(2).map_while(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / clock_ticks_per_second() as f64)
}

/// Nanoseconds that another process has spent on processors: those of its threads that have not ended.
///
/// # Errors
///
/// There is no such process, or no `/proc`.
pub fn cpu_of(process: u32) -> Result<f64> {
    let mut sum = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let times = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let time: f64 = times.split(' ').next().unwrap_or_default().parse()?;
        sum += time;
    }
    Ok(sum)
}

/// Bytes of memory that this process has in use; 0 where that is not to be known.
pub fn resident_len() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * rustix::param::page_size()
}

/// The two cores to use, one for the server and one for the load. `None` if there are not two.
pub fn two_cores() -> Option<[usize; 2]> {
    let allowed = sched_getaffinity(None).ok()?;
    let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
    Some([cores.next()?, cores.next()?])
}

/// Keeps this thread, and those that it starts from now on, on one core.
///
/// # Errors
///
/// The system says no.
pub fn pin(core: usize) -> Result {
    let mut cores = CpuSet::new();
    cores.set(core);
    Ok(sched_setaffinity(None, &cores)?)
}

/// Keeps this thread on one core until this value is dropped, and what it starts meanwhile for good.
#[derive(Debug)]
pub struct Pinned {
    before: CpuSet,
}

impl Pinned {
    /// Begins.
    ///
    /// # Errors
    ///
    /// The system says no.
    pub fn new(core: usize) -> Result<Self> {
        let before = sched_getaffinity(None)?;
        pin(core)?;
        Ok(Self { before })
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let _back = sched_setaffinity(None, &self.before);
    }
}

/// Keeps a core from falling asleep for as long as this value lives.
///
/// A server that waits between any two messages leaves its core idle. What it takes to wake it, on a
/// virtual machine above all, is several times what the message takes, and changes from one second
/// to the next. A thread of the lowest priority spins there instead; a thread with something to do
/// goes first.
#[derive(Debug)]
pub struct Awake {
    over: Arc<AtomicBool>,
}

impl Awake {
    /// Begins.
    pub fn new(core: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&over);
        std::thread::spawn(move || {
            // A thread that cannot be put behind all others must not spin.
            if pin(core).is_ok() && setpriority_process(None, 19).is_ok() {
                while !flag.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            }
        });
        Self { over }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Allows as many open files as may be allowed.
///
/// # Errors
///
/// The system says no.
pub fn raise_open_files() -> Result {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// Starts this program again with an allocator and a `memcpy` that do not depend on luck.
///
/// glibc copies long blocks with `rep movsb`, which takes up to three times as long when the target
/// begins a few bytes behind the source's place in a page. Where an allocator puts a buffer would
/// decide who is ahead, so it is switched off for all sides alike.
///
/// # Errors
///
/// The program cannot be started.
pub fn with_even_memcpy() -> Result {
    let value = "glibc.cpu.x86_rep_movsb_threshold=1073741824";
    if std::env::var("GLIBC_TUNABLES").is_ok_and(|tunables| tunables.contains(value)) {
        return Ok(());
    }
    let mut again = Command::new(std::env::current_exe()?);
    Err(again.args(std::env::args_os().skip(1)).env("GLIBC_TUNABLES", value).exec().into())
}

/// The day, as in 2026-11-29, in UTC; empty where it is not to be known.
pub fn today() -> String {
    let date = Command::new("date").args(["-u", "+%F"]).stderr(Stdio::null()).output();
    date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// What this machine and its compiler are, and the profile that it was used with.
pub fn description(tuned: bool) -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc").arg("-V").stderr(Stdio::null()).output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let profile = if tuned {
        "release profile with thin LTO and one codegen unit"
    } else {
        "cargo's default release profile"
    };
    format!(
        "{}, {cores} cores, Linux {}, {}, {profile}",
        model.unwrap_or("unknown processor").trim(),
        kernel.trim(),
        rustc.unwrap_or_default()
    )
}
