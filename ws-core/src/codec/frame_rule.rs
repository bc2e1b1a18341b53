//! The rules of frames and messages, one variant each: its name, its section and its message.

use crate::rule::rules;

rules! {
    /// A rule for what a peer sends once the WebSocket is open.
    pub enum FrameRule;
    ReservedBit => "reserved-bit", "RFC 6455 5.2", "reserved bits must be zero unless an extension uses them";
    ReservedOpcode => "reserved-opcode", "RFC 6455 5.2", "reserved opcodes must not be used";
    FragmentedControl => "fragmented-control", "RFC 6455 5.5", "a control frame must not be fragmented";
    LongControl => "long-control", "RFC 6455 5.5", "the payload of a control frame is at most 125 bytes";
    LongLength => "long-length", "RFC 6455 5.2", "a length must be encoded in as few bytes as possible";
    LengthOverflow => "length-overflow", "RFC 6455 5.2", "the first bit of a 64-bit length must be zero";
    Unmasked => "unmasked-frame", "RFC 6455 5.1", "a client must mask every frame";
    Masked => "masked-frame", "RFC 6455 5.1", "a server must not mask any frame";
    UnexpectedContinuation => "unexpected-continuation", "RFC 6455 5.4", "a continuation frame goes on with a message that has begun";
    InterleavedMessage => "interleaved-message", "RFC 6455 5.4", "a message must end before the next one begins";
    InvalidUtf8 => "invalid-utf8", "RFC 6455 8.1", "a text message must be UTF-8";
    CloseLength => "close-length", "RFC 6455 5.5.1", "the payload of a close frame is empty or begins with two bytes of code";
    CloseCode => "close-code", "RFC 6455 7.4", "the code of a close frame must be one that may be sent";
    CloseReason => "close-reason", "RFC 6455 5.5.1", "the reason of a close frame must be UTF-8";
    InvalidDeflate => "invalid-deflate", "RFC 7692 7.2.2", "a compressed message must be deflated data that ends between two blocks";
    FrameTooLarge => "frame-too-large", "RFC 6455 10.4", "a frame is larger than the limit";
    MessageTooLarge => "message-too-large", "RFC 6455 10.4", "a message is larger than the limit";
    TooManyFragments => "too-many-fragments", "RFC 6455 10.4", "a message has more fragments than the limit";
}

impl std::error::Error for FrameRule {}
