//! `ws-demo matrix`: every client against every server.

use std::{
    io::{self, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    thread,
};

use ws_core::{ClientConfig, Negotiated, ServerConfig};
use ws_driver::Error;

use crate::{
    complain,
    runtimes::{Adapter, Runtime},
};

mod relay;

use self::relay::{Exchange, Relay};

/// Prints an exchange, and then a table of what comes of each pair.
///
/// # Errors
///
/// When a runtime cannot be started, the loopback interface cannot be used, or nobody reads what is
/// printed.
pub(crate) fn run() -> io::Result<ExitCode> {
    let mut adapters = Vec::new();
    for runtime in Runtime::ALL {
        adapters.push((runtime, runtime.start()?));
    }
    let out = &mut io::stdout().lock();
    if let Some((_, adapter)) = adapters.first() {
        let Exchange { request, response } = exchange(adapter.as_ref())?;
        for head in [request, response] {
            write!(out, "{}", String::from_utf8_lossy(&head).replace("\r\n", "\n"))?;
        }
    }

    let mut failed = false;
    let names = adapters.iter().map(|(client, _)| client.name());
    print_row(CORNER, names, out)?;
    for (server, serving) in &adapters {
        let mut row = Vec::new();
        for (client, asking) in &adapters {
            let listener = TcpListener::bind(LOOPBACK)?;
            let opened = open(&listener, None, serving.as_ref(), asking.as_ref());
            row.push(if opened.is_ok() { "ok" } else { "failed" });
            if let Err(reason) = opened {
                failed = true;
                complain(format_args!("{server} server, {client} client: {reason}"));
            }
        }
        print_row(server.name(), row, out)?;
    }
    out.flush()?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print_row<'a>(
    first: &str,
    cells: impl IntoIterator<Item = &'a str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut row = format!("{first:<CORNER_LEN$}");
    for cell in cells {
        row.push_str(&format!("  {cell:<CELL_LEN$}"));
    }
    writeln!(out, "{}", row.trim_end())
}

/// Opens a WebSocket through a relay that listens in.
fn exchange(adapter: &dyn Adapter) -> io::Result<Exchange> {
    let listener = TcpListener::bind(LOOPBACK)?;
    let relay = Relay::start(listener.local_addr()?)?;
    // What came of it is in the table.
    let _ = open(&listener, Some(&relay), adapter, adapter);
    relay.finish()
}

/// Opens a WebSocket, and sees to it that both ends agree on what they have agreed on.
fn open(
    listener: &TcpListener,
    relay: Option<&Relay>,
    server: &dyn Adapter,
    client: &dyn Adapter,
) -> Result<(), String> {
    let listening = listener.local_addr().map_err(|error| error.to_string())?;
    let address = relay.map_or(listening, Relay::address);
    let url = format!("ws://{address}{TARGET}");
    let (served, asked) = thread::scope(|scope| {
        let serving = scope.spawn(|| {
            let (stream, _) = listener.accept()?;
            server.accept(stream, &ServerConfig::new().subprotocols(SPOKEN))
        });
        let asked = client.connect(&url, &ClientConfig::new().subprotocols(OFFERED));
        if asked.is_err() {
            // The server may still be waiting for somebody to connect.
            drop(TcpStream::connect(address));
        }
        (serving.join(), asked)
    });
    let served = served.map_err(|_| "the server panicked".to_owned())?;
    check("server", served)?;
    check("client", asked.map(|opened| opened.negotiated))
}

fn check(end: &str, negotiated: Result<Negotiated, Error>) -> Result<(), String> {
    match negotiated {
        Ok(negotiated) if negotiated.subprotocol() == Some(AGREED) => Ok(()),
        Ok(negotiated) => {
            let subprotocol = negotiated.subprotocol().unwrap_or("none");
            Err(format!("the {end} has subprotocol {subprotocol}, expected {AGREED}"))
        }
        Err(error) => Err(format!("the {end} failed: {}: {error}", error.name())),
    }
}

/// Any free port.
const LOOPBACK: (&str, u16) = ("127.0.0.1", 0);

const TARGET: &str = "/chat";
const OFFERED: [&str; 2] = ["chat.v2", "chat.v1"];
const SPOKEN: [&str; 2] = ["chat.v2", "chat.v1"];
const AGREED: &str = "chat.v2";

const CORNER: &str = "server/client";
const CORNER_LEN: usize = CORNER.len();
/// Of the longest name.
const CELL_LEN: usize = 9;
