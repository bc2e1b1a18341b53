//! Frames, well formed and not, and real streams of DEFLATE.

use bytes::{Buf, Bytes};
use ws_core::{
    Connection, FrameHead, Message, Negotiated, Opcode, RecvBuf, Role, WebSocketConfig, apply_mask,
};

use crate::Seeds;

const MASK: [u8; 4] = *b"\x37\xfa\x21\x3d";

pub(crate) fn add(seeds: &mut Seeds) {
    for frames in plain() {
        for role in [Role::Server, Role::Client] {
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes(role)).collect();
            let who = u8::from(role == Role::Client);
            for how in [0, 2, 4] {
                seeds.add("frames", [&[who + how], &bytes[..]].concat());
            }
            seeds.add("frames_peer", [&[who], &bytes[..]].concat());
            seeds.add("driver", [&[2 + who, 3, 0, 0xB2, 0xE0], &bytes[..]].concat());
            seeds.add("frame_head", &bytes[..bytes.len().min(20)]);
        }
    }
    for bytes in BROKEN {
        for who in 0..2 {
            seeds.add("frames", [&[who], *bytes].concat());
            seeds.add("frames_peer", [&[who], *bytes].concat());
            seeds.add("driver", [&[2 + who, 1, 0], *bytes].concat());
            seeds.add("frame_head", bytes);
        }
    }
    deflated(seeds);
}

#[derive(Clone, Copy)]
struct Frame(u8, &'static [u8]);

impl Frame {
    /// As the peer of `role` sends it.
    fn bytes(self, role: Role) -> Vec<u8> {
        let Self(first, payload) = self;
        let opcodes = [Opcode::Continuation, Opcode::Text, Opcode::Binary];
        let controls = [Opcode::Close, Opcode::Ping, Opcode::Pong];
        let number = usize::from(first & 0x0F);
        let head = FrameHead {
            fin: first & 0x80 != 0,
            rsv1: false,
            opcode: if number < 8 { opcodes[number] } else { controls[number - 8] },
            mask: (role == Role::Server).then_some(MASK),
            len: payload.len() as u64,
        };
        let mut out = [0; FrameHead::MAX_LEN];
        let len = head.encode(&mut out);
        let mut payload = payload.to_vec();
        if role == Role::Server {
            apply_mask(&mut payload, MASK, 0);
        }
        [&out[..len], &payload].concat()
    }
}

fn plain() -> Vec<Vec<Frame>> {
    const LONG: &[u8] = &[b'x'; 300];
    vec![
        vec![Frame(0x81, b"Hello")],
        vec![Frame(0x82, b"\0\xff"), Frame(0x81, b"")],
        vec![Frame(0x01, b"Hel"), Frame(0x89, b"ping"), Frame(0x80, b"lo")],
        vec![Frame(0x01, b"\xe2"), Frame(0x00, b"\x82"), Frame(0x80, b"\xac")],
        vec![Frame(0x81, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5")],
        vec![Frame(0x81, b"\xed\xa0\x80")],
        vec![Frame(0x02, b""), Frame(0x00, b""), Frame(0x80, b"")],
        vec![Frame(0x82, LONG)],
        vec![Frame(0x8A, b"pong"), Frame(0x88, b"\x03\xe8bye"), Frame(0x81, b"late")],
        vec![Frame(0x88, b"")],
        vec![Frame(0x88, b"\x03")],
        vec![Frame(0x88, b"\x03\xed")],
        vec![Frame(0x88, b"\x0f\xa0\xff")],
        vec![Frame(0x80, b"alone")],
        vec![Frame(0x01, b"a"), Frame(0x81, b"b")],
    ]
}

const BROKEN: &[&[u8]] = &[
    b"\xc1\x80\0\0\0\0",
    b"\xa1\x00",
    b"\x83\x00",
    b"\x09\x00",
    b"\x89\x7e\0\x7e",
    b"\x82\x7e\0\x7d",
    b"\x82\xfe\0\x7d\0\0\0\0",
    b"\x82\x7f\0\0\0\0\0\0\xff\xff",
    b"\x82\x7f\x80\0\0\0\0\0\0\0",
    b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x82\x7f\0\0\0\0\0\x01\0\0",
];

/// As our own sender compresses it, with the parameters that the targets have for a number.
fn deflated(seeds: &mut Seeds) {
    let answers = [
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=12",
    ];
    let noise: Vec<u8> = (0u32..400).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let samples: [&[u8]; 6] = [
        b"Hello, Hello, Hello",
        b"",
        &[0; 1500],
        b"{\"id\":1,\"name\":\"ada\"},{\"id\":2,\"name\":\"bob\"},{\"id\":3,\"name\":\"eve\"}",
        &noise,
        b"abcabcabcabcabc 0123456789 abcabcabcabcabc 0123456789 the quick brown fox, the lazy dog",
    ];
    for (number, answer) in (0u8..).zip(answers) {
        for level in [0, 1, 6] {
            for fragment_len in [None, Some(40)] {
                for role in [Role::Client, Role::Server] {
                    let config = WebSocketConfig::new()
                        .min_deflate_len(0)
                        .deflate_level(level)
                        .fragment_len(fragment_len);
                    let negotiated = Negotiated::new(None, answer.parse().ok());
                    let mut sender = Connection::new(role, negotiated, RecvBuf::new(), &config);
                    let mut bytes = vec![number | u8::from(role == Role::Server) << 2];
                    for sample in samples {
                        let message = Message::binary(Bytes::copy_from_slice(sample));
                        sender.sender().send(&message).expect("there is room");
                    }
                    let queue = sender.send_queue();
                    while queue.has_remaining() {
                        bytes.extend_from_slice(queue.chunk());
                        queue.advance(queue.chunk().len());
                    }
                    seeds.add("deflate", bytes);
                }
            }
        }
    }
    for sample in samples {
        for level in [0, 1, 6, 9] {
            let stream = miniz_oxide::deflate::compress_to_vec(sample, level);
            seeds.add("inflate", &stream);
            seeds.add("inflate", [&stream[..], &stream].concat());
            seeds.add("inflate", &stream[..stream.len() / 2]);
        }
        seeds.add("compress", [&[0, 0x62, 1], sample].concat());
        seeds.add("compress", [&[0x0D, 0x11, 0], sample].concat());
        seeds.add("compress", [&[0x06, 0x60, 9], sample].concat());
        seeds.add("compress", [&[0x0B, 0x03, 3], sample].concat());
    }
    // An empty stored block, a last one, one whose length is wrong, and a code that there is not.
    for stream in
        [&b"\0"[..], b"\x01\0\0\xff\xff", b"\x02\0", b"\0\x05\0\0\0hello", b"\x06", b"\x05\xe0\x01"]
    {
        seeds.add("inflate", stream);
    }
}
