//! `ws-demo serve`: a server.

use std::{
    io::{self, Write},
    net::TcpListener,
    process::ExitCode,
    sync::Arc,
};

use socket2::SockRef;
use ws_core::{ArgumentError, Limits, ServerConfig, WebSocketConfig};
use ws_tokio::Tracker;

use crate::{args::ServeOptions, tls::ServerTls};

mod accepting;
pub(crate) mod attend;
mod journal;
mod policy;
mod signals;

pub(crate) use self::{journal::Journal, policy::Service};

/// Listens, and hands every connection to the runtime.
///
/// # Errors
///
/// When the address cannot be listened on.
pub(crate) fn run(options: &ServeOptions) -> io::Result<ExitCode> {
    let adapter = options.runtime.start()?;
    let tracker = Tracker::new();
    let config = config(options).map_err(io::Error::other)?.tracker(&tracker);
    let tls = options.tls.as_ref().map(ServerTls::config).transpose()?;
    let scheme = if tls.is_some() { "wss" } else { "ws" };
    let service = Service::new(config)
        .over_tls(tls)
        .basic_auth(options.basic_auth.clone())
        .close_after(options.close_after);
    let service = Arc::new(service);
    let listener = listen(&options.addr)?;
    signals::watch(tracker);
    let mut stdout = io::stdout().lock();
    // A zone is written differently in a URL. RFC 6874 2
    let address = listener.local_addr()?.to_string().replace('%', "%25");
    writeln!(stdout, "listening on {scheme}://{address}")?;
    stdout.flush()?;
    drop(stdout);
    accepting::accept_each(&listener, |stream, peer| {
        // Where it fails, the client is gone, and reading will say so.
        let _ = stream.set_nodelay(true);
        adapter.attend(stream, Arc::clone(&service), Journal::new(peer))
    })
}

fn listen(addr: &str) -> io::Result<TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{addr}: {error}"));
    let listener = TcpListener::bind(addr).map_err(named)?;
    SockRef::from(&listener).listen(BACKLOG)?;
    Ok(listener)
}

fn config(options: &ServeOptions) -> Result<ServerConfig, ArgumentError> {
    let mut config = ServerConfig::new()
        .subprotocols(&options.subprotocols)
        .require_subprotocol(options.require_subprotocol)
        .limits(limits(options))
        .lenient(options.lenient)
        .web_socket(web_socket(options))
        .keep_alive(options.keep_alive)
        .max_attempts(MAX_ATTEMPTS);
    if !options.origins.is_empty() {
        config = config.origins(&options.origins)?;
    }
    if let Some(deflate) = options.compression.config() {
        config = config.deflate(deflate);
    }
    if options.timeout.is_some() {
        config = config.timeout(options.timeout);
    }
    Ok(config)
}

fn limits(options: &ServeOptions) -> Limits {
    let mut limits = Limits::default();
    if let Some(len) = options.max_request_line_len {
        limits.max_request_line_len = len;
    }
    if let Some(len) = options.max_head_len {
        limits.max_head_len = len;
        // Who allows a head of that size means a head with one field of that size as well.
        limits.max_field_len = limits.max_field_len.max(len);
    }
    if let Some(count) = options.max_fields {
        limits.max_fields = count;
    }
    limits
}

fn web_socket(options: &ServeOptions) -> WebSocketConfig {
    let mut config = WebSocketConfig::new()
        .fragment_len(options.fragment_len)
        .idle_timeout(options.idle_timeout)
        .ping_interval(options.ping_interval)
        .pong_timeout(options.ping_interval);
    if let Some(len) = options.max_message_len {
        config.max_message_len = len;
        // Who allows a message of that size means one in a single frame as well.
        config.max_frame_len = config.max_frame_len.max(len);
    }
    if let Some(len) = options.max_frame_len {
        config.max_frame_len = len;
    }
    options.compression.tune(&mut config);
    config
}

/// Requests answered on one connection: enough for a client to correct itself.
const MAX_ATTEMPTS: usize = 8;

/// Clients that may wait to be accepted: as many as Linux allows by default. With std's 128, one of
/// a rush of clients is told nothing and tries again after a second.
const BACKLOG: i32 = 4096;
