//! Limits: the last length that is taken, and the first that is not, on what a head declares.

use ws_core::{FrameRule, Role};

use crate::messages::{
    case::Case,
    frames::{Form, binary, continuation, ping, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for limit in [100, 1000, 70_000] {
        let with = |name: String| {
            Case::new(role, name).config(|config| {
                config.max_frame_len = limit;
                config.max_message_len = 2 * limit + 1;
            })
        };
        for len in [limit - 1, limit] {
            let frame = binary(vec![1; len]);
            all.push(
                with(format!("limits/frame of {len}, limit {limit}"))
                    .head(&frame)
                    .waits()
                    .silent()
                    .octets(frame.encode(role).split_off(frame.head(role).len()))
                    .recv_frame(&frame)
                    .waits(),
            );
        }
        // The head is enough; nothing of the payload has come.
        let frame = binary(vec![1; limit + 1]);
        all.push(
            with(format!("limits/frame of {}, limit {limit}", limit + 1))
                .head(&frame)
                .broken(FrameRule::FrameTooLarge),
        );
        let full = vec![b'a'; limit];
        for (last, fine) in [(0, true), (1, true), (2, false)] {
            let case =
                with(format!("limits/message of {}, limit {}", 2 * limit + last, 2 * limit + 1))
                    .peer(&text(&full).more())
                    .peer(&ping(""))
                    .peer(&continuation(&full).more())
                    .waits()
                    .wire(["pong"]);
            let frame = continuation(vec![b'a'; last]);
            all.push(match fine {
                true => case
                    .peer(&frame)
                    .recv_frame(&text(vec![b'a'; 2 * limit + last]))
                    // The next message begins anew.
                    .peer(&text(&full))
                    .recv_frame(&text(&full)),
                false => case.head(&frame).broken(FrameRule::MessageTooLarge),
            });
        }
    }
    all.push(
        Case::new(role, "limits/message in one frame")
            .config(|config| config.max_message_len = 5)
            .peer(&text("12345"))
            .recv("text 12345")
            .head(&text("123456"))
            .broken(FrameRule::MessageTooLarge),
    );
    for (fragments, fine) in [(2, true), (3, true), (4, false)] {
        for (what, payload) in [("empty", ""), ("short", "x")] {
            let case = Case::new(role, format!("limits/{fragments} {what} fragments, limit 3"))
                .config(|config| config.max_fragments = 3)
                .peer(&text(payload).more());
            let case =
                (2..fragments).fold(case, |case, _| case.peer(&continuation(payload).more()));
            let last = continuation(payload);
            all.push(match fine {
                true => case
                    .peer(&last)
                    .recv_frame(&text(payload.repeat(fragments)))
                    .peer(&text("a").more())
                    .peer(&continuation("b"))
                    .recv("text ab"),
                // Whether or not it is the last.
                false => case.head(&last.more()).broken(FrameRule::TooManyFragments),
            });
        }
    }
    all.push(
        Case::new(role, "limits/nothing at all")
            .config(|config| {
                config.max_frame_len = 0;
                config.max_message_len = 0;
                config.max_fragments = 1;
            })
            .peer(&text(""))
            .peer(&ping("control frames are not messages"))
            .recv("text")
            .waits()
            .wire(["pong control frames are not messages"])
            .head(&text("x"))
            .broken(FrameRule::FrameTooLarge),
    );
    // CVE-2020-27813, CVE-2026-1528: lengths that overflow when they are added to something.
    for (len, rule) in [
        (1 << 24 | 1, FrameRule::FrameTooLarge),
        (u64::from(u32::MAX), FrameRule::FrameTooLarge),
        (1 << 32, FrameRule::FrameTooLarge),
        ((1 << 32) + 1, FrameRule::FrameTooLarge),
        ((1 << 62) - 1, FrameRule::FrameTooLarge),
        ((1 << 63) - 1, FrameRule::FrameTooLarge),
        (1 << 63, FrameRule::LengthOverflow),
        ((1 << 63) + 5, FrameRule::LengthOverflow),
        (u64::MAX - 4, FrameRule::LengthOverflow),
        (u64::MAX, FrameRule::LengthOverflow),
    ] {
        let huge = binary("").form(Form::Eight).claiming(len);
        all.push(
            Case::new(role, format!("limits/a frame that claims {len:x}")).peer(&huge).broken(rule),
        );
        let more = continuation("").form(Form::Eight).claiming(len);
        all.push(
            Case::new(role, format!("limits/a continuation that claims {len:x}"))
                .peer(&binary("x").more())
                .peer(&ping("between"))
                .waits()
                .wire(["pong between"])
                .peer(&more)
                .broken(rule),
        );
    }
    all.push(
        Case::new(role, "limits/no limit does not overflow")
            .config(|config| {
                config.max_frame_len = usize::MAX;
                config.max_message_len = usize::MAX;
            })
            .peer(&binary("x").more())
            .head(&continuation("").form(Form::Eight).claiming((1 << 63) - 1))
            .waits()
            .octets(vec![0; 5000])
            .waits()
            .peer_closes()
            .recv("disconnected"),
    );
    all
}
