//! How much memory a process on this machine has, which only Linux tells.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, thread};

/// What may grow how far: names of cases have one of these in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// What is only declared, or is cut off: as far as was said.
    Declared,
    /// The same, or four times the longest message.
    Inflated,
    /// What has really been sent: eight times as far, since what a collector of garbage has not yet taken is not hoarded.
    Sent,
}

impl Bound {
    /// Of a case; `None` when it is not about memory.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let rows = [
            ("/declared/", Self::Declared),
            ("-2-40", Self::Declared),
            ("/stage/endless", Self::Declared),
            ("/compressed/bomb", Self::Inflated),
            ("/flood/", Self::Sent),
        ];
        rows.iter().find(|(part, _)| id.contains(part)).map(|(_, bound)| *bound)
    }

    /// In octets.
    pub(crate) fn octets(self, max_growth: u64, max_message: Option<usize>) -> u64 {
        match self {
            Self::Declared => max_growth,
            Self::Inflated => max_growth.max(max_message.unwrap_or_default() as u64 * 4),
            Self::Sent => max_growth.saturating_mul(8),
        }
    }
}

/// Processes that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pids: Vec<u32>,
}

impl Process {
    /// The one with this number.
    ///
    /// # Errors
    ///
    /// When nothing can be told of it.
    pub(crate) fn new(pid: u32) -> Result<Self, String> {
        let process = Self { pids: vec![pid] };
        match process.resident() {
            Some(_) => Ok(process),
            None => Err(format!("the memory of process {pid} cannot be told")),
        }
    }

    /// Those that listen at an address of this machine.
    pub(crate) fn listening(address: SocketAddr) -> Option<Self> {
        if !address.ip().is_loopback() {
            return None;
        }
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        let texts = tables.iter().filter_map(|table| fs::read_to_string(table).ok());
        let sockets: Vec<_> = texts.flat_map(|text| sockets(&text, address.port())).collect();
        let holds = |pid: &u32| {
            let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
            let links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
            links
                .into_iter()
                .any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str()))
        };
        let all = fs::read_dir("/proc").ok()?.flatten();
        let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let pids: Vec<u32> = numbers.filter(holds).collect();
        (!pids.is_empty()).then_some(Self { pids })
    }

    /// Octets that are resident now, and the most there ever were; `None` when it has ended.
    fn resident(&self) -> Option<(u64, u64)> {
        let of = |pid: &u32| {
            let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            Some((kibibytes(&text, "VmRSS:")?, kibibytes(&text, "VmHWM:")?))
        };
        let all: Option<Vec<_>> = self.pids.iter().map(of).collect();
        let (now, most) = all?.into_iter().unzip::<_, _, Vec<u64>, Vec<u64>>();
        Some((now.iter().sum(), most.iter().sum()))
    }

    /// As [`watch`](Self::watch), and `None` as well where there is no process to be watched.
    pub(crate) fn watch_if<T>(
        process: Option<&Self>,
        work: impl FnOnce() -> T,
    ) -> (T, Option<u64>) {
        match process {
            Some(process) => process.watch(work),
            None => (work(), None),
        }
    }

    /// Does something, and tells by how many octets the processes grew at most meanwhile; `None` when they ended.
    pub(crate) fn watch<T>(&self, work: impl FnOnce() -> T) -> (T, Option<u64>) {
        let before = self.resident();
        let (is_over, peak) = (AtomicBool::new(false), AtomicU64::new(0));
        let done = thread::scope(|scope| {
            // Where no thread can be started, the most there ever were has to do.
            let _ = thread::Builder::new().spawn_scoped(scope, || {
                while !is_over.load(Ordering::Relaxed) {
                    let now = self.resident().map_or(0, |(now, _)| now);
                    peak.fetch_max(now, Ordering::Relaxed);
                    thread::sleep(INTERVAL);
                }
            });
            let done = work();
            is_over.store(true, Ordering::Relaxed);
            done
        });
        let Some(((before, most_before), (after, most))) = before.zip(self.resident()) else {
            return (done, None);
        };
        // More than ever before was for a moment in between.
        let ever = if most > most_before { most } else { 0 };
        let peak = peak.into_inner().max(after).max(ever);
        (done, Some(peak.saturating_sub(before)))
    }
}

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(5);

/// What links to the sockets look like that listen on a port, of a table of the kernel.
fn sockets(table: &str, port: u16) -> Vec<String> {
    const LISTENS: &str = "0A";
    let of = |line: &str| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let (_, digits) = columns.get(1)?.rsplit_once(':')?;
        let is_it = u16::from_str_radix(digits, 16) == Ok(port) && columns.get(3) == Some(&LISTENS);
        is_it.then(|| columns.get(9).map(|inode| format!("socket:[{inode}]")))?
    };
    table.lines().filter_map(of).collect()
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// For people.
pub(crate) fn mebibytes(octets: u64) -> String {
    let tenths = octets * 10 / (1024 * 1024);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_found_by_their_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n   \
             1: 0100007F:2329 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n";
        assert_eq!(sockets(table, 9001), ["socket:[4711]"]);
        assert!(sockets(table, 9002).is_empty());
    }

    #[test]
    fn sizes_are_read_and_told() {
        assert_eq!(
            kibibytes("VmHWM:\t  20 kB\nVmRSS:\t    1536 kB\n", "VmRSS:"),
            Some(1536 * 1024)
        );
        assert_eq!(mebibytes(1536 * 1024), "1.5 MiB");
    }

    #[test]
    fn only_some_cases_are_about_memory() {
        assert_eq!(Bound::of("server/declared/2-31"), Some(Bound::Declared));
        assert_eq!(Bound::of("client/flood/pings"), Some(Bound::Sent));
        assert_eq!(Bound::of("server/ok/minimal"), None);
        assert_eq!(Bound::Inflated.octets(5, Some(10)), 40);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn growth_is_seen() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let process = Process::listening(socket.local_addr().unwrap()).unwrap();
        assert_eq!(process.pids, [std::process::id()]);
        let len = 64 * 1024 * 1024;
        let ((), growth) = process.watch(|| drop(vec![1_u8; len]));
        assert!(growth.is_some_and(|growth| growth > len as u64 / 2), "{growth:?}");
        assert!(Process::new(u32::MAX).is_err());
    }
}
