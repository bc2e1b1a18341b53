//! Over a proxy: what it is told, what the server gets, and who hears of passwords.

use std::{
    future::ready,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rustls::ServerConfig;
use ws_core::{HandshakeStep, Proxy as ProxyUrl};
use ws_driver::{DialConfig, Error};

use crate::{
    NEWEST,
    authority::Authority,
    client::{MS, connect, open, within},
    every::Live,
    proxy::{Proxy, Speaks},
    server::{Answer, Server},
    silent::listen,
};

/// A kind of proxy, with what it has to be told for `h.example`, or 192.0.2.7, and port 81.
struct Kind {
    scheme: &'static str,
    speaks: Speaks,
    told: &'static [u8],
    /// Which names the client looks up.
    looked_up: &'static [&'static str],
}

const PROXY_ONLY: &[&str] = &["p.example"];
const BOTH: &[&str] = &["h.example", "p.example"];
const CONNECT: &[u8] = b"CONNECT h.example:81 HTTP/1.1\r\nHost: h.example:81\r\n\r\n";
const CONNECT_AS_ADA: &[u8] = b"CONNECT h.example:81 HTTP/1.1\r\nHost: h.example:81\r\n\
    Proxy-Authorization: Basic YWRhOmxvdmVsYWNl\r\n\r\n";
const BASIC: Speaks = Speaks::Http("\r\nProxy-Authorization: Basic YWRhOmxvdmVsYWNl\r\n");
const LOGIN: &[u8] = b"\x01\x03ada\x08lovelace";

const WITHOUT_LOGIN: &[Kind] = &[
    Kind { scheme: "http", speaks: Speaks::Http(""), told: CONNECT, looked_up: PROXY_ONLY },
    Kind { scheme: "https", speaks: Speaks::Http(""), told: CONNECT, looked_up: PROXY_ONLY },
    Kind {
        scheme: "socks4",
        speaks: Speaks::Socks4,
        told: b"\x04\x01\x00\x51\xc0\x00\x02\x07\x00",
        looked_up: BOTH,
    },
    Kind {
        scheme: "socks4a",
        speaks: Speaks::Socks4,
        told: b"\x04\x01\x00\x51\x00\x00\x00\x01\x00h.example\x00",
        looked_up: PROXY_ONLY,
    },
    Kind {
        scheme: "socks5",
        speaks: Speaks::Socks5(None),
        told: b"\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x51",
        looked_up: BOTH,
    },
    Kind {
        scheme: "socks5h",
        speaks: Speaks::Socks5(None),
        told: b"\x05\x01\x00\x05\x01\x00\x03\x09h.example\x00\x51",
        looked_up: PROXY_ONLY,
    },
];

const WITH_LOGIN: &[Kind] = &[
    Kind { scheme: "http", speaks: BASIC, told: CONNECT_AS_ADA, looked_up: PROXY_ONLY },
    Kind { scheme: "https", speaks: BASIC, told: CONNECT_AS_ADA, looked_up: PROXY_ONLY },
    Kind {
        scheme: "socks4",
        speaks: Speaks::Socks4,
        told: b"\x04\x01\x00\x51\xc0\x00\x02\x07ada\x00",
        looked_up: BOTH,
    },
    Kind {
        scheme: "socks4a",
        speaks: Speaks::Socks4,
        told: b"\x04\x01\x00\x51\x00\x00\x00\x01ada\x00h.example\x00",
        looked_up: PROXY_ONLY,
    },
    Kind {
        scheme: "socks5",
        speaks: Speaks::Socks5(Some(LOGIN)),
        told: b"\x05\x02\x00\x02\x01\x03ada\x08lovelace\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x51",
        looked_up: BOTH,
    },
    Kind {
        scheme: "socks5h",
        speaks: Speaks::Socks5(Some(LOGIN)),
        told: b"\x05\x02\x00\x02\x01\x03ada\x08lovelace\x05\x01\x00\x03\x09h.example\x00\x51",
        looked_up: PROXY_ONLY,
    },
];

/// The certificates of the server and of the proxy.
struct Certificates {
    authority: Authority,
    server: ServerConfig,
    proxy: ServerConfig,
}

impl Certificates {
    fn new() -> Self {
        let authority = Authority::new("A");
        let server = authority.issue(&["h.example"]).server(NEWEST);
        let proxy = authority.issue(&["p.example"]).server(NEWEST);
        Self { authority, server, proxy }
    }

    fn server(&self, scheme: &str) -> Server {
        Server::new((scheme == "wss").then(|| self.server.clone()))
    }

    fn proxy(&self, kind: &Kind, to: SocketAddr) -> Proxy {
        Proxy::new(kind.speaks, (kind.scheme == "https").then(|| self.proxy.clone()), to)
    }
}

/// Each kind of proxy, to servers with TLS and without: with `https` and `wss` it is TLS in TLS.
fn through<L: Live>(kinds: &[Kind], login: &str) {
    let certificates = Certificates::new();
    for kind in kinds {
        for scheme in ["ws", "wss"] {
            let what = format!("{} {} {scheme}", L::NAME, kind.scheme);
            let server = certificates.server(scheme);
            let proxy = certificates.proxy(kind, server.address);
            let (asked, shown) =
                (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(String::new())));
            let (asks, shows, address) = (asked.clone(), shown.clone(), proxy.address);
            let url = format!("{}://{login}p.example:3128", kind.scheme);
            let dial = DialConfig::new()
                .proxy(ProxyUrl::parse(&url).unwrap())
                .tls(certificates.authority.client(NEWEST))
                .on_event(move |event| *shows.lock().unwrap() += &format!("{event:?}\n"))
                .resolver(move |host, port| {
                    let found = match (host.as_str(), port) {
                        ("p.example", 3128) => address,
                        ("h.example", 81) => SocketAddr::from(([192, 0, 2, 7], port)),
                        other => panic!("{other:?}"),
                    };
                    asks.lock().unwrap().push(host);
                    ready(Ok(vec![found]))
                });

            let connect = connect::<L>(&format!("{scheme}://h.example:81/room"), &dial);
            let (about, _) = crate::client::open_as::<L>(&connect)
                .unwrap_or_else(|error| panic!("{what}: {error:?}"));
            assert_eq!((about.is_tls, about.peer), (scheme == "wss", proxy.address), "{what}");

            let (told, received) = (proxy.after(1), server.after(1));
            assert_eq!(told.told, [kind.told], "{what}");
            assert_eq!(received.peers, told.outgoing, "{what}");
            assert_eq!(received.clean, 1, "{what}");
            assert!(received.heads[0].contains("\r\nHost: h.example:81\r\n"), "{what}");
            assert_eq!(*asked.lock().unwrap(), kind.looked_up, "{what}");

            let octets = String::from_utf8_lossy(&received.octets).to_lowercase();
            for secret in ["lovelace", "ywrhom", "p.example"] {
                assert!(!octets.contains(secret), "{what}: {octets}");
            }
            let head = received.heads[0].to_lowercase();
            assert!(!head.contains("authorization"), "{what}: {head}");
            let shown = format!("{dial:?} {connect:?} {}", shown.lock().unwrap());
            for secret in ["lovelace", "YWRhOm"] {
                assert!(!shown.contains(secret), "{what}: {shown}");
            }
        }
    }
}

fn every_kind_of_proxy<L: Live>() {
    through::<L>(WITHOUT_LOGIN, "");
}

fn every_kind_of_proxy_with_a_login<L: Live>() {
    through::<L>(WITH_LOGIN, "ada:lovelace@");
}

/// Of the addresses of the server it is told the first, but SOCKS4 has room for four octets only.
fn a_proxy_is_told_an_address_that_it_can_take<L: Live>() {
    let server = Server::new(None);
    let [six, four] = ["[2001:db8::7]:81", "192.0.2.7:81"].map(|it| it.parse().unwrap());
    let told_six: &[u8] =
        b"\x05\x01\x00\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\x00\x51";
    let [_, _, socks4, _, socks5, _] = WITHOUT_LOGIN else { unreachable!() };
    for (kind, addresses, told) in [
        (socks4, [six, four], socks4.told),
        (socks4, [four, six], socks4.told),
        (socks5, [six, four], told_six),
        (socks5, [four, six], socks5.told),
    ] {
        let proxy = Proxy::new(kind.speaks, None, server.address);
        let url = format!("{}://{}", kind.scheme, proxy.address);
        let dial = DialConfig::new()
            .proxy(ProxyUrl::parse(&url).unwrap())
            .resolver(move |_, _| ready(Ok(addresses.to_vec())));
        open::<L>("ws://h.example:81/", &dial).unwrap();
        assert_eq!(proxy.after(1).told, [told], "{} {} {addresses:?}", L::NAME, kind.scheme);
    }
}

/// The addresses that the caller gives are those of whoever is connected to: of the proxy.
fn the_addresses_are_those_of_the_proxy<L: Live>() {
    let server = Server::new(None);
    let proxy = Proxy::new(Speaks::Http(""), None, server.address);
    let dial = DialConfig::new()
        .proxy(ProxyUrl::parse("http://p.example:3128").unwrap())
        .addresses([proxy.address])
        .resolver(|_, _| ready(Err(std::io::ErrorKind::NotFound.into())));
    open::<L>("ws://h.example:81/", &dial).unwrap();
    assert_eq!(proxy.after(1).told, [CONNECT], "{}", L::NAME);
}

/// The proxy passes on what comes from the server as soon as it may. What is in one piece with its own answer is kept.
fn what_comes_with_the_proxy_s_answer_is_kept<L: Live>() {
    for (early, late) in [
        ("HTTP/1.1 103 Early", " Hints\r\n\r\nHTTP/1.1 418 No\r\nContent-Length: 0\r\n\r\n"),
        ("HTTP/1.1 418 No\r\nContent-Length: 0\r\n\r\n", ""),
    ] {
        let server = Server::answering(None, |_| Answer::Say(late.to_owned()));
        let to = server.address;
        let address = listen(move |mut stream| {
            use std::io::{Read as _, Write as _};
            let mut head = [0; CONNECT.len()];
            stream.read_exact(&mut head).unwrap();
            stream.write_all(format!("HTTP/1.1 200 OK\r\n\r\n{early}").as_bytes()).unwrap();
            let (mut to_server, mut back) =
                (std::net::TcpStream::connect(to).unwrap(), stream.try_clone().unwrap());
            let mut from_server = to_server.try_clone().unwrap();
            std::thread::spawn(move || std::io::copy(&mut from_server, &mut back));
            let _ = std::io::copy(&mut stream, &mut to_server);
        });
        let dial = DialConfig::new().proxy(ProxyUrl::parse(&address.to_string()).unwrap());
        let error = open::<L>("ws://h.example:81/", &dial).map(drop).unwrap_err();
        let Error::Handshake(error) = error else { panic!("{} {early}: {error:?}", L::NAME) };
        assert_eq!(error.status().map(|it| it.as_u16()), Some(418), "{} {early}", L::NAME);
    }
}

/// Two certificates, and nobody is taken for the other.
fn the_proxy_and_the_server_are_told_apart<L: Live>() {
    let certificates = Certificates::new();
    let stranger = Authority::new("B");
    let kind = &WITHOUT_LOGIN[1];
    let server = certificates.server("wss");
    let proxy = certificates.proxy(kind, server.address);
    let dial = |proxy_tls: &Authority, tls: &Authority| {
        let address = proxy.address;
        DialConfig::new()
            .proxy(ProxyUrl::parse("https://p.example").unwrap())
            .resolver(move |_, _| ready(Ok(vec![address])))
            .tls(tls.client(NEWEST))
            .proxy_tls(proxy_tls.client(NEWEST))
    };
    let url = "wss://h.example:81/";
    let error = open::<L>(url, &dial(&stranger, &certificates.authority)).map(drop).unwrap_err();
    assert_eq!(error.name(), "tls-unknown-issuer", "{}", L::NAME);
    assert_eq!((proxy.after(1).told, server.seen().peers.len()), (vec![vec![]], 0), "{}", L::NAME);

    let error = open::<L>(url, &dial(&certificates.authority, &stranger)).map(drop).unwrap_err();
    assert_eq!(error.name(), "tls-unknown-issuer", "{}", L::NAME);
    assert_eq!(proxy.after(2).told[1], CONNECT);
    assert_eq!(server.after(1).octets, b"", "{}", L::NAME);

    open::<L>(url, &dial(&certificates.authority, &certificates.authority)).unwrap();
}

/// A proxy that connects to nobody, and one that is not there.
fn a_proxy_is_named_when_it_is_not_reached<L: Live>() {
    let address = crate::silent::refusing();
    let dial = DialConfig::new().proxy(ProxyUrl::parse(&format!("socks5h://{address}")).unwrap());
    let error = open::<L>("ws://h.example/", &dial).map(drop).unwrap_err().to_string();
    let expected = format!("cannot connect to the proxy {address}: {address}: ");
    assert!(error.starts_with(&expected), "{}: {error}", L::NAME);
}

/// Each server of a chain is asked for anew, and none of them hears of the proxy's password.
fn a_redirect_takes_the_proxy_too<L: Live>() {
    let server = Server::answering(None, |head| match head.starts_with("GET /room ") {
        true => Answer::Say(
            "HTTP/1.1 302 Found\r\nLocation: ws://other.example:82/\r\nContent-Length: 0\r\n\r\n"
                .to_owned(),
        ),
        false => Answer::Open,
    });
    let proxy = Proxy::new(BASIC, None, server.address);
    let url = format!("http://ada:lovelace@{}", proxy.address);
    let dial = DialConfig::new().proxy(ProxyUrl::parse(&url).unwrap()).redirects(1);
    open::<L>("ws://h.example:81/room", &dial).unwrap();
    let told = proxy.after(2).told;
    assert_eq!(told[0], CONNECT_AS_ADA, "{}", L::NAME);
    assert!(told[1].starts_with(b"CONNECT other.example:82 HTTP/1.1\r\n"), "{}", L::NAME);
    let received = String::from_utf8_lossy(&server.after(2).octets).into_owned();
    assert!(!received.to_lowercase().contains("authorization"), "{}: {received}", L::NAME);
}

/// The deadline is that of the whole way, and not begun again behind the proxy.
fn a_deadline_behind_a_proxy<L: Live>() {
    let server = Server::answering(None, |_| Answer::Hold(String::new()));
    let proxy = Proxy::new(Speaks::Http(""), None, server.address);
    let dial = DialConfig::new().proxy(ProxyUrl::parse(&proxy.address.to_string()).unwrap());
    let connect = connect::<L>("ws://h.example/", &dial).config(within(400 * MS));
    crate::client::assert_late::<L>(HandshakeStep::AwaitAnswer, 400 * MS, &connect);
    assert_eq!(server.after(1).heads.len(), 1);
    proxy.after(1);
}

every!(
    every_kind_of_proxy,
    every_kind_of_proxy_with_a_login,
    a_proxy_is_told_an_address_that_it_can_take,
    the_addresses_are_those_of_the_proxy,
    what_comes_with_the_proxy_s_answer_is_kept,
    the_proxy_and_the_server_are_told_apart,
    a_proxy_is_named_when_it_is_not_reached,
    a_redirect_takes_the_proxy_too,
    a_deadline_behind_a_proxy,
);
