//! The handshakes of `vectors/`: raw octets in, verdict out. Their README describes the format.

use serde_json::{Map, Value};

/// One handshake.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) id: String,
    /// `server` or `client`.
    pub(crate) role: String,
    pub(crate) title: String,
    pub(crate) section: String,
    /// What the suite sends; a client's vector has places to fill in.
    pub(crate) input: Vec<u8>,
    pub(crate) config: Map<String, Value>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) statuses: Vec<u16>,
    pub(crate) accept: Option<String>,
    /// The subprotocols that fit, `None` for none; empty when nothing is said.
    pub(crate) subprotocols: Vec<Option<String>>,
    /// What stands behind the head and is for the WebSocket.
    pub(crate) leftover: Vec<u8>,
}

/// What may come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A WebSocket.
    Open,
    /// None.
    Refused,
    /// Nothing yet.
    Waiting,
}

/// The vectors of both roles that can be seen from outside. Those for what is let in against a rule are left out, and so
/// are those for requests that a caller has parsed.
pub(crate) fn all(role: &str) -> Result<Vec<Vector>, String> {
    let mut vectors = Vec::new();
    for (file, text) in FILES {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
            let wrong = |why: String| format!("{file}, line {number}: {why}");
            let value: Value = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
            let is_seen = value["config"]["prebuilt"].is_null();
            if value["role"] == role && is_seen {
                let mut vector = parse(&value).map_err(wrong)?;
                // Two sets may have thought of the same name.
                while vectors.iter().any(|other: &Vector| other.id == vector.id) {
                    vector.id.push_str("-again");
                }
                vectors.push(vector);
            }
        }
    }
    Ok(vectors)
}

const FILES: [(&str, &str); 4] = [
    ("server.jsonl", include_str!("../vectors/server.jsonl")),
    ("client.jsonl", include_str!("../vectors/client.jsonl")),
    ("deflate.jsonl", include_str!("../vectors/deflate.jsonl")),
    ("extra.jsonl", include_str!("../vectors/extra.jsonl")),
];

fn parse(value: &Value) -> Result<Vector, String> {
    let text = |key: &str| value[key].as_str().ok_or_else(|| format!("no {key}"));
    let expect = &value["expect"];
    let outcomes = match expect["outcome"].as_str() {
        Some("either") => expect["may"].as_array().into_iter().flatten().map(outcome).collect(),
        _ => vec![outcome(&expect["outcome"])],
    };
    let statuses = match &expect["status"] {
        Value::Array(all) => all.iter().filter_map(status).collect(),
        one => status(one).into_iter().collect(),
    };
    let id = text("id")?;
    // Where it came from says nothing to a reader.
    let id = id.strip_prefix("extra/").unwrap_or(id);
    let id = match id.strip_prefix("deflate/").and_then(|rest| rest.split_once('/')) {
        Some((role, rest)) => format!("{role}/deflate/{rest}"),
        None => id.to_owned(),
    };
    let title = text("title")?.split(" [").next().unwrap_or_default().replace(" (strict)", "");
    Ok(Vector {
        id,
        role: text("role")?.to_owned(),
        title,
        section: text("rule")?.to_owned(),
        input: octets(text("input")?),
        config: value["config"].as_object().cloned().unwrap_or_default(),
        outcomes: outcomes.into_iter().collect::<Result<_, _>>()?,
        statuses,
        accept: expect["accept"].as_str().map(str::to_owned),
        subprotocols: subprotocols(expect),
        leftover: octets(expect["leftover"].as_str().unwrap_or_default()),
    })
}

fn outcome(value: &Value) -> Result<Outcome, String> {
    match value.as_str() {
        Some("accept" | "open") => Ok(Outcome::Open),
        Some("reject" | "fail") => Ok(Outcome::Refused),
        Some("need-more") => Ok(Outcome::Waiting),
        _ => Err(format!("unknown outcome {value}")),
    }
}

fn status(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|status| u16::try_from(status).ok())
}

fn subprotocols(expect: &Value) -> Vec<Option<String>> {
    let Some(first) = expect.get("subprotocol") else { return Vec::new() };
    let also = expect["subprotocol_also"].as_array().into_iter().flatten();
    [first].into_iter().chain(also).map(|name| name.as_str().map(str::to_owned)).collect()
}

/// A character stands for an octet.
fn octets(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_vector_is_read_and_has_a_name_of_its_own() {
        let mut all: Vec<_> =
            ["server", "client"].into_iter().flat_map(|role| super::all(role).unwrap()).collect();
        assert!(all.len() > 800, "{}", all.len());
        all.sort_by(|a, b| a.id.cmp(&b.id));
        for pair in all.windows(2) {
            assert_ne!(pair[0].id, pair[1].id);
        }
    }
}
