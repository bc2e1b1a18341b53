//! So many WebSockets in one process, on one thread: what each of them takes while nothing happens, what a ping costs, and
//! what it costs to send all of them the same.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Builder,
    task::{LocalSet, spawn_local},
    time::{sleep, sleep_until},
};
use ws_rooms::{
    Policy, Rooms, RoomsConfig,
    ws_tokio::{
        WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role},
    },
};

use super::peer::{Answering, Got};
use crate::{
    peers::Result,
    system::{resident_len, thread_cpu},
};

/// What it came to, for each connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    /// Bytes given out by the allocator.
    pub(super) heap: f64,
    /// Bytes in use.
    pub(super) resident: f64,
    /// Nanoseconds of CPU time for a ping and its answer.
    pub(super) ping: f64,
    /// Nanoseconds of CPU time for a message.
    pub(super) delivery: f64,
}

/// Opens `count` of them, waits until each has been pinged and has heard the answer, and then publishes to all.
///
/// # Errors
///
/// One of them ended, or there is no runtime.
pub(super) fn measure(count: usize, heap: fn() -> usize) -> Result<Figures> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let got = Rc::new(Got::default());
    LocalSet::new().block_on(&runtime, async {
        let rooms = Rooms::new(RoomsConfig::new());
        let (before, start) = ((heap(), resident_len()), Instant::now());
        for _ in 0..count {
            let config = WebSocketConfig::new().ping_interval(INTERVAL);
            let ws = WebSocket::from_upgraded(
                Answering::new(&got),
                Role::Server,
                Negotiated::default(),
                &config,
            );
            let mut member = rooms.join(ws);
            let _joined = member.subscribe("all", Policy::DropOldest)?;
            spawn_local(async move { while let Ok(Some(_)) = member.recv().await {} });
        }
        // Each has begun to wait.
        sleep(Duration::from_millis(1)).await;
        let each = |after: usize, before: usize| after.saturating_sub(before) as f64 / count as f64;
        let (heap, resident) = (each(heap(), before.0), each(resident_len(), before.1));
        // Sleeping takes no CPU time, but waking up does.
        sleep_until((start + INTERVAL - Duration::from_millis(10)).into()).await;
        let cpu = thread_cpu();
        while got.pings.get() < count {
            sleep(Duration::from_millis(10)).await;
        }
        let ping = (thread_cpu() - cpu) as f64 / got.pings.get() as f64;
        let mut deliveries = Vec::new();
        for round in 1..=ROUNDS {
            let cpu = thread_cpu();
            rooms.publish("all", TEXT)?;
            while got.messages.get() < round * count {
                sleep(Duration::from_millis(1)).await;
            }
            deliveries.push((thread_cpu() - cpu) as f64 / count as f64);
        }
        deliveries.sort_by(f64::total_cmp);
        Ok(Figures { heap, resident, ping, delivery: deliveries[ROUNDS / 2] })
    })
}

/// How long nothing comes until a ping goes.
const INTERVAL: Duration = Duration::from_secs(20);

/// How often there is something for all.
const ROUNDS: usize = 3;

/// 64 bytes.
const TEXT: &str = "The same for everybody, and short, so that copying it is nothing";
