//! Servers and clients of this workspace that speak HTTP/2, for others to be put in front of them.
//!
//! - `interop http2 serve hyper|axum CERTIFICATE KEY` listens on two free ports of 127.0.0.1, without TLS and with
//!   it, and begins with the line `listening on HOST:PORT HOST:PORT`. Both take HTTP/1.1 and HTTP/2. Behind that
//!   comes a line for each WebSocket that is asked for, and one for each that has ended.
//! - `interop http2 check URL [AUTHORITY]` makes checks of the server there, by HTTP/2: each is a line, `ok NAME` or
//!   `failed NAME: WHY`. For `ws` it begins with HTTP/2 right away, for `wss` it takes what the server offers.
//!
//! | module | holds |
//! |---|---|
//! | [`served`] | what the paths of the servers are for |
//! | [`listen`] | sockets, TLS, and who serves a connection |
//! | [`bare`] | WebSockets of bare hyper |
//! | [`router`] | WebSockets of axum |
//! | [`client`] | ways to open WebSockets as a client |
//! | [`checks`] | what a client looks at |
//! | [`error`] | why the program ends early |
//! | [`tls`] | certificates that are read, and who is trusted |

mod bare;
mod checks;
mod client;
mod error;
mod listen;
mod router;
mod served;
mod tls;

use std::path::Path;

use tokio::runtime::Builder;

use self::error::Error;
use self::listen::Stack;
use crate::failure::Failure;

/// Runs the program, with what stands behind `http2` on the command line.
///
/// # Errors
///
/// When it cannot do what it is for: a check that fails is a line.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let ended = Builder::new_current_thread().enable_all().build().map_err(Error::from);
    ended
        .and_then(|runtime| runtime.block_on(act(args)))
        .map_err(|error| Failure::Error(error.to_string()))
}

async fn act(args: &[String]) -> Result<(), Error> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["serve", "hyper", certificate, key] => {
            listen::serve(Stack::Hyper, Path::new(certificate), Path::new(key)).await
        }
        ["serve", "axum", certificate, key] => {
            listen::serve(Stack::Axum, Path::new(certificate), Path::new(key)).await
        }
        ["check", url] => checks::run(url, None).await,
        ["check", url, authority] => checks::run(url, Some(Path::new(authority))).await,
        _ => Err("what is wanted is `serve hyper|axum CERTIFICATE KEY` or `check URL [AUTHORITY]`"
            .into()),
    }
}
