//! Any bytes as the payload of one compressed message, to our inflater and to miniz_oxide: both make the same of it.
//!
//! The inflater below ours is zlib-rs, which has no line of code in common with that one.

use miniz_oxide::inflate::{
    TINFLStatus,
    core::{
        DecompressorOxide, decompress,
        inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
    },
};
use ws_core::{FrameHead, FrameRule, Opcode, Role, WebSocketConfig};

use crate::{
    hearing::{Heard, hear},
    pieces::Cut,
    wire::open,
};

const MAX_MESSAGE_LEN: usize = 20_000;

/// Runs one input.
pub fn run(data: &[u8]) {
    let data = &data[..data.len().min(MAX_MESSAGE_LEN)];
    let head = FrameHead {
        fin: true,
        rsv1: true,
        opcode: Opcode::Binary,
        mask: None,
        len: data.len() as u64,
    };
    let mut frame = [0; FrameHead::MAX_LEN];
    let len = head.encode(&mut frame);
    let frame = [&frame[..len], data].concat();
    let config = WebSocketConfig::new().max_message_len(MAX_MESSAGE_LEN);
    let mut connection = open(Role::Client, Some("permessage-deflate"), &config);
    let heard = hear(&mut connection, &frame, Cut::Whole, false, [MAX_MESSAGE_LEN, 1 << 18]);
    let ours = match &heard[..] {
        [Heard::Binary(payload)] => Ok(&payload[..]),
        [Heard::Broken(rule)] => Err(*rule),
        other => panic!("{other:?}"),
    };
    match (ours, inflate_as_miniz(data)) {
        (Ok(ours), Ok(theirs)) => assert!(ours == theirs, "not the same"),
        (Err(FrameRule::InvalidDeflate), Err(Wrong::Deflate))
        | (Err(FrameRule::MessageTooLarge), Err(_)) => {}
        // A stream that goes wrong behind the limit is one or the other.
        (Err(FrameRule::InvalidDeflate), Err(Wrong::TooLarge)) => {}
        (ours, theirs) => {
            panic!("{:?} {:?}", ours.map(<[u8]>::len), theirs.map(|all| all.len()));
        }
    }
}

/// Why it is no message.
#[derive(Debug)]
enum Wrong {
    Deflate,
    TooLarge,
}

/// The tail that a sender leaves out, and an empty block that is the last: behind a message that ends between two
/// blocks they come to nothing but the end.
const TAIL: [u8; 9] = [0, 0, 0xFF, 0xFF, 1, 0, 0, 0xFF, 0xFF];

fn inflate_as_miniz(data: &[u8]) -> Result<Vec<u8>, Wrong> {
    let mut streams = Streams::default();
    streams.inflate(data)?;
    let len = streams.len;
    if !streams.ended {
        streams.inflate(&TAIL)?;
    }
    if !streams.ended || streams.len != len {
        return Err(Wrong::Deflate);
    }
    streams.out.truncate(len);
    Ok(streams.out)
}

/// One stream behind the other, each of which refers to nothing before it.
struct Streams {
    state: DecompressorOxide,
    out: Vec<u8>,
    len: usize,
    /// Where this stream began.
    start: usize,
    /// The last one has ended, and nothing has come behind it.
    ended: bool,
}

impl Default for Streams {
    fn default() -> Self {
        let out = vec![0; MAX_MESSAGE_LEN + 1];
        Self { state: DecompressorOxide::new(), out, len: 0, start: 0, ended: false }
    }
}

impl Streams {
    fn inflate(&mut self, mut data: &[u8]) -> Result<(), Wrong> {
        const FLAGS: u32 = TINFL_FLAG_HAS_MORE_INPUT | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        while !data.is_empty() {
            let Self { state, out, len, start, ended } = self;
            let (status, used, made) =
                decompress(state, data, &mut out[*start..], *len - *start, FLAGS);
            data = &data[used..];
            *len += made;
            *ended &= used == 0;
            match status {
                TINFLStatus::Done => {
                    (*state, *start, *ended) = (DecompressorOxide::new(), *len, true);
                }
                TINFLStatus::NeedsMoreInput => break,
                TINFLStatus::HasMoreOutput => return Err(Wrong::TooLarge),
                _ => return Err(Wrong::Deflate),
            }
        }
        if self.len > MAX_MESSAGE_LEN { Err(Wrong::TooLarge) } else { Ok(()) }
    }
}
