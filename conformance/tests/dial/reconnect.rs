//! One connection after the other.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use ws_core::{BackoffConfig, Message, Proxy as ProxyUrl};
use ws_driver::{DialConfig, Dials as _, Error, Reconnect};

use crate::{
    NEWEST,
    authority::Authority,
    client::{Diary, MS, connect, talk, within},
    every::Live,
    server::{Answer, Server},
    silent::{listen, refusing},
};

/// A few milliseconds each time.
fn quick() -> BackoffConfig {
    BackoffConfig::new().first(5 * MS).initial(10 * MS).factor(1.0).jitter(0.0)
}

fn reconnect<L: Live>(url: &str, dial: &DialConfig, config: BackoffConfig) -> Reconnect<L::Dials> {
    Reconnect::new(connect::<L>(url, dial), config)
}

/// A server for one connection, until it is killed.
struct Mortal {
    address: SocketAddr,
    kill: Sender<()>,
    thread: JoinHandle<()>,
}

impl Mortal {
    fn new(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (kill, killed) = channel();
        let thread = thread::spawn(move || {
            let mut ws = ws_blocking::accept(listener.accept().unwrap().0).unwrap();
            ws.send("hello").unwrap();
            killed.recv().unwrap();
        });
        Self { address, kill, thread }
    }

    /// Its connection and its port are closed.
    fn kill(self) -> SocketAddr {
        self.kill.send(()).unwrap();
        self.thread.join().unwrap();
        self.address
    }
}

fn a_server_that_comes_back<L: Live>() {
    // Here nobody else asks for a port in the meantime.
    let ip = if cfg!(target_os = "linux") { [127, 0, 0, 3] } else { [127, 0, 0, 1] };
    let server = Mortal::new((ip, 0).into());
    let diary = Diary::default();
    let url = format!("ws://{}/", server.address);
    let mut server = thread::spawn(|| server);
    let mut reconnect = reconnect::<L>(&url, &diary.kept_by(DialConfig::new()), quick());
    L::block_on(async {
        for number in 1..=3 {
            let session = reconnect.next().await.unwrap();
            let mut ws = session.web_socket;
            assert_eq!(session.number, number, "{}", L::NAME);
            assert_eq!(session.response.status(), 101);
            assert_eq!(ws.recv().await.unwrap(), Some(Message::text("hello")), "{}", L::NAME);
            // The second one has to be waited for.
            match number {
                2 => assert!(session.attempts > 1, "{}: {}", L::NAME, session.attempts),
                _ => assert_eq!(session.attempts, 1, "{}", L::NAME),
            }
            let address = server.join().unwrap().kill();
            let error = ws.recv().await.unwrap_err();
            assert!(error.is_disconnect(), "{}: {error:?}", L::NAME);
            server = thread::spawn(move || {
                if number == 1 {
                    thread::sleep(300 * MS);
                }
                Mortal::new(address)
            });
            // The third one has not.
            while number > 1 && !server.is_finished() {
                thread::yield_now();
            }
        }
    });
    let retries: Vec<_> =
        diary.entries().into_iter().filter(|entry| entry.starts_with("retry")).collect();
    // What has ended was open, and what is tried again was refused.
    assert!(retries[0].ends_with(" -") && retries[1].ends_with(" io"), "{}: {retries:?}", L::NAME);
    assert!(retries.last().unwrap().ends_with(" -"), "{}: {retries:?}", L::NAME);
}

fn what_a_server_asks_for_is_kept<L: Live>() {
    let asked = AtomicUsize::new(0);
    let server = Server::answering(None, move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::Say(
            "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        1 => Answer::Say("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n".to_owned()),
        _ => Answer::Open,
    });
    let diary = Diary::default();
    let dial = diary.kept_by(DialConfig::new());
    let mut reconnect = reconnect::<L>(&server.url("ws"), &dial, quick());
    let began = Instant::now();
    L::block_on(async {
        let mut session = reconnect.next().await.unwrap();
        assert!(began.elapsed() >= 1000 * MS, "{}: {:?}", L::NAME, began.elapsed());
        assert_eq!((session.number, session.attempts), (1, 3), "{}", L::NAME);
        talk::<L>(&mut session.web_socket).await;
    });
    let retries: Vec<_> =
        diary.entries().into_iter().filter(|entry| entry.starts_with("retry")).collect();
    assert_eq!(retries, ["retry 1000 status-not-101", "retry 10 status-not-101"], "{}", L::NAME);
}

fn what_a_proxy_asks_for_is_kept<L: Live>() {
    let server = Server::new(None);
    let (to, asked) = (server.address, AtomicUsize::new(0));
    let address = listen(move |mut stream| {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut octet = [0];
            stream.read_exact(&mut octet).unwrap();
            head.extend(octet);
        }
        if asked.fetch_add(1, Ordering::Relaxed) == 0 {
            let busy = b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
            return stream.write_all(busy).unwrap();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let mut to_server = TcpStream::connect(to).unwrap();
        let (mut from_server, mut back) =
            (to_server.try_clone().unwrap(), stream.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut from_server, &mut back));
        let _ = io::copy(&mut stream, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let diary = Diary::default();
    let proxy = ProxyUrl::parse(&address.to_string()).unwrap();
    let dial = diary.kept_by(DialConfig::new().proxy(proxy));
    let mut reconnect = reconnect::<L>("ws://h.example/", &dial, quick());
    let began = Instant::now();
    L::block_on(async {
        let session = reconnect.next().await.unwrap();
        assert!(began.elapsed() >= 1000 * MS, "{}: {:?}", L::NAME, began.elapsed());
        assert_eq!((session.number, session.attempts), (1, 2), "{}", L::NAME);
    });
    assert!(diary.entries().contains(&"retry 1000 proxy-refused".to_owned()), "{}", L::NAME);
}

fn what_does_not_pass_comes_out_at_once<L: Live>() {
    for status in [400, 401, 403, 404, 426] {
        let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\nno");
        let server = Server::answering(None, move |_| Answer::Say(answer.clone()));
        let mut reconnect = reconnect::<L>(&server.url("ws"), &DialConfig::new(), quick());
        // It may be asked again; there is a delay, since somebody has just said no.
        for connections in 1..=2 {
            let error = L::block_on(reconnect.next()).map(drop).unwrap_err();
            let found = error.handshake().and_then(ws_core::HandshakeError::status).unwrap();
            assert_eq!(found.as_u16(), status, "{}", L::NAME);
            assert_eq!(server.after(connections).heads.len(), connections, "{}", L::NAME);
        }
    }
    let (authority, stranger) = (Authority::new("A"), Authority::new("B"));
    let server = Server::new(Some(authority.issue(&["127.0.0.1"]).server(NEWEST)));
    let dial = DialConfig::new().tls(stranger.client(NEWEST));
    let mut secure = reconnect::<L>(&server.url("wss"), &dial, quick());
    let error = L::block_on(secure.next()).map(drop).unwrap_err();
    assert_eq!(error.name(), "tls-unknown-issuer", "{}", L::NAME);
    server.after(1);

    let mut nowhere = reconnect::<L>("ftp://h.example/", &DialConfig::new(), quick());
    let error = L::block_on(nowhere.next()).map(drop).unwrap_err();
    assert!(matches!(error, Error::Url(_)), "{}: {error:?}", L::NAME);
}

fn there_is_an_end_to_attempts<L: Live>() {
    let address = refusing();
    let diary = Diary::default();
    let dial = diary.kept_by(DialConfig::new());
    let config = quick().max_retries(Some(3));
    let mut reconnect = reconnect::<L>(&format!("ws://{address}/"), &dial, config);
    let began = Instant::now();
    let error = L::block_on(reconnect.next()).map(drop).unwrap_err();
    assert!(
        matches!(&error, Error::Io(error) if error.to_string().contains("refused")),
        "{error:?}"
    );
    // The first one is none of those to connect again, and waits for nothing.
    let attempts = diary.entries().iter().filter(|it| it.starts_with("connect ")).count();
    assert_eq!(attempts, 4, "{}", L::NAME);
    let retries: Vec<_> =
        diary.entries().into_iter().filter(|entry| entry.starts_with("retry")).collect();
    assert!(retries.iter().all(|entry| entry.ends_with(" io")), "{}: {retries:?}", L::NAME);
    assert_eq!(retries[1..], ["retry 10 io", "retry 10 io"], "{}", L::NAME);
    // At most 5 ms, and two times 10 ms.
    assert!(began.elapsed() >= 20 * MS, "{}: {:?}", L::NAME, began.elapsed());
    // Whoever asks again begins anew.
    L::block_on(reconnect.next()).map(drop).unwrap_err();
    assert_eq!(diary.entries().iter().filter(|it| it.starts_with("connect ")).count(), 8);
}

/// A deadline is that of one attempt.
fn a_server_that_was_mute<L: Live>() {
    let asked = AtomicUsize::new(0);
    let server = Server::answering(None, move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::Hold(String::new()),
        _ => Answer::Open,
    });
    let diary = Diary::default();
    let connect = connect::<L>(&server.url("ws"), &diary.kept_by(DialConfig::new()))
        .config(within(2000 * MS));
    let mut reconnect = Reconnect::new(connect, quick());
    L::block_on(async {
        let mut session = reconnect.next().await.unwrap();
        assert_eq!((session.number, session.attempts), (1, 2), "{}", L::NAME);
        talk::<L>(&mut session.web_socket).await;
    });
    assert!(diary.entries().iter().any(|it| it.starts_with("retry") && it.ends_with(" timeout")));
    assert_eq!(server.after(2).clean, 1, "{}", L::NAME);
}

fn an_attempt_that_is_dropped<L: Live>() {
    if L::BLOCKS {
        return; // nothing can be dropped while it blocks
    }
    let asked = AtomicUsize::new(0);
    let server = Server::answering(None, move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::Hold(String::new()),
        1 => Answer::Say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_owned()),
        _ => Answer::Open,
    });
    let config = quick().first(200 * MS).initial(200 * MS).jitter(0.0);
    let diary = Diary::default();
    let dial = diary.kept_by(DialConfig::new());
    let mut reconnect = reconnect::<L>(&server.url("ws"), &dial, config);
    L::block_on(async {
        // In the handshake, and while it waits.
        let mut dropped = 0;
        let mut session = loop {
            let patience = if dropped == 0 { 500 * MS } else { 20 * MS };
            let given_up = async {
                L::Dials::sleep(Instant::now() + patience).await.unwrap();
                None
            };
            let next = async { Some(reconnect.next().await.unwrap()) };
            if dropped > 2 {
                break next.await.unwrap();
            }
            match futures_lite::future::or(next, given_up).await {
                Some(session) => break session,
                None => dropped += 1,
            }
        };
        assert!(dropped > 0, "{}", L::NAME);
        assert_eq!(session.number, 1, "{}", L::NAME);
        talk::<L>(&mut session.web_socket).await;
    });
    let seen = server.after(server.seen().peers.len());
    assert_eq!(seen.clean, 1, "{}", L::NAME);
}

every!(
    a_server_that_comes_back,
    what_a_server_asks_for_is_kept,
    what_a_proxy_asks_for_is_kept,
    what_does_not_pass_comes_out_at_once,
    there_is_an_end_to_attempts,
    a_server_that_was_mute,
    an_attempt_that_is_dropped,
);
