//! What the paths of the servers are for, whichever stack serves them, and what is said of it.

use std::fmt::Display;
use std::time::Duration;

use ws_hyper::hyper::Version;
use ws_hyper::{ServerConfig, WebSocketConfig};

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// Messages come back.
    Echo,
    /// The same, with limits: see [`MAX_MESSAGE_LEN`].
    Limited,
    /// A close with this code is all that comes.
    Close(u16),
    /// The same as [`Echo`](Self::Echo), for pages of this server alone.
    SameOrigin,
}

impl Served {
    /// What `path` is for: messages come back, unless its end says otherwise. What stands before that is for the
    /// caller, who finds it in what is said here.
    pub(crate) fn at(path: &str) -> Self {
        let mut segments = path.rsplit('/');
        match (segments.next(), segments.next()) {
            (Some(code), Some("close")) => code.parse().map_or(Self::Echo, Self::Close),
            (Some("limited"), _) => Self::Limited,
            (Some("origin"), _) => Self::SameOrigin,
            _ => Self::Echo,
        }
    }

    /// How handshakes are answered, and what holds from then on.
    pub(crate) fn config(self) -> ServerConfig {
        let config = ServerConfig::new().subprotocols(["chat.v2", "chat.v1"]);
        match self {
            Self::Limited => config.web_socket(
                WebSocketConfig::new()
                    .max_message_len(MAX_MESSAGE_LEN)
                    .ping_interval(PING_INTERVAL)
                    .pong_timeout(PING_INTERVAL),
            ),
            Self::SameOrigin => config.same_origin(),
            Self::Echo | Self::Close(_) => config,
        }
    }

    /// After how many messages the server closes.
    pub(crate) fn max_messages(self) -> Option<usize> {
        (self == Self::Limited).then_some(MAX_MESSAGES)
    }
}

/// Says by which version a WebSocket is asked for.
pub(crate) fn say_asked(version: Version, path: &str) {
    println!("asked {version:?} {path}");
}

/// Says how one ended.
pub(crate) fn say_ended(path: &str, how: impl Display) {
    println!("ended {path} {how}");
}

/// What the programs of the peers want of their second URL.
const MAX_MESSAGE_LEN: usize = 1000;
const MAX_MESSAGES: usize = 3;
const PING_INTERVAL: Duration = Duration::from_millis(1500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_it_is_for() {
        assert_eq!(Served::at("/"), Served::Echo);
        assert_eq!(Served::at("/echo"), Served::Echo);
        assert_eq!(Served::at("/limited"), Served::Limited);
        assert_eq!(Served::at("/close/4000"), Served::Close(4000));
        assert_eq!(Served::at("/close/soon"), Served::Echo);
        assert_eq!(Served::at("/origin"), Served::SameOrigin);
        assert_eq!(Served::at("/a/limited"), Served::Limited);
        assert_eq!(Served::at("/a/close/4000"), Served::Close(4000));
    }
}
