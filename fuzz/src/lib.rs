//! Fuzz targets: for every parser and every machine, and what has to be true whatever comes.
//!
//! A module is a target, and its `run` takes one input. `fuzz_targets/` gives each to libFuzzer;
//! `tests/corpora.rs` runs what was found so far, on any toolchain. The README has a table of them.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this is how a target says that it has found something"
)]

mod asking;
pub mod client_handshake;
pub mod compress;
pub mod credentials;
pub mod deflate;
pub mod driver;
pub mod extensions;
pub mod frame_head;
pub mod frames;
pub mod frames_peer;
pub mod handshake;
mod head;
mod hearing;
pub mod inflate;
mod input;
pub mod origin;
mod pieces;
pub mod proxy;
pub mod proxy_rules;
#[cfg(feature = "libfuzzer")]
mod randomness;
pub mod redirect;
pub mod request_head;
pub mod respond;
pub mod response_head;
pub mod retry_after;
pub mod server_handshake;
pub mod session;
pub mod subprotocols;
pub mod token_list;
pub mod url;
mod wire;

/// A target: its name, what it runs, and what of `ws-core` it is for.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Runs one input, and panics when something is not as it has to be.
    pub run: fn(&[u8]),
    /// Files below `ws-core/src`: of those that read octets or text, `cargo xtask tidy` finds the ones that stand
    /// nowhere here.
    pub covers: &'static [&'static str],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "request_head",
        run: request_head::run,
        covers: &[
            "codec/head.rs",
            "codec/http_types.rs",
            "codec/path_and_query.rs",
            "codec/recv_buf.rs",
            "handshake/upgrade_request.rs",
        ],
    },
    Target {
        name: "response_head",
        run: response_head::run,
        covers: &[
            "codec/head.rs",
            "codec/http_types.rs",
            "handshake/answer.rs",
            "handshake/upgrade_response.rs",
        ],
    },
    Target {
        name: "token_list",
        run: token_list::run,
        covers: &["codec/list.rs", "handshake/fields.rs"],
    },
    Target {
        name: "extensions",
        run: extensions::run,
        covers: &["handshake/deflate.rs", "handshake/extension.rs", "handshake/negotiate.rs"],
    },
    Target {
        name: "subprotocols",
        run: subprotocols::run,
        covers: &["codec/list.rs", "handshake/negotiate.rs"],
    },
    Target {
        name: "origin",
        run: origin::run,
        covers: &["handshake/authority.rs", "handshake/origin.rs"],
    },
    Target {
        name: "url",
        run: url::run,
        covers: &[
            "dial/url/authority.rs",
            "dial/url/host.rs",
            "dial/url/mod.rs",
            "dial/url/percent.rs",
            "dial/url/user_info.rs",
        ],
    },
    Target {
        name: "redirect",
        run: redirect::run,
        covers: &["dial/redirect.rs", "dial/url/reference.rs"],
    },
    Target {
        name: "proxy",
        run: proxy::run,
        covers: &[
            "codec/body.rs",
            "codec/head.rs",
            "dial/proxy/answer_error.rs",
            "dial/proxy/connect.rs",
            "dial/proxy/handshake.rs",
            "dial/proxy/reply.rs",
            "dial/proxy/socks4.rs",
            "dial/proxy/socks5.rs",
        ],
    },
    Target {
        name: "proxy_rules",
        run: proxy_rules::run,
        covers: &["dial/proxy/no_proxy.rs", "dial/proxy/rules.rs", "dial/proxy/settings.rs"],
    },
    Target {
        name: "retry_after",
        run: retry_after::run,
        covers: &["dial/http_date.rs", "dial/retry_after.rs"],
    },
    Target {
        name: "credentials",
        run: credentials::run,
        covers: &["codec/basic.rs", "handshake/credentials.rs"],
    },
    Target {
        name: "server_handshake",
        run: server_handshake::run,
        covers: &[
            "codec/excerpt.rs",
            "codec/not_a_head.rs",
            "handshake/authority.rs",
            "handshake/exchange.rs",
            "handshake/key.rs",
            "handshake/key_text.rs",
            "handshake/rejected.rs",
            "handshake/rejection.rs",
            "handshake/request_rules.rs",
            "handshake/server.rs",
            "handshake/target.rs",
            "handshake/violation.rs",
        ],
    },
    Target {
        name: "client_handshake",
        run: client_handshake::run,
        covers: &[
            "codec/body.rs",
            "codec/excerpt.rs",
            "codec/not_a_head.rs",
            "handshake/await_body.rs",
            "handshake/client.rs",
            "handshake/declined.rs",
            "handshake/response_rules.rs",
        ],
    },
    Target {
        name: "respond",
        run: respond::run,
        covers: &[
            "handshake/parsed_request.rs",
            "handshake/pure.rs",
            "handshake/request_rules.rs",
            "handshake/violation.rs",
        ],
    },
    Target {
        name: "handshake",
        run: handshake::run,
        covers: &[
            "codec/field_name.rs",
            "handshake/accepted.rs",
            "handshake/request.rs",
            "handshake/switching_protocols.rs",
        ],
    },
    Target { name: "frame_head", run: frame_head::run, covers: &["codec/frame.rs"] },
    Target {
        name: "frames",
        run: frames::run,
        covers: &[
            "codec/frame.rs",
            "codec/mask/mod.rs",
            "codec/mask/wide.rs",
            "codec/mask/words.rs",
            "codec/utf8.rs",
            "connection/receiver/collected.rs",
            "connection/receiver/heads.rs",
            "connection/receiver/mod.rs",
            "connection/receiver/progress.rs",
            "message.rs",
        ],
    },
    Target {
        name: "frames_peer",
        run: frames_peer::run,
        covers: &["codec/frame.rs", "connection/receiver/mod.rs"],
    },
    Target {
        name: "deflate",
        run: deflate::run,
        covers: &["codec/deflate/inflater.rs", "connection/receiver/compressed.rs"],
    },
    Target {
        name: "compress",
        run: compress::run,
        covers: &["codec/deflate/deflater.rs", "connection/sender/framing.rs"],
    },
    Target { name: "inflate", run: inflate::run, covers: &["codec/deflate/inflater.rs"] },
    Target {
        name: "session",
        run: session::run,
        covers: &[
            "codec/mask/copy.rs",
            "codec/send_queue.rs",
            "connection/closing.rs",
            "connection/keep_alive.rs",
            "connection/mod.rs",
            "connection/prepared.rs",
            "connection/sender/framing.rs",
            "connection/sender/mod.rs",
        ],
    },
    Target {
        name: "driver",
        run: driver::run,
        covers: &["connection/mod.rs", "connection/receiver/mod.rs"],
    },
];
