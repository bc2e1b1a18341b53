//! `ws-demo autobahn-client`: a client for the fuzzing server of the Autobahn suite.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use ws_core::{ClientConfig, DeflateOffer, Message, WebSocketConfig};
use ws_driver::{DialConfig, Error};

use crate::{args::AutobahnOptions, complain::complain, runtimes::Adapter};

/// Runs all the cases, and has the report written.
///
/// # Errors
///
/// When the runtime cannot be started, or nobody reads what is printed.
pub(crate) fn run(options: &AutobahnOptions) -> io::Result<ExitCode> {
    let adapter = options.runtime.start()?;
    let out = &mut io::stdout().lock();
    match run_cases(adapter.as_ref(), options) {
        Ok(count) => {
            writeln!(out, "{count} cases")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            complain(format_args!("{}: {error}", error.name()));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Gives the number of cases.
fn run_cases(adapter: &dyn Adapter, options: &AutobahnOptions) -> Result<u32, Error> {
    let (base, agent) = (options.url.trim_end_matches('/'), encoded(&options.agent));
    let ask = |question: &str| -> Result<String, Error> {
        let url = format!("{base}/{question}");
        let mut channel = adapter.connect(&url, &ClientConfig::new(), &DialConfig::new())?.channel;
        let answer = channel.recv()?;
        channel.echo()?;
        Ok(answer.as_ref().and_then(Message::as_text).unwrap_or_default().to_owned())
    };
    let count = ask("getCaseCount")?.parse();
    let count: u32 = count.map_err(|_| io::Error::other("the server has no number of cases"))?;
    for case in 1..=count {
        let config = config(&ask(&format!("getCaseInfo?case={case}"))?);
        let url = format!("{base}/runCase?case={case}&agent={agent}");
        let mut channel = adapter.connect(&url, &config, &DialConfig::new())?.channel;
        // Most cases are about errors. Whether this is the right one is for the server to judge.
        let _ = channel.echo();
    }
    let url = format!("{base}/updateReports?agent={agent}");
    adapter.connect(&url, &ClientConfig::new(), &DialConfig::new())?.channel.echo()?;
    Ok(count)
}

/// How to connect for a case, by what the server says of it. Compression is offered as browsers do; the
/// cases in which the server makes the client forget its context want that to be offered.
fn config(info: &str) -> ClientConfig {
    let id = info.split_once("\"id\": \"").map_or("", |(_, id)| id);
    let forgets = ["13.2.", "13.5.", "13.6.", "13.7."].iter().any(|about| id.starts_with(about));
    let offer = DeflateOffer::new().client_no_context_takeover(forgets);
    // The shortest messages of 12 and 13 have 16 bytes, and are to be compressed like the others.
    let all = WebSocketConfig::new().min_deflate_len(0);
    ClientConfig::new().deflate(offer).web_socket(all)
}

/// A text as the value of a query's parameter: all but the unreserved characters are encoded (RFC
/// 3986 2.3).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_decides_what_is_offered() {
        let offers = |id| format!("{:?}", config(&format!("{{\"id\": \"{id}\", \"x\": 1}}")));
        assert!(offers("13.2.1").contains("client_no_context_takeover: true"));
        for other in ["1.1.1", "12.1.1", "13.1.2", "13.3.1"] {
            assert!(offers(other).contains("client_no_context_takeover: false"), "{other}");
        }
    }

    #[test]
    fn names_are_made_fit_for_a_query() {
        assert_eq!(encoded("ws-async_std.1~"), "ws-async_std.1~");
        assert_eq!(encoded("a b&c/é"), "a%20b%26c%2F%C3%A9");
    }
}
