//! WebSockets over HTTP/2: Python's library h2 in front of the example of `ws-hyper` that serves them.
//!
//! The library knows HTTP/2 and nothing of WebSocket, so `python/http2.py` sees every frame of either.

use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::peers::install;
use crate::process::{self, Server};
use crate::site::Site;

/// Runs the command. Prints a line for each check, and last a line `N passed, N failed, N skipped`.
///
/// # Errors
///
/// When a check failed, and where `CI` is `true` also when there is no Python.
pub(crate) fn run() -> Result<(), Failure> {
    let site = Site::find()?;
    let (interpreter, programs) = install::python().map_err(Failure::Skipped)?;
    let server = site.example("ws-hyper", "auto", "hyper_http2")?;
    let server = Server::start_when(Command::new(server).arg("127.0.0.1:0"), listening)?;
    let mut client = Command::new(interpreter);
    client.arg(programs.join("http2.py")).arg(server.address());
    let finished = process::run(&mut client, LIMIT)?;
    print!("{}", finished.stdout);
    let count = |word: &str| finished.stdout.lines().filter(|line| line.starts_with(word)).count();
    let (passed, failed) = (count("ok "), count("failed "));
    println!("{passed} passed, {failed} failed, 0 skipped");
    if !finished.is_success() || passed == 0 {
        return Err(Failure::Error(finished.complaint()));
    }
    if failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// Where the example says that it listens.
fn listening(said: &str) -> Option<Result<String, String>> {
    let (line, _) = said.split_once('\n')?;
    Some(match line.trim_end().strip_prefix("listening on ") {
        Some(address) => Ok(address.to_owned()),
        None => Err(format!("began with `{line}`")),
    })
}

/// For all checks together, each of which takes a fraction of a second.
const LIMIT: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_in_the_first_line() {
        assert_eq!(listening("listening on 127"), None);
        let said = "listening on 127.0.0.1:81\na WebSocket ended\n";
        assert_eq!(listening(said), Some(Ok("127.0.0.1:81".to_owned())));
        assert_eq!(listening("no\n"), Some(Err("began with `no`".to_owned())));
    }
}
