//! What is decided before a run begins.

use std::time::Duration;

use conformance::{
    pipe::{Script, Waits},
    random::Random,
};
use ws_core::{CloseCode, CloseFrame, Negotiated, WebSocketConfig};

/// What is decided before a run begins. Everything else is decided on the way, by the same random numbers.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) runtime: Runtime,
    pub(crate) negotiated: Negotiated,
    /// How many octets fit into the pipe, each way.
    pub(crate) room: usize,
    /// The client's and the server's.
    pub(crate) parties: [Party; 2],
    /// One poll in so many is of a task that nobody has woken; 0 for none.
    pub(crate) spurious: usize,
    /// Each poll comes with a waker of its own, and those before it wake nobody.
    pub(crate) fresh_wakers: bool,
    /// This party does not do anything from this step on.
    pub(crate) fate: Option<(usize, u64, Fate)>,
    /// Timeouts are on, and short.
    pub(crate) timed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Tokio,
    Smol,
    AsyncStd,
    Blocking,
}

/// What becomes of a party in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It lets go of everything.
    Dropped,
    /// It stays, and does nothing.
    Dead,
}

#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) shape: Shape,
    pub(crate) script: Script,
    pub(crate) config: WebSocketConfig,
    pub(crate) listens: Listens,
    /// How many things it does.
    pub(crate) calls: usize,
    pub(crate) lens: Lens,
    /// How many octets it sends at most.
    pub(crate) octets: usize,
    pub(crate) max_message_len: usize,
    /// How it closes, when it has done everything.
    pub(crate) closes: Option<Close>,
    /// One call in so many that has to wait is dropped, and made again later; 0 for none.
    pub(crate) drops: usize,
    /// One call in so many is put off for a while; 0 for none.
    pub(crate) stalls: usize,
    /// The sending half is dropped when it is done.
    pub(crate) drops_half: bool,
}

/// How a party holds its WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In one piece, in a task that receives and sends.
    OneTask,
    /// In one piece, for two tasks.
    TwoTasks,
    /// As two halves.
    Halves,
}

/// What a party receives with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listens {
    Messages,
    Events,
    Parts,
    Anyhow,
}

/// How long a party's messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lens {
    Short,
    Any,
    Long,
}

#[derive(Clone, Debug)]
pub(crate) struct Close {
    pub(crate) frame: CloseFrame,
    /// With `close`, which throws away what still comes.
    pub(crate) discards: bool,
}

impl Plan {
    pub(crate) fn draw(random: &mut Random, timed: bool) -> Self {
        let runtimes = [Runtime::Tokio, Runtime::Smol, Runtime::AsyncStd, Runtime::Blocking];
        let runtime = runtimes[random.below(if timed { 3 } else { 4 })];
        let holds = random.below(8) == 0;
        let rooms = [1, 2, 7, 64, 1000, 4096, 65_536];
        let room = if holds { HUGE } else { *random.pick(&rooms) };
        let room = if timed { room.max(64) } else { room };
        let fate = (timed || random.below(4) == 0).then(|| {
            let fate = if timed { Fate::Dead } else { Fate::Dropped };
            let within = *random.pick(if timed { &[10, 50, 400] } else { &[50, 400, 3000] });
            (random.below(2), random.below(within) as u64, fate)
        });
        let mut plan = Self {
            runtime,
            negotiated: Negotiated::new(None, deflate(random)),
            room,
            parties: [0, 1].map(|_| Party::draw(random, runtime, room, holds, timed)),
            spurious: [0, 0, 4, 16][random.below(4)],
            fresh_wakers: random.below(2) == 0,
            // A healthy peer is never given up: every other run has two of them.
            fate: fate.filter(|_| !timed || random.below(2) == 0),
            timed,
        };
        if plan.parties.iter().all(|party| party.closes.is_none()) {
            let last = random.below(2);
            plan.parties[last].closes = Some(Close::draw(random));
        }
        plan
    }
}

impl Party {
    fn draw(random: &mut Random, runtime: Runtime, room: usize, holds: bool, timed: bool) -> Self {
        let shapes = [Shape::OneTask, Shape::Halves, Shape::TwoTasks];
        let shape = shapes[random.below(if runtime == Runtime::Blocking { 2 } else { 3 })];
        let mut script = Script::new().nonblocking();
        let max_write = [usize::MAX, usize::MAX, 1, 5, 100, 5000][random.below(6)];
        script = script.max_write(max_write);
        if holds {
            script = script.hold_until_flush();
        }
        let mut waits = random.below(3) == 0;
        if random.below(3) == 0 {
            script = script.one_waker();
        }
        // Threads wait for room in another way.
        if runtime != Runtime::Blocking && random.below(3) == 0 {
            script = script.forgets();
            waits |= random.below(2) == 0;
        }
        if waits {
            script = script.waits(Waits::Always);
        }
        if random.below(3) == 0 {
            script = script.plain();
        }
        let listens = [Listens::Messages, Listens::Events, Listens::Parts, Listens::Anyhow];
        let fragment_len = [1, 10, 127, 1000, 16_384, 65_536, usize::MAX][random.below(7)];
        let mut config = config(random, fragment_len, timed);
        if config.ping_interval.is_some() && waits {
            // A write that had to wait and goes on is a sign of life, and there is room for hours of pings.
            config = config.pong_timeout(PONG);
        }
        // Whoever knows no other timeout notices by closing that the other is dead.
        let must_close = timed && config.ping_interval.is_none();
        let max_calls = if timed { 10 } else { *random.pick(&[4, 30]) };
        let octets = room.min(max_write).saturating_mul(400).clamp(1000, 400_000);
        Self {
            shape,
            script,
            config,
            listens: *random.pick(&listens),
            calls: random.below(max_calls),
            lens: *random.pick(&[Lens::Short, Lens::Any, Lens::Any, Lens::Long]),
            octets: if timed { 2000 } else { octets },
            max_message_len: fragment_len.saturating_mul(400).min(octets / 2).min(300_000),
            closes: (must_close || random.below(3) > 0).then(|| Close::draw(random)),
            drops: [0, 2, 10][random.below(3)],
            stalls: [0, 3, 20][random.below(3)],
            drops_half: random.below(4) == 0,
        }
    }
}

impl Close {
    fn draw(random: &mut Random) -> Self {
        let codes = [CloseCode::NORMAL_CLOSURE, CloseCode::GOING_AWAY, CloseCode::new(4321)];
        let reason = "b\u{fc}\u{1f44b} ".repeat(random.below(15));
        let frame = match random.below(4) {
            0 => CloseFrame::EMPTY,
            1 => CloseFrame::NORMAL,
            _ => CloseFrame::new(*random.pick(&codes), reason),
        };
        Self { frame, discards: random.below(4) == 0 }
    }
}

fn deflate(random: &mut Random) -> Option<ws_core::DeflateParams> {
    if random.below(2) == 0 {
        return None;
    }
    let mut params = String::from("permessage-deflate");
    for who in ["server", "client"] {
        if random.below(3) == 0 {
            params += &format!("; {who}_no_context_takeover");
        }
        if random.below(3) == 0 {
            params += &format!("; {who}_max_window_bits={}", 9 + random.below(7));
        }
    }
    params.parse().ok()
}

fn config(random: &mut Random, fragment_len: usize, timed: bool) -> WebSocketConfig {
    let config = WebSocketConfig::new()
        .fragment_len((fragment_len < usize::MAX).then_some(fragment_len))
        .max_queue_len([0, 1, 100, 4096, 65_536, 256 << 10][random.below(6)])
        .min_deflate_len([0, 64, 1000][random.below(3)])
        .deflate_level([0, 1, 6, 9][random.below(4)])
        // What is not about time must not depend on it.
        .close_timeout(Duration::from_secs(3600));
    if !timed {
        return config;
    }
    let config =
        config.close_timeout(Duration::from_millis(200)).send_timeout(Duration::from_millis(300));
    match random.below(4) {
        0 => config.idle_timeout(IDLE).ping_interval(PING),
        1 => config.pong_timeout(PONG).ping_interval(PING),
        2 => config,
        _ => config.idle_timeout(IDLE).pong_timeout(PONG).ping_interval(PING),
    }
}

/// Neither party has to wait for the other to read.
const HUGE: usize = 4 << 20;

const PING: Duration = Duration::from_millis(5);
const PONG: Duration = Duration::from_millis(200);
const IDLE: Duration = Duration::from_millis(300);
