//! Silence: pings of our own, and what is done when they are not answered. Short real times, so these are run once.

use std::time::Duration;

use ws_core::Role;

use crate::messages::{
    case::Case,
    frames::{close, ping, pong, text},
};

const SHORT: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(60);

/// The payload of the keep-alive's ping with this number.
fn number(n: u8) -> [u8; 8] {
    [0, 0, 0, 0, 0, 0, 0, n]
}

pub(super) fn cases(role: Role) -> Vec<Case> {
    vec![
        Case::new(role, "time/pings, and measures")
            .slow()
            .coming_back()
            .config(|config| {
                config.ping_interval = Some(SHORT);
                config.pong_timeout = Some(LONG);
            })
            .measured(false)
            .recv_patiently("waits")
            .wire([ping(number(1))])
            .measured(false)
            .peer(&pong(number(1)))
            .peer(&text("a"))
            .recv("text a")
            .measured(true)
            .recv_patiently("waits")
            .wire([ping(number(2))])
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_patiently("end"),
        Case::new(role, "time/no pong")
            .slow()
            .coming_back()
            .config(|config| {
                config.ping_interval = Some(2 * SHORT);
                config.pong_timeout = Some(SHORT);
            })
            .recv_patiently("waits")
            .wire([ping(number(1))])
            .peer(&pong("not that one"))
            .recv_patiently("waits")
            .wire(["close 1008 timed out"])
            .peer_closes()
            .recv_patiently("pong-timeout")
            .recv_end(),
        Case::new(role, "time/idle")
            .slow()
            .coming_back()
            .config(|config| config.idle_timeout = Some(SHORT))
            .peer(&text("a"))
            .recv("text a")
            .recv_patiently("waits")
            .wire(["close 1008 timed out"])
            .peer_closes()
            .recv_patiently("idle-timeout")
            .recv_end(),
        Case::new(role, "time/idle is not for ever after a broken end")
            .slow()
            .coming_back()
            .config(|config| {
                config.idle_timeout = Some(SHORT);
                config.close_timeout = SHORT;
            })
            .recv_patiently("waits")
            .wire(["close 1008 timed out"])
            // The peer does not go away.
            .recv_patiently("idle-timeout")
            .shut(true)
            .recv_end(),
    ]
}
