//! One message of 1 KiB to many connections: the CPU time of the server's thread for each delivery, by `ws-rooms`, and by a
//! broadcast channel of tokio with tokio-tungstenite.
//!
//! `cargo run --release -p bench --features rooms --example fan_out`
//!
//! First over streams that take everything and cost nothing, then over pairs of Unix sockets, which another thread
//! reads. The two are measured in turns, and the median of 15 rounds counts. There are 16,000 files open at the end.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    thread,
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::UnixStream,
    runtime::{Builder, Runtime},
    sync::broadcast,
    time::sleep,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::protocol};
use ws_rooms::{
    Policy, Rooms, RoomsConfig,
    ws_tokio::{
        WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role},
    },
};

const MESSAGE_LEN: usize = 1024;
const FRAME_LEN: u64 = 4 + MESSAGE_LEN as u64;
const ROUNDS: usize = 15;

fn main() -> io::Result<()> {
    println!(
        "| streams | connections | ws-rooms, ns | broadcast, ns | ratio |\n|---|---|---|---|---|"
    );
    for connections in [100, 1_000, 10_000] {
        let taken = Arc::new(AtomicU64::new(0));
        let streams = || Ok((0..connections).map(|_| Taking(Arc::clone(&taken))).collect());
        row("in memory", connections, &taken, &streams)?;
    }
    for connections in [100, 1_000, 4_000] {
        let taken = Arc::new(AtomicU64::new(0));
        row("sockets", connections, &taken, &|| sockets(connections, &taken))?;
    }
    Ok(())
}

fn row<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    name: &str,
    connections: usize,
    taken: &AtomicU64,
    streams: &dyn Fn() -> io::Result<Vec<S>>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let _context = runtime.enter();
    let rooms = Rooms::new(RoomsConfig::new());
    for stream in streams()? {
        let config = WebSocketConfig::new();
        let ws = WebSocket::from_upgraded(stream, Role::Server, Negotiated::default(), &config);
        let mut member = rooms.join(ws);
        let _joined = member.subscribe("all", Policy::DropOldest).map_err(io::Error::other)?;
        runtime.spawn(async move { while let Ok(Some(_)) = member.recv().await {} });
    }
    let (sender, _) = broadcast::channel::<protocol::Message>(128);
    for stream in streams()? {
        let mut receiver = sender.subscribe();
        runtime.spawn(async move {
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
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // As many rounds before as it takes to have made everything.
    for round in 0..ROUNDS + 3 {
        let text = "x".repeat(MESSAGE_LEN);
        let by_rooms = cost(&runtime, taken, connections, || {
            let _taken = rooms.publish("all", text.clone());
        });
        let by_channel = cost(&runtime, taken, connections, || {
            let _taken = sender.send(text.clone().into());
        });
        if round >= 3 {
            ours.push(by_rooms);
            theirs.push(by_channel);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("| {name} | {connections} | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
    Ok(())
}

/// The CPU time of this thread for each delivery, in nanoseconds.
fn cost(runtime: &Runtime, taken: &AtomicU64, connections: usize, publish: impl FnOnce()) -> f64 {
    let all = taken.load(Relaxed) + connections as u64 * FRAME_LEN;
    let before = cpu_time();
    runtime.block_on(async {
        publish();
        // Sleeping takes no CPU time.
        while taken.load(Relaxed) < all {
            sleep(Duration::from_millis(1)).await;
        }
    });
    (cpu_time() - before).as_nanos() as f64 / connections as f64
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs.get(costs.len() / 2).copied().unwrap_or_default()
}

/// A stream that takes everything, and has nothing to say.
struct Taking(Arc<AtomicU64>);

impl AsyncRead for Taking {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Taking {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.fetch_add(buf.len() as u64, Relaxed);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// One end of each pair; the others are read by a thread, which counts.
fn sockets(connections: usize, taken: &Arc<AtomicU64>) -> io::Result<Vec<UnixStream>> {
    use std::os::unix::net::UnixStream as Socket;
    let (mut servers, mut clients) = (Vec::new(), Vec::new());
    for _ in 0..connections {
        let (server, client) = Socket::pair()?;
        server.set_nonblocking(true)?;
        client.set_nonblocking(true)?;
        servers.push(UnixStream::from_std(server)?);
        clients.push(client);
    }
    let taken = Arc::clone(taken);
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(async {
            let mut tasks = Vec::new();
            for client in clients {
                let (mut client, taken) = (UnixStream::from_std(client)?, Arc::clone(&taken));
                tasks.push(tokio::spawn(async move {
                    let mut buf = [0; 2048];
                    while let Ok(1..) = client.read(&mut buf).await.inspect(|n| {
                        taken.fetch_add(*n as u64, Relaxed);
                    }) {}
                }));
            }
            for task in tasks {
                let _ended = task.await;
            }
            Ok::<_, io::Error>(())
        })
    });
    Ok(servers)
}
