//! How a WebSocket begins: the opening handshake of RFC 6455 section 4, both sides.

pub(crate) mod answer;
pub(crate) mod authority;
mod client;
pub mod credentials;
pub(crate) mod deflate;
pub(crate) mod error;
mod extension;
pub(crate) mod fields;
mod key;
pub(crate) mod negotiate;
pub(crate) mod origin;
mod pending;
mod pure;
pub(crate) mod refusal;
mod request;
pub(crate) mod request_rules;
mod response_rules;
pub(crate) mod rule;
mod server;
mod target;
mod upgrade_response;

pub use self::{
    client::{ClientHandshake, Established},
    deflate::{ClientWindow, DeflateConfig, DeflateOffer, DeflateParams},
    error::{ArgumentError, BadAnswer, Declined, HandshakeError, Refusal},
    negotiate::{Negotiated, Preference},
    pending::{Pending, Refused},
    pure::{Verifier, is_upgrade, respond, upgrade_request},
    refusal::Rejection,
    rule::{AnswerRule, RequestRule},
    server::ServerHandshake,
    upgrade_response::UpgradeResponse,
};
