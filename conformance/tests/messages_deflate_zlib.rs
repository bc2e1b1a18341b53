//! Compressed messages between this side and zlib, as Python has it: what one compresses the other inflates.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use bytes::Buf as _;
use conformance::{
    messages::frames::{binary, text},
    random::Random,
};
use ws_core::{
    Connection, FrameHead, Incoming, Message, MessageKind, Negotiated, RecvBuf, Role,
    WebSocketConfig,
};

/// Runs a program of Python's with `input`; `None`, said aloud, where there is no Python.
fn python(program: &str, input: &[u8]) -> Option<Vec<u8>> {
    let spawned = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        assert!(std::env::var_os("CI").is_none_or(|it| it != "true"), "there is no python3");
        eprintln!("skipped: there is no python3");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "python3 failed");
    writer.join().unwrap().unwrap();
    Some(output.stdout)
}

/// With its length in front.
fn put(out: &mut Vec<u8>, octets: &[u8]) {
    out.extend_from_slice(&(octets.len() as u32).to_be_bytes());
    out.extend_from_slice(octets);
}

fn take<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (len, after) = rest.split_first_chunk().unwrap();
    let (octets, after) = after.split_at(u32::from_be_bytes(*len) as usize);
    *rest = after;
    octets
}

fn connection(role: Role, answer: &str, config: &WebSocketConfig) -> Connection {
    let negotiated = Negotiated::new(None, Some(answer.parse().unwrap()));
    Connection::new(role, negotiated, RecvBuf::new(), config)
}

/// Short and long, text and noise, again and empty.
fn samples() -> Vec<Vec<u8>> {
    let real = include_str!("../../README.md").as_bytes();
    let mut random = Random::new(3);
    let noise: Vec<u8> = (0..3000).map(|_| random.bits() as u8).collect();
    let mut all = vec![real[..700].to_vec(), Vec::new(), noise, real[..700].to_vec()];
    all.push(vec![0; 70_000]);
    all.push(real.iter().copied().cycle().take(50_000).collect());
    all.push(b"x".to_vec());
    all
}

/// Reads: the bits of the window, whether it is kept, the number of messages, and of each its payload and itself.
const INFLATES: &str = r#"
import struct, sys, zlib
data = sys.stdin.buffer
def take():
    return data.read(struct.unpack(">I", data.read(4))[0])
n = 0
while head := data.read(3):
    bits, takeover, messages = head
    d = None
    for _ in range(messages):
        payload, message = take(), take()
        if d is None or not takeover:
            d = zlib.decompressobj(-bits)
        got = d.decompress(payload + b"\0\0\xff\xff")
        assert got == message, (bits, takeover, len(message), len(got))
        assert not d.eof and not d.unconsumed_tail
        n += 1
print(n, end="")
"#;

#[test]
fn zlib_inflates_what_this_side_compresses() {
    let samples = samples();
    let (mut input, mut sent) = (Vec::new(), 0);
    for bits in 9..=15_u8 {
        for takeover in [true, false] {
            for (level, fragment_len) in
                [(0, None), (1, Some(1000)), (6, None), (6, Some(64 << 10)), (9, Some(100))]
            {
                let flag = if takeover { "" } else { "; server_no_context_takeover" };
                let answer = format!("permessage-deflate; server_max_window_bits={bits}{flag}");
                let config = WebSocketConfig::new()
                    .min_deflate_len(0)
                    .deflate_level(level)
                    .fragment_len(fragment_len);
                let mut server = connection(Role::Server, &answer, &config);
                input.extend_from_slice(&[bits, u8::from(takeover), samples.len() as u8]);
                for sample in &samples {
                    server.sender().send(&Message::binary(sample.clone())).unwrap();
                    let mut octets = Vec::new();
                    while server.send_queue().has_remaining() {
                        octets.extend_from_slice(server.send_queue().chunk());
                        let len = server.send_queue().chunk().len();
                        server.send_queue().advance(len);
                    }
                    drop(server.sender().detach_buffer());
                    put(&mut input, &payload(&octets));
                    put(&mut input, sample);
                    sent += 1;
                }
            }
        }
    }
    if let Some(said) = python(INFLATES, &input) {
        assert_eq!(String::from_utf8(said).unwrap(), sent.to_string());
    }
}

/// The payload of the frames of one message.
fn payload(mut octets: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some((head, len)) = FrameHead::decode(octets).unwrap() {
        assert_eq!(head.rsv1, all.is_empty() && head.opcode as u8 != 0);
        let end = len + head.len as usize;
        all.extend_from_slice(&octets[len..end]);
        octets = &octets[end..];
    }
    all
}

/// Reads messages, and writes them compressed in every way that zlib knows: the bits of the window, whether the context
/// is kept, and then the payload of each message.
const COMPRESSES: &str = r#"
import itertools, struct, sys, zlib
data = sys.stdin.buffer
messages = []
while head := data.read(4):
    messages.append(data.read(struct.unpack(">I", head)[0]))
out = sys.stdout.buffer
TAIL = b"\0\0\xff\xff"
# How a message ends: with a flush, or a last block and what is left of a flush behind it, or nothing.
ENDS = [("sync", True), ("full", True), ("sync", False), ("finish", False), ("finish, bare", False)]
for level, strategy, bits, memory in itertools.product(range(-1, 10), range(5), range(9, 16), range(1, 10)):
    for end, takeover in ENDS:
        out.write(struct.pack("BB", bits, takeover))
        c = None
        for message in messages:
            if c is None or not takeover:
                c = zlib.compressobj(level, zlib.DEFLATED, -bits, memory, strategy)
            payload = c.compress(message)
            if end.startswith("finish"):
                payload += c.flush(zlib.Z_FINISH)
                payload += b"\0" if end == "finish" else b""
            else:
                payload += c.flush(zlib.Z_FULL_FLUSH if end == "full" else zlib.Z_SYNC_FLUSH)
                assert payload.endswith(TAIL)
                payload = payload[:-4]
            out.write(struct.pack(">I", len(payload)) + payload)
"#;

#[test]
fn this_side_inflates_what_zlib_compresses() {
    // Fewer and shorter ones: there are thousands of ways.
    let mut messages = samples();
    messages.truncate(4);
    messages[2].truncate(300);
    let mut input = Vec::new();
    messages.iter().for_each(|message| put(&mut input, message));
    let Some(said) = python(COMPRESSES, &input) else { return };
    let (mut rest, mut ways) = (&said[..], 0);
    while let [bits, takeover, after @ ..] = rest {
        rest = after;
        ways += 1;
        let flag = if *takeover == 1 { "" } else { "; server_no_context_takeover" };
        let answer = format!("permessage-deflate; server_max_window_bits={bits}{flag}");
        let mut client = connection(Role::Client, &answer, &WebSocketConfig::default());
        for message in &messages {
            let payload = take(&mut rest);
            let is_text = message.is_ascii();
            let frame = if is_text { text(payload) } else { binary(payload) };
            let octets = frame.compressed().encode(Role::Client);
            // In two pieces, some of the time.
            let at = if ways % 3 == 0 { octets.len() / 2 } else { 0 };
            for piece in [&octets[..at], &octets[at..]] {
                client.receiver().recv_buf().extend_from_slice(piece);
                if piece.len() < octets.len() && piece.as_ptr() == octets.as_ptr() {
                    assert_eq!(client.poll(), Ok(None), "way {ways}, {answer}");
                }
            }
            let kind = if is_text { MessageKind::Text } else { MessageKind::Binary };
            assert_eq!(client.poll(), Ok(Some(Incoming::Message(kind))), "way {ways}, {answer}");
            let got = client.receiver().take_message().unwrap();
            assert!(got.as_bytes() == &message[..], "way {ways}, {answer}");
        }
    }
    assert_eq!(ways, 11 * 5 * 7 * 9 * 5);
}
