//! What the page and the server say to each other: texts of JSON, one object each, told apart by `type`.
//!
//! [`Request`] is what comes from a page, and everything else than these is answered with an [`ErrorCode`].
//! [`Event`] is what goes to it. Names are in kebab-case. The README of this crate has both as tables.

use serde::{Deserialize, Serialize};

/// What a page asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Who it is: first of all, and once.
    Hello {
        /// What others read.
        name: String,
        /// A secret of the page, 16 to 64 letters and digits. Others see an id made of it.
        key: String,
    },
    /// It wants to be in a room.
    Join {
        /// Which one.
        room: String,
    },
    /// It wants to be in a room no more.
    Leave {
        /// Which one.
        room: String,
    },
    /// It says something to all of a room.
    Say {
        /// Which one.
        room: String,
        /// What.
        text: String,
    },
    /// Somebody types.
    Typing {
        /// Where.
        room: String,
    },
    /// It wants an answer, to see how long that takes.
    Ping {
        /// Comes back with the answer.
        n: u32,
    },
}

impl Request {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NotUnderstood`] for what is none.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        serde_json::from_str(text).map_err(|_| ErrorCode::NotUnderstood)
    }

    /// Its `type`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Say { .. } => "say",
            Self::Typing { .. } => "typing",
            Self::Ping { .. } => "ping",
        }
    }

    /// The room that it is about.
    #[must_use]
    pub fn room(&self) -> Option<&str> {
        match self {
            Self::Hello { .. } | Self::Ping { .. } => None,
            Self::Join { room }
            | Self::Leave { room }
            | Self::Say { room, .. }
            | Self::Typing { room } => Some(room),
        }
    }
}

/// What a page is told.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event<'a> {
    /// It is known from now on.
    Welcome {
        /// What others see of its key.
        id: &'a str,
        /// Its name, as others read it.
        name: &'a str,
        /// The node that it is connected to.
        node: &'a str,
        /// Where other nodes are.
        peers: &'a [String],
        /// What it may send.
        limits: Limits,
    },
    /// Rooms that are open.
    Rooms {
        /// Those with most people, in this order.
        rooms: &'a [RoomSize],
    },
    /// It is in a room now.
    Joined {
        /// Which one.
        room: &'a str,
        /// So many messages of this room that come next were said before.
        history: usize,
    },
    /// It is in a room no more.
    Left {
        /// Which one.
        room: &'a str,
    },
    /// Who is in a room.
    People {
        /// Which one.
        room: &'a str,
        /// They, by name.
        people: &'a [Person],
        /// So many more.
        more: usize,
    },
    /// Somebody has said something.
    Said {
        /// Where.
        room: &'a str,
        /// Which message this is: no other has this id.
        id: &'a str,
        /// Whose it is.
        from: &'a str,
        /// What they are called.
        name: &'a str,
        /// What they said.
        text: &'a str,
        /// When, in milliseconds since 1970, by the clock of the node that they are connected to.
        at: u64,
    },
    /// Somebody types.
    Typing {
        /// Where.
        room: &'a str,
        /// Who.
        from: &'a str,
        /// What they are called.
        name: &'a str,
    },
    /// What was said on other nodes may be missing at this place.
    Gap {
        /// Where.
        room: &'a str,
    },
    /// So much was dropped at this place, because this page was too slow.
    Missed {
        /// Where.
        room: &'a str,
        /// How many messages.
        count: u64,
    },
    /// Whether this node is connected to the others.
    Link {
        /// It is.
        up: bool,
    },
    /// The answer to [`Request::Ping`].
    Pong {
        /// That of the ping.
        n: u32,
        /// How many octets have come from the page, in frames with messages.
        received: u64,
        /// How many have gone to it.
        sent: u64,
    },
    /// Something was refused, and nothing else has changed.
    Error {
        /// Why.
        code: ErrorCode,
        /// The `type` of the request, if it was one.
        request: Option<&'a str>,
        /// The room that it was about.
        room: Option<&'a str>,
        /// Why, in words.
        text: &'a str,
    },
}

impl Event<'_> {
    /// As it goes over the wire.
    #[must_use]
    pub fn to_text(&self) -> String {
        // There is nothing in it that JSON has no form for.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Somebody, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// The same on every node, and after a reconnect.
    pub id: String,
    /// What they are called; others may have the same name.
    pub name: String,
}

/// How many are in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomSize {
    /// Which one.
    pub room: String,
    /// How many, on all nodes.
    pub people: usize,
}

/// What a page may send, for its forms.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    /// Characters of a name, and of that of a room.
    pub name: usize,
    /// Bytes of what is said, in UTF-8.
    pub text: usize,
    /// Rooms at a time.
    pub rooms: usize,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// It is no request.
    NotUnderstood,
    /// Before `hello` there is nothing else.
    HelloFirst,
    /// There was one already.
    HelloTwice,
    /// That is no key.
    BadKey,
    /// That is no name.
    BadName,
    /// No room can have this name.
    BadRoom,
    /// That cannot be said.
    BadText,
    /// The page is not in this room.
    NotInRoom,
    /// The page is in this room.
    InRoom,
    /// The page is in as many rooms as it may be.
    TooManyRooms,
    /// This node has as many rooms as it may have.
    NoMoreRooms,
    /// That was too much at a time.
    SlowDown,
}

impl ErrorCode {
    /// In words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NotUnderstood => "That is no request.",
            Self::HelloFirst => "Say who you are first.",
            Self::HelloTwice => "You have said who you are.",
            Self::BadKey => "A key has 16 to 64 letters and digits.",
            Self::BadName => "A name has 1 to 32 characters, all of which can be seen.",
            Self::BadRoom => "The name of a room has 1 to 32 characters, all of which can be seen.",
            Self::BadText => "A message has 1 to 4,000 bytes, and no control characters.",
            Self::NotInRoom => "You are not in this room.",
            Self::InRoom => "You are in this room.",
            Self::TooManyRooms => "You can be in 8 rooms at a time.",
            Self::NoMoreRooms => "There are as many rooms as there can be.",
            Self::SlowDown => "That was too much at a time. It was not sent.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_what_the_table_says() {
        let request = Request::parse(r#"{"type":"say","room":"tea","text":"<b>"}"#).unwrap();
        assert_eq!(request, Request::Say { room: "tea".into(), text: "<b>".into() });
        assert_eq!((request.name(), request.room()), ("say", Some("tea")));
        let ping = Request::parse(r#"{"n":4294967295,"type":"ping"}"#).unwrap();
        assert_eq!((ping.name(), ping.room()), ("ping", None));
    }

    #[test]
    fn all_else_is_not_understood() {
        let deep = "[".repeat(10_000);
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "hello",
            &deep,
            r#"{"type":"shout","room":"tea"}"#,
            r#"{"type":"join"}"#,
            r#"{"type":"join","room":7}"#,
            r#"{"type":"join","room":"a","room":"b"}"#,
            r#"{"type":"join","room":"a","as":"root"}"#,
            r#"{"type":"ping","n":-1}"#,
            r#"{"type":"ping","n":1} {"type":"ping","n":2}"#,
            r#"{"type":"join","room":"\ud800"}"#,
        ] {
            assert_eq!(Request::parse(text), Err(ErrorCode::NotUnderstood), "{text:.60}");
        }
    }

    #[test]
    fn events_are_what_the_table_says() {
        let error = Event::Error {
            code: ErrorCode::NoMoreRooms,
            request: Some("join"),
            room: None,
            text: "no",
        };
        assert_eq!(
            error.to_text(),
            r#"{"type":"error","code":"no-more-rooms","request":"join","room":null,"text":"no"}"#
        );
    }
}
