//! The way to a server: proxies, addresses, redirects, and what is told of them.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc::{self, Receiver},
    thread,
};

use crate::{
    authority::Authority,
    program::{RUNTIMES, Said, Server, fake_server, run},
};

fn hello(runtime: &str, url: &str, args: &[&str]) -> Said {
    let say = ["connect", "--runtime", runtime, url, "-q", "--send", "hello"];
    run(&[&say, args].concat()).into()
}

fn is_echoed(said: &Said) -> bool {
    (said.code, &*said.stdout, &*said.stderr) == (0, "hello\n", "")
}

/// A proxy that connects everybody to `address`, whatever they ask for. Gives its own address, and the
/// heads that it reads.
fn proxy(address: &str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().to_string();
    let (sender, heads) = mpsc::channel();
    let address = address.to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = BufReader::new(client.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(client.read_line(&mut head).unwrap(), 0);
            }
            // Not everybody wants to know.
            let _ = sender.send(head);
            let mut client = client.into_inner();
            let mut server = TcpStream::connect(&address).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let (mut from_client, mut to_server) =
                (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut from_client, &mut to_server));
            thread::spawn(move || io::copy(&mut server, &mut client));
        }
    });
    (own, heads)
}

#[test]
fn a_proxy_is_asked_for_the_server() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["ws.example"]));
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &identity.of_server());
        let (proxy, heads) = proxy(server.address());
        let proxy = format!("http://ada:lovelace@{proxy}");
        let said = hello(runtime, "wss://ws.example/", &["--ca", &ca, "--proxy", &proxy]);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
        let head = heads.recv().unwrap();
        assert!(head.starts_with("CONNECT ws.example:443 HTTP/1.1\r\n"), "{runtime}: {head}");
        let credentials = "proxy-authorization: basic ywrhomxvdmvsywnl\r\n";
        assert!(head.to_ascii_lowercase().contains(credentials), "{runtime}: {head}");
    }
}

#[test]
fn a_proxy_that_refuses_is_an_error() {
    for runtime in RUNTIMES {
        let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        let (proxy, _) = fake_server(|_| refusal.as_bytes().to_vec());
        let proxy = format!("http://ada:lovelace@{proxy}");
        let said = hello(runtime, "ws://ws.example/", &["--proxy", &proxy]);
        assert!(said.stderr.starts_with("error: proxy-refused: "), "{runtime}: {}", said.stderr);
        assert!(!said.stderr.contains("lovelace"), "{runtime}: {}", said.stderr);
        assert_eq!((said.code, &*said.stdout), (1, ""), "{runtime}");
    }
}

#[test]
fn the_environment_can_name_a_proxy() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let (proxy, heads) = proxy(server.address());
        let environment = |args: &[&str], variable: &str, value: &str| -> Said {
            Command::new(env!("CARGO_BIN_EXE_ws-demo"))
                .args(["connect", "--runtime", runtime, "-q", "--send", "hello"])
                .args(args)
                .env_clear()
                .env(variable, value)
                .output()
                .unwrap()
                .into()
        };
        let named = ["ws://ws.example/", "--proxy-from-env"];
        let said = environment(&named, "ws_proxy", &proxy);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
        assert!(heads.recv().unwrap().starts_with("CONNECT ws.example:80 "), "{runtime}");
        let said = environment(&[&server.url()], "ws_proxy", "http://127.0.0.1:1");
        assert!(is_echoed(&said), "{runtime}: without the option it is not read: {}", said.stderr);
        let said = environment(&named, "ws_proxy", "ftp://ada:lovelace@p");
        let name = "error: unsupported-proxy-scheme: ws_proxy: ";
        assert!(said.stderr.starts_with(name), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
    }
}

#[test]
fn addresses_can_be_given() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let port = server.port();
        let url = format!("ws://ws.example:{port}/");
        let right = format!("WS.example:{port}:127.0.0.1");
        let said = hello(runtime, &url, &["--resolve", "ws.example:1:::1", "--resolve", &right]);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);

        // A proxy's name, too; and the names that are not given are looked up.
        let (proxy, _) = proxy(server.address());
        let port = proxy.rsplit_once(':').unwrap().1;
        let resolved = format!("proxy.example:{port}:127.0.0.1");
        let proxy = format!("proxy.example:{port}");
        let said = hello(runtime, &url, &["--proxy", &proxy, "--resolve", &resolved]);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
        let url = format!("ws://localhost:{}/", server.port());
        let said = hello(runtime, &url, &["--resolve", &resolved]);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
    }
}

#[test]
fn redirects_are_followed_as_far_as_is_said() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &[]);
        let moved = |to: &str| {
            let answer =
                format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            let (address, _) = fake_server(move |_| answer.into_bytes());
            format!("ws://{address}/")
        };
        let said = hello(runtime, &moved(&server.url()), &["--redirects", "1"]);
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
        let said = hello(runtime, &moved(&moved(&server.url())), &["--redirects", "1"]);
        let name = "error: too-many-redirects: ";
        assert!(said.stderr.starts_with(name), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
        let said = hello(runtime, &moved(&server.url()), &[]);
        assert_eq!(said.stderr, "error: declined: the server answered 302 Found\n", "{runtime}");
        assert_eq!(said.code, 2, "{runtime}");
    }
}

/// Each step behind its time.
fn steps(stderr: &str) -> Vec<&str> {
    let mut last = 0.0;
    let step = |line| {
        let (time, step) = str::split_once(line, " ms  ").unwrap();
        let time: f64 = time.trim_start().parse().unwrap();
        assert!(time >= last, "{stderr}");
        last = time;
        step
    };
    stderr.lines().map(step).collect()
}

#[test]
fn each_step_is_told_in_order() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["ws.example"]));
    for runtime in RUNTIMES {
        let args = [&identity.of_server()[..], &["--subprotocol", "chat", "--deflate"]].concat();
        let server = Server::start(runtime, &args);
        let (address, port) = (server.address(), server.port());
        let target = format!("wss://ws.example:{port}/");
        let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\n\r\n");
        let (first, _) = fake_server(move |_| answer.into_bytes());
        let url = format!("ws://ada:lovelace@{first}/");
        let resolved = format!("ws.example:{port}:127.0.0.1");
        let args = ["--ca", &ca, "--redirects", "1", "--resolve", &resolved, "-v"];
        let offers = ["--subprotocol", "chat", "--deflate", "--send", "hello"];
        let said: Said =
            run(&[&["connect", "--runtime", runtime, &url], &args[..], &offers].concat()).into();
        assert_eq!(said.code, 0, "{runtime}: {}", said.stderr);
        let expected = [
            &format!("addresses {first}"),
            &format!("connect {first}"),
            &format!("connected {first}"),
            &format!("request ws://{first}/"),
            &format!("redirect 307 to {target}"),
            &format!("look up ws.example:{port}"),
            &format!("addresses {address}"),
            &format!("connect {address}"),
            &format!("connected {address}"),
            "TLS with ws.example",
            &format!("request {target}"),
            "agreed in TLS: TLS 1.3, http/1.1",
            "open, chat, permessage-deflate",
        ];
        assert_eq!(steps(&said.stderr), expected, "{runtime}");

        let (proxy, _) = proxy(address);
        let with_proxy = ["--proxy", &format!("http://ada:lovelace@{proxy}"), "--ca", &ca, "-v"];
        let said: Said = run(&[
            &["connect", "--runtime", runtime, &*target, "--send", "hello"],
            &with_proxy[..],
        ]
        .concat())
        .into();
        assert_eq!(said.code, 0, "{runtime}: {}", said.stderr);
        let expected = [
            &format!("addresses {proxy}"),
            &format!("connect {proxy}"),
            &format!("connected {proxy}"),
            &format!("proxy http://{proxy}"),
            "TLS with ws.example",
            &format!("request {target}"),
            "agreed in TLS: TLS 1.3, http/1.1",
            "open",
        ];
        assert_eq!(steps(&said.stderr), expected, "{runtime}");

        let said: Said = run(&["connect", "--runtime", runtime, "ws://127.0.0.1:1/", "-v"]).into();
        let (told, error) = said.stderr.trim_end().rsplit_once('\n').unwrap();
        assert!(error.starts_with("error: io: ws://127.0.0.1:1/: "), "{runtime}: {error}");
        let [.., last] = &steps(told)[..] else { panic!("{runtime}") };
        assert!(last.starts_with("not connected 127.0.0.1:1: "), "{runtime}: {last}");
    }
}
