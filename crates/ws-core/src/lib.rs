#![doc = include_str!("../README.md")]

mod codec;
mod config;
mod connection;
mod handshake;
mod role;

pub use self::{
    codec::{RecvBuf, SendQueue},
    config::{ClientConfig, Limits, ServerConfig},
    connection::Connection,
    handshake::{
        AnswerRule, ArgumentError, BadAnswer, ClientHandshake, ClientWindow, Declined,
        DeflateConfig, DeflateOffer, DeflateParams, Established, HandshakeError, Negotiated,
        Pending, Preference, Refusal, Refused, Rejection, RequestRule, ServerHandshake, Verifier,
        credentials, is_upgrade, respond, upgrade_request,
    },
    role::Role,
};
