//! `ws-demo connect`: a client.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use http::{HeaderMap, Response, StatusCode, Version};
use ws_core::{ClientConfig, Declined, DeflateOffer, HandshakeError};
use ws_driver::Error;

use crate::{args::ConnectOptions, complain, runtimes::Opened};

/// Connects, and prints what came of it.
///
/// # Errors
///
/// When the runtime cannot be started, or nobody reads what is printed.
pub(crate) fn run(options: &ConnectOptions) -> io::Result<ExitCode> {
    let adapter = options.runtime.start()?;
    let opened = adapter.connect(&options.url, &config(options));
    let out = &mut io::stdout().lock();
    let code = match &opened {
        Ok(opened) => {
            print_opened(opened, out)?;
            ExitCode::SUCCESS
        }
        Err(Error::Handshake(HandshakeError::Declined(declined))) => {
            print_declined(declined, out)?;
            if !declined.body_complete() {
                let _ = writeln!(io::stderr().lock(), "body incomplete");
            }
            ExitCode::from(DECLINED)
        }
        Err(error) => {
            complain(format_args!("{}: {error}", error.name()));
            ExitCode::FAILURE
        }
    };
    out.flush()?;
    Ok(code)
}

fn config(options: &ConnectOptions) -> ClientConfig {
    let mut config = ClientConfig::new().subprotocols(&options.subprotocols);
    for (name, value) in &options.headers {
        config = config.header(name, value);
    }
    if options.deflate {
        config = config.deflate(DeflateOffer::default());
    }
    if options.timeout.is_some() {
        config = config.timeout(options.timeout);
    }
    config
}

fn print_opened(opened: &Opened, out: &mut impl Write) -> io::Result<()> {
    let Opened { response, negotiated, leftover_len } = opened;
    print_head(response, out)?;
    writeln!(out, "open")?;
    writeln!(out, "subprotocol: {}", negotiated.subprotocol().unwrap_or("none"))?;
    writeln!(out, "extensions: {}", negotiated.extensions().as_deref().unwrap_or("none"))?;
    writeln!(out, "leftover: {leftover_len}")
}

fn print_declined(declined: &Declined, out: &mut impl Write) -> io::Result<()> {
    print_head(declined.response(), out)?;
    writeln!(out)?;
    out.write_all(declined.response().body())
}

/// Prints what the library makes of a head: the status with its standard name, and the fields with
/// their names in lower case.
fn print_head<B>(response: &Response<B>, out: &mut impl Write) -> io::Result<()> {
    print_status(response.version(), response.status(), out)?;
    print_fields(response.headers(), out)
}

fn print_status(version: Version, status: StatusCode, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{version:?} {}", status.as_str())?;
    match status.canonical_reason() {
        Some(reason) => writeln!(out, " {reason}"),
        None => writeln!(out),
    }
}

fn print_fields(headers: &HeaderMap, out: &mut impl Write) -> io::Result<()> {
    for (name, value) in headers {
        write!(out, "{name}: ")?;
        out.write_all(value.as_bytes())?;
        writeln!(out)?;
    }
    Ok(())
}

/// The exit status for an answer that is not 101.
const DECLINED: u8 = 2;
