//! What an error of rustls means to somebody who wanted a WebSocket.

use std::fmt::Write;

use rustls::{
    AlertDescription, CertificateError, ClientConnection, Error, InvalidMessage, PeerMisbehaved,
    ProtocolVersion,
};

use super::{TlsCause, TlsError};

/// What is known of a session when it fails.
#[derive(Debug)]
pub(super) struct Circumstances<'a> {
    /// Who was asked for, while that is being verified.
    pub(super) host: &'a str,
    /// This side has a certificate to show.
    pub(super) has_certificate: bool,
    /// A message of TLS has come before.
    pub(super) has_begun: bool,
}

impl Circumstances<'_> {
    /// Gives an error a name.
    pub(super) fn reason(&self, error: Error, connection: &ClientConnection) -> TlsError {
        match &error {
            Error::InvalidCertificate(why) => self.certificate(why, TlsCause::new(error.clone())),
            Error::AlertReceived(alert) => {
                self.alert(*alert, connection, TlsCause::new(error.clone()))
            }
            Error::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge,
            ) if !self.has_begun => TlsError::NotTls(TlsCause::new(error)),
            Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedApplicationProtocol) => {
                TlsError::Alpn("one that was not offered".to_owned())
            }
            _ => TlsError::Protocol(TlsCause::new(error)),
        }
    }

    fn certificate(&self, why: &CertificateError, cause: TlsCause) -> TlsError {
        match why {
            CertificateError::NotValidForName => self.wrong_host(Vec::new(), cause),
            CertificateError::NotValidForNameContext { presented, .. } => {
                self.wrong_host(presented.iter().map(|name| plain(name)).collect(), cause)
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsError::Expired(cause)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsError::NotYetValid(cause)
            }
            CertificateError::UnknownIssuer => TlsError::UnknownIssuer(cause),
            CertificateError::Revoked => TlsError::Revoked(cause),
            // webpki has a name for it, which rustls passes on as text.
            CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
                TlsError::CaCertificate(cause)
            }
            _ => TlsError::BadCertificate(cause),
        }
    }

    fn wrong_host(&self, names: Vec<String>, cause: TlsCause) -> TlsError {
        TlsError::WrongHost { host: self.host.to_owned(), names, cause }
    }

    fn alert(
        &self,
        alert: AlertDescription,
        connection: &ClientConnection,
        cause: TlsCause,
    ) -> TlsError {
        let is_required = match alert {
            // "Sent by servers when a client certificate is desired but none was provided by the client."
            // RFC 8446 6.2
            AlertDescription::CertificateRequired => true,
            // About a certificate that was not sent: some servers say it like this.
            AlertDescription::BadCertificate => !self.has_certificate,
            // "If the client does not send any certificates, the server MAY at its discretion either
            // continue the handshake without client authentication, or respond with a fatal
            // handshake_failure alert." RFC 5246 7.4.6. What they have in common was settled before the
            // server showed its own certificate.
            AlertDescription::HandshakeFailure => {
                !self.has_certificate
                    && connection.protocol_version() == Some(ProtocolVersion::TLSv1_2)
                    && connection.peer_certificates().is_some()
            }
            _ => false,
        };
        if is_required {
            return TlsError::ClientCertificateRequired(cause);
        }
        TlsError::Alert { name: alert_name(alert), cause }
    }
}

/// rustls writes a name of a certificate as `DnsName("example.com")` and `IpAddress(192.0.2.1)`.
fn plain(name: &str) -> String {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"').to_owned()
}

/// The name of an alert as the RFCs spell it: `UnknownCA` is `unknown_ca`.
fn alert_name(alert: AlertDescription) -> String {
    let Some(camel) = alert.as_str() else { return u8::from(alert).to_string() };
    let mut name = String::with_capacity(camel.len() + 4);
    let mut chars = camel.chars().peekable();
    let mut before = None;
    while let Some(char) = chars.next() {
        let begins = before.is_some_and(char::is_lowercase)
            || chars.peek().is_some_and(|next| next.is_lowercase());
        if char.is_uppercase() && before.is_some() && begins {
            name.push('_');
        }
        // Writing to a String does not fail.
        let _ = write!(name, "{}", char.to_lowercase());
        before = Some(char);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfcs() {
        for (alert, name) in [
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::HandshakeFailure, "handshake_failure"),
            (AlertDescription::UnknownPSKIdentity, "unknown_psk_identity"),
            (AlertDescription::NoApplicationProtocol, "no_application_protocol"),
            (AlertDescription::Unknown(250), "250"),
        ] {
            assert_eq!(alert_name(alert), name);
        }
    }

    fn connection() -> ClientConnection {
        let provider = rustls::crypto::ring::default_provider().into();
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        ClientConnection::new(config.into(), "h.example".try_into().unwrap()).unwrap()
    }

    #[test]
    fn what_fails_is_named_by_what_is_known_of_the_session() {
        use Error::{AlertReceived, DecryptError, InvalidCertificate};
        use rustls::OtherError;

        let other = |text: &str| {
            let error: Box<dyn std::error::Error + Send + Sync> = text.into();
            InvalidCertificate(CertificateError::Other(OtherError(error.into())))
        };
        let content = || Error::InvalidMessage(InvalidMessage::InvalidContentType);
        let unoffered = PeerMisbehaved::SelectedUnofferedApplicationProtocol;
        for (error, has_begun, has_certificate, name) in [
            (content(), false, false, "tls-not-tls"),
            (content(), true, false, "tls-protocol"),
            (Error::PeerMisbehaved(unoffered), true, false, "tls-alpn"),
            (DecryptError, true, false, "tls-protocol"),
            (InvalidCertificate(CertificateError::NotValidForName), true, false, "tls-wrong-host"),
            (InvalidCertificate(CertificateError::Expired), true, false, "tls-expired"),
            (InvalidCertificate(CertificateError::NotValidYet), true, false, "tls-not-yet-valid"),
            (InvalidCertificate(CertificateError::Revoked), true, false, "tls-revoked"),
            (InvalidCertificate(CertificateError::BadEncoding), true, false, "tls-bad-certificate"),
            (other("CaUsedAsEndEntity"), true, false, "tls-ca-certificate"),
            (other("something else"), true, false, "tls-bad-certificate"),
            (AlertReceived(AlertDescription::BadCertificate), true, true, "tls-alert"),
            (
                AlertReceived(AlertDescription::BadCertificate),
                true,
                false,
                "tls-client-certificate-required",
            ),
            // Before the server has shown its own certificate, this is about something else.
            (AlertReceived(AlertDescription::HandshakeFailure), true, false, "tls-alert"),
        ] {
            let known = Circumstances { host: "h.example", has_certificate, has_begun };
            let shown = error.to_string();
            assert_eq!(known.reason(error, &connection()).name(), name, "{shown}");
        }
    }

    #[test]
    fn names_of_certificates_are_shown_plainly() {
        assert_eq!(plain("DnsName(\"example.com\")"), "example.com");
        assert_eq!(plain("IpAddress(192.0.2.1)"), "192.0.2.1");
        assert_eq!(plain("example.com"), "example.com");
    }
}
