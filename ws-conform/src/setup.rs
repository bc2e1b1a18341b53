//! What an implementation is set up to do, and what a case needs of it.

use serde_json::{Map, Value};

/// An implementation under test as it was started: where it is, and what it can do.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Of a server: `ws://HOST:PORT/PATH`.
    pub url: String,
    /// Of a client: the words of a command, `{url}` among them.
    pub command: Vec<String>,
    /// What it was told: the keys of `config` in the vectors, as far as they are settings.
    pub config: Map<String, Value>,
    /// Whether messages are sent back.
    pub echo: bool,
    /// The longest message it takes, in octets.
    pub max_message: Option<usize>,
    /// How long a server waits for a request, in seconds.
    pub handshake_timeout: Option<f64>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            url: String::new(),
            command: Vec::new(),
            config: Map::new(),
            echo: true,
            max_message: None,
            handshake_timeout: None,
        }
    }
}

impl Setup {
    /// Reads a file of setups: a JSON array of objects.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let all = value.as_array().ok_or("an array of setups is expected")?;
        all.iter().map(Self::read).collect()
    }

    fn read(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or_else(|| format!("{value} is no setup"))?;
        let mut setup = Self::default();
        for (key, value) in object {
            let wrong = || format!("{key}: {value} is not understood");
            match key.as_str() {
                "url" => value.as_str().ok_or_else(wrong)?.clone_into(&mut setup.url),
                "command" => {
                    let words = value.as_array().ok_or_else(wrong)?;
                    let word = |word: &Value| word.as_str().map(str::to_owned);
                    setup.command =
                        words.iter().map(word).collect::<Option<_>>().ok_or_else(wrong)?;
                }
                "echo" => setup.echo = value.as_bool().ok_or_else(wrong)?,
                "max_message" => {
                    let len = value.as_u64().and_then(|len| usize::try_from(len).ok());
                    setup.max_message = Some(len.ok_or_else(wrong)?);
                }
                "handshake_timeout" => {
                    setup.handshake_timeout = Some(value.as_f64().ok_or_else(wrong)?);
                }
                key if SETTINGS.contains(&key) => {
                    setup.config.insert(key.to_owned(), value.clone());
                }
                _ => return Err(format!("unknown key {key:?}")),
            }
        }
        Ok(setup)
    }

    /// Whether permessage-deflate is on.
    pub fn deflates(&self) -> bool {
        self.config.contains_key("deflate")
    }
}

/// What a case needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Needs {
    /// Settings that have to be just these; none when any will do.
    pub(crate) config: Map<String, Value>,
    /// Messages come back.
    pub(crate) echo: bool,
    /// It is known how long a message may be.
    pub(crate) max_message: bool,
    /// It is known how long a server waits for a request.
    pub(crate) handshake_timeout: bool,
}

impl Needs {
    /// Those of a vector.
    pub(crate) fn of(config: &Map<String, Value>) -> Self {
        let settings = config.iter().filter(|(key, _)| SETTINGS.contains(&key.as_str()));
        let mut config: Map<_, _> =
            settings.map(|(key, value)| (key.clone(), value.clone())).collect();
        // How much is kept of a body cannot be seen from outside.
        if let Some(limits) = config.get_mut("limits").and_then(Value::as_object_mut) {
            limits.remove("body");
            if limits.is_empty() {
                config.remove("limits");
            }
        }
        Self { config, ..Self::default() }
    }

    /// The setup to run it with.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn find<'a>(&self, setups: &'a [Setup]) -> Result<&'a Setup, String> {
        let mut fitting = setups.iter().filter(|setup| self.config.is_empty() || self.fit(setup));
        let Some(first) = fitting.next() else {
            return Err(format!("nothing is set up with {}", Value::Object(self.config.clone())));
        };
        let all = || [first].into_iter().chain(setups.iter().filter(|setup| self.fit(setup)));
        let knows = |what: &str, has: fn(&Setup) -> bool| {
            all().find(|setup| has(setup)).ok_or_else(|| format!("it is not said {what}"))
        };
        match self {
            Self { max_message: true, .. } => {
                knows("how long a message may be (--max-message)", |it| it.max_message.is_some())
            }
            Self { handshake_timeout: true, .. } => {
                let what = "how long a request may take (--handshake-timeout)";
                knows(what, |it| it.handshake_timeout.is_some())
            }
            Self { echo: true, .. } if !first.echo => Err("messages are not sent back".to_owned()),
            _ => Ok(first),
        }
    }

    /// What is asked for is there, and nothing beside it that changes what has to come.
    fn fit(&self, setup: &Setup) -> bool {
        let asked = self.config.iter().all(|(key, value)| setup.config.get(key) == Some(value));
        let others = setup.config.keys().filter(|key| !self.config.contains_key(*key));
        asked && others.into_iter().all(|key| HARMLESS.contains(&key.as_str()))
    }
}

/// The settings among the keys of a vector's `config`.
const SETTINGS: [&str; 8] = [
    "subprotocols",
    "require_subprotocol",
    "client_preference",
    "origins",
    "same_origin",
    "require_origin",
    "limits",
    "deflate",
];

/// Settings that leave alone whoever does not ask for them.
const HARMLESS: [&str; 2] = ["subprotocols", "deflate"];

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(config: &str) -> Needs {
        Needs::of(serde_json::from_str::<Value>(config).unwrap().as_object().unwrap())
    }

    #[test]
    fn a_case_finds_the_setup_that_it_needs() {
        let setups = Setup::read_all(
            r#"[{"url": "a", "echo": false},
                {"url": "b", "subprotocols": ["chat"], "deflate": {}, "max_message": 9},
                {"url": "c", "subprotocols": ["chat"], "require_subprotocol": true}]"#,
        )
        .unwrap();
        let url = |needs: &Needs| needs.find(&setups).map(|setup| setup.url.clone());
        assert_eq!(url(&needs("{}")).unwrap(), "a");
        assert_eq!(url(&needs(r#"{"limits": {"body": 5}, "eof": true}"#)).unwrap(), "a");
        assert_eq!(url(&needs(r#"{"subprotocols": ["chat"]}"#)).unwrap(), "b");
        assert_eq!(url(&needs(r#"{"deflate": {}}"#)).unwrap(), "b");
        let both = needs(r#"{"subprotocols": ["chat"], "require_subprotocol": true}"#);
        assert_eq!(url(&both).unwrap(), "c");
        assert!(url(&needs(r#"{"origins": ["x"]}"#)).unwrap_err().contains("origins"));
        assert!(url(&Needs { echo: true, ..Needs::default() }).is_err());
        assert_eq!(url(&Needs { max_message: true, ..Needs::default() }).unwrap(), "b");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for bad in ["{}", "[1]", r#"[{"colour": 1}]"#, r#"[{"echo": 1}]"#, "["] {
            assert!(Setup::read_all(bad).is_err(), "{bad}");
        }
    }
}
