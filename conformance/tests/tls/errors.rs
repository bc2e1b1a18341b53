//! Every way in which TLS can fail has a name, and the server hears of it.

use std::{error::Error as _, sync::Arc};

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, SerialNumber, date_time_ymd};
use rustls::{
    AlertDescription, ClientConfig, ServerConfig,
    version::{TLS12, TLS13},
};
use ws_core::RecvBuf;
use ws_driver::{TlsError, TlsHandshake};

use crate::{
    authority::{Authority, Identity, VERSIONS},
    pair::{Server, connect, kind, queued, read, shake},
};

/// Whoever has begun with TLS speaks it, whatever comes then.
#[test]
fn no_tls_behind_a_first_record() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    for version in VERSIONS {
        let mut server = Server::new(identity.server(version));
        let client = Arc::new(authority.client(version)).into();
        let mut handshake = TlsHandshake::new(&client, "h.example", RecvBuf::new()).unwrap();
        assert!(!handshake.poll().unwrap());
        server.take(&queued(&mut handshake));
        let said = server.said();
        let first = 5 + usize::from(u16::from_be_bytes([said[3], said[4]]));
        handshake.recv_buf().extend_from_slice(&said[..first]);
        assert!(!handshake.poll().unwrap());
        handshake.recv_buf().extend_from_slice(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        assert_eq!(handshake.poll().unwrap_err().name(), "tls-protocol", "{version:?}");
    }
}

/// The error of a handshake, and the alert that the server was told.
#[track_caller]
fn failure(
    client: ClientConfig,
    host: &str,
    server: ServerConfig,
) -> (TlsError, Option<rustls::Error>) {
    let mut server = Server::new(server);
    let error = shake(&Arc::new(client), host, &mut server, usize::MAX).unwrap_err();
    // Whatever fails, fails before there is anything to say.
    assert_eq!(server.received, b"");
    (error, server.failed)
}

#[track_caller]
fn refused(
    client: ClientConfig,
    host: &str,
    server: ServerConfig,
    alert: AlertDescription,
) -> TlsError {
    let (error, told) = failure(client, host, server);
    assert_eq!(told, Some(rustls::Error::AlertReceived(alert)), "{error:?}");
    assert!(error.source().unwrap().downcast_ref::<rustls::Error>().is_some(), "{error:?}");
    error
}

#[test]
fn the_wrong_host() {
    let authority = Authority::new("A");
    for version in VERSIONS {
        for (names, host) in [
            (&["one.example", "*.two.example"][..], "three.example"),
            (&["one.example"], "one.example.net"),
            (&["192.0.2.1"], "one.example"),
            (&["192.0.2.1"], "192.0.2.2"),
            (&["one.example"], "192.0.2.1"),
        ] {
            let server = authority.issue(names).server(version);
            let alert = AlertDescription::BadCertificate;
            let error = refused(authority.client(version), host, server, alert);
            let TlsError::WrongHost { host: asked, names: found, .. } = &error else {
                panic!("{error:?}");
            };
            assert_eq!((asked.as_str(), &found[..]), (host, &names.map_to_strings()[..]));
            assert_eq!(error.name(), "tls-wrong-host");
        }
    }
}

trait MapToStrings {
    fn map_to_strings(&self) -> Vec<String>;
}

impl MapToStrings for &[&str] {
    fn map_to_strings(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn the_right_host() {
    let authority = Authority::new("A");
    for version in VERSIONS {
        for (name, host) in [
            ("one.example", "one.example"),
            ("one.example", "ONE.example"),
            ("one.example", "one.example."),
            ("*.one.example", "two.one.example"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("fe80::1", "fe80::1%eth0"),
        ] {
            let mut server = Server::new(authority.issue(&[name]).server(version));
            let client = Arc::new(authority.client(version));
            shake(&client, host, &mut server, usize::MAX).unwrap();
        }
    }
}

#[test]
fn a_host_that_nobody_can_certify() {
    let config = Arc::new(Authority::new("A").client(&TLS13)).into();
    for host in ["", "a b", "-", "192.0.2.1:443", "[2001:db8::1]"] {
        let error = TlsHandshake::new(&config, host, RecvBuf::new()).unwrap_err();
        assert_eq!(error.name(), "tls-server-name", "{host}");
    }
}

#[test]
fn certificates_at_the_wrong_time() {
    let authority = Authority::new("A");
    for version in VERSIONS {
        for (from, to, name) in [(1990, 2000, "tls-expired"), (3990, 4000, "tls-not-yet-valid")] {
            let identity = authority.issue_with(&["h.example"], |params| {
                params.not_before = date_time_ymd(from, 1, 1);
                params.not_after = date_time_ymd(to, 1, 1);
            });
            let client = authority.client(version);
            let alert = AlertDescription::CertificateExpired;
            let error = refused(client, "h.example", identity.server(version), alert);
            assert_eq!(error.name(), name);
        }
    }
}

#[test]
fn certificates_of_nobody_who_is_trusted() {
    let authority = Authority::new("A");
    for version in VERSIONS {
        let of_another = Authority::new("B").issue(&["h.example"]);
        let self_signed = Identity::self_signed(&["h.example"], |_| {});
        let of_itself_as_authority = Identity::self_signed(&["h.example"], |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        });
        for (identity, name, alert) in [
            (of_another, "tls-unknown-issuer", AlertDescription::UnknownCA),
            (self_signed, "tls-unknown-issuer", AlertDescription::UnknownCA),
            (of_itself_as_authority, "tls-ca-certificate", AlertDescription::CertificateUnknown),
        ] {
            let client = authority.client(version);
            let error = refused(client, "h.example", identity.server(version), alert);
            assert_eq!(error.name(), name);
        }
    }
}

#[test]
fn certificates_that_were_revoked_or_are_for_something_else() {
    let authority = Authority::new("A");
    for version in VERSIONS {
        let revoked = authority.issue_with(&["h.example"], |params| {
            params.serial_number = Some(SerialNumber::from(7));
        });
        let client = authority.client_with_list(version, authority.revoke(7));
        let alert = AlertDescription::CertificateRevoked;
        let error = refused(client, "h.example", revoked.server(version), alert);
        assert_eq!(error.name(), "tls-revoked");

        let of_a_client = authority.issue_with(&["h.example"], |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        });
        let client = authority.client(version);
        let alert = AlertDescription::UnsupportedCertificate;
        let error = refused(client, "h.example", of_a_client.server(version), alert);
        assert_eq!(error.name(), "tls-bad-certificate");
    }
}

#[test]
fn a_certificate_of_the_client_is_wanted() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let own = authority.issue(&["client.example"]);
    for version in VERSIONS {
        let mut server = Server::new(authority.demanding_server(version, &identity));
        let client = Arc::new(authority.client_as(version, &own));
        shake(&client, "h.example", &mut server, usize::MAX).unwrap();
        assert_eq!(server.failed, None);
    }

    // In TLS 1.2 the server has the last word.
    let demanding = authority.demanding_server(&TLS12, &identity);
    let (error, _) = failure(authority.client(&TLS12), "h.example", demanding);
    assert_eq!(error.name(), "tls-client-certificate-required");

    // In TLS 1.3 the client has, and learns of it when it reads.
    let mut server = Server::new(authority.demanding_server(&TLS13, &identity));
    let mut stream = connect(authority.client(&TLS13), "h.example", &mut server);
    stream.socket_mut().coming.extend(server.said());
    for _ in 0..2 {
        let error = read(&mut stream).1.unwrap_err();
        let error = TlsError::of_io(&error).unwrap();
        assert_eq!(error.name(), "tls-client-certificate-required");
    }
    // A server that has given up is told nothing.
    stream.socket_mut().take_written();
    let (wire, session) = stream.split_mut();
    assert!(session.unwrap().shutdown(wire).is_err());
    assert_eq!(stream.socket_mut().take_written(), b"");
}

/// What other servers say of a certificate that is missing.
#[test]
fn a_certificate_is_wanted_in_the_words_of_others() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let own = authority.issue(&["client.example"]);
    for (has_certificate, alert, name) in [
        (false, 40, "tls-client-certificate-required"), // handshake_failure
        (false, 42, "tls-client-certificate-required"), // bad_certificate
        (false, 80, "tls-alert"),                       // internal_error
        (true, 40, "tls-alert"),
        (true, 42, "tls-alert"),
    ] {
        let client = if has_certificate {
            authority.client_as(&TLS12, &own)
        } else {
            authority.client(&TLS12)
        };
        let mut handshake = TlsHandshake::new(&client.into(), "h.example", RecvBuf::new()).unwrap();
        let mut server = Server::new(authority.demanding_server(&TLS12, &identity));
        server.take(&queued(&mut handshake));
        handshake.recv_buf().extend_from_slice(&server.said());
        assert!(!handshake.poll().unwrap());
        handshake.recv_buf().extend_from_slice(&[21, 3, 3, 0, 2, 2, alert]);
        let error = handshake.poll().unwrap_err();
        assert_eq!(error.name(), name, "{error:?}");
    }
}

#[test]
fn no_tls_at_all() {
    let config = Arc::new(Authority::new("A").client(&TLS13)).into();
    for (said, name) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "tls-not-tls"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "tls-not-tls"),
        (b"220 mail.example ESMTP\r\n", "tls-not-tls"),
        (b"\x00\x00\x00\x00\x00\x00\x00", "tls-not-tls"),
        // A record with nothing in it that could begin a session.
        (b"\x16\x03\x03\x00\x04\x63\x00\x00\x00", "tls-protocol"),
        (b"H", "tls-not-tls"),
        (b"\x16\x03\x03", "tls-truncated"),
        (b"", "tls-truncated"),
    ] {
        let received = RecvBuf::from(said.to_vec());
        let mut handshake = TlsHandshake::new(&config, "h.example", received).unwrap();
        handshake.handle_eof();
        let error = handshake.poll().unwrap_err();
        assert_eq!(error.name(), name, "{said:?}: {error:?}");
        // It stays like that.
        assert_eq!(handshake.poll().unwrap_err().name(), name);
    }
}

#[test]
fn alerts() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let (error, _) = failure(authority.client(&TLS13), "h.example", identity.server(&TLS12));
    assert_eq!(error.to_string(), "the server gave up on TLS with the alert protocol_version");
    assert_eq!(error.name(), "tls-alert");

    for version in VERSIONS {
        let mut server = identity.server(version);
        server.alpn_protocols = vec![b"h2".to_vec()];
        let (error, _) = failure(authority.client(version), "h.example", server);
        let text = "the server gave up on TLS with the alert no_application_protocol";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn application_protocols() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let http = b"http/1.1".to_vec();
    let h2 = b"h2".to_vec();
    for version in VERSIONS {
        for (offered, spoken, outcome) in [
            (vec![], vec![http.clone()], Ok(None)),
            (vec![http.clone()], vec![], Ok(None)),
            (vec![http.clone()], vec![h2.clone(), http.clone()], Ok(Some(&b"http/1.1"[..]))),
            // As an HTTP client has it: only what a WebSocket begins with is offered.
            (vec![h2.clone(), http.clone()], vec![h2.clone(), http.clone()], Ok(Some(b"http/1.1"))),
            (vec![h2.clone()], vec![h2.clone()], Err("tls-alpn")),
        ] {
            let mut client = authority.client(version);
            client.alpn_protocols = offered;
            let mut config = identity.server(version);
            config.alpn_protocols = spoken;
            let mut server = Server::new(config);
            let shaken = shake(&Arc::new(client), "h.example", &mut server, usize::MAX);
            let chosen = shaken.as_ref().map(|session| session.connection().alpn_protocol());
            assert_eq!(chosen.map_err(TlsError::name), outcome);
        }
    }
}

#[test]
fn records_that_were_changed() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    for version in VERSIONS {
        let mut server = Server::new(identity.server(version));
        let mut stream = connect(authority.client(version), "h.example", &mut server);
        let tickets = server.said();
        let mut first = server.send(b"before");
        let mut second = server.send(b"changed");
        *second.last_mut().unwrap() ^= 1;
        first.extend(second);
        stream.socket_mut().coming.extend(tickets.into_iter().chain(first));
        // What was good is delivered, then it fails for good.
        let (data, result) = read(&mut stream);
        assert_eq!(data, b"before");
        let error = result.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        assert_eq!(TlsError::of_io(&error).unwrap().name(), "tls-protocol");
        assert_eq!(kind(read(&mut stream).1), std::io::ErrorKind::InvalidData);
        let (wire, session) = stream.split_mut();
        let session = session.unwrap();
        assert!(session.write(wire, &[std::io::IoSlice::new(b"x")]).is_err());
        assert!(session.flush(wire).is_err());
        assert!(session.shutdown(wire).is_err());
        // The server was told.
        server.take(&stream.socket_mut().take_written());
        let told = Some(rustls::Error::AlertReceived(AlertDescription::BadRecordMac));
        assert_eq!(server.failed, told);
    }
}

#[test]
fn errors_say_what_is_to_be_done() {
    for (error, name, text) in [
        (TlsError::Disabled, "tls-disabled", "feature `rustls`"),
        (TlsError::NoProvider, "tls-no-provider", "feature `ring` or `aws-lc-rs`"),
        (
            TlsError::NoRoots,
            "tls-no-roots",
            "`webpki-roots`, `native-roots` or `platform-verifier`",
        ),
        (TlsError::Truncated, "tls-truncated", "before TLS was established"),
        (
            TlsError::AtProxy(Box::new(TlsError::Truncated)),
            "tls-truncated",
            "with the proxy as the server: the server ended",
        ),
        (TlsError::Alpn("h2".into()), "tls-alpn", "\"h2\""),
        (TlsError::ServerName("a b".into()), "tls-server-name", "\"a b\""),
    ] {
        assert_eq!(error.name(), name);
        assert!(error.to_string().contains(text), "{error}");
        let io = std::io::Error::from(error);
        assert_eq!(TlsError::of_io(&io).unwrap().name(), name);
    }
}
