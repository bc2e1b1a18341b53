//! One message to many connections: what a server pays for each delivery.
//!
//! First over streams that take everything and cost nothing, then over pairs of Unix sockets, which another thread reads.

mod streams;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    runtime::{Builder, Runtime},
    sync::broadcast,
    time::sleep,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::protocol};
use ws_rooms::{
    Policy, Rooms, RoomsConfig,
    ws_tokio::{
        WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role as Side},
    },
};

use self::streams::Taken;
use crate::{
    goals::FAN_OUT,
    options::Options,
    peers::Result,
    report::{Role, Table},
    turns::{self, Case, Plan},
};

/// Runs the suite.
///
/// # Errors
///
/// There are no more files to be had: it needs 18,000 of them.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    let plan =
        Plan { rounds: options.pick(15, 3), turn: Duration::from_micros(options.pick(5000, 500)) };
    let columns = [
        ("write", Role::Floor),
        ("ws-rooms", Role::Ours),
        ("tokio-tungstenite, broadcast", Role::Peer),
    ];
    let mut table = Table::new(FAN_OUT, "ns of CPU time for each delivery", &columns).note(
        "A message of 1 KiB to all who are connected, until all have it: the CPU time of the server's thread. \
         Next to `ws-rooms` is what one would build of tokio-tungstenite and tokio's `broadcast` channel, with a \
         `select!` for each connection. The floor is a loop that writes a frame which is there already. The \
         sockets are pairs of Unix sockets that another thread reads, and most of their time is the system's.",
    );
    for connections in options.pick(&[100, 1_000, 10_000][..], &[100]) {
        let cell = |taken: &Taken| Ok(streams::in_memory(*connections, taken));
        row(&mut table, "in memory", plan, *connections, cell)?;
    }
    for connections in options.pick(&[100, 1_000, 3_000][..], &[100]) {
        let cell = |taken: &Taken| streams::sockets(*connections, taken);
        row(&mut table, "sockets", plan, *connections, cell)?;
    }
    Ok(vec![table])
}

fn row<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    table: &mut Table,
    kind: &str,
    plan: Plan,
    connections: usize,
    streams: impl Fn(&Taken) -> io::Result<Vec<S>>,
) -> Result {
    let sides: [Serve<S>; 3] = [floor, ours, channel];
    let cases: Result<Vec<_>> =
        sides.map(|side| Ok(Some(case(connections, &streams, side)?))).into_iter().collect();
    let mut cells = turns::take(plan, &mut cases?)?;
    for sample in cells.iter_mut().flatten() {
        *sample /= connections as f64;
    }
    let measure = format!("{kind}, {connections} connections");
    println!("  {}: {measure}", table.title);
    table.push(measure, cells);
    Ok(())
}

/// Publishes one message.
type Publish = Box<dyn FnMut()>;

/// Sets a server up on the runtime that it is called within.
type Serve<S> = fn(Vec<S>) -> Result<Publish>;

/// One message to all, until all have it.
fn case<S>(
    connections: usize,
    streams: impl Fn(&Taken) -> io::Result<Vec<S>>,
    serve: Serve<S>,
) -> Result<Case> {
    let runtime: Runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let taken = Arc::new(AtomicU64::new(0));
    let mut publish = {
        let _context = runtime.enter();
        serve(streams(&taken)?)?
    };
    let len = connections as u64 * FRAME_LEN;
    Ok(Box::new(move || {
        let all = taken.load(Relaxed) + len;
        runtime.block_on(async {
            publish();
            // Sleeping takes no CPU time.
            while taken.load(Relaxed) < all {
                sleep(Duration::from_millis(1)).await;
            }
        });
        match taken.load(Relaxed) == all {
            true => Ok(()),
            false => Err("more came than was sent".into()),
        }
    }))
}

fn ours<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(streams: Vec<S>) -> Result<Publish> {
    let rooms = Rooms::new(RoomsConfig::new());
    for stream in streams {
        let config = WebSocketConfig::new();
        let ws = WebSocket::from_upgraded(stream, Side::Server, Negotiated::default(), &config);
        let mut member = rooms.join(ws);
        let _joined = member.subscribe("all", Policy::DropOldest)?;
        tokio::spawn(async move { while let Ok(Some(_)) = member.recv().await {} });
    }
    Ok(Box::new(move || _ = rooms.publish("all", text())))
}

fn channel<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(streams: Vec<S>) -> Result<Publish> {
    let (sender, _) = broadcast::channel::<protocol::Message>(128);
    for stream in streams {
        let mut receiver = sender.subscribe();
        tokio::spawn(async move {
            let role = protocol::Role::Server;
            let (mut to, mut from) =
                WebSocketStream::from_raw_socket(stream, role, None).await.split();
            loop {
                tokio::select! {
                    Ok(message) = receiver.recv() => if to.send(message).await.is_err() { break },
                    message = from.next() => if message.is_none() { break },
                }
            }
        });
    }
    Ok(Box::new(move || _ = sender.send(text().into())))
}

fn floor<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    mut streams: Vec<S>,
) -> Result<Publish> {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    tokio::spawn(async move {
        while let Some(frame) = receiver.recv().await {
            for stream in &mut streams {
                if stream.write_all(&frame).await.is_err() {
                    return;
                }
            }
        }
    });
    Ok(Box::new(move || {
        let mut frame = vec![0x81, 126, (MESSAGE_LEN >> 8) as u8, MESSAGE_LEN as u8];
        frame.extend_from_slice(text().as_bytes());
        let _sent = sender.send(frame.into());
    }))
}

fn text() -> String {
    "x".repeat(MESSAGE_LEN)
}

const MESSAGE_LEN: usize = 1024;
const FRAME_LEN: u64 = 4 + MESSAGE_LEN as u64;
