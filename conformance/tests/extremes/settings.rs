//! Every setting at the ends of its range, alone and together with others.

use std::time::Duration;

use conformance::random::Random;
use ws_core::{
    ClientConfig, ClientWindow, DeflateConfig, DeflateOffer, DeflatePool, Limits, Preference,
    ServerConfig, WebSocketConfig,
};

/// A value at the end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extreme {
    Zero,
    One,
    Max,
    /// Where there is none, the default.
    None,
}

use self::Extreme::{Max, None as Nothing, One, Zero};

impl Extreme {
    pub(crate) const ALL: [Self; 4] = [Zero, One, Max, Nothing];

    /// `max` stands for the most, the default for none.
    fn pick<T: From<u8>>(self, max: T, default: T) -> T {
        match self {
            Zero => 0.into(),
            One => 1.into(),
            Max => max,
            Nothing => default,
        }
    }

    fn len(self, default: usize) -> usize {
        self.pick(usize::MAX, default)
    }

    fn some_len(self) -> Option<usize> {
        (self != Nothing).then(|| self.len(0))
    }

    fn time(self, default: Duration) -> Duration {
        match self {
            Zero => Duration::ZERO,
            One => Duration::from_nanos(1),
            Max => Duration::MAX,
            Nothing => default,
        }
    }

    fn some_time(self) -> Option<Duration> {
        (self != Nothing).then(|| self.time(Duration::ZERO))
    }
}

/// A setting: its name, and how it is set.
pub(crate) type Setting<C> = (&'static str, fn(C, Extreme) -> C);

pub(crate) const WEB_SOCKET: [Setting<WebSocketConfig>; 14] = [
    ("max_frame_len", |config, to| config.max_frame_len(to.len(16 << 20))),
    ("max_message_len", |config, to| config.max_message_len(to.len(16 << 20))),
    ("max_fragments", |config, to| config.max_fragments(to.pick(u32::MAX, 1 << 17))),
    ("fragment_len", |config, to| config.fragment_len(to.some_len())),
    ("max_queue_len", |config, to| config.max_queue_len(to.len(256 << 10))),
    ("idle_timeout", |config, to| config.idle_timeout(to.some_time())),
    ("ping_interval", |config, to| config.ping_interval(to.some_time())),
    ("pong_timeout", |config, to| config.pong_timeout(to.some_time())),
    ("send_timeout", |config, to| config.send_timeout(to.some_time())),
    ("auto_pong", |config, to| config.auto_pong(to != Zero)),
    ("close_timeout", |config, to| config.close_timeout(to.time(Duration::from_secs(5)))),
    ("min_deflate_len", |config, to| config.min_deflate_len(to.len(64))),
    ("deflate_level", |config, to| config.deflate_level(to.pick(u8::MAX, 6))),
    ("deflate_pool", |config, to| config.deflate_pool(to.some_len().map(DeflatePool::new))),
];

pub(crate) const LIMITS: [Setting<Limits>; 5] = [
    ("max_request_line_len", |limits, to| limits.max_request_line_len(to.len(8 << 10))),
    ("max_field_len", |limits, to| limits.max_field_len(to.len(8 << 10))),
    ("max_head_len", |limits, to| limits.max_head_len(to.len(16 << 10))),
    ("max_fields", |limits, to| limits.max_fields(to.len(100))),
    ("max_body_len", |limits, to| limits.max_body_len(to.len(64 << 10))),
];

pub(crate) const SERVER: [Setting<ServerConfig>; 7] = [
    ("timeout", |config, to| config.timeout(to.some_time())),
    ("max_attempts", |config, to| config.max_attempts(to.len(100))),
    ("keep_alive", |config, to| config.keep_alive(to != Zero)),
    ("answer_timeout", |config, to| config.answer_timeout(to != Zero)),
    ("keep_request", |config, to| config.keep_request(to != Zero)),
    ("subprotocols", |config, to| {
        let names: &[&str] = if to == Zero { &[] } else { &["a", "b"] };
        let config = config.subprotocols(names).require_subprotocol(to == One);
        config.subprotocol_preference(if to == Max {
            Preference::Client
        } else {
            Preference::Server
        })
    }),
    ("deflate", |config, to| match to {
        Nothing => config,
        _ => config.deflate(
            DeflateConfig::new()
                .server_max_window_bits(to.pick(u8::MAX, 15))
                .client_max_window_bits(to.pick(u8::MAX, 15))
                .server_no_context_takeover(to == One),
        ),
    }),
];

pub(crate) const CLIENT: [Setting<ClientConfig>; 4] = [
    ("timeout", |config, to| config.timeout(to.some_time())),
    ("body_timeout", |config, to| config.body_timeout(to.time(Duration::from_secs(1)))),
    ("subprotocols", |config, to| match to {
        Zero => config,
        _ => config.subprotocols(["a"]),
    }),
    ("deflate", |config, to| match to {
        Nothing => config,
        Zero => config.deflate(DeflateOffer::new()),
        // These are no windows, and are refused before anything is sent.
        _ => config.deflate(
            DeflateOffer::new()
                .server_max_window_bits(to.pick(u8::MAX, 15))
                .client_max_window_bits(ClientWindow::Bits(to.pick(u8::MAX, 15))),
        ),
    }),
];

/// What each setting is set to; `None` leaves it alone.
pub(crate) type Choice<const N: usize> = [Option<Extreme>; N];

/// Each value of each setting alone.
pub(crate) fn alone<const N: usize>() -> impl Iterator<Item = Choice<N>> {
    (0..N).flat_map(|at| {
        Extreme::ALL.map(|value| {
            let mut choice = [None; N];
            choice[at] = Some(value);
            choice
        })
    })
}

/// Some settings at once, sometimes all of them.
pub(crate) fn together<const N: usize>(random: &mut Random) -> Choice<N> {
    let most = random.below(4);
    std::array::from_fn(|_| (random.below(4) <= most).then(|| *random.pick(&Extreme::ALL)))
}

/// Sets what was chosen.
pub(crate) fn set<C, const N: usize>(
    settings: &[Setting<C>; N],
    choice: Choice<N>,
    config: C,
) -> C {
    let chosen = settings.iter().zip(choice);
    chosen.fold(config, |config, ((_, set), to)| match to {
        Some(to) => set(config, to),
        None => config,
    })
}

/// What was chosen, to be printed.
pub(crate) fn told<C, const N: usize>(settings: &[Setting<C>; N], choice: Choice<N>) -> String {
    let chosen = settings.iter().zip(choice);
    let all = chosen.filter_map(|((name, _), to)| to.map(|to| format!("{name}={to:?}")));
    all.collect::<Vec<_>>().join(" ")
}
