//! Ports for programs that cannot be told to pick one.

use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port of the loopback interface where nobody listens.
///
/// It is none of those that the system gives to whoever does not care: one of these could be gone before the
/// program that it is for comes to listen.
///
/// # Errors
///
/// When there is none.
pub(crate) fn free() -> Result<u16, String> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Another run at the same time begins elsewhere.
    let begin = process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let at = begin.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % u32::from(COUNT);
        let port = FIRST + u16::try_from(at).unwrap_or_default();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err("no free port".to_owned())
}

/// Linux gives out 32768 and above, and famous services are below 10000 as a rule.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports = [(); 3].map(|()| free().unwrap());
        assert!(ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]);
        assert!(ports.iter().all(|port| (FIRST..FIRST + COUNT).contains(port)));
    }
}
