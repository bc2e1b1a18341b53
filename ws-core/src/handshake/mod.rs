//! How a WebSocket begins: the opening handshake of RFC 6455 section 4, both sides.

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
mod pure;
pub(crate) mod rejection;
mod request;
pub(crate) mod request_rules;
mod response_rules;
pub(crate) mod rule;
mod server;
pub(crate) mod switching_protocols;
mod target;
mod upgrade_request;
mod upgrade_response;

pub use self::{
    client::{ClientHandshake, Established},
    deflate::{ClientWindow, DeflateConfig, DeflateOffer, DeflateParams},
    error::{ArgumentError, Declined, HandshakeError, InvalidResponse, Rejection},
    negotiate::{Negotiated, Preference},
    pure::{Verifier, is_upgrade, respond, upgrade_request},
    rejection::Violation,
    rule::{RequestRule, ResponseRule},
    server::ServerHandshake,
    upgrade_request::{Rejected, UpgradeRequest},
    upgrade_response::UpgradeResponse,
};
