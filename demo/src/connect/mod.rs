//! `ws-demo connect`: a client.

use std::{
    io::{self, BufReader, IsTerminal, Stdout, Write},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use ws_core::{Declined, HandshakeError};
use ws_driver::Error;

use crate::{
    args::ConnectOptions,
    complain::complain,
    runtimes::{Adapter, Channel, Opened},
};

mod again;
mod head;
mod interrupt;
mod lines;
mod mode;
mod output;
mod progress;
mod sending;
mod session;
mod status;
mod steps;
mod way;

use self::{
    again::Failure,
    mode::{Input, Mode, Timing},
    output::{Output, Style},
    sending::Source,
    session::Session,
    status::{conclude, described},
    way::Way,
};

/// Connects, sends and receives messages, and closes.
///
/// # Errors
///
/// When the runtime cannot be started, or nobody reads what is printed.
pub(crate) fn run(options: &ConnectOptions) -> io::Result<ExitCode> {
    let mode = Mode::of(options, Input::of_process());
    let way = match Way::of(options, mode) {
        Ok(way) => way,
        Err(error) => {
            complain(format_args!("{}", described(&error)));
            return Ok(ExitCode::FAILURE);
        }
    };
    let adapter = options.runtime.start()?;
    let style = Style::of(options, io::stdout().is_terminal());
    let output = Arc::new(Mutex::new(Output::new(io::stdout(), style)));
    let done = match &options.reconnecting {
        Some(how) => again::run(adapter.as_ref(), &way, how, Timing::of(options, mode), &output),
        None => once(adapter.as_ref(), &way, options, mode, &output),
    };
    match done {
        Ok(status) => Ok(status),
        Err(Failure::Io(error)) => Err(error),
        Err(Failure::Connecting(error)) => {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            report(&error, &way, style, &mut output)
        }
    }
}

/// Opens one WebSocket and uses it.
fn once(
    adapter: &dyn Adapter,
    way: &Way<'_>,
    options: &ConnectOptions,
    mode: Mode,
    output: &Arc<Mutex<Output<Stdout>>>,
) -> Result<ExitCode, Failure> {
    let opened = adapter.connect(way.url, &way.config, &way.dial).map_err(Failure::Connecting)?;
    way.tell_opened(&opened);
    let Opened { mut channel, response, .. } = opened;
    {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.opened(response.as_response(), channel.negotiated(), channel.leftover_len())?;
    }
    match mode {
        Mode::HandshakeOnly => Ok(ExitCode::SUCCESS),
        Mode::Echo => match channel.echo() {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => {
                complain(format_args!("{}", described(&error)));
                Ok(ExitCode::FAILURE)
            }
        },
        _ => Ok(exchange(channel, options, mode, output)?),
    }
}

/// Says why there is no WebSocket.
fn report(
    error: &Error,
    way: &Way<'_>,
    style: Style,
    output: &mut Output<Stdout>,
) -> io::Result<ExitCode> {
    match error {
        Error::Handshake(HandshakeError::Declined(declined)) => {
            return report_declined(declined, style, output);
        }
        Error::Io(error) => complain(format_args!("io: {}{error}", way.destination())),
        error => {
            if let Error::Proxy(refused) = error {
                refused.refusal().map_or(Ok(()), |response| output.refused(response))?;
            }
            complain(format_args!("{}", described(error)));
        }
    }
    Ok(ExitCode::FAILURE)
}

fn exchange(
    channel: Box<dyn Channel>,
    options: &ConnectOptions,
    mode: Mode,
    output: &Arc<Mutex<Output<Stdout>>>,
) -> io::Result<ExitCode> {
    if mode == Mode::Interactive && !options.binary {
        output.lock().unwrap_or_else(PoisonError::into_inner).hint()?;
    }
    let source = match mode {
        Mode::Interactive | Mode::Piped if options.binary => {
            Source::Bytes(Box::new(io::stdin()), options.fragment_len)
        }
        Mode::Interactive | Mode::Piped => Source::Lines(Box::new(BufReader::new(io::stdin()))),
        _ => Source::Messages(options.messages.clone()),
    };
    let timing = Timing::of(options, mode);
    let session = Session::new(channel)?;
    interrupt::watch(session.closer());
    let ended = session.run(source, timing, output)?;
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    output.closed(ended.result.as_ref().ok().and_then(|info| info.received.as_ref()))?;
    Ok(conclude(&ended, &timing))
}

fn report_declined(
    declined: &Declined,
    style: Style,
    output: &mut Output<Stdout>,
) -> io::Result<ExitCode> {
    output.refused(declined.response())?;
    if style == Style::Quiet {
        complain(format_args!("declined: the server answered {}", declined.response().status()));
    }
    if !declined.body_complete() {
        let _ = writeln!(io::stderr().lock(), "body incomplete");
    }
    Ok(ExitCode::from(DECLINED))
}

/// The exit status for an answer that is not 101.
const DECLINED: u8 = 2;
