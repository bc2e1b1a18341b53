//! Limits on compressed messages: they hold for what comes of them, to the octet, however small it was.

use ws_core::{FrameRule, Role};

use super::noise;
use crate::messages::{
    case::Case,
    deflate::{Deflate, Way, deflated},
    frames::{binary, continuation, ping, text, told},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = bombs(role);
    all.extend(frames(role));
    all.extend(endless(role));
    all
}

/// 1000 to 1.
fn bombs(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for len in [1000, 65_536, 300_000] {
        let message = vec![0; len];
        let payload = deflated(&message);
        assert!(payload.len() < 20 + len / 900, "no bomb");
        for (limit, fits) in [(len - 1, false), (len, true), (len + 1, true)] {
            let case = |how: &str| {
                let case = Case::new(role, format!("deflate/bomb/{len}, limit {limit}, {how}"));
                let case = case.deflate("").config(|config| config.max_message_len = limit);
                if len > 1000 { case.large() } else { case }
            };
            let whole = binary(&payload).compressed();
            let next = text(deflated("next")).compressed();
            let mut deflate = Deflate::new(PLAIN);
            let (first, last) = message.split_at(len - 1);
            let fragments = [
                binary(deflate.part(first)).more().compressed(),
                continuation(deflate.message(last)),
            ];
            let over = FrameRule::MessageTooLarge;
            all.extend(match fits {
                true => vec![
                    case("whole")
                        .peer(&whole)
                        .peer(&next)
                        .recv_frame(&binary(&message))
                        .recv("text next"),
                    case("in parts")
                        .peer(&whole)
                        .peer(&next)
                        .parts(format!("in parts: {}", binary(&message)))
                        .parts("in parts: text next"),
                    case("in fragments")
                        .peer(&fragments[0])
                        .peer(&ping(""))
                        .peer(&fragments[1])
                        .peer(&next)
                        .recv_frame(&binary(&message))
                        .recv("text next")
                        .waits()
                        .wire(["pong"]),
                ],
                false => vec![
                    case("whole").peer(&whole).peer(&next).broken(over),
                    case("in parts")
                        .peer(&whole)
                        .peer(&next)
                        .peer_closes()
                        .parts(over.name())
                        .wire([told(over)])
                        .shut(true)
                        .parts("end"),
                    // The one octet too many is in the second fragment.
                    case("in fragments")
                        .peer(&fragments[0])
                        .peer(&ping("so far"))
                        .waits()
                        .wire(["pong so far"])
                        .peer(&fragments[1])
                        .broken(over),
                    // What follows the octet too many has not come.
                    case("before its end")
                        .peer(
                            &binary(Deflate::new(PLAIN).part(&message)).compressed().claiming(1100),
                        )
                        .broken(over),
                ],
            });
        }
    }
    all.push(
        Case::new(role, "deflate/bomb/nothing at all")
            .deflate("")
            .config(|config| config.max_message_len = 0)
            .peer(&text([0x00]).compressed())
            .recv("text")
            .peer(&text(deflated("x")).compressed())
            .broken(FrameRule::MessageTooLarge),
    );
    all.push(
        Case::new(role, "deflate/bomb/messages are counted one by one")
            .deflate("")
            .config(|config| config.max_message_len = 1000)
            .peer(&text(deflated([b'a'; 1000])).compressed())
            .peer(&text(deflated([b'a'; 1000])).compressed())
            .peer(&text([b'a'; 1000]))
            .recv_frame(&text([b'a'; 1000]))
            .parts(format!("in parts: {}", text([b'a'; 1000])))
            .recv_frame(&text([b'a'; 1000]))
            .peer(&text([b'a'; 1001]))
            .broken(FrameRule::MessageTooLarge),
    );
    all
}

/// A frame may be a little longer than what it comes to: nothing that cannot be compressed is refused because of that.
fn frames(role: Role) -> Vec<Case> {
    let with = |name: &str, limit: usize| {
        let case = Case::new(role, format!("deflate/frame/{name}, limit {limit}")).deflate("");
        case.config(|config| {
            config.max_frame_len = limit;
            config.max_message_len = 2 * limit;
        })
    };
    let mut all = Vec::new();
    for limit in [100, 5000] {
        let octets = noise(limit);
        let stored = [&[0x00][..], &(limit as u16).to_le_bytes(), &(!limit as u16).to_le_bytes()];
        let payload = [&stored.concat()[..], &octets, &[0x00]].concat();
        all.push(
            with("what cannot be compressed", limit)
                .peer(&binary(&payload).compressed())
                .recv_frame(&binary(&octets)),
        );
        // The head is enough; nothing of the payload has come.
        let most = limit + limit / 8 + 1024;
        all.push(
            with("the longest", limit)
                .head(&binary("").claiming(most as u64).compressed())
                .waits()
                .silent(),
        );
        all.push(
            with("one more", limit)
                .head(&binary("").claiming(most as u64 + 1).compressed())
                .broken(FrameRule::FrameTooLarge),
        );
        all.push(
            with("not compressed", limit)
                .head(&binary("").claiming(limit as u64 + 1))
                .broken(FrameRule::FrameTooLarge),
        );
    }
    for len in [u64::from(u32::MAX), 1 << 32, (1 << 63) - 1] {
        let huge = binary("").form(crate::messages::frames::Form::Eight).claiming(len);
        all.push(
            Case::new(role, format!("deflate/frame/claims {len:x}"))
                .deflate("")
                .peer(&huge.compressed())
                .broken(FrameRule::FrameTooLarge),
        );
    }
    all
}

/// Payloads that come to nothing, and go on.
fn endless(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, block) in [
        ("empty blocks", &[0x00, 0x00, 0x00, 0xff, 0xff][..]),
        ("empty last blocks", &[0x03, 0x00]),
        ("empty stored last blocks", &[0x01, 0x00, 0x00, 0xff, 0xff]),
    ] {
        let with = |name: &str| {
            let case = Case::new(role, format!("deflate/endless/{name}")).deflate("").large();
            case.config(|config| config.max_message_len = 1000)
        };
        let many = block.repeat(1000 / block.len());
        all.push(
            with(&format!("{name} and something behind them"))
                .peer(&text([&many[..], &super::HELLO].concat()).compressed())
                .recv("text Hello"),
        );
        // 2 * 1000 are more than the limit, what cannot be compressed taken into account, allows.
        let rest = continuation(&many).more();
        all.push(
            with(&format!("{name} without end"))
                .peer(&text(&many).more().compressed())
                .peer(&rest)
                .peer(&rest)
                .broken(FrameRule::MessageTooLarge),
        );
    }
    all.push(
        Case::new(role, "deflate/endless/fragments")
            .deflate("")
            .config(|config| config.max_fragments = 3)
            .peer(&text("").more().compressed())
            .peer(&continuation("").more())
            .peer(&continuation("").more())
            .peer(&continuation("").more())
            .broken(FrameRule::TooManyFragments),
    );
    all
}

const PLAIN: Way = Way { bits: 15, takeover: true };
