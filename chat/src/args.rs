//! The command line.

use std::ffi::OsString;

use lexopt::{Arg, Error, Parser, ValueExt};
use ws_axum::ServerConfig;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Print this text.
    Print(&'static str),
    /// Serve.
    Serve(Options),
}

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to listen, `HOST:PORT`.
    pub addr: String,
    /// What nodes share their rooms through.
    pub broker: Option<Broker>,
    /// Where other nodes are: origins, as browsers write them.
    pub peers: Vec<String>,
}

/// A broker, by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broker {
    /// `nats://HOST:PORT`, or several of them, between commas.
    Nats(String),
    /// `redis://HOST:PORT`.
    Redis(String),
}

/// Reads the command line, without the name of the program.
///
/// # Errors
///
/// What is not understood.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    let mut options = Options { addr: ADDR.to_owned(), broker: None, peers: Vec::new() };
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(USAGE)),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Print(VERSION)),
            Arg::Long("addr") => options.addr = parser.value()?.string()?,
            Arg::Long("broker") => {
                options.broker = Some(parser.value()?.parse_with(Broker::parse)?);
            }
            Arg::Long("peer") => options.peers.push(parser.value()?.parse_with(peer)?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(options))
}

impl Broker {
    fn parse(url: &str) -> Result<Self, &'static str> {
        match url.split_once("://").map(|(scheme, _)| scheme) {
            Some("nats") => Ok(Self::Nats(url.to_owned())),
            Some("redis") => Ok(Self::Redis(url.to_owned())),
            _ => Err("a broker begins with nats:// or redis://"),
        }
    }
}

/// The origin of a node. It will stand in a header field and in the page's policy, where `;` and `,` have a meaning.
fn peer(url: &str) -> Result<String, &'static str> {
    let url = url.strip_suffix('/').unwrap_or(url).to_ascii_lowercase();
    let is_http = url.starts_with("http://") || url.starts_with("https://");
    let is_plain = url.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:/[]".contains(&b));
    match is_http && is_plain && ServerConfig::new().origins([&url]).is_ok() {
        true => Ok(url),
        false => Err("a peer is http://HOST:PORT or https://HOST:PORT"),
    }
}

const ADDR: &str = "127.0.0.1:8080";

const VERSION: &str = concat!("chat ", env!("CARGO_PKG_VERSION"), "\n");

/// `chat --help`
const USAGE: &str = "\
usage: chat [OPTIONS]

Serves a chat: a page, and WebSockets for it, at one port. Open the address that it prints in two windows.

  --addr HOST:PORT   where to listen: 127.0.0.1:8080; with port 0 the system chooses
  --broker URL       nats://HOST:PORT or redis://HOST:PORT: nodes with the same broker share their rooms
  --peer URL         where another node is found, http://HOST:PORT: pages go there when this one is gone;
                     may be given several times
  -h, --help         this text
  -V, --version      the version

The first line on standard output is `listening on http://HOST:PORT`. SIGTERM and Ctrl-C end it gracefully: pages
are told, and those that do not answer within 3 seconds are cut. A second one ends it at once.

exit status: 0 after a signal, 1 when it cannot listen, 64 when the command line is not valid
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, String> {
        parse(args.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_understood() {
        let args = [
            "--addr",
            "[::1]:0",
            "--broker=nats://b",
            "--peer",
            "HTTP://A:1/",
            "--peer=http://[::1]:2",
        ];
        let options = Options {
            addr: "[::1]:0".into(),
            broker: Some(Broker::Nats("nats://b".into())),
            peers: vec!["http://a:1".into(), "http://[::1]:2".into()],
        };
        assert_eq!(parsed(&args), Ok(Command::Serve(options)));
        assert_eq!(parsed(&["--help"]), Ok(Command::Print(USAGE)));
        let default = Options { addr: ADDR.into(), broker: None, peers: Vec::new() };
        assert_eq!(parsed(&[]), Ok(Command::Serve(default)));
    }

    #[test]
    fn what_is_no_broker_and_no_peer_is_refused() {
        for args in [
            &["--broker", "127.0.0.1:4222"][..],
            &["--broker", "amqp://b"],
            &["--peer", "a:1"],
            &["--peer", "ws://a:1"],
            &["--peer", "http://a:1/path"],
            &["--peer", "http://a;script-src"],
            &["--peer", "http://a,b"],
            &["--peer", "http://a b"],
            &["--peer", "http://"],
            &["--port", "1"],
            &["x"],
        ] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
    }
}
