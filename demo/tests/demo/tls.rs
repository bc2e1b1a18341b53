//! TLS, on every runtime.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, pem::PemObject},
};

use crate::{
    authority::{Authority, pem},
    program::{RUNTIMES, Said, Server, run},
};

const ECHOED: &str = "open subprotocol=none, closed by=client received=1000 sent=1000";

const WARNING: &str = "--insecure: the server's certificate was not verified\n";

/// A client that says hello.
fn hello(runtime: &str, url: &str, args: &[&str]) -> Said {
    let say = ["connect", "--runtime", runtime, url, "-q", "--send", "hello"];
    run(&[&say, args].concat()).into()
}

fn is_echoed(said: &Said) -> bool {
    (said.code, &*said.stdout, &*said.stderr) == (0, "hello\n", "")
}

#[test]
fn every_client_speaks_tls_with_every_server() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    for server_runtime in RUNTIMES {
        let server = Server::start(server_runtime, &identity.of_server());
        assert!(server.url().starts_with("wss://"), "{}", server.url());
        for runtime in RUNTIMES {
            let said = hello(runtime, &server.url(), &["--ca", &ca]);
            assert!(is_echoed(&said), "{runtime} with {server_runtime}: {}", said.stderr);
        }
        assert_eq!(server.lines(4), [ECHOED; 4], "{server_runtime}");
    }
}

#[test]
fn a_large_message_goes_both_ways() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    let long = "x".repeat(100_000);
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &identity.of_server());
        let said = hello(runtime, &server.url(), &["--ca", &ca, "--send", &long]);
        assert_eq!((said.code, &*said.stderr), (0, ""), "{runtime}");
        assert!(said.stdout == format!("hello\n{long}\n"), "{runtime}");
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_an_error_of_both() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (ca, other_ca) = (authority.certificate(), other.certificate());
    let here = authority.issue(&["127.0.0.1"]);
    let elsewhere = authority.issue(&["elsewhere.example"]);
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &here.of_server());
        for args in [&["--ca", &*other_ca][..], &[]] {
            let said = hello(runtime, &server.url(), args);
            let name = "error: tls-unknown-issuer: ";
            assert!(said.stderr.starts_with(name), "{runtime}: {}", said.stderr);
            assert_eq!((said.code, &*said.stdout), (1, ""), "{runtime}");
        }
        // It goes on.
        assert!(is_echoed(&hello(runtime, &server.url(), &["--ca", &ca])), "{runtime}");
        let failed = "error tls: received fatal alert: UnknownCA";
        assert_eq!(server.lines(3), [failed, failed, ECHOED], "{runtime}");

        let server = Server::start(runtime, &elsewhere.of_server());
        let said = hello(runtime, &server.url(), &["--ca", &ca]);
        assert!(said.stderr.starts_with("error: tls-wrong-host: "), "{runtime}: {}", said.stderr);
        assert!(said.stderr.contains("elsewhere.example"), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
    }
}

#[test]
fn whoever_takes_any_certificate_is_warned() {
    let authority = Authority::new();
    let identity = authority.issue(&["elsewhere.example"]);
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &identity.of_server());
        let said = hello(runtime, &server.url(), &["--insecure"]);
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (0, "hello\n", WARNING), "{runtime}");
    }
    let plain = Server::start("tokio", &[]);
    assert!(
        is_echoed(&hello("tokio", &plain.url(), &["--insecure"])),
        "there is nothing to verify"
    );
}

#[test]
fn a_server_can_ask_for_a_certificate() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    let (known, unknown) = (authority.issue(&["ada"]), other.issue(&["eve"]));
    for runtime in RUNTIMES {
        let args = [&identity.of_server()[..], &["--tls-client-ca", &ca]].concat();
        let server = Server::start(runtime, &args);
        let trusting =
            |args: &[&str]| hello(runtime, &server.url(), &[&["--ca", &*ca], args].concat());
        let said = trusting(&known.of_client());
        assert!(is_echoed(&said), "{runtime}: {}", said.stderr);
        let said = trusting(&[]);
        let name = "error: tls-client-certificate-required: ";
        assert!(said.stderr.starts_with(name), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
        let said = trusting(&unknown.of_client());
        assert!(said.stderr.starts_with("error: tls-alert: "), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");
        let [first, none, wrong] = &server.lines(3)[..] else { panic!("{runtime}") };
        assert_eq!((&**first, &**none), (ECHOED, "error tls: peer sent no certificates"));
        assert!(wrong.starts_with("error tls: invalid peer certificate: "), "{runtime}: {wrong}");
    }
}

/// PKCS#8 is what the other tests have. What it wraps around a key on a curve is SEC1 (RFC 5915).
#[test]
fn a_key_may_be_in_its_own_form() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    let wrapped = PrivatePkcs8KeyDer::from_pem_file(&identity.key).unwrap();
    let wrapped = wrapped.secret_pkcs8_der();
    // Version 1, and 32 octets, behind the head of a sequence.
    let begin = wrapped.windows(5).position(|octets| octets == [2, 1, 1, 4, 32]).unwrap() - 2;
    let key = authority.file("sec1.key", &pem("EC PRIVATE KEY", &wrapped[begin..]));
    let args = ["--tls-cert", &*identity.chain, "--tls-key", &key, "--tls-client-ca", &ca];
    let server = Server::start("blocking", &args);
    let shown = ["--ca", &*ca, "--cert", &identity.chain, "--key", &key];
    let said = hello("blocking", &server.url(), &shown);
    assert!(is_echoed(&said), "{}", said.stderr);
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    let other = authority.issue(&["other"]);
    let empty = authority.file("empty.pem", "nothing\n");
    let broken =
        authority.file("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    let hollow = authority
        .file("hollow.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let nowhere = authority.file("gone", "");
    fs::remove_file(&nowhere).unwrap();
    let gone = fs::read(&nowhere).unwrap_err().to_string();
    let (chain, key) = (&*identity.chain, &*identity.key);
    for (args, option, file, what) in [
        (&["--ca", &*nowhere][..], "--ca", &*nowhere, &*gone),
        (&["--ca", &empty], "--ca", &empty, "there is no certificate in it"),
        (&["--ca", key], "--ca", key, "there is no certificate in it"),
        (&["--ca", &broken], "--ca", &broken, "its PEM is broken: "),
        (&["--ca", &hollow], "--ca", &hollow, "its certificate 1 cannot be read: "),
        (&["--ca", &ca, "--cert", &nowhere, "--key", key], "--cert", &nowhere, &gone),
        (&["--ca", &ca, "--cert", &empty, "--key", key], "--cert", &empty, "there is no certifi"),
        (
            &["--ca", &ca, "--cert", chain, "--key", chain],
            "--key",
            chain,
            "there is no private key",
        ),
        (
            &["--insecure", "--cert", chain, "--key", &other.key],
            "--key",
            &other.key,
            "keys may not",
        ),
    ] {
        let said = hello("smol", "wss://127.0.0.1:1/", args);
        let error = format!("error: io: {option} {file}: {what}");
        assert!(said.stderr.starts_with(&error), "{} for {error}", said.stderr);
        assert_eq!((said.code, &*said.stdout), (1, ""));
    }
    for (args, option, file) in [
        (
            ["--tls-cert", &nowhere, "--tls-key", key, "--tls-client-ca", &ca],
            "--tls-cert",
            &nowhere,
        ),
        (["--tls-cert", chain, "--tls-key", &empty, "--tls-client-ca", &ca], "--tls-key", &empty),
        (["--tls-cert", chain, "--tls-key", key, "--tls-client-ca", &empty], "--tls-client-ca", {
            &empty
        }),
    ] {
        let said: Said = run(&[&["serve"], &args[..]].concat()).into();
        let error = format!("error: io: {option} {file}: ");
        assert!(said.stderr.starts_with(&error), "{} for {error}", said.stderr);
        assert_eq!((said.code, &*said.stdout), (1, ""));
    }
}

#[test]
fn whoever_speaks_something_else_is_told_so() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    for runtime in RUNTIMES {
        let plain = Server::start(runtime, &[]);
        let url = plain.url().replace("ws://", "wss://");
        let said = hello(runtime, &url, &["--ca", &ca]);
        assert!(said.stderr.starts_with("error: tls-not-tls: "), "{runtime}: {}", said.stderr);
        assert_eq!(said.code, 1, "{runtime}");

        let server = Server::start(runtime, &identity.of_server());
        let said = hello(runtime, &server.url().replace("wss://", "ws://"), &[]);
        assert_eq!(said.code, 1, "{runtime}");
        let line = server.lines(1).remove(0);
        assert!(line.starts_with("error tls: received corrupt message"), "{runtime}: {line}");
    }
}

#[test]
fn the_deadline_of_a_server_is_for_tls_as_well() {
    let authority = Authority::new();
    let identity = authority.issue(&["127.0.0.1"]);
    for runtime in RUNTIMES {
        let quick = [&identity.of_server()[..], &["--handshake-timeout-ms", "300"]].concat();
        let server = Server::start(runtime, &quick);
        let start = Instant::now();
        let (mut silent, mut slow) = (server.connect(), server.connect());
        // The beginning of a handshake that has 512 bytes.
        slow.send_bytes(&[0x16, 3, 1, 2, 0, 1]);
        assert_eq!((silent.rest(), slow.rest()), (vec![], vec![]), "{runtime}");
        let waited = start.elapsed();
        assert!(
            waited > Duration::from_millis(200) && waited < Duration::from_secs(5),
            "{waited:?}"
        );
        assert_eq!(server.lines(2), ["error timeout"; 2], "{runtime}");
    }
}

#[test]
fn health_is_the_same_over_tls() {
    let authority = Authority::new();
    let (ca, identity) = (authority.certificate(), authority.issue(&["127.0.0.1"]));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&ca).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &identity.of_server());
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let session = ClientConnection::new(Arc::clone(&config), name).unwrap();
        let socket = TcpStream::connect(server.address()).unwrap();
        let mut stream = StreamOwned::new(session, socket);
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let mut answer = String::new();
        // To a close_notify: an end without one is an error.
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nok"), "{answer}");
        assert_eq!(server.lines(1), ["answered health 200"], "{runtime}");
    }
}
