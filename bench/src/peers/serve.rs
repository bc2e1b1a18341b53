//! Echo servers, one for each library and runtime, as processes of their own.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Command,
};

use tokio::net::TcpStream;

use super::{
    Result, elsewhere, fastwebsockets, ours, raw, sockudo, soketto, tokio_websockets, tungstenite,
    yawc,
};
use crate::{report::Role, system};

/// A server that gives back every message.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// Its name: a column's heading, and an argument of `serve`.
    pub name: &'static str,
    /// What it stands for.
    pub role: Role,
    /// What it runs on.
    pub runtime: Runtime,
    /// Whether it does handshakes and messages by itself; the floor does neither.
    pub speaks: bool,
    program: Program,
}

/// Whose process it is.
#[derive(Clone, Copy, Debug)]
enum Program {
    /// This program, which is told the server's name.
    This(fn(TcpListener) -> Result),
    /// Another one, if it can be had.
    Other(fn() -> Result<Command>),
}

impl Server {
    /// What starts it, if it is not this program.
    ///
    /// # Errors
    ///
    /// It is not to be had here.
    pub fn other_program(&self) -> Result<Option<Command>> {
        match self.program {
            Program::This(_) => Ok(None),
            Program::Other(command) => command().map(Some),
        }
    }
}

/// What a server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// tokio, on one thread.
    Tokio,
    /// tokio, on one thread, with messages compressed.
    TokioDeflate,
    /// smol, on one thread.
    Smol,
    /// async-std, with one thread for tasks.
    AsyncStd,
    /// A thread for each connection.
    Threads,
    /// Those of other languages, and ours on tokio next to them.
    Languages,
}

impl Runtime {
    /// As it is called in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::TokioDeflate => "tokio, compressed",
            Self::Smol => "smol",
            Self::AsyncStd => "async-std",
            Self::Threads => "threads",
            Self::Languages => "other languages' runtimes",
        }
    }
}

/// All servers; those of one runtime are the columns of one table.
pub const SERVERS: &[Server] = &[
    floor("raw echo", Runtime::Tokio, |listener| on_tokio(listener, raw::echo)),
    ours("ws-tokio", Runtime::Tokio, |listener| {
        on_tokio(listener, |stream| ours::echo(stream, false))
    }),
    peer("tokio-tungstenite", Runtime::Tokio, |listener| on_tokio(listener, tungstenite::echo)),
    peer("fastwebsockets", Runtime::Tokio, |listener| on_tokio(listener, fastwebsockets::echo)),
    peer("tokio-websockets", Runtime::Tokio, |listener| on_tokio(listener, tokio_websockets::echo)),
    peer("soketto", Runtime::Tokio, |listener| on_tokio(listener, soketto::echo)),
    peer("sockudo-ws", Runtime::Tokio, |listener| on_tokio(listener, sockudo::echo)),
    peer("yawc", Runtime::Tokio, |listener| on_tokio(listener, |stream| yawc::echo(stream, false))),
    ours("ws-tokio deflate", Runtime::TokioDeflate, |listener| {
        on_tokio(listener, |stream| ours::echo(stream, true))
    }),
    peer("sockudo-ws deflate", Runtime::TokioDeflate, |listener| {
        on_tokio(listener, sockudo::echo_deflated)
    }),
    peer("yawc deflate", Runtime::TokioDeflate, |listener| {
        on_tokio(listener, |stream| yawc::echo(stream, true))
    }),
    floor("raw on smol", Runtime::Smol, |listener| on_smol(listener, raw::echo_futures)),
    ours("ws-smol", Runtime::Smol, |listener| on_smol(listener, ours::echo_on_smol)),
    floor("raw on async-std", Runtime::AsyncStd, |listener| {
        on_async_std(listener, raw::echo_futures)
    }),
    ours("ws-async-std", Runtime::AsyncStd, |listener| {
        on_async_std(listener, ours::echo_on_async_std)
    }),
    floor("raw on threads", Runtime::Threads, |listener| on_threads(&listener, raw::echo_blocking)),
    ours("ws-blocking", Runtime::Threads, |listener| on_threads(&listener, ours::echo_blocking)),
    peer("tungstenite", Runtime::Threads, |listener| {
        on_threads(&listener, tungstenite::echo_blocking)
    }),
    floor("raw echo", Runtime::Languages, |listener| on_tokio(listener, raw::echo)),
    ours("ws-tokio", Runtime::Languages, |listener| {
        on_tokio(listener, |stream| ours::echo(stream, false))
    }),
    other("Boost.Beast", elsewhere::beast),
    other("ws (npm)", elsewhere::node),
    other("websockets (Python)", elsewhere::python),
];

const fn floor(name: &'static str, runtime: Runtime, run: fn(TcpListener) -> Result) -> Server {
    Server { name, role: Role::Floor, runtime, speaks: false, program: Program::This(run) }
}

const fn ours(name: &'static str, runtime: Runtime, run: fn(TcpListener) -> Result) -> Server {
    Server { name, role: Role::Ours, runtime, speaks: true, program: Program::This(run) }
}

const fn peer(name: &'static str, runtime: Runtime, run: fn(TcpListener) -> Result) -> Server {
    Server { name, role: Role::Peer, runtime, speaks: true, program: Program::This(run) }
}

const fn other(name: &'static str, program: fn() -> Result<Command>) -> Server {
    let program = Program::Other(program);
    Server { name, role: Role::Peer, runtime: Runtime::Languages, speaks: true, program }
}

/// Runs the server of this name until its standard input ends. Says its port, and what it has used
/// for each line that it reads there. `heap` counts the bytes that are allocated.
///
/// # Errors
///
/// There is no such server, or it cannot listen.
pub fn run(name: &str, core: Option<usize>, heap: fn() -> usize) -> Result {
    let server = SERVERS.iter().find(|server| server.name == name).ok_or("no such server")?;
    let Program::This(run) = server.program else {
        return Err("not a server of this program".into());
    };
    if let Some(core) = core {
        system::pin(core)?;
    }
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    // As many as may come before one is looked at: std has 128.
    rustix::net::listen(&listener, 4096)?;
    println!("{}", listener.local_addr()?.port());
    std::thread::spawn(move || {
        for _line in std::io::stdin().lines() {
            println!("{} {} {}", system::process_cpu(), system::resident_len(), heap());
        }
        std::process::exit(0);
    });
    run(listener)
}

fn on_tokio<F>(listener: TcpListener, echo: impl Fn(TcpStream) -> F) -> Result
where
    F: Future<Output = Result> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(echo(stream));
        }
    })
}

fn on_smol<F>(listener: TcpListener, echo: impl Fn(smol::net::TcpStream) -> F) -> Result
where
    F: Future<Output = Result> + 'static,
{
    let tasks = smol::LocalExecutor::new();
    smol::block_on(tasks.run(async {
        let listener = smol::net::TcpListener::from(smol::Async::new(listener)?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tasks.spawn(echo(stream)).detach();
        }
    }))
}

fn on_async_std<F>(listener: TcpListener, echo: impl Fn(async_std::net::TcpStream) -> F) -> Result
where
    F: Future<Output = Result> + Send + 'static,
{
    async_std::task::block_on(async {
        let listener = async_std::net::TcpListener::from(listener);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            async_std::task::spawn(echo(stream));
        }
    })
}

fn on_threads(listener: &TcpListener, echo: fn(std::net::TcpStream) -> Result) -> Result {
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        std::thread::spawn(move || echo(stream));
    }
}
