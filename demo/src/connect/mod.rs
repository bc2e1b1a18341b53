//! `ws-demo connect`: a client.

use std::{
    io::{self, BufReader, IsTerminal, Write},
    process::ExitCode,
    time::Duration,
};

use http::Response;
use ws_core::{ClientConfig, Declined, HandshakeError, WebSocketConfig};
use ws_driver::Error;

use crate::{args::ConnectOptions, complain::complain, runtimes::Channel};

mod head;
mod talk;

use self::talk::{Ended, converse, exchange};

/// Connects, talks, and prints what came of it.
///
/// # Errors
///
/// When the runtime cannot be started, or nobody reads what is printed.
pub(crate) fn run(options: &ConnectOptions) -> io::Result<ExitCode> {
    let adapter = options.runtime.start()?;
    let manner = Manner::of(options);
    let opened = adapter.connect(&options.url, &config(options, manner));
    let out = &mut io::stdout().lock();
    let code = match opened {
        Ok((channel, response)) => {
            print_opened(channel.as_ref(), response.as_response(), out)?;
            talk(channel, options, manner, out)?
        }
        Err(Error::Handshake(HandshakeError::Declined(declined))) => {
            print_declined(&declined, out)?;
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

/// What is done with an open WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Nothing: it is dropped.
    HandshakeOnly,
    /// The messages of the command line are sent.
    Exchange,
    /// What is typed is sent.
    Interactive,
}

impl Manner {
    fn of(options: &ConnectOptions) -> Self {
        if options.handshake_only {
            Self::HandshakeOnly
        } else if options.messages.is_empty() && io::stdin().is_terminal() {
            Self::Interactive
        } else {
            Self::Exchange
        }
    }
}

fn config(options: &ConnectOptions, manner: Manner) -> ClientConfig {
    let mut config = ClientConfig::new().subprotocols(&options.subprotocols);
    for (name, value) in &options.headers {
        config = config.header(name, value);
    }
    if let Some(offer) = options.compression.offer() {
        config = config.deflate(offer);
    }
    if options.timeout.is_some() {
        config = config.timeout(options.timeout);
    }
    let mut web_socket = WebSocketConfig::default();
    options.compression.tune(&mut web_socket);
    if manner == Manner::Exchange {
        // People may take their time; a server that owes an answer may not.
        web_socket.idle_timeout = Some(options.timeout.unwrap_or(PATIENCE));
        web_socket.close_timeout = Duration::from_secs(1);
    }
    config.web_socket(web_socket)
}

fn talk(
    mut channel: Box<dyn Channel>,
    options: &ConnectOptions,
    manner: Manner,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    out.flush()?;
    let ended = match manner {
        Manner::HandshakeOnly => return Ok(ExitCode::SUCCESS),
        Manner::Exchange => exchange(channel.as_mut(), &options.messages, out),
        Manner::Interactive => converse(channel, BufReader::new(io::stdin()), out),
    };
    match ended {
        Ok(ended) => print_ended(&ended, out),
        // Nothing was asked of the server but to open, and it has.
        Err(_) if manner == Manner::Exchange && options.messages.is_empty() => {
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            complain(format_args!("{}: {error}", error.name()));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn print_opened(
    channel: &dyn Channel,
    response: &Response<()>,
    out: &mut impl Write,
) -> io::Result<()> {
    let negotiated = channel.negotiated();
    head::print(response, out)?;
    writeln!(out, "open")?;
    writeln!(out, "subprotocol: {}", negotiated.subprotocol().unwrap_or("none"))?;
    writeln!(out, "extensions: {}", negotiated.extensions().as_deref().unwrap_or("none"))?;
    writeln!(out, "leftover: {}", channel.leftover_len())
}

/// Prints what the server's close frame said.
fn print_ended(ended: &Ended, out: &mut impl Write) -> io::Result<ExitCode> {
    if let Some(frame) = &ended.info.received {
        let line = format!("closed: {} {}", frame.code, frame.reason);
        writeln!(out, "{}", line.trim_end())?;
    }
    if ended.unanswered > 0 {
        complain(format_args!("unanswered: {} messages had no reply", ended.unanswered));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_declined(declined: &Declined, out: &mut impl Write) -> io::Result<()> {
    head::print(declined.response(), out)?;
    writeln!(out)?;
    out.write_all(declined.response().body())
}

/// The exit status for an answer that is not 101.
const DECLINED: u8 = 2;

/// How long a server may take to answer, where nothing else is asked for: as long as for the
/// handshake.
const PATIENCE: Duration = Duration::from_secs(10);
