//! How a WebSocket begins: the opening handshake of RFC 6455 section 4, both sides.

mod accepted;
mod answer;
mod argument_error;
mod attempt;
pub(crate) mod authority;
mod await_body;
mod client;
mod client_config;
pub mod credentials;
mod declined;
pub(crate) mod deflate;
pub(crate) mod error;
mod exchange;
mod extension;
pub(crate) mod fields;
pub(crate) mod form;
mod input_end;
mod key;
mod key_text;
mod lenient;
mod limits;
pub(crate) mod negotiate;
pub(crate) mod origin;
mod parsed_request;
mod polled;
mod pure;
mod redirect;
mod rejected;
pub(crate) mod rejection;
mod request;
pub(crate) mod request_rules;
mod response_rules;
pub(crate) mod rule;
mod server;
mod server_config;
mod shutdown;
pub(crate) mod switching_protocols;
mod target;
mod upgrade_request;
mod upgrade_response;
mod verifier;
mod violation;

pub use self::{
    accepted::Accepted,
    argument_error::ArgumentError,
    client::{ClientHandshake, Established},
    client_config::ClientConfig,
    declined::{Declined, InvalidResponse},
    deflate::{ClientWindow, DeflateConfig, DeflateOffer},
    error::HandshakeError,
    key::RandomError,
    lenient::Lenient,
    limits::Limits,
    negotiate::Preference,
    parsed_request::ParsedRequest,
    polled::Polled,
    pure::{connect_request, is_upgrade, respond, upgrade_request},
    redirect::Redirect,
    rejected::Rejected,
    rejection::Rejection,
    rule::{RequestRule, ResponseRule},
    server::ServerHandshake,
    server_config::ServerConfig,
    upgrade_request::UpgradeRequest,
    upgrade_response::UpgradeResponse,
    verifier::Verifier,
    violation::Violation,
};
