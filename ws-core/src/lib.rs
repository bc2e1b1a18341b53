#![doc = include_str!("../README.md")]

mod close;
mod codec;
mod config;
mod connection;
mod handshake;
mod message;
mod role;
mod rule;

pub use self::{
    close::{CloseCode, CloseFrame, CloseInfo, Side},
    codec::{
        DeflatePool, RecvBuf, SendQueue,
        frame::{FrameHead, Opcode},
        mask::apply_mask,
    },
    config::{ClientConfig, Limits, ServerConfig},
    connection::{
        Connection, FrameRule, Incoming, KeepAlive, Prepared, Receiver, Reply, SendError, Sender,
        TimeoutAction, WebSocketConfig,
    },
    handshake::{
        ArgumentError, ClientHandshake, ClientWindow, Declined, DeflateConfig, DeflateOffer,
        DeflateParams, Established, HandshakeError, InvalidResponse, Negotiated, Preference,
        Rejected, Rejection, RequestRule, ResponseRule, ServerHandshake, UpgradeRequest,
        UpgradeResponse, Verifier, Violation, credentials, is_upgrade, respond, upgrade_request,
    },
    message::{Message, MessageKind, Text, TextError},
    role::Role,
};
