//! Who is judged, and in what it is written.

/// How a program of an implementation is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// `interop/field/echo.py`.
    Python,
    /// `interop/field/echo.mjs`.
    Node,
    /// A server of the benchmarks.
    Bench,
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
}

impl Implementation {
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
    server("websockets", "websockets", Means::Python, "asyncio"),
    server("aiohttp", "aiohttp", Means::Python, ""),
    server("tornado", "tornado", Means::Python, ""),
    server("uvicorn with wsproto", "wsproto", Means::Python, "HTTP by h11"),
    server("hypercorn", "hypercorn", Means::Python, "frames by wsproto, HTTP by h11"),
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
    server("yawc", "yawc", Means::Bench, "HTTP by hyper"),
    client("websockets", "websockets", Means::Python, "asyncio"),
    client("aiohttp", "aiohttp", Means::Python, ""),
    client("tornado", "tornado", Means::Python, ""),
    client("websocket-client", "websocket-client", Means::Python, ""),
    client("ws", "ws", Means::Node, "HTTP by Node"),
    client("faye-websocket", "faye-websocket", Means::Node, ""),
    client("websocket (npm)", "websocket", Means::Node, "HTTP by Node"),
    client("Node", "node", Means::Node, "its own client, which is undici's"),
];

const fn server(
    name: &'static str,
    package: &'static str,
    means: Means,
    note: &'static str,
) -> Implementation {
    Implementation { name, package, means, is_server: true, note }
}

const fn client(
    name: &'static str,
    package: &'static str,
    means: Means,
    note: &'static str,
) -> Implementation {
    Implementation { name, package, means, is_server: false, note }
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
