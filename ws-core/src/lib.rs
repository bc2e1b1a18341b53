#![doc = include_str!("../README.md")]

mod close;
mod codec;
mod connection;
mod handshake;
mod message;
mod negotiated;
mod role;
mod rule;

pub use self::{
    close::{CloseCode, CloseFrame, CloseInfo, Side},
    codec::{
        DeflatePool, FrameRule, RecvBuf, SendQueue,
        frame::{FrameHead, Opcode},
        mask::apply_mask,
    },
    connection::{
        Connection, FrameViolation, Incoming, IntoOutgoing, KeepAlive, Outgoing, Prepared,
        Receiver, Reply, SendError, Sender, TimeoutAction, WebSocketConfig,
    },
    handshake::{
        ArgumentError, ClientConfig, ClientHandshake, ClientWindow, Declined, DeflateConfig,
        DeflateOffer, Established, HandshakeError, InvalidResponse, Limits, Preference,
        RandomError, Rejected, Rejection, RequestRule, ResponseRule, ServerConfig, ServerHandshake,
        UpgradeRequest, UpgradeResponse, Verifier, Violation, credentials, is_upgrade, respond,
        upgrade_request,
    },
    message::{Message, MessageKind, Text, TextError},
    negotiated::{DeflateParams, Negotiated},
    role::Role,
};
