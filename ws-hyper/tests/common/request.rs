// Requests as they are on the wire, for the tests of ws-axum, too: both include this file.

/// A request that opens a WebSocket.
pub(crate) const REQUEST: &str = "GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n\r\n";

/// The same, with lines instead of others, and behind them: `("Upgrade", "")` takes one out.
pub(crate) fn request(changes: &[(&str, &str)]) -> String {
    let mut lines: Vec<&str> = REQUEST.trim_end().split("\r\n").collect();
    for (name, _) in changes {
        let prefix = format!("{name}:");
        lines.retain(|line| !line.starts_with(&prefix));
    }
    lines.extend(changes.iter().map(|(_, line)| *line).filter(|line| !line.is_empty()));
    lines.join("\r\n") + "\r\n\r\n"
}
