//! The same attack on `ws-demo serve`, as people run it: no crash, no hang, nobody dropped without a word, no growth.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::Result,
    gauge::{self, Usage},
    hostile,
    options::Options,
    population::Population,
    promise::POOLS,
    runtime::Name,
    settings::{PATIENCE, SHORT, STRICT_LEN},
    verdict::Verdict,
};

/// Attacks it again and again. Whether all is well.
///
/// # Errors
///
/// When it makes no sense to go on.
pub(crate) fn run(name: Name, options: &Options) -> Result<bool> {
    let population = Population::new(options.connections);
    let mut verdict = Verdict::new(name);
    let mut server = Server::start(name)?;
    let count = population.hostile * hostile::kinds().count();
    let promised: usize = hostile::kinds().map(|kind| kind.cost.most()).sum();
    // The allocator may keep all that it has ever given, and half as much again between what is in use.
    let most = (population.hostile * promised + POOLS) * 3 / 2;
    let start = Instant::now();
    let mut warm: Option<Usage> = None;
    let mut rounds = 0;
    while rounds < 2 || start.elapsed() < options.time {
        rounds += 1;
        for why in hostile::attack(server.address, population.hostile)? {
            verdict.fault(why);
        }
        server.health()?;
        let lines = rounds * (count + 1);
        let told = server.settle(|server| server.lines.load(Ordering::Relaxed) >= lines)?;
        hostile::let_go();
        verdict.require(told, || format!("{lines} have ended, and not all with a line"));
        let fits = |now: Usage, before: Usage| {
            now.descriptors <= before.descriptors && now.threads <= before.threads
        };
        let before = warm.unwrap_or(Usage {
            descriptors: usize::MAX,
            threads: usize::MAX,
            ..Usage::default()
        });
        server.settle(|server| fits(server.usage(), before))?;
        let now = server.usage();
        let cpu = server.cpu();
        thread::sleep(Duration::from_secs(1));
        verdict.quiet("the server", server.cpu().saturating_sub(cpu));
        let before = *warm.get_or_insert(now);
        verdict.left("the server", now, before, 0);
        verdict.require(now.resident <= before.resident + most, || {
            format!(
                "{} KiB after the first attack, {} now",
                before.resident >> 10,
                now.resident >> 10
            )
        });
        verdict.require(server.panics.load(Ordering::Relaxed) == 0, || "it panicked".to_owned());
        verdict.tell(&format!("ws-demo after attack {rounds} by {count}: {now:?}"));
    }
    Ok(verdict.is_good())
}

struct Server {
    child: Child,
    address: SocketAddr,
    /// What it has said of connections, and of itself.
    lines: Arc<AtomicUsize>,
    panics: Arc<AtomicUsize>,
}

impl Server {
    /// It is built to the same place as this program.
    fn start(name: Name) -> Result<Self> {
        let mut command = Command::new(env::current_exe()?.with_file_name("ws-demo"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--deflate", "--runtime", name.text()]);
        let len = STRICT_LEN.to_string();
        command.args(["--max-message", &len, "--max-frame", &len]);
        let time = SHORT.as_millis().to_string();
        command.args(["--handshake-timeout-ms", &time, "--idle-timeout-ms", &time]);
        command.envs([("SMOL_THREADS", "2"), ("ASYNC_STD_THREAD_COUNT", "2")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err("a child without pipes".into());
        };
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let address = first.trim_end().strip_prefix("listening on ws://").ok_or("no address")?;
        let (lines, panics) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let server = Self { child, address: address.parse()?, lines, panics };
        let (lines, panics) = (Arc::clone(&server.lines), Arc::clone(&server.panics));
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(std::io::Result::ok) {
                let of = if line.starts_with("127.0.0.1:") { Some(&lines) } else { None };
                let of = of.or(line.contains("panicked").then_some(&panics));
                of.map(|count| count.fetch_add(1, Ordering::Relaxed));
            }
        });
        Ok(server)
    }

    /// Whether it still answers.
    fn health(&self) -> Result {
        let mut socket = TcpStream::connect(self.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(answer.into()) }
    }

    fn usage(&self) -> Usage {
        Usage::of(&self.child.id().to_string())
    }

    fn cpu(&self) -> Duration {
        gauge::cpu_of(&self.child.id().to_string())
    }

    /// Waits until something is so, and says whether it is.
    fn settle(&mut self, is_so: impl Fn(&Self) -> bool) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE / 4;
        while !is_so(self) {
            if let Some(ended) = self.child.try_wait()? {
                return Err(format!("the server has ended: {ended}").into());
            }
            if Instant::now() > deadline {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
