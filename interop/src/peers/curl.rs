//! curl with an upgrade written by hand.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::cases::{Ask, Case};
use super::compression::NARROW_WINDOW_BITS;
use super::observation::Observation;
use crate::process;

/// Lets curl attempt a case against the server at `address`, for at most `limit`.
///
/// # Errors
///
/// When curl fails or says what cannot be understood.
pub(crate) fn attempt(case: &Case, address: &str, limit: Duration) -> Result<Observation, String> {
    let url = format!("http://{address}{}", case.path);
    let mut command = Command::new("curl");
    // Unlike `--include` this writes the head when it is complete, not when the connection ends.
    command.args(["--silent", "--show-error", "--dump-header", "-", "--http1.1"]);
    command.args(["--noproxy", "*", "--max-time", "10"]);
    command.args(case.headers.iter().flat_map(|line| ["--header", line]));
    if matches!(case.ask, Ask::Get | Ask::GetTwice) {
        command.args(["--write-out", "\nconnects: %{num_connects}\n", &url]);
        if case.ask == Ask::GetTwice {
            command.arg(&url);
        }
        let finished = process::run(&mut command, limit)?;
        return match finished.is_success() {
            true => Observation::of_answer(&finished.stdout),
            false => Err(finished.complaint()),
        };
    }

    command.args(["--header", "Connection: Upgrade", "--header", "Upgrade: websocket"]);
    command.args(["--header", "Sec-WebSocket-Version: 13"]);
    command.args(["--header", &format!("Sec-WebSocket-Key: {KEY}")]);
    if !case.subprotocols.is_empty() {
        let list = case.subprotocols.join(", ");
        command.args(["--header", &format!("Sec-WebSocket-Protocol: {list}")]);
    }
    match case.ask {
        Ask::Deflate => {
            let offer = "permessage-deflate; client_max_window_bits";
            command.args(["--header", &format!("Sec-WebSocket-Extensions: {offer}")]);
        }
        Ask::Narrow => {
            let offer = format!("permessage-deflate; server_max_window_bits={NARROW_WINDOW_BITS}");
            command.args(["--header", &format!("Sec-WebSocket-Extensions: {offer}")]);
        }
        Ask::Upgrade | Ask::Get | Ask::GetTwice => {}
    }
    command.arg(&url);
    // An opened connection stays open: curl would wait for its end, so it is ended once it has
    // shown the head. That of a refusal is shown with its body, and curl ends by itself.
    let finished = process::run_until(&mut command, limit, |said| {
        said.starts_with("HTTP/1.1 101") && said.contains("\r\n\r\n")
    })?;
    let seen = Observation::of_answer(&finished.stdout).map_err(|_| finished.complaint())?;
    match seen.header("sec-websocket-accept") {
        accept if seen.is_open && accept != Some(ACCEPT) => {
            Err(format!("expected Sec-WebSocket-Accept {ACCEPT}, got {accept:?}"))
        }
        _ => Ok(seen),
    }
}

/// Lets curl ask for an upgrade at an `https` URL, trusting `authority`. Which version of HTTP is spoken is
/// agreed upon by ALPN.
///
/// # Errors
///
/// When curl fails, or what it shows is no upgrade.
pub(crate) fn upgrade_over_tls(url: &str, authority: &Path) -> Result<String, String> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--verbose", "--dump-header", "-"]);
    command.args(["--noproxy", "*", "--max-time", "10", "--cacert"]).arg(authority);
    command.args(["--header", "Connection: Upgrade", "--header", "Upgrade: websocket"]);
    command.args(["--header", "Sec-WebSocket-Version: 13"]);
    command.args(["--header", &format!("Sec-WebSocket-Key: {KEY}"), url]);
    let finished = process::run_until(&mut command, Duration::from_secs(20), |said| {
        said.starts_with("HTTP/1.1 101") && said.contains("\r\n\r\n")
    })?;
    let seen = Observation::of_answer(&finished.stdout).map_err(|_| finished.complaint())?;
    match seen.header("sec-websocket-accept") {
        Some(ACCEPT) if seen.is_open => {
            let agreed = finished.stderr.lines().filter(|line| line.starts_with("* ALPN"));
            Ok(agreed.map(|line| &line[2..]).collect::<Vec<_>>().join("; "))
        }
        _ => Err(format!("expected 101 with Sec-WebSocket-Accept {ACCEPT}, got {seen}")),
    }
}

/// Key and answer of the example in RFC 6455 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
