//! How the side under test is set up for a vector.

use serde_json::Value;

use crate::json::{self, Fields};

/// The `config` of a vector. The default is a side without compression, subprotocols or an origin
/// policy.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// permessage-deflate, when enabled.
    pub deflate: Option<DeflateSetting>,
    /// Client: the `Sec-WebSocket-Extensions` value this makes.
    pub offer: Option<String>,
    /// Server: names it knows, most preferred first. Client: names it offers.
    pub subprotocols: Vec<String>,
    /// Server: the order of the client's list decides instead of its own.
    pub client_preference: bool,
    /// Server: refuse when no subprotocol can be agreed.
    pub require_subprotocol: bool,
    /// Server: the origins allowed, when there is a list.
    pub origins: Option<Vec<String>>,
    /// Server: an `Origin` has to be the origin of the request itself.
    pub same_origin: bool,
    /// Server: with either policy, a request without `Origin` is refused too.
    pub require_origin: bool,
    /// Lengths and counts that differ from the defaults.
    pub limits: LimitSetting,
    /// What is let in although the RFCs do not allow it: names of switches.
    pub lenient: Vec<String>,
    /// Server: the input comes from a buffer the caller hands over.
    pub buffered: bool,
    /// Server: the caller has parsed the head and consumed the body.
    pub prebuilt: bool,
    /// The peer closes its side after the input.
    pub eof: bool,
    /// The deliveries the vector asks for besides the whole input at once.
    pub delivery: Wanted,
}

/// One setting of permessage-deflate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeflateSetting {
    /// In bits.
    pub server_max_window_bits: Option<u8>,
    /// In bits.
    pub client_max_window_bits: ClientBits,
    /// As the parameter of the same name.
    pub server_no_context_takeover: bool,
    /// As the parameter of the same name.
    pub client_no_context_takeover: bool,
    /// Client: a second, less preferred offer.
    pub fallback: Option<Box<Self>>,
}

/// The setting of `client_max_window_bits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientBits {
    /// Client: offered without a value. Server: 15.
    #[default]
    Unset,
    /// Client: the parameter is left out of the offer.
    Omitted,
    /// In bits.
    Bits(u8),
}

/// Limits of a vector; `None` is the default of the implementation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitSetting {
    /// Octets of the request line without CRLF.
    pub request_line: Option<usize>,
    /// Octets from the start line to the end of the blank line.
    pub head: Option<usize>,
    /// Octets of one field line without CRLF.
    pub field: Option<usize>,
    /// Number of field lines.
    pub fields: Option<usize>,
    /// Octets of a refusal's body that are kept.
    pub body: Option<usize>,
}

/// The deliveries a vector asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// The whole input in one read.
    #[default]
    Whole,
    /// One octet per read as well.
    Bytewise,
    /// Every way to cut the input in two as well.
    EverySplit,
}

impl Config {
    pub(super) fn read(mut fields: Fields) -> Result<Self, String> {
        let config = Self {
            deflate: fields.object("deflate")?.map(DeflateSetting::read).transpose()?,
            offer: fields.opt_string("offer")?,
            subprotocols: fields.strings("subprotocols")?,
            client_preference: fields.flag("client_preference")?,
            require_subprotocol: fields.flag("require_subprotocol")?,
            origins: match fields.take("origins") {
                None => None,
                list => Some(json::list(list, "origins", json::text)?),
            },
            same_origin: fields.flag("same_origin")?,
            require_origin: fields.flag("require_origin")?,
            limits: fields
                .object("limits")?
                .map_or(Ok(LimitSetting::default()), LimitSetting::read)?,
            lenient: fields.strings("lenient")?,
            buffered: match fields.opt_string("buffered")?.as_deref() {
                None => false,
                Some("all") => true,
                Some(other) => return Err(format!("`buffered`: unknown value `{other}`")),
            },
            prebuilt: fields.flag("prebuilt")?,
            eof: fields.flag("eof")?,
            delivery: match fields.opt_string("delivery")?.as_deref() {
                None => Wanted::Whole,
                Some("bytewise") => Wanted::Bytewise,
                Some("every-split") => Wanted::EverySplit,
                Some(other) => return Err(format!("`delivery`: unknown value `{other}`")),
            },
        };
        fields.finish()?;
        Ok(config)
    }
}

impl DeflateSetting {
    fn read(mut fields: Fields) -> Result<Self, String> {
        let setting = Self {
            server_max_window_bits: fields.opt_number("server_max_window_bits")?,
            client_max_window_bits: match fields.take("client_max_window_bits") {
                None => ClientBits::Unset,
                Some(Value::Bool(false)) => ClientBits::Omitted,
                Some(value) => ClientBits::Bits(json::number(&value)?),
            },
            server_no_context_takeover: fields.flag("server_no_context_takeover")?,
            client_no_context_takeover: fields.flag("client_no_context_takeover")?,
            fallback: fields.object("fallback")?.map(Self::read).transpose()?.map(Box::new),
        };
        fields.finish()?;
        Ok(setting)
    }
}

impl LimitSetting {
    fn read(mut fields: Fields) -> Result<Self, String> {
        let limits = Self {
            request_line: fields.opt_number("request_line")?,
            head: fields.opt_number("head")?,
            field: fields.opt_number("field")?,
            fields: fields.opt_number("fields")?,
            body: fields.opt_number("body")?,
        };
        fields.finish()?;
        Ok(limits)
    }
}
