//! WebSockets over TLS once they are open: how they end, how long they wait, and two threads.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConnection, StreamOwned};
use ws_core::{ClientConfig, Message, Proxy as ProxyUrl, Timeout, WebSocketConfig};
use ws_driver::{DialConfig, Error};

use crate::{
    NEWEST,
    authority::Authority,
    client::{BUSY, MS, connect},
    every::Live,
    proxy::{Proxy, Speaks},
    server::Server,
    silent::listen,
};

type ServerEnd = StreamOwned<ServerConnection, std::net::TcpStream>;

/// A server that opens the WebSocket, and then goes on like this.
fn opening(
    authority: &Authority,
    then: impl Fn(ServerEnd) + Send + Sync + 'static,
) -> (SocketAddr, DialConfig) {
    let config = std::sync::Arc::new(authority.issue(&["127.0.0.1"]).server(NEWEST));
    let address = listen(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut octet = [0];
            stream.read_exact(&mut octet).unwrap();
            head.extend(octet);
        }
        let head = String::from_utf8(head).unwrap();
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        let accept = conformance::fill::accept_value(key);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).unwrap();
        stream.flush().unwrap();
        then(stream);
    });
    (address, DialConfig::new().tls(authority.client(NEWEST)))
}

fn an_end_without_a_close<L: Live>() {
    let authority = Authority::new("A");
    for notifies in [true, false] {
        let (address, dial) = opening(&authority, move |mut stream| {
            stream.write_all(b"\x82\x01a").unwrap();
            if notifies {
                stream.conn.send_close_notify();
            }
            stream.flush().unwrap();
            stream.sock.shutdown(Shutdown::Write).unwrap();
            let _ = stream.sock.read_to_end(&mut Vec::new());
        });
        let connect = connect::<L>(&format!("wss://{address}/"), &dial);
        L::block_on(async {
            let (mut ws, _) = connect.open().await.unwrap();
            assert_eq!(ws.recv().await.unwrap(), Some(Message::binary(&b"a"[..])), "{}", L::NAME);
            let error = ws.recv().await.unwrap_err();
            assert!(error.is_disconnect(), "{} {notifies}: {error:?}", L::NAME);
            // Who has said that nothing more will come was not cut off.
            assert_eq!(matches!(error, Error::Disconnected), notifies, "{}: {error:?}", L::NAME);
            assert!(!ws.close_info().is_clean(), "{}", L::NAME);
        });
    }
}

/// Also while pieces of a record come, which are nothing for as long as they are not all there.
fn silence_is_noticed<L: Live>() {
    let authority = Authority::new("A");
    for trickles in [false, true] {
        let (address, dial) = opening(&authority, move |mut stream| {
            if !trickles {
                thread::park();
            }
            let mut said = stream.sock.write_all(b"\x17\x03\x03\x40\x00");
            while said.is_ok() {
                thread::sleep(10 * MS);
                said = stream.sock.write_all(b"a");
            }
        });
        let timeout = 400 * MS;
        let config = WebSocketConfig::new().idle_timeout(timeout);
        let connect = connect::<L>(&format!("wss://{address}/"), &dial)
            .config(ClientConfig::new().web_socket(config));
        L::block_on(async {
            let (mut ws, _) = connect.open().await.unwrap();
            let began = Instant::now();
            let error = ws.recv().await.unwrap_err();
            let took = began.elapsed();
            assert!(matches!(error, Error::TimedOut(Timeout::Idle)), "{}: {error:?}", L::NAME);
            // It counts from the 101, which was some moments before.
            assert!(took >= timeout - 100 * MS, "{} {trickles}: {took:?}", L::NAME);
            assert!(took < timeout + BUSY, "{} {trickles}: {took:?}", L::NAME);
        });
    }
}

fn pings_go_out_while_nothing_comes<L: Live>() {
    let authority = Authority::new("A");
    let (sender, receiver) = std::sync::mpsc::channel();
    let (address, dial) = opening(&authority, move |mut stream| {
        let mut head = [0; 2];
        stream.read_exact(&mut head).unwrap();
        sender.send((head[0], Instant::now())).unwrap();
        thread::park();
    });
    let config = WebSocketConfig::new().ping_interval(200 * MS).pong_timeout(300 * MS);
    let connect = connect::<L>(&format!("wss://{address}/"), &dial)
        .config(ClientConfig::new().web_socket(config));
    L::block_on(async {
        let (mut ws, _) = connect.open().await.unwrap();
        let began = Instant::now();
        let error = ws.recv().await.unwrap_err();
        let took = began.elapsed();
        assert!(matches!(error, Error::TimedOut(Timeout::Pong)), "{}: {error:?}", L::NAME);
        assert!(took >= 400 * MS && took < 500 * MS + BUSY, "{}: {took:?}", L::NAME);
        let (opcode, pinged) = receiver.recv().unwrap();
        assert_eq!(opcode, 0x89);
        assert!(pinged - began >= 100 * MS, "{}: {:?}", L::NAME, pinged - began);
    });
}

/// What the deadline of the way took of the socket is given back.
#[test]
fn no_timeout_is_left_on_the_socket() {
    let authority = Authority::new("A");
    let server = Server::new(Some(authority.issue(&["h.example"]).server(NEWEST)));
    let proxy = Proxy::new(Speaks::Http(""), None, server.address);
    let url = ProxyUrl::parse(&proxy.address.to_string()).unwrap();
    for timeout in [Some(20_000 * MS), None] {
        let connect = ws_blocking::connect("wss://h.example/").proxy(url.clone());
        let (mut ws, _) = connect.tls(authority.client(NEWEST)).timeout(timeout).open().unwrap();
        let socket = ws.get_ref().get_ref();
        assert_eq!((socket.read_timeout().unwrap(), socket.write_timeout().unwrap()), (None, None));
        assert!(ws.close().unwrap().is_clean());
    }
}

/// One thread sends, the other receives, as much as both can, through one session.
#[test]
fn two_threads_share_a_session() {
    const COUNT: usize = 300;
    let authority = Authority::new("A");
    let server = Server::new(Some(authority.issue(&["127.0.0.1"]).server(NEWEST)));
    let connect = ws_blocking::connect(server.url("wss")).tls(authority.client(NEWEST));
    let (ws, _) = connect.open().unwrap();
    let (mut sender, mut receiver) =
        ws.split_shared(|stream| stream.get_ref().try_clone()).unwrap();
    let message = |at: usize| Message::binary(vec![at as u8; 1 + at * 97 % 20_000]);
    let (done, is_done) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for at in 0..COUNT {
            sender.send(message(at)).unwrap();
        }
        done.send(sender).unwrap();
    });
    let received = thread::spawn(move || {
        for at in 0..COUNT {
            assert_eq!(receiver.recv().unwrap(), Some(message(at)), "{at}");
        }
        receiver
    });
    let sender = is_done.recv_timeout(Duration::from_secs(30)).unwrap();
    let mut ws = received.join().unwrap().unsplit(sender).unwrap();
    assert!(ws.close().unwrap().is_clean());
    assert_eq!(server.after(1).clean, 1);
}

/// A receiver waits, and for longer than a write may take; the sender does not wait for it.
#[test]
fn a_thread_sends_while_the_other_waits() {
    let authority = Authority::new("A");
    let server = Server::new(Some(authority.issue(&["127.0.0.1"]).server(NEWEST)));
    let connect = ws_blocking::connect(server.url("wss")).tls(authority.client(NEWEST));
    let (ws, _) = connect.open().unwrap();
    let (mut sender, mut receiver) =
        ws.split_shared(|stream| stream.get_ref().try_clone()).unwrap();
    let received = thread::spawn(move || (receiver.recv(), Instant::now()));
    thread::sleep(300 * MS);
    assert!(!received.is_finished());
    let began = Instant::now();
    sender.send("hello").unwrap();
    assert!(began.elapsed() < BUSY, "{:?}", began.elapsed());
    let (message, _) = received.join().unwrap();
    assert_eq!(message.unwrap(), Some(Message::text("hello")));
}

every!(an_end_without_a_close, silence_is_noticed, pings_go_out_while_nothing_comes);
