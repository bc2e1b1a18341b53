//! Who is judged, and in what it is written.

use super::compiled::{self, Recipe};

/// How a program of an implementation is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// `interop/field/echo.py`.
    Python,
    /// `interop/field/echo.mjs`.
    Node,
    /// A server of the benchmarks, or their `echo_client`.
    Bench,
    /// A program of one file.
    Compiled(&'static Recipe),
    /// `interop/field/echo.cpp`.
    Beast,
}

/// One implementation on one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Implementation {
    /// What tables call it.
    pub(crate) name: &'static str,
    /// What it is called where it comes from.
    pub(crate) package: &'static str,
    pub(crate) means: Means,
    pub(crate) is_server: bool,
    /// What a reader has to know of how it was run.
    pub(crate) note: &'static str,
    /// Whether permessage-deflate is on by default, or where its documentation begins.
    pub(crate) deflates: bool,
}

impl Implementation {
    /// The same, with permessage-deflate.
    const fn deflating(self) -> Self {
        Self { deflates: true, ..self }
    }

    /// A word for files.
    pub(crate) fn slug(&self) -> String {
        let role = if self.is_server { "server" } else { "client" };
        let name = self.name.to_ascii_lowercase().replace([' ', '.', '\'', '(', ')'], "-");
        format!("{}-{role}", name.trim_end_matches('-').replace("--", "-"))
    }

    /// Whether it is the one that is judged, by a word of the command line.
    pub(crate) fn is_chosen(&self, only: Option<&str>) -> bool {
        is_chosen(&self.slug(), only)
    }
}

/// Whether what has this word for files is judged.
pub(crate) fn is_chosen(slug: &str, only: Option<&str>) -> bool {
    only.is_none_or(|only| slug.starts_with(only))
}

/// All of them.
pub(crate) const ALL: &[Implementation] = &[
    server("Boost.Beast", "boost", Means::Beast, "synchronous, a thread for each connection"),
    server("websockets", "websockets", Means::Python, "asyncio").deflating(),
    server("aiohttp", "aiohttp", Means::Python, "").deflating(),
    server("tornado", "tornado", Means::Python, ""),
    server("uvicorn with wsproto", "wsproto", Means::Python, "HTTP by h11").deflating(),
    server("hypercorn", "hypercorn", Means::Python, "frames by wsproto, HTTP by h11").deflating(),
    server("ws", "ws", Means::Node, "HTTP by Node"),
    server("faye-websocket", "faye-websocket", Means::Node, "HTTP by Node"),
    server(
        "websocket (npm)",
        "websocket",
        Means::Node,
        "HTTP by Node; exceptions that nobody catches are ignored, or one case would end the process",
    ),
    server("tungstenite", "tungstenite", Means::Bench, "a thread for each connection"),
    server("tokio-tungstenite", "tokio-tungstenite", Means::Bench, ""),
    server("fastwebsockets", "fastwebsockets", Means::Bench, "HTTP by hyper"),
    server("tokio-websockets", "tokio-websockets", Means::Bench, ""),
    server("soketto", "soketto", Means::Bench, ""),
    server("sockudo-ws", "sockudo-ws", Means::Bench, ""),
    server("yawc", "yawc", Means::Bench, "HTTP by hyper; text is checked, which is an option"),
    server("gorilla", "gorilla", GORILLA, "HTTP by Go; text is checked, as its documentation says"),
    server("nhooyr", "nhooyr", NHOOYR, "HTTP by Go; text is checked").deflating(),
    server("libwebsockets", "libwebsockets", LIBWEBSOCKETS, "text is checked, which is an option"),
    server("libsoup", "libsoup", LIBSOUP, "").deflating(),
    server("Netty", "netty", NETTY, "without pages").deflating(),
    server("Tomcat", "tomcat", TOMCAT, "").deflating(),
    client("websockets", "websockets", Means::Python, "asyncio").deflating(),
    client("aiohttp", "aiohttp", Means::Python, ""),
    client("tornado", "tornado", Means::Python, ""),
    client("websocket-client", "websocket-client", Means::Python, ""),
    client("ws", "ws", Means::Node, "HTTP by Node").deflating(),
    client("faye-websocket", "faye-websocket", Means::Node, ""),
    client("websocket (npm)", "websocket", Means::Node, "HTTP by Node"),
    client("Node", "node", Means::Node, "its own client, which is undici's").deflating(),
    client("tungstenite", "tungstenite", Means::Bench, ""),
    client("tokio-tungstenite", "tokio-tungstenite", Means::Bench, ""),
    client("fastwebsockets", "fastwebsockets", Means::Bench, "HTTP by hyper"),
    client("tokio-websockets", "tokio-websockets", Means::Bench, ""),
    client("soketto", "soketto", Means::Bench, ""),
    client("yawc", "yawc", Means::Bench, "HTTP by hyper; text is checked, which is an option")
        .deflating(),
    client("gorilla", "gorilla", GORILLA, "text is checked, as its documentation says"),
    client("nhooyr", "nhooyr", NHOOYR, "HTTP by Go; text is checked").deflating(),
    client("libwebsockets", "libwebsockets", LIBWEBSOCKETS, "text is checked, which is an option"),
    client("libsoup", "libsoup", LIBSOUP, ""),
];

const GORILLA: Means = Means::Compiled(&compiled::GORILLA);
const NHOOYR: Means = Means::Compiled(&compiled::NHOOYR);
const LIBWEBSOCKETS: Means = Means::Compiled(&compiled::LIBWEBSOCKETS);
const LIBSOUP: Means = Means::Compiled(&compiled::LIBSOUP);
const NETTY: Means = Means::Compiled(&compiled::NETTY);
const TOMCAT: Means = Means::Compiled(&compiled::TOMCAT);

const fn server(
    name: &'static str,
    package: &'static str,
    means: Means,
    note: &'static str,
) -> Implementation {
    Implementation { name, package, means, is_server: true, note, deflates: false }
}

const fn client(
    name: &'static str,
    package: &'static str,
    means: Means,
    note: &'static str,
) -> Implementation {
    Implementation { name, package, means, is_server: false, note, deflates: false }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_file_of_its_own() {
        let slugs: BTreeSet<_> = ALL.iter().map(Implementation::slug).collect();
        assert_eq!(slugs.len(), ALL.len());
        assert!(slugs.contains("websocket-npm-server") && slugs.contains("boost-beast-server"));
        assert!(ALL.len() >= 20 && ALL[0].is_chosen(Some("boost")) && !ALL[0].is_chosen(Some("x")));
    }
}
