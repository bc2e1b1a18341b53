//! What goes wrong with TLS.

use std::{error::Error, fmt, io, sync::Arc};

use ws_core::ErrorBox;

/// Why there is no TLS session with the server, or why it did not go on.
///
/// From an open stream it comes inside an [`io::Error`]; [`of_io`](Self::of_io) finds it there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// The URL asks for TLS, and TLS was left out of the program.
    Disabled,
    /// There is nothing to encrypt with.
    NoProvider,
    /// There is nobody to trust.
    NoRoots,
    /// The authorities that the system trusts could not be loaded.
    Roots(TlsCause),
    /// The host is neither a name nor an address that a certificate could be for.
    ServerName(String),
    /// The certificate is for somebody else.
    WrongHost {
        /// The host that was asked for.
        host: String,
        /// Whom the certificate is for, as far as it is known.
        names: Vec<String>,
        /// What the verifier said.
        cause: TlsCause,
    },
    /// The certificate, or one above it, is no longer valid.
    Expired(TlsCause),
    /// The certificate, or one above it, is not valid yet.
    NotYetValid(TlsCause),
    /// Nobody who is trusted has issued the certificate: it is self-signed, or of an unknown authority, or the
    /// server left out a certificate in between.
    UnknownIssuer(TlsCause),
    /// The certificate is that of an authority, which must not stand for a server. Self-signed certificates
    /// are often made like this.
    CaCertificate(TlsCause),
    /// The certificate has been revoked.
    Revoked(TlsCause),
    /// There is something else about the certificate.
    BadCertificate(TlsCause),
    /// The server wants a certificate of the client, and got none.
    ClientCertificateRequired(TlsCause),
    /// What the server sent first is not TLS.
    NotTls(TlsCause),
    /// The server gave up and said why.
    Alert {
        /// The name of the alert in the RFCs of TLS.
        name: String,
        /// What this came from.
        cause: TlsCause,
    },
    /// The server chose an application protocol that is not HTTP/1.1.
    Alpn(String),
    /// The stream ended before there was a session.
    Truncated,
    /// Anything else that one of the two did wrong.
    Protocol(TlsCause),
    /// One of these, in TLS with a proxy: what is said of a server is said of the proxy.
    AtProxy(Box<TlsError>),
}

/// What a [`TlsError`] came from: an error of rustls, as a rule.
#[derive(Clone)]
pub struct TlsCause(Arc<dyn Error + Send + Sync>);

impl TlsCause {
    /// Keeps `error`.
    #[cfg(feature = "rustls")]
    pub(super) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into().into())
    }

    /// The error.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Debug for TlsCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TlsError {
    /// The error that is inside an error of a stream.
    pub fn of_io(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref::<ErrorBox<Self>>().map(|error| &**error)
    }

    /// A stable name in kebab-case, for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Disabled => "tls-disabled",
            Self::NoProvider => "tls-no-provider",
            Self::NoRoots => "tls-no-roots",
            Self::Roots(_) => "tls-roots",
            Self::ServerName(_) => "tls-server-name",
            Self::WrongHost { .. } => "tls-wrong-host",
            Self::Expired(_) => "tls-expired",
            Self::NotYetValid(_) => "tls-not-yet-valid",
            Self::UnknownIssuer(_) => "tls-unknown-issuer",
            Self::CaCertificate(_) => "tls-ca-certificate",
            Self::Revoked(_) => "tls-revoked",
            Self::BadCertificate(_) => "tls-bad-certificate",
            Self::ClientCertificateRequired(_) => "tls-client-certificate-required",
            Self::NotTls(_) => "tls-not-tls",
            Self::Alert { .. } => "tls-alert",
            Self::Alpn(_) => "tls-alpn",
            Self::Truncated => "tls-truncated",
            Self::Protocol(_) => "tls-protocol",
            Self::AtProxy(error) => error.name(),
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Disabled => {
                "TLS was left out of this program: switch on the feature `rustls`, with `ring` or \
                 `aws-lc-rs`, and `webpki-roots`, `native-roots` or `platform-verifier`"
            }
            Self::NoProvider => {
                "TLS has nothing to encrypt with: switch on the feature `ring` or `aws-lc-rs`, or \
                 install a crypto provider of rustls as the default"
            }
            Self::NoRoots => {
                "TLS has nobody to trust: switch on the feature `webpki-roots`, `native-roots` or \
                 `platform-verifier`, or pass a configuration with `.tls(config)`"
            }
            Self::Roots(_) => {
                "the system's authorities could not be loaded: install its certificates, or pass a \
                 configuration with `.tls(config)`"
            }
            Self::ServerName(host) => {
                return write!(f, "{host:?} is no name or address that a certificate could be for");
            }
            Self::WrongHost { host, names, .. } => return wrong_host(f, host, names),
            Self::Expired(_) => "the server's certificate has expired: it has to be renewed there",
            Self::NotYetValid(_) => {
                "the server's certificate is not valid yet: the clock of one of the two is wrong"
            }
            Self::UnknownIssuer(_) => {
                "nobody who is trusted has issued the server's certificate: trust its authority, or \
                 have the server send the certificates in between"
            }
            Self::CaCertificate(_) => {
                "the server's certificate is that of an authority, and not for servers: one that is \
                 self-signed has to be made without `CA:TRUE`"
            }
            Self::Revoked(_) => "the server's certificate has been revoked: it has to be replaced",
            Self::BadCertificate(_) => "the server's certificate cannot be accepted",
            Self::ClientCertificateRequired(_) => {
                "the server wants a certificate of the client: pass a configuration that has one \
                 with `.tls(config)`"
            }
            Self::NotTls(_) => {
                "the server does not speak TLS on this port: use the port for TLS, or `ws`"
            }
            Self::Alert { name, .. } => {
                return write!(f, "the server gave up on TLS with the alert {name}");
            }
            Self::Alpn(protocol) => {
                return write!(
                    f,
                    "the server chose the protocol {protocol:?} (ALPN), and a WebSocket begins with \
                     http/1.1: offer only that"
                );
            }
            Self::Truncated => "the server ended the connection before TLS was established",
            Self::Protocol(_) => "TLS failed",
            Self::AtProxy(error) => return write!(f, "with the proxy as the server: {error}"),
        };
        f.write_str(text)
    }
}

fn wrong_host(f: &mut fmt::Formatter<'_>, host: &str, names: &[String]) -> fmt::Result {
    write!(f, "the server's certificate is not for {host:?}")?;
    for (at, name) in names.iter().take(MAX_NAMES).enumerate() {
        let before = if at == 0 { ", it is for " } else { ", " };
        // What a peer sends is shown escaped.
        write!(f, "{before}{}", name.escape_debug())?;
    }
    match names.len().saturating_sub(MAX_NAMES) {
        0 => Ok(()),
        more => write!(f, ", and {more} more"),
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Roots(cause)
            | Self::WrongHost { cause, .. }
            | Self::Expired(cause)
            | Self::NotYetValid(cause)
            | Self::UnknownIssuer(cause)
            | Self::CaCertificate(cause)
            | Self::Revoked(cause)
            | Self::BadCertificate(cause)
            | Self::ClientCertificateRequired(cause)
            | Self::NotTls(cause)
            | Self::Alert { cause, .. }
            | Self::Protocol(cause) => Some(cause.get_ref()),
            Self::AtProxy(error) => error.source(),
            Self::Disabled
            | Self::NoProvider
            | Self::NoRoots
            | Self::ServerName(_)
            | Self::Alpn(_)
            | Self::Truncated => None,
        }
    }
}

/// The error is inside, in an [`ErrorBox`]; [`TlsError::of_io`] finds it.
impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        let kind = match error {
            TlsError::Disabled | TlsError::NoProvider | TlsError::NoRoots => {
                io::ErrorKind::Unsupported
            }
            TlsError::Roots(_) => io::ErrorKind::Other,
            TlsError::ServerName(_) => io::ErrorKind::InvalidInput,
            TlsError::Truncated => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, ErrorBox::from(error))
    }
}

/// How many names of a certificate are shown. Those of large providers have a hundred.
const MAX_NAMES: usize = 5;

#[cfg(all(test, feature = "rustls"))]
mod tests {
    use super::*;

    fn cause() -> TlsCause {
        TlsCause::new("the cause")
    }

    fn at(names: &[&str]) -> TlsError {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        TlsError::WrongHost { host: "h.example".to_owned(), names, cause: cause() }
    }

    /// Each error, a word of what it says, whether it has a cause, and its kind as an error of a stream.
    fn errors() -> Vec<(TlsError, &'static str, bool, io::ErrorKind)> {
        use TlsError::*;
        use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof, Unsupported};

        let alert = Alert { name: "internal error".to_owned(), cause: cause() };
        vec![
            (Disabled, "feature `rustls`", false, Unsupported),
            (NoProvider, "nothing to encrypt with", false, Unsupported),
            (NoRoots, "nobody to trust", false, Unsupported),
            (Roots(cause()), "could not be loaded", true, Other),
            (ServerName("h h".to_owned()), "\"h h\" is no name or address", false, InvalidInput),
            (at(&[]), "not for \"h.example\"", true, InvalidData),
            (Expired(cause()), "has expired", true, InvalidData),
            (NotYetValid(cause()), "not valid yet", true, InvalidData),
            (UnknownIssuer(cause()), "nobody who is trusted", true, InvalidData),
            (CaCertificate(cause()), "without `CA:TRUE`", true, InvalidData),
            (Revoked(cause()), "has been revoked", true, InvalidData),
            (BadCertificate(cause()), "cannot be accepted", true, InvalidData),
            (ClientCertificateRequired(cause()), "a certificate of the client", true, InvalidData),
            (NotTls(cause()), "does not speak TLS on this port", true, InvalidData),
            (alert, "the alert internal error", true, InvalidData),
            (Alpn("h2".to_owned()), "the protocol \"h2\"", false, InvalidData),
            (Truncated, "before TLS was established", false, UnexpectedEof),
            (Protocol(cause()), "TLS failed", true, InvalidData),
        ]
    }

    #[test]
    fn each_has_a_name_and_words_of_its_own_and_keeps_its_cause() {
        let mut names = Vec::new();
        for (error, words, has_cause, kind) in errors() {
            let shown = error.to_string();
            assert!(shown.contains(words), "{shown}");
            let source = error.source().map(ToString::to_string);
            assert_eq!(source.is_some(), has_cause, "{shown}");
            assert!(source.is_none_or(|source| source == "the cause"), "{shown}");
            assert!(error.name().starts_with("tls-"), "{shown}");
            names.push(error.name());
            let io = io::Error::from(error.clone());
            assert_eq!((io.kind(), io.to_string()), (kind, shown.clone()));
            assert_eq!(TlsError::of_io(&io).map(TlsError::name), Some(error.name()));
            // Of a proxy the same is said, and whose it is.
            let (name, source) = (error.name(), error.source().is_some());
            let proxy = TlsError::AtProxy(Box::new(error));
            assert_eq!((proxy.name(), proxy.source().is_some()), (name, source));
            assert!(proxy.to_string().ends_with(&shown) && proxy.to_string().contains("proxy"));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), errors().len());
        assert!(TlsError::of_io(&io::Error::other("another")).is_none());
        assert_eq!(format!("{:?}", cause()), "\"the cause\"");
    }

    #[test]
    fn a_few_of_the_names_of_a_certificate_are_shown() {
        for (names, end) in [
            (&[][..], "for \"h.example\""),
            (&["a.example"], "\"h.example\", it is for a.example"),
            (&["a\n", "b"], ", it is for a\\n, b"),
            (&["1", "2", "3", "4", "5"], ", it is for 1, 2, 3, 4, 5"),
            (&["1", "2", "3", "4", "5", "6", "7"], ", it is for 1, 2, 3, 4, 5, and 2 more"),
        ] {
            let shown = at(names).to_string();
            assert!(shown.ends_with(end), "{shown}");
        }
    }
}
