//! How a WebSocket begins: the opening handshake of RFC 6455 section 4, both sides.

mod argument_error;
pub(crate) mod authority;
mod client;
mod client_config;
pub mod credentials;
mod declined;
pub(crate) mod deflate;
pub(crate) mod error;
mod extension;
pub(crate) mod fields;
mod key;
mod limits;
pub(crate) mod negotiate;
pub(crate) mod origin;
mod pure;
pub(crate) mod rejection;
mod request;
pub(crate) mod request_rules;
mod response_rules;
pub(crate) mod rule;
mod server;
mod server_config;
pub(crate) mod switching_protocols;
mod target;
mod upgrade_request;
mod upgrade_response;
mod verifier;
mod violation;

pub use self::{
    argument_error::ArgumentError,
    client::{ClientHandshake, Established},
    client_config::ClientConfig,
    declined::{Declined, InvalidResponse},
    deflate::{ClientWindow, DeflateConfig, DeflateOffer},
    error::HandshakeError,
    key::RandomError,
    limits::Limits,
    negotiate::Preference,
    pure::{is_upgrade, respond, upgrade_request},
    rejection::Rejection,
    rule::{RequestRule, ResponseRule},
    server::ServerHandshake,
    server_config::ServerConfig,
    upgrade_request::{Rejected, UpgradeRequest},
    upgrade_response::UpgradeResponse,
    verifier::Verifier,
    violation::Violation,
};
