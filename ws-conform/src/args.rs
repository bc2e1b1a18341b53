//! The command line.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use serde_json::{Value, json};
use ws_conform::{Filter, Setup};

use crate::usage::{HELP, VERSION};

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Command {
    /// A text.
    Say(&'static str),
    /// The settings that cases need.
    Setups,
    /// A server is judged.
    Server(Options),
    /// A client is, which connects to this address.
    Client(Options, SocketAddr),
}

/// The same for both.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) setups: Vec<Setup>,
    pub(crate) filter: Filter,
    pub(crate) timeout: Option<Duration>,
    pub(crate) wait: Option<Duration>,
    pub(crate) jobs: Option<usize>,
    pub(crate) name: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) brief: bool,
    pub(crate) json: Option<String>,
    pub(crate) junit: Option<String>,
    pub(crate) list: bool,
    pub(crate) pid: Option<u32>,
    pub(crate) max_growth: Option<u64>,
}

/// Reads it.
///
/// # Errors
///
/// What is not understood.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut words = words.peekable();
    let mut setup = Setup::default();
    let mut options = Options::default();
    let mut listen = None;
    let command = words.next().ok_or("server or client? see --help")?;
    let is_server = match command.as_str() {
        "server" => true,
        "client" => false,
        "setups" => return Ok(Command::Setups),
        "-h" | "--help" | "help" => return Ok(Command::Say(HELP)),
        "-V" | "--version" => return Ok(Command::Say(VERSION)),
        other => return Err(format!("{other:?} is no command; see --help")),
    };
    let mut more = Vec::new();
    while let Some(word) = words.next() {
        let (name, given) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => (word.clone(), None),
        };
        let mut value =
            || given.clone().or_else(|| words.next()).ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "-h" | "--help" => return Ok(Command::Say(HELP)),
            "--" if !is_server => {
                setup.command = words.by_ref().collect();
            }
            "--html" => options.html = Some(value()?),
            "--brief" => options.brief = true,
            "--json" => options.json = Some(value()?),
            "--junit" => options.junit = Some(value()?),
            "--list" => options.list = true,
            "--subprotocol" => push(&mut setup, "subprotocols", value()?),
            "--origin" if is_server => push(&mut setup, "origins", value()?),
            "--deflate" => {
                setup.config.insert("deflate".to_owned(), json!({}));
            }
            "--max-message" => setup.max_message = Some(number(&name, &value()?)?),
            "--handshake-timeout" if is_server => {
                setup.handshake_timeout = Some(seconds(&name, &value()?)?.as_secs_f64());
            }
            "--pid" if is_server => options.pid = Some(number(&name, &value()?)?),
            "--max-growth" => options.max_growth = Some(mebibytes(&name, &value()?)?),
            "--no-echo" => setup.echo = false,
            "--setups" => {
                let path = value()?;
                let text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
                more.extend(Setup::read_all(&text).map_err(|error| format!("{path}: {error}"))?);
            }
            "--only" => options.filter.only.push(value()?),
            "--skip" => options.filter.skip.push(value()?),
            "--timeout" => options.timeout = Some(seconds(&name, &value()?)?),
            "--wait" => options.wait = Some(seconds(&name, &value()?)?),
            "--jobs" => options.jobs = Some(number(&name, &value()?)?),
            "--name" => options.name = Some(value()?),
            "--listen" if !is_server => {
                let address = value()?;
                let mut found =
                    address.to_socket_addrs().map_err(|error| format!("{address}: {error}"))?;
                listen = found.next();
            }
            url if is_server && setup.url.is_empty() && !url.starts_with('-') => setup.url = word,
            other => return Err(format!("{other:?} is not understood; see --help")),
        }
    }
    let is_needed =
        |setup: &Setup| if is_server { !setup.url.is_empty() } else { !setup.command.is_empty() };
    more.retain(is_needed);
    options.setups = [vec![setup], more].concat();
    let is_named = is_needed(&options.setups[0]);
    match is_server {
        true if !is_named && !options.list => Err("which server? see --help".to_owned()),
        true => Ok(Command::Server(options)),
        false => {
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            match listen.or((is_named || options.list).then_some(any)) {
                Some(listen) => Ok(Command::Client(options, listen)),
                None => Err("without a command, --listen HOST:PORT says where to wait".to_owned()),
            }
        }
    }
}

fn push(setup: &mut Setup, key: &str, name: String) {
    let list = setup.config.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.push(Value::String(name));
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} wants a number"))
}

fn mebibytes(name: &str, value: &str) -> Result<u64, String> {
    number(name, value).map(|mebibytes: u64| mebibytes.saturating_mul(1 << 20))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    let seconds = value.parse().map_err(|_| format!("{name} wants seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn servers_and_clients_are_told_what_they_are() {
        let line =
            "server ws://h:1/ --subprotocol a --subprotocol=b --deflate --timeout 0.5 --jobs 3";
        let Ok(Command::Server(options)) = parsed(line) else { panic!("a server") };
        assert_eq!(options.setups[0].url, "ws://h:1/");
        assert_eq!(options.setups[0].config["subprotocols"], json!(["a", "b"]));
        assert_eq!((options.timeout, options.jobs), (Some(Duration::from_millis(500)), Some(3)));
        let line = "client --listen 127.0.0.1:0 -- node x.mjs --deflate {url}";
        let Ok(Command::Client(options, _)) = parsed(line) else { panic!("a client") };
        assert_eq!(options.setups[0].command, ["node", "x.mjs", "--deflate", "{url}"]);
        assert!(options.setups[0].config.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let wrong = [
            "serve",
            "server",
            "server ws://h/ x",
            "server ws://h/ --jobs x",
            "client",
            "server ws://h/ --listen h:1",
            "server ws://h/ --timeout -1",
            "server ws://h/ --html",
        ];
        for line in wrong {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
