//! Compressed messages between two ends of ours: whatever was negotiated, whatever is sent and however it is sent; and
//! tables of what a peer may have compressed badly that are too long to be written down.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use bytes::Bytes;
use conformance::{
    delivery::Delivery,
    messages::{
        bare::{self, done, ends},
        case::Case,
        cases::ROLES,
        deflate::{Deflate, Way},
        frames::{continuation, text},
        run::{Manner, run},
        socket::{self, Adapter},
    },
    pipe::Pipe,
    random::Random,
};
use ws_core::{DeflatePool, FrameRule, Message, Negotiated, Prepared, Role, WebSocketConfig};
use ws_driver::{Part, Reads, WebSocket, Writes};

/// A client and a server that have negotiated `answer`.
fn pair<R: Reads<Pipe> + Writes<Pipe>>(
    answer: &str,
    config: &WebSocketConfig,
) -> [WebSocket<Pipe, R>; 2] {
    let negotiated = || Negotiated::new(None, Some(answer.parse().unwrap()));
    let [client, server] = ends(1 << 20);
    [(client, Role::Client), (server, Role::Server)]
        .map(|(io, role)| bare::open(io, role, negotiated(), config))
}

/// Every combination of the four parameters.
fn answers() -> Vec<String> {
    let mut all = Vec::new();
    for flags in 0..4 {
        for server in 8..=15 {
            for client in 8..=15 {
                let mut answer = "permessage-deflate".to_owned();
                for (flag, param) in [(1, "server"), (2, "client")] {
                    if flags & flag != 0 {
                        answer += &format!("; {param}_no_context_takeover");
                    }
                }
                for (bits, param) in [(server, "server"), (client, "client")] {
                    // Left out, it says the same.
                    if bits < 15 || flags == 0 {
                        answer += &format!("; {param}_max_window_bits={bits}");
                    }
                }
                all.push(answer);
            }
        }
    }
    all
}

const REAL: [&str; 2] =
    [include_str!("../../README.md"), include_str!("../src/messages/inflate.rs")];

/// Noise, real text, the same again, one octet over and over.
fn message(random: &mut Random, before: &Message) -> Message {
    let len = match random.below(24) {
        0 | 1 => random.below(3),
        2 => 20_000 + random.below(50_000),
        _ => random.below(2000),
    };
    match random.below(5) {
        0 => Message::binary((0..len).map(|_| random.bits() as u8).collect::<Vec<_>>()),
        1 => Message::binary(vec![random.bits() as u8; len]),
        2 => before.clone(),
        _ => {
            let real = *random.pick(&REAL);
            let mut start = random.below(real.len());
            while !real.is_char_boundary(start) {
                start -= 1;
            }
            let mut text: String = real[start..].chars().cycle().take(len).collect();
            if random.below(3) == 0 {
                text = text.to_uppercase();
            }
            Message::text(text)
        }
    }
}

fn say<R: Reads<Pipe> + Writes<Pipe>>(
    from: &mut WebSocket<Pipe, R>,
    message: &Message,
    random: &mut Random,
) {
    from.set_compression(random.below(6) > 0);
    match random.below(5) {
        0 => done(from.send(&Prepared::new(message.clone()))).unwrap(),
        1 => {
            let mut rest = Bytes::copy_from_slice(message.as_bytes());
            loop {
                let part = rest.split_to(random.below(rest.len() + 1));
                let last = rest.is_empty();
                done(from.send_part(Part::new(message.kind(), part, last))).unwrap();
                if last {
                    break;
                }
                if random.below(2) == 0 {
                    done(from.flush()).unwrap();
                }
            }
        }
        2 => {
            done(from.feed(message.clone())).unwrap();
            done(from.ping("between")).unwrap();
        }
        _ => done(from.send(message.clone())).unwrap(),
    }
}

fn hear<R: Reads<Pipe> + Writes<Pipe>>(
    to: &mut WebSocket<Pipe, R>,
    in_parts: bool,
) -> (bool, Vec<u8>) {
    if !in_parts {
        let message = done(to.recv()).unwrap().unwrap();
        return (message.as_text().is_some(), message.as_bytes().to_vec());
    }
    let mut all = Vec::new();
    loop {
        let part = done(to.recv_part()).unwrap().unwrap();
        all.extend_from_slice(&part.data);
        if part.last {
            return (part.kind == ws_core::MessageKind::Text, all);
        }
    }
}

fn round_trips<R: Reads<Pipe> + Writes<Pipe>>(seed: usize, runtimes: usize) {
    let pool = DeflatePool::new(2);
    for (i, answer) in answers().iter().enumerate().skip(seed).step_by(runtimes) {
        let mut random = Random::new(1 + i as u64);
        for fragment_len in [None, Some(17), Some(1000), Some(64 << 10)] {
            let config = WebSocketConfig::new()
                .fragment_len(fragment_len)
                .min_deflate_len(*random.pick(&[0, 64]))
                .deflate_level(random.below(10) as u8)
                .deflate_pool((random.below(2) == 0).then(|| pool.clone()));
            let mut ends = pair::<R>(answer, &config);
            let mut before = [Message::text("first"), Message::text("first")];
            for n in 0..8 {
                let way = random.below(2);
                let sent = message(&mut random, &before[way]);
                say(&mut ends[way], &sent, &mut random);
                let got = hear(&mut ends[1 - way], random.below(2) == 0);
                let what = format!("{answer}, seed {}, {fragment_len:?}, message {n}", 1 + i);
                assert!(got.0 == sent.as_text().is_some(), "{what}: another kind");
                assert!(got.1 == sent.as_bytes(), "{what}: {} octets differ", sent.len());
                before[way] = sent;
            }
        }
    }
    assert!(pool.idle_len() <= 2);
}

#[cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#[test]
fn what_one_end_says_the_other_hears_whatever_was_agreed_on() {
    assert_eq!(answers().len(), 256);
    round_trips::<ws_tokio::Tokio>(0, 4);
    round_trips::<ws_smol::FuturesIo>(1, 4);
    round_trips::<ws_driver::FuturesIo<ws_async_std::HalfClose>>(2, 4);
    round_trips::<ws_blocking::Blocking>(3, 4);
}

const PLAIN: Way = Way { bits: 15, takeover: true };

/// What comes of a compressed text, received whole or in parts, and of one behind it.
fn heard(
    adapter: &dyn Adapter,
    role: Role,
    payload: &[u8],
    cut: usize,
    parts: bool,
    delivery: Delivery,
) -> Vec<String> {
    let case = Case::new(role, "").deflate("");
    let case = match cut {
        0 => case.peer(&text(payload).compressed()),
        cut => case
            .peer(&text(&payload[..cut]).more().compressed())
            .peer(&continuation(&payload[cut..])),
    };
    let case = case.peer(&text("next")).peer_closes();
    let case = if parts { case.parts("").parts("") } else { case.recv("").recv("") };
    run(adapter, &case, &Manner::cut(delivery)).unwrap().verdict
}

/// A block with codes of its own, a block with the fixed ones, and a stored one.
fn blocks() -> Vec<Vec<u8>> {
    let real = &REAL[1][..900];
    let noise: Vec<u8> = (0..90_u8).map(|i| i.wrapping_mul(41) % 89 + 33).collect();
    [real.as_bytes(), b"to and fro and to and fro", &noise]
        .map(|it| Deflate::new(PLAIN).message(it))
        .to_vec()
}

/// Cut off anywhere, a message is refused, and does not go unnoticed until the next one.
#[test]
fn a_message_that_is_cut_off_anywhere_is_1007() {
    assert_eq!(FrameRule::InvalidDeflate.close_code().get(), 1007);
    let adapter = &*socket::all()[0];
    for role in ROLES {
        for payload in blocks() {
            for end in 0..payload.len() {
                for parts in [false, true] {
                    for delivery in [Delivery::Whole, Delivery::Bytewise] {
                        let verdict = heard(adapter, role, &payload[..end], 0, parts, delivery);
                        let rule = FrameRule::InvalidDeflate.name();
                        assert_eq!(verdict, [rule, "end"], "{payload:x?} cut at {end}");
                    }
                }
            }
        }
    }
}

/// Any bit that is wrong: an error, or another text, but the same one however it comes.
#[test]
fn a_wrong_bit_does_the_same_however_it_comes() {
    let (mut refused, mut taken) = (0, 0);
    let adapter = &*socket::all()[0];
    let heard = |role, payload: &[u8], cut, parts, delivery| {
        heard(adapter, role, payload, cut, parts, delivery)
    };
    for payload in blocks() {
        for bit in (0..payload.len() * 8).step_by(11) {
            let mut wrong = payload.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            let first = heard(Role::Client, &wrong, 0, false, Delivery::Whole);
            let others = [
                heard(Role::Client, &wrong, 0, false, Delivery::Bytewise),
                heard(Role::Server, &wrong, payload.len() / 2, false, Delivery::Whole),
                heard(Role::Server, &wrong, 0, true, Delivery::Bytewise),
            ];
            for mut other in others {
                if let Some(text) = other[0].strip_prefix("in parts: ") {
                    other = vec![text.to_owned(), other[1].replace("in parts: ", "")];
                }
                assert_eq!(other, first, "{payload:x?} with bit {bit} turned over");
            }
            match first[1].as_str() {
                "end" => refused += 1,
                _ => taken += 1,
            }
        }
    }
    assert!(refused > 50 && taken > 50, "{refused} refused, {taken} taken");
}

/// Connections take turns with the compressors of a pool, and none sees what another has said.
#[test]
fn compressors_of_a_pool_forget() {
    let pool = DeflatePool::new(1);
    let config = WebSocketConfig::new().deflate_pool(pool.clone());
    let answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    let mut pairs: Vec<_> =
        (0..3).map(|_| pair::<ws_blocking::Blocking>(answer, &config)).collect();
    let long = "the same for everybody ".repeat(10);
    for n in 0..4 {
        for ends in &mut pairs {
            for way in 0..2 {
                done(ends[way].send(format!("{n} {long}"))).unwrap();
                assert_eq!(pool.idle_len(), 1);
                let got = done(ends[1 - way].recv()).unwrap().unwrap();
                assert_eq!(got.as_text().unwrap(), format!("{n} {long}"));
            }
        }
    }
    // One that is in the middle of a message keeps its own.
    let part = Bytes::copy_from_slice(long.as_bytes());
    for ends in &mut pairs {
        done(ends[0].send_part(Part::text(part.clone(), false))).unwrap();
        done(ends[0].flush()).unwrap();
        assert_eq!(pool.idle_len(), 0);
    }
    for ends in &mut pairs {
        done(ends[0].send_part(Part::text(part.clone(), true))).unwrap();
        assert_eq!(hear(&mut ends[1], false), (true, long.repeat(2).into_bytes()));
    }
    assert_eq!(pool.idle_len(), 1);
}
