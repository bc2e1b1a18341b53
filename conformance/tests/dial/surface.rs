//! What programs see of all this: the functions and types of the adapters, and what they tell of the way.

use std::{
    fmt::Debug,
    future::ready,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
};

use ws_core::{ClientConfig, Proxy as ProxyUrl};
use ws_driver::DialConfig;

use crate::{
    NEWEST,
    authority::Authority,
    client::{Diary, MS, connect, open},
    every::{self, Live},
    proxy::{Proxy, Speaks},
    server::{Answer, Server},
    silent::refusing,
};

fn is_send<T: Send>(value: T) -> T {
    value
}

fn is_shared<T: Clone + Debug + Send + Sync>(value: T) -> T {
    value
}

/// The longest way there is.
fn each_step_is_told_in_order<L: Live>() {
    let authority = Authority::new("A");
    let server = Server::new(Some(authority.issue(&["h.example"]).server(NEWEST)));
    let proxy_tls = authority.issue(&["p.example"]).server(NEWEST);
    let proxy = Proxy::new(Speaks::Http(""), Some(proxy_tls), server.address);
    let (diary, address) = (Diary::default(), proxy.address);
    let dial = DialConfig::new()
        .proxy(ProxyUrl::parse("https://ada:lovelace@p.example:3128").unwrap())
        .tls(authority.client(NEWEST))
        .resolver(move |_, _| ready(Ok(vec![address])));
    open::<L>("wss://grace:hopper@h.example:81/room", &diary.kept_by(dial)).unwrap();
    assert_eq!(
        diary.entries(),
        [
            "look up p.example 3128".to_owned(),
            format!("addresses {address}"),
            format!("connect {address}"),
            format!("connected {address}"),
            "tls p.example".to_owned(),
            "proxy https://p.example:3128".to_owned(),
            "tls h.example".to_owned(),
            "handshake wss://h.example:81/room".to_owned(),
        ],
        "{}",
        L::NAME
    );
}

fn passwords_are_not_shown<L: Live>() {
    let proxy = ProxyUrl::parse(&format!("http://ada:secret-1@{}", refusing())).unwrap();
    let proxy = proxy.header("X-Key", "secret-2");
    let config =
        ClientConfig::new().header("Authorization", "Bearer secret-3").header("Cookie", "secret-4");
    for url in
        ["ws://ada:secret-5@h.example/", "ws://ada:secret-5@h.example:x/", "ws://secret-5@:/"]
    {
        let events = Arc::new(Mutex::new(String::new()));
        let shows = events.clone();
        let dial = DialConfig::new()
            .proxy(proxy.clone())
            .on_event(move |event| *shows.lock().unwrap() += &format!("{event:?}"));
        let connect = is_shared(connect::<L>(url, &dial).config(config.clone()));
        let error = L::block_on(is_send(connect.open())).map(drop).unwrap_err();
        let again = connect.clone();
        let events = events.lock().unwrap();
        let shown =
            format!("{connect:?} {again:?} {connect:#?} {dial:?} {error} {error:?} {events}");
        for at in 1..=5 {
            let secret = format!("secret-{at}");
            assert!(!shown.contains(&secret), "{} {url} {secret}: {shown}", L::NAME);
        }
    }
}

/// All that can be set, through the adapter's own functions.
macro_rules! surface {
    ($name:ident, $adapter:ident, $Live:ident, |$connect:ident| $open:expr, $resolver:expr) => {
        #[test]
        fn $name() {
            let authority = Authority::new("A");
            let secure = Server::new(Some(authority.issue(&["h.example"]).server(NEWEST)));
            let location = format!("wss://h.example:{}/room", secure.address.port());
            let server = Server::answering(None, move |_| {
                Answer::Say(format!(
                    "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                ))
            });
            let port = server.address.port();
            let diary = Diary::default();
            let dial: $adapter::DialConfig =
                diary.kept_by(DialConfig::new()).attempt_delay(10 * MS);
            let $connect = is_shared(
                $adapter::connect(format!("ws://h.example:{port}/"))
                    .dial(&dial)
                    .tls(authority.client(NEWEST))
                    .redirects(1)
                    .resolver($resolver)
                    .local_address(IpAddr::V4(Ipv4Addr::LOCALHOST))
                    .config(&ClientConfig::new().header("X-First", "1"))
                    .header("X-Second", "2")
                    .subprotocols(["chat"])
                    .timeout(20_000 * MS),
            );
            every::$Live::block_on(async {
                let (mut ws, response) = $open.unwrap();
                assert!(ws.get_ref().is_tls());
                assert!(ws.get_ref().tls_session().is_some_and(|tls| !tls.is_handshaking()));
                assert_eq!(ws.get_ref().peer_addr().unwrap(), secure.address);
                assert_eq!(response.redirects().len(), 1);
                surface!(@close $name ws);
            });
            let head = &secure.after(1).heads[0];
            for field in ["X-First: 1\r\n", "X-Second: 2\r\n", "Sec-WebSocket-Protocol: chat\r\n"] {
                assert!(head.contains(field), "{head}");
            }
            assert_eq!(diary.entries()[0], format!("look up h.example {port}"));
        }
    };
    (@close blocking $ws:ident) => {
        assert!($ws.close().unwrap().is_clean())
    };
    (@close $name:ident $ws:ident) => {
        assert!($ws.close().await.unwrap().is_clean())
    };
}

fn at_home(_: String, port: u16) -> std::future::Ready<std::io::Result<Vec<std::net::SocketAddr>>> {
    ready(Ok(vec![([127, 0, 0, 1], port).into()]))
}

surface!(tokio, ws_tokio, Tokio, |connect| is_send(connect.into_future()).await, at_home);
surface!(smol, ws_smol, Smol, |connect| is_send(connect.into_future()).await, at_home);
surface!(
    async_std,
    ws_async_std,
    AsyncStd,
    |connect| is_send(connect.into_future()).await,
    at_home
);
surface!(blocking, ws_blocking, Blocking, |connect| connect.open(), |_, port| {
    Ok(vec![([127, 0, 0, 1], port).into()])
});

/// A proxy and ready-made addresses, and one connection after the other, through the adapter's own functions.
macro_rules! again {
    ($name:ident, $adapter:ident, $Live:ident, [$($await:tt)*]) => {
        mod $name {
            use super::*;

            #[test]
            fn one_after_the_other() {
                let server = Server::new(None);
                let proxy = Proxy::new(Speaks::Http(""), None, server.address);
                let url = ProxyUrl::parse("http://p.example").unwrap();
                let config = $adapter::dial::BackoffConfig::new().first(5 * MS);
                let connect = $adapter::connect("ws://h.example/")
                    .proxy(url)
                    .addresses([proxy.address])
                    .on_event(|_| ())
                    .web_socket($adapter::WebSocketConfig::new());
                let mut reconnect = connect.reconnect(config);
                every::$Live::block_on(async {
                    for number in 1..=2 {
                        let session = reconnect.next()$($await)*.unwrap();
                        assert_eq!((session.number, session.attempts), (number, 1));
                        let mut ws = session.web_socket;
                        ws.send("hello")$($await)*.unwrap();
                        let message = ws.recv()$($await)*.unwrap();
                        assert_eq!(message, Some($adapter::Message::text("hello")));
                        assert!(ws.close()$($await)*.unwrap().is_clean());
                    }
                });
                assert_eq!(proxy.after(2).told.len(), 2);
                assert_eq!(server.after(2).clean, 2);
            }
        }
    };
}

mod again {
    use super::*;

    again!(tokio, ws_tokio, Tokio, [.await]);
    again!(smol, ws_smol, Smol, [.await]);
    again!(async_std, ws_async_std, AsyncStd, [.await]);
    again!(blocking, ws_blocking, Blocking, []);
}

every!(each_step_is_told_in_order, passwords_are_not_shown);
