//! Peers that are slow to take what is sent, and the queue in front of them.

use ws_core::Role;

use crate::messages::{
    case::Case,
    frames::{binary, continuation, ping, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let head = if role == Role::Client { 6 } else { 2 };
    let long: Vec<u8> = (0..400_000_u32).map(|i| (i % 253) as u8).collect();
    let fragments = |len: usize| -> Vec<_> {
        let all = long.chunks(len).count();
        let frame = |(i, chunk): (usize, &[u8])| {
            let frame = if i == 0 { binary(chunk) } else { continuation(chunk) };
            if i + 1 == all { frame } else { frame.more() }
        };
        long.chunks(len).enumerate().map(frame).collect()
    };
    let pieces = fragments(50_000);
    // Frames of 50,000 octets that are in the queue when the first 60,000 octets are gone. Those of a server take no
    // memory there, and so may be more.
    let queued = if role == Role::Client { 3 } else { 7 };
    vec![
        Case::new(role, "queue/full")
            .config(|config| config.max_queue_len = 100)
            .room(0)
            .try_send("x".repeat(50), "ok")
            .try_send("y".repeat(50 - head), "ok")
            .try_send("z", "queue-full")
            .try_send("", "queue-full")
            .feed("z", "waits")
            .flush("waits")
            .silent()
            .takes_all()
            .feed("z", "ok")
            .flush("ok")
            .wire([text("x".repeat(50)), text("y".repeat(50 - head)), text("z")]),
        Case::new(role, "queue/a message larger than the queue")
            .config(|config| {
                config.max_queue_len = 100;
                config.fragment_len = None;
            })
            .room(0)
            .try_send(vec![1; 1000], "ok")
            .try_send(vec![2; 1], "queue-full")
            .feed(vec![2; 1000], "waits")
            // Room, but not enough for all of it.
            .room(500)
            .feed(vec![2; 1000], "waits")
            .takes_all()
            .feed(vec![2; 1000], "ok")
            .flush("ok")
            .wire([binary([1; 1000]), binary([2; 1000])]),
        Case::new(role, "queue/is bounded")
            .config(|config| config.max_queue_len = 10)
            .room(0)
            .try_send("12345678", "ok")
            .try_send("1", "queue-full")
            .feed("1", "waits")
            .feed("1", "waits")
            .feed("1", "waits")
            .takes_all()
            .flush("ok")
            .wire(["text 12345678"]),
        Case::new(role, "queue/a ping inside a message that is half written")
            .config(|config| config.fragment_len = Some(50_000))
            .room(60_000)
            .try_send(long.clone(), "ok")
            .flush("waits")
            .peer(&ping("now"))
            .waits()
            .takes_all()
            .flush("ok")
            // The frames that were in the queue go first.
            .wire({
                let mut wire: Vec<_> = pieces.iter().map(ToString::to_string).collect();
                wire.insert(queued, "pong now".to_owned());
                wire
            }),
        Case::new(role, "queue/receiving goes on while nothing can be sent")
            .room(0)
            .try_send("stuck", "ok")
            .peer(&text("a"))
            .recv("text a")
            .flush("waits")
            .peer(&ping("p"))
            .peer(&text("b"))
            .recv("text b")
            .waits()
            .takes_all()
            .waits()
            .wire(["text stuck", "pong p"]),
        Case::new(role, "queue/pings of a peer that takes no answers")
            .room(0)
            .try_send("stuck", "ok")
            .octets((0..2000_u16).flat_map(|i| ping(i.to_be_bytes()).encode(role)).collect())
            .waits()
            .try_send("more", "ok")
            .room(0)
            .waits()
            .silent(),
        Case::new(role, "queue/a ping of this side waits for the one before it")
            .room(0)
            .try_send("stuck", "ok")
            .ping(b"1", "waits")
            .takes_all()
            .flush("ok")
            .wire(["text stuck", "ping 1"]),
        Case::new(role, "queue/room for one octet at a time")
            .room(1)
            .feed("ab", "ok")
            .flush("waits")
            .room(1)
            .flush("waits")
            .peer(&text("in"))
            .recv("text in")
            .room(1)
            .waits()
            .takes_all()
            .flush("ok")
            .wire(["text ab"]),
    ]
}
