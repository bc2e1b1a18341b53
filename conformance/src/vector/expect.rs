//! What has to come of a vector.

use std::fmt;

use serde_json::Value;

use super::Role;
use crate::json::{self, Fields};

/// How a handshake ends, or that it does not end yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Server: a 101 went out.
    Accept,
    /// Server: another final answer went out.
    Reject,
    /// Client: the answer was a good 101.
    Open,
    /// Client: anything else was answered.
    Fail,
    /// Either side waits for octets.
    NeedMore,
}

impl Outcome {
    fn parse(name: &str) -> Result<Self, String> {
        Ok(match name {
            "accept" => Self::Accept,
            "reject" => Self::Reject,
            "open" => Self::Open,
            "fail" => Self::Fail,
            "need-more" => Self::NeedMore,
            other => return Err(format!("unknown outcome `{other}`")),
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Open => "open",
            Self::Fail => "fail",
            Self::NeedMore => "need-more",
        })
    }
}

/// Fields by name, one value per line.
pub type Headers = Vec<(String, Vec<String>)>;

/// The `expect` of a vector. A clause that is `None` or empty makes no claim, unless it says
/// otherwise.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The outcomes allowed; more than one where two readings are both legitimate.
    pub outcomes: Vec<Outcome>,
    /// Server: every acceptable final status. Client: the status of the head in question, or empty.
    pub statuses: Vec<u16>,
    /// `Sec-WebSocket-Accept` of the 101.
    pub accept: Option<String>,
    /// Server: the acceptable values of `Sec-WebSocket-Extensions` in the 101, `None` for no such
    /// field.
    pub extensions: Vec<Option<String>>,
    /// The acceptable subprotocols, `None` for none.
    pub subprotocols: Vec<Option<String>>,
    /// Fields the answer has to have (server), or the caller has to see (client), one value per
    /// line.
    pub headers: Headers,
    /// Fields the answer has to have for one status.
    pub headers_if: Vec<(u16, Headers)>,
    /// The acceptable rows of interim statuses; empty stands for "none sent".
    pub interims: Vec<Vec<u16>>,
    /// What the interim statuses are for one of several outcomes.
    pub interim_if: Vec<(Outcome, Vec<u16>)>,
    /// Octets behind the head that must be kept; `None` when the vector names none.
    pub leftover: Option<Vec<u8>>,
    /// The answer says `Connection: close`, or the server closes.
    pub close: bool,
    /// Octets of content.
    pub body: Option<Vec<u8>>,
    /// Whether `body` is all of it.
    pub body_complete: Option<bool>,
    /// What the application must see of the request.
    pub request: Option<ExpectedRequest>,
    /// What the quick test says.
    pub is_upgrade: Option<bool>,
    /// The error when the input ends here.
    pub on_eof: Option<String>,
    /// The kinds of failure that fit; the first is the one meant, the others are as good.
    pub errors: Vec<String>,
    /// Client: the parameters agreed, `Some(None)` for no compression.
    pub deflate: Option<Option<DeflateTerms>>,
}

/// What the application must see of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedRequest {
    /// With its leading slash.
    pub path: Option<String>,
    /// Without the question mark.
    pub query: Option<String>,
    /// Of an absolute target, else of `Host`.
    pub authority: Option<String>,
}

/// The negotiated compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateTerms {
    /// In bits.
    pub server_max_window_bits: u8,
    /// In bits.
    pub client_max_window_bits: u8,
    /// The server resets its window for every message.
    pub server_no_context_takeover: bool,
    /// The client resets its window for every message.
    pub client_no_context_takeover: bool,
}

impl Expect {
    pub(super) fn read(role: Role, mut fields: Fields) -> Result<Self, String> {
        let outcomes = match fields.string("outcome")?.as_str() {
            "either" => {
                let may = fields.strings("may")?;
                may.iter().map(|name| Outcome::parse(name)).collect::<Result<_, _>>()?
            }
            name => vec![Outcome::parse(name)?],
        };
        if outcomes.is_empty() || outcomes.iter().any(|o| !belongs(role, *o)) {
            return Err(format!("`outcome`: {outcomes:?} does not fit the role"));
        }
        let expect = Self {
            outcomes,
            statuses: fields.numbers("status")?,
            accept: fields.opt_string("accept")?,
            extensions: alternatives(&mut fields, "extensions")?,
            subprotocols: alternatives(&mut fields, "subprotocol")?,
            headers: headers(fields.object("headers")?)?,
            headers_if: headers_if(fields.object("headers_if")?)?,
            interims: interims(&mut fields)?,
            interim_if: interim_if(fields.object("interim_if")?)?,
            leftover: fields.opt_octets("leftover")?,
            close: fields.flag("close")?,
            body: fields.opt_octets("body")?,
            body_complete: fields.opt_flag("body_complete")?,
            request: fields.object("request")?.map(ExpectedRequest::read).transpose()?,
            is_upgrade: fields.opt_flag("is_upgrade")?,
            on_eof: fields.opt_string("on_eof")?,
            errors: {
                let mut errors: Vec<_> = fields.opt_string("error")?.into_iter().collect();
                errors.extend(fields.strings("error_also")?);
                errors
            },
            deflate: match fields.take("deflate") {
                None => None,
                Some(Value::Null) => Some(None),
                Some(value) => Some(Some(DeflateTerms::read(Fields::new(value)?)?)),
            },
        };
        fields.finish()?;
        Ok(expect)
    }

    /// The kind of failure meant, as opposed to those that are as good.
    pub fn error(&self) -> Option<&str> {
        self.errors.first().map(String::as_str)
    }
}

impl ExpectedRequest {
    fn read(mut fields: Fields) -> Result<Self, String> {
        let request = Self {
            path: fields.opt_string("path")?,
            query: fields.opt_string("query")?,
            authority: fields.opt_string("authority")?,
        };
        fields.finish()?;
        Ok(request)
    }
}

impl DeflateTerms {
    fn read(mut fields: Fields) -> Result<Self, String> {
        let bits = |fields: &mut Fields, key: &str| {
            fields.opt_number(key)?.ok_or_else(|| format!("`{key}` is missing"))
        };
        let terms = Self {
            server_max_window_bits: bits(&mut fields, "server_max_window_bits")?,
            client_max_window_bits: bits(&mut fields, "client_max_window_bits")?,
            server_no_context_takeover: fields.flag("server_no_context_takeover")?,
            client_no_context_takeover: fields.flag("client_no_context_takeover")?,
        };
        fields.finish()?;
        Ok(terms)
    }
}

fn belongs(role: Role, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Accept | Outcome::Reject => role == Role::Server,
        Outcome::Open | Outcome::Fail => role == Role::Client,
        Outcome::NeedMore => true,
    }
}

/// `key` and the values of `key_also`, which are as good. A string stands for one alternative, a
/// list for several.
fn alternatives(fields: &mut Fields, key: &str) -> Result<Vec<Option<String>>, String> {
    let one = |value: &Value| match value {
        Value::Null => Ok(None),
        value => json::text(value).map(Some),
    };
    let mut all = Vec::new();
    if let Some(value) = fields.take(key) {
        all.push(one(&value)?);
    }
    match fields.take(&format!("{key}_also")) {
        Some(Value::Array(more)) => {
            for value in &more {
                all.push(one(value)?);
            }
        }
        None => {}
        Some(other) => return Err(format!("`{key}_also`: expected a list, found {other}")),
    }
    Ok(all)
}

fn headers(fields: Option<Fields>) -> Result<Headers, String> {
    let Some(mut fields) = fields else { return Ok(Vec::new()) };
    fields
        .drain()
        .into_iter()
        .map(|(name, value)| {
            let values = match value {
                Value::Array(_) => json::list(Some(value), &name, json::text)?,
                value => vec![json::text(&value)?],
            };
            Ok((name, values))
        })
        .collect()
}

fn headers_if(fields: Option<Fields>) -> Result<Vec<(u16, Headers)>, String> {
    let Some(mut fields) = fields else { return Ok(Vec::new()) };
    fields
        .drain()
        .into_iter()
        .map(|(status, value)| {
            let status = status.parse().map_err(|_| format!("`{status}` is no status"))?;
            Ok((status, headers(Some(Fields::new(value)?))?))
        })
        .collect()
}

fn interims(fields: &mut Fields) -> Result<Vec<Vec<u16>>, String> {
    let mut all = vec![fields.numbers("interim")?];
    all.extend(json::list(fields.take("interim_also"), "interim_also", |row| {
        json::list(Some(row.clone()), "interim_also", json::number)
    })?);
    Ok(all)
}

fn interim_if(fields: Option<Fields>) -> Result<Vec<(Outcome, Vec<u16>)>, String> {
    let Some(mut fields) = fields else { return Ok(Vec::new()) };
    fields
        .drain()
        .into_iter()
        .map(|(outcome, row)| {
            Ok((Outcome::parse(&outcome)?, json::list(Some(row), &outcome, json::number)?))
        })
        .collect()
}
