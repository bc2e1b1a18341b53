//! The channels of a broker: one for each topic, one for each node, and one for all nodes.

use std::fmt::Write;

/// The channels of those nodes that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Channels {
    pub(crate) prefix: String,
}

impl Channels {
    /// Letters, digits, `-` and `_` are as they are, all else is `=` and two digits: brokers give a meaning to dots,
    /// stars and the like, and names of topics come from strangers.
    pub(crate) fn topic(&self, name: &str) -> String {
        let mut channel = format!("{}.t.", self.prefix);
        escape(&mut channel, name.as_bytes());
        channel
    }

    pub(crate) fn node(&self, node: u128) -> String {
        format!("{}.n.{node:032x}", self.prefix)
    }

    pub(crate) fn all_nodes(&self) -> String {
        format!("{}.n", self.prefix)
    }
}

/// A prefix may have dots.
pub(crate) fn prefix(text: &str) -> String {
    let mut prefix = String::new();
    for part in text.split('.').filter(|part| !part.is_empty()) {
        if !prefix.is_empty() {
            prefix.push('.');
        }
        escape(&mut prefix, part.as_bytes());
    }
    prefix
}

fn escape(channel: &mut String, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                channel.push(char::from(*byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(channel, "={byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_nothing_to_a_broker() {
        let channels = Channels { prefix: prefix("my app.eu..>") };
        assert_eq!(channels.topic("tea"), "my=20app.eu.=3e.t.tea");
        assert_eq!(channels.topic("*.> é=3d"), "my=20app.eu.=3e.t.=2a=2e=3e=20=c3=a9=3d3d");
        assert_eq!(channels.node(255), format!("my=20app.eu.=3e.n.{}ff", "0".repeat(30)));
    }
}
