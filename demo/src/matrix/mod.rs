//! `ws-demo matrix`: every client against every server.

use std::{
    io::{self, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    thread,
    time::Duration,
};

use ws_core::{
    ClientConfig, DeflateConfig, DeflateOffer, Negotiated, ServerConfig, WebSocketConfig,
};
use ws_driver::DialConfig;

use crate::{
    complain::complain,
    runtimes::{Adapter, Channel, Runtime},
};

mod relay;
mod talk;

use self::{
    relay::{Exchange, Relay},
    talk::{STEPS, check_code, failed, talk},
};

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

    writeln!(out, "over each WebSocket, as it is and compressed: {STEPS}\n")?;
    let mut failed = false;
    let names = adapters.iter().map(|(client, _)| client.name());
    print_row(CORNER, names, out)?;
    for (server, serving) in &adapters {
        let mut row = Vec::new();
        for (client, asking) in &adapters {
            let listener = TcpListener::bind(LOOPBACK)?;
            let met = [false, true].into_iter().try_for_each(|deflate| {
                meet(&listener, None, [serving.as_ref(), asking.as_ref()], deflate, talk)
            });
            row.push(if met.is_ok() { "ok" } else { "failed" });
            if let Err(reason) = met {
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
    // What comes of it is in the table.
    let _ = meet(&listener, Some(&relay), [adapter; 2], false, |_| Ok(()));
    relay.finish()
}

/// Opens a WebSocket, checks that both ends have negotiated the same, and has the
/// client talk, compressed or not.
fn meet(
    listener: &TcpListener,
    relay: Option<&Relay>,
    [server, client]: [&dyn Adapter; 2],
    deflate: bool,
    talk: impl FnOnce(&mut dyn Channel) -> Result<(), String>,
) -> Result<(), String> {
    let listening = listener.local_addr().map_err(|error| error.to_string())?;
    let address = relay.map_or(listening, Relay::address);
    thread::scope(|scope| {
        let serving = scope.spawn(|| serve(listener, server, deflate));
        let mut config = ClientConfig::new().subprotocols(OFFERED).web_socket(impatient());
        if deflate {
            config = config.deflate(DeflateOffer::default());
        }
        let url = format!("ws://{address}{TARGET}");
        let opened = client.connect(&url, &config, &DialConfig::new());
        if opened.is_err() {
            // The server may still be waiting for somebody to connect.
            drop(TcpStream::connect(address));
        }
        let talked = opened.map_err(failed("connecting")).and_then(|mut opened| {
            check_agreed(opened.channel.negotiated(), deflate)?;
            talk(opened.channel.as_mut())
        });
        let served = serving.join().unwrap_or_else(|_| Err("panicked".to_owned()));
        talked.map_err(|reason| format!("the client: {reason}"))?;
        served.map_err(|reason| format!("the server: {reason}"))
    })
}

/// Accepts a WebSocket, and echoes until it is closed.
fn serve(listener: &TcpListener, server: &dyn Adapter, deflate: bool) -> Result<(), String> {
    let (stream, _) = listener.accept().map_err(|error| error.to_string())?;
    let mut config = ServerConfig::new().subprotocols(SPOKEN).web_socket(impatient());
    if deflate {
        config = config.deflate(DeflateConfig::default());
    }
    let mut channel = server.accept(stream, &config).map_err(failed("accepting"))?;
    check_agreed(channel.negotiated(), deflate)?;
    channel.echo().map_err(failed("echoing"))?;
    check_code(channel.close_info().received.as_ref())
}

fn check_agreed(negotiated: &Negotiated, deflate: bool) -> Result<(), String> {
    let subprotocol = negotiated.subprotocol().unwrap_or("none");
    if subprotocol != AGREED {
        return Err(format!("has subprotocol {subprotocol}, expected {AGREED}"));
    }
    match negotiated.deflate() {
        Some(params) if !deflate => Err(format!("has {params}, which nobody asked for")),
        None if deflate => Err("has no permessage-deflate".to_owned()),
        _ => Ok(()),
    }
}

/// Rather a failure than a table that never comes. Where messages are compressed, all of them are.
fn impatient() -> WebSocketConfig {
    let idle_timeout = Some(PATIENCE);
    WebSocketConfig::new().idle_timeout(idle_timeout).min_deflate_len(0)
}

/// No step takes that long.
const PATIENCE: Duration = Duration::from_secs(10);

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
