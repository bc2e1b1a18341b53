//! A server in a process of its own, which answers questions about itself on its standard input.

use std::{
    io::{self, BufRead, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use socket2::SockRef;
use ws_core::ServerConfig;

use crate::{
    error::Result,
    gauge::{self, Usage, Watch},
    ledger::Ledger,
    runtime::{Name, Runtime},
    settings,
};

/// Serves until nobody asks any more.
///
/// # Errors
///
/// There is nothing to listen on, or to run on.
pub(crate) fn run(name: Name) -> Result {
    let runtime: Arc<dyn Runtime> = name.start()?.into();
    let ledger = Arc::new(Ledger::default());
    let patient = listen(&runtime, settings::patient(), &ledger)?;
    let strict = listen(&runtime, settings::strict(), &ledger)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{patient} {strict}")?;
    stdout.flush()?;
    let mut watch = None;
    for question in io::stdin().lock().lines() {
        match question?.as_str() {
            "usage" => {
                let Usage { heap, descriptors, threads, resident } = Usage::now();
                let open = ledger.open();
                writeln!(stdout, "{heap} {descriptors} {threads} {resident} {open}")?;
            }
            "cpu" => writeln!(stdout, "{}", gauge::cpu().as_micros())?,
            "watch" => {
                watch = Some(Watch::new());
                writeln!(stdout, "watching")?;
            }
            "most" => writeln!(stdout, "{}", watch.take().map_or(0, Watch::most))?,
            "outcomes" => {
                for (outcome, count) in ledger.take() {
                    writeln!(stdout, "{count} {outcome}")?;
                }
                writeln!(stdout)?;
            }
            _ => return Err("no such question".into()),
        }
        stdout.flush()?;
    }
    Ok(())
}

/// Accepts on a thread of its own.
fn listen(
    runtime: &Arc<dyn Runtime>,
    config: ServerConfig,
    ledger: &Arc<Ledger>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    SockRef::from(&listener).listen(BACKLOG)?;
    let address = listener.local_addr()?;
    let (runtime, config, ledger) = (Arc::clone(runtime), Arc::new(config), Arc::clone(ledger));
    thread::Builder::new().spawn(move || {
        loop {
            let attended = listener.accept().and_then(|(stream, _)| {
                stream.set_nodelay(true)?;
                runtime.attend(stream, Arc::clone(&config), ledger.ticket())
            });
            if attended.is_err() {
                thread::sleep(Duration::from_millis(10));
            }
        }
    })?;
    Ok(address)
}

/// Clients that may wait to be accepted: as many as Linux allows by default.
const BACKLOG: i32 = 4096;
