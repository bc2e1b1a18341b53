//! Sequences of steps, for the targets that read them: written down for the usual cases, and drawn for the rest.

use crate::Seeds;

pub(crate) fn add(seeds: &mut Seeds) {
    // A text one way and a binary message the other, brought over in two portions.
    let talk = b"\0\0\0\x00\x08\x05hi\x09\xff\xff\x0c\0\x02\x0c\xff\xff\x80\x09\x40\x41\x42\x87\xff\xff\x8a\xff\xff";
    for answer in 0..4 {
        let mut talk = talk.to_vec();
        talk[0] = answer;
        seeds.add("session", &talk);
    }
    let mut state = 1_u32;
    let mut drawn = |len: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    };
    for _ in 0..30 {
        seeds.add("session", drawn(300));
        seeds.add("driver", drawn(100));
    }
    for how in 0..8_u8 {
        let settings = [4 | how, how << 4 | 3, 0b11, how, how, 0x55, 0b111, how];
        for rest in ["", "X-Aab  host/path", "\0\0\0\0\0\0\0\0ws.ex:80/a?b"] {
            seeds.add("handshake", [&settings[..], rest.as_bytes()].concat());
        }
        seeds.add("handshake", drawn(20));
    }
    let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x01\x02";
    let answer = "HTTP/1.1 503 Later\r\nContent-Length: 4\r\n\r\nsoon";
    for moods in [&b"\0"[..], b"\xB5", b"\0\xE0", b"\xB1\0\xFD", b"\0\0\xFE\xFF"] {
        let len = moods.len() as u8;
        seeds.add("driver", [&[0, len], moods, request.as_bytes()].concat());
        seeds.add("driver", [&[0, len], moods, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"].concat());
        seeds.add("driver", [&[1, len], moods, answer.as_bytes()].concat());
        // Speaks, flushes, closes and listens to what this is as frames.
        seeds.add(
            "driver",
            [&[3, len], moods, b"\x89\x04\xC0\xF0\xFF\xE0\x88\x02\x03\xE8"].concat(),
        );
    }
}
