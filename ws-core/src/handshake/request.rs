//! The client's request: checked, decorated and written.

use bytes::{BufMut, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version, header, uri::Scheme,
};

use super::{
    argument_error::ArgumentError,
    authority,
    client_config::{CREDENTIALS, ClientOptions, ExtraField},
    deflate::offer_value,
    form::Form,
    key::Key,
    target,
};
use crate::codec::{
    http_types::{write_field, write_unspelled_field},
    list::is_token,
};

/// A request, after everything that the caller gave has been checked.
#[derive(Clone, Debug)]
pub(crate) struct CheckedRequest {
    target: String,
    host: HeaderValue,
    asking: Asking,
    subprotocols: Option<HeaderValue>,
    extensions: Option<HeaderValue>,
    /// What the caller adds.
    extra: HeaderMap,
}

/// What a request asks with, in either form.
#[derive(Clone, Debug)]
pub(crate) enum Asking {
    Upgrade(Key),
    /// With this scheme, and an URI that has host and target.
    Connect(Scheme, Uri),
}

impl Asking {
    /// A CONNECT for a URL of this scheme.
    ///
    /// "The scheme of the target URI [...] MUST be "https" for "wss"-schemed WebSockets and "http" for
    /// "ws"-schemed WebSockets." RFC 8441 5
    pub(crate) fn connect(scheme: &str) -> Result<Self, ArgumentError> {
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("ws") => Scheme::HTTP,
            _ if scheme.eq_ignore_ascii_case("wss") => Scheme::HTTPS,
            _ => return Err(ArgumentError::Scheme(escaped(scheme))),
        };
        Ok(Self::Connect(scheme, Uri::default()))
    }
}

impl CheckedRequest {
    /// Checks what the caller gave, and calls the decorator. Nothing in the result can put a CR, LF
    /// or NUL on the wire.
    pub(crate) fn new(
        options: &ClientOptions,
        host: &str,
        target: &str,
        asking: Asking,
    ) -> Result<Self, ArgumentError> {
        if let Some(error) = &options.invalid {
            return Err(error.clone());
        }
        if authority::parse(host.as_bytes()).is_none() {
            return Err(ArgumentError::Host(escaped(host)));
        }
        let target =
            target::normalize(target).ok_or_else(|| ArgumentError::Target(escaped(target)))?;
        let asking = match asking {
            Asking::Upgrade(key) => Asking::Upgrade(key),
            Asking::Connect(scheme, _) => {
                // A host may be what an `Uri` cannot hold, "%77s.example", and there is no other place for it.
                let uri = format!("{scheme}://{host}{target}").parse();
                let uri = uri.map_err(|_| ArgumentError::Host(escaped(host)))?;
                Asking::Connect(scheme, uri)
            }
        };
        let host = HeaderValue::from_str(host).map_err(|_| ArgumentError::Host(escaped(host)))?;
        for offer in &options.deflate {
            offer.check()?;
        }
        let extensions = (!options.deflate.is_empty())
            .then(|| HeaderValue::from_str(&offer_value(&options.deflate)))
            .transpose()
            .map_err(|_| ArgumentError::DeflateParams(offer_value(&options.deflate)))?;
        let mut extra = HeaderMap::with_capacity(options.headers.len());
        for ExtraField { name, value, .. } in &options.headers {
            if is_reserved(name) {
                return Err(ArgumentError::ReservedHeader(name.clone()));
            }
            extra.append(name, value.clone());
        }
        if let Some(credentials) = &options.credentials {
            extra.entry(header::AUTHORIZATION).or_insert_with(|| credentials.clone());
        }
        let subprotocols = subprotocol_offer(&options.subprotocols)?;
        let mut this = Self { target, host, asking, subprotocols, extensions, extra };
        if let Some(decorator) = &options.decorator {
            let mut request = this.to_request();
            decorator(&mut request);
            let before = options.keeps_credentials.then(|| this.extra.clone());
            this.adopt(request)?;
            if let Some(before) = before {
                this.restore_credentials(&before);
            }
        }
        Ok(this)
    }

    /// The request as a value.
    pub(crate) fn to_request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method();
        *request.version_mut() = self.version();
        *request.uri_mut() = self.uri();
        let headers = request.headers_mut();
        for (name, value) in self.own_fields() {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(name, value);
            }
        }
        for (name, value) in &self.extra {
            headers.append(name, value.clone());
        }
        request
    }

    /// Writes the request. `options` are those that it was made with, and know how names were written.
    pub(crate) fn write(&self, options: &ClientOptions, out: &mut BytesMut) {
        out.reserve(256 + self.target.len());
        out.put_slice(b"GET ");
        out.put_slice(self.target.as_bytes());
        out.put_slice(b" HTTP/1.1\r\n");
        for (name, value) in self.own_fields() {
            let name = match name.as_str() {
                "host" => "Host",
                "upgrade" => "Upgrade",
                "connection" => "Connection",
                "sec-websocket-key" => "Sec-WebSocket-Key",
                "sec-websocket-version" => "Sec-WebSocket-Version",
                "sec-websocket-protocol" => "Sec-WebSocket-Protocol",
                "sec-websocket-extensions" => "Sec-WebSocket-Extensions",
                other => other,
            };
            write_field(name, value, out);
        }
        // Lines of one name follow each other. Each may have been written in another way, and those that a
        // hook adds come last.
        let mut last = None;
        let mut nth = 0;
        for (name, value) in &self.extra {
            nth = if last == Some(name) { nth + 1 } else { 0 };
            last = Some(name);
            let written = options.headers.iter().filter(|field| field.name == *name).nth(nth);
            match written.and_then(|field| field.spelling.as_deref()) {
                Some(spelling) => write_field(spelling, value.as_bytes(), out),
                None => write_unspelled_field(name, value.as_bytes(), out),
            }
        }
        out.put_slice(b"\r\n");
    }

    pub(crate) fn form(&self) -> Form {
        match self.asking {
            Asking::Upgrade(_) => Form::Upgrade,
            Asking::Connect(..) => Form::Connect,
        }
    }

    /// The key, in the form that has one.
    pub(crate) fn key(&self) -> Option<&Key> {
        match &self.asking {
            Asking::Upgrade(key) => Some(key),
            Asking::Connect(..) => None,
        }
    }

    /// Only one form can be written here; the other one is that of a stack's own.
    pub(crate) fn check_writable(&self) -> Result<(), ArgumentError> {
        match self.form() {
            Form::Upgrade => Ok(()),
            Form::Connect => Err(ArgumentError::Request(escaped(&self.start_line()))),
        }
    }

    fn method(&self) -> Method {
        match self.form() {
            Form::Upgrade => Method::GET,
            Form::Connect => Method::CONNECT,
        }
    }

    fn version(&self) -> Version {
        match self.form() {
            Form::Upgrade => Version::HTTP_11,
            Form::Connect => Version::HTTP_2,
        }
    }

    fn uri(&self) -> Uri {
        match &self.asking {
            // `target::normalize` passes only what `http` takes for a URI; a test checks that.
            Asking::Upgrade(_) => self.target.parse().unwrap_or_default(),
            Asking::Connect(_, uri) => uri.clone(),
        }
    }

    fn start_line(&self) -> String {
        format!("{} {} {:?}", self.method(), self.uri(), self.version())
    }

    /// Takes the caller's fields from a request that the decorator or the caller may have changed, and
    /// makes sure that those of the handshake are as they were.
    pub(crate) fn adopt<B>(&mut self, request: Request<B>) -> Result<(), ArgumentError> {
        if request.method() != self.method()
            || *request.uri() != self.uri()
            || request.version() != self.version()
        {
            let (method, uri, version) = (request.method(), request.uri(), request.version());
            return Err(ArgumentError::Request(escaped(&format!("{method} {uri} {version:?}"))));
        }
        let (parts, _) = request.into_parts();
        let mut extra = parts.headers;
        for name in RESERVED {
            let own = self.own_fields().filter(|(own, _)| *own == name).map(|(_, value)| value);
            if !extra.get_all(&name).iter().map(HeaderValue::as_bytes).eq(own) {
                return Err(ArgumentError::ReservedHeader(name));
            }
            extra.remove(name);
        }
        self.extra = extra;
        Ok(())
    }

    /// Makes the fields with credentials what they are in `before`.
    fn restore_credentials(&mut self, before: &HeaderMap) {
        for name in CREDENTIALS.map(HeaderName::from_static) {
            self.extra.remove(&name);
            for value in before.get_all(&name) {
                self.extra.append(&name, value.clone());
            }
        }
    }

    fn own_fields(&self) -> impl Iterator<Item = (HeaderName, &[u8])> {
        let subprotocols = self.subprotocols.as_ref().map(HeaderValue::as_bytes);
        let extensions = self.extensions.as_ref().map(HeaderValue::as_bytes);
        // In the other form, the URI has the host.
        let key = self.key();
        let of_upgrade = |value| key.map(|_| value);
        [
            (header::HOST, of_upgrade(self.host.as_bytes())),
            (header::UPGRADE, of_upgrade(b"websocket".as_slice())),
            (header::CONNECTION, of_upgrade(b"Upgrade")),
            (header::SEC_WEBSOCKET_KEY, key.map(<[u8; 24]>::as_slice)),
            (header::SEC_WEBSOCKET_VERSION, Some(b"13")),
            (header::SEC_WEBSOCKET_PROTOCOL, subprotocols),
            (header::SEC_WEBSOCKET_EXTENSIONS, extensions),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// "The elements that comprise this value MUST be non-empty strings with characters in the range
/// U+0021 to U+007E not including separator characters [...] and MUST all be unique strings."
/// RFC 6455 4.1(10)
fn subprotocol_offer(names: &[Box<str>]) -> Result<Option<HeaderValue>, ArgumentError> {
    for (i, name) in names.iter().enumerate() {
        if !is_token(name.as_bytes()) {
            return Err(ArgumentError::Subprotocol(escaped(name)));
        }
        if names[..i].contains(name) {
            return Err(ArgumentError::DuplicateSubprotocol(escaped(name)));
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    let value = HeaderValue::from_str(&names.join(", "));
    value.map(Some).map_err(|_| ArgumentError::Subprotocol(escaped(&names.concat())))
}

fn escaped(text: &str) -> String {
    text.escape_default().to_string()
}

fn is_reserved(name: &HeaderName) -> bool {
    RESERVED.iter().any(|reserved| reserved == name)
}

/// Fields that the handshake alone sets, or that would announce a body.
const RESERVED: [HeaderName; 10] = [
    header::HOST,
    header::UPGRADE,
    header::CONNECTION,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
    header::SEC_WEBSOCKET_ACCEPT,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientConfig;

    const KEY: &Key = b"dGhlIHNhbXBsZSBub25jZQ==";

    fn written(config: &ClientConfig) -> String {
        let request = CheckedRequest::new(config.options(), "h", "/", Asking::Upgrade(*KEY));
        let mut out = BytesMut::new();
        request.unwrap().write(config.options(), &mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn a_target_may_be_long() {
        let config = ClientConfig::new();
        let target = format!("/{}", "x".repeat(5000));
        let request = CheckedRequest::new(config.options(), "h", &target, Asking::Upgrade(*KEY));
        let mut out = BytesMut::new();
        request.unwrap().write(config.options(), &mut out);
        assert!(out.starts_with(format!("GET {target} HTTP/1.1\r\nHost: h\r\n").as_bytes()));
    }

    #[test]
    fn a_name_is_sent_as_it_was_written() {
        let config = ClientConfig::new()
            .header("authorization", "Basic eDp5")
            .header("X-API-key", "1")
            .header(String::from("x-api-KEY"), "2")
            .header("X-Other", "3");
        let written = written(&config);
        for line in ["authorization: Basic eDp5", "X-API-key: 1", "x-api-KEY: 2", "X-Other: 3"] {
            assert!(written.contains(&format!("\r\n{line}\r\n")), "{line}: {written}");
        }
    }

    #[test]
    fn a_name_without_a_case_is_sent_in_the_usual_one() {
        let mut others = HeaderMap::new();
        others.insert("x-api-key", HeaderValue::from_static("1"));
        let config = ClientConfig::new()
            .header(header::AUTHORIZATION, "Basic eDp5")
            .header(&header::DNT, "1")
            .headers(&others)
            .decorate(|request| {
                let headers = request.headers_mut();
                headers.insert("x-signature", HeaderValue::from_static("2"));
                headers.append("x-api-key", HeaderValue::from_static("3"));
            });
        let written = written(&config);
        let fields = ["Authorization: Basic eDp5", "DNT: 1", "X-Api-Key: 1", "X-Api-Key: 3"];
        for line in fields.into_iter().chain(["X-Signature: 2", "Sec-WebSocket-Version: 13"]) {
            assert!(written.contains(&format!("\r\n{line}\r\n")), "{line}: {written}");
        }
    }

    /// With credentials in every place where they can be.
    fn with_credentials() -> ClientConfig {
        ClientConfig::new()
            .header("authorization", "secret")
            .header("COOKIE", "secret")
            .header("Cookie", "secret")
            .header(header::COOKIE, "secret")
            .header("cookIE2", "secret")
            .header("Proxy-AUTHORIZATION", "secret")
            .header("X-Kept", "1")
            .user_info("ada", "secret")
            .decorate(|request| {
                let headers = request.headers_mut();
                for name in CREDENTIALS {
                    headers.append(name, HeaderValue::from_static("secret"));
                }
                headers.insert("x-hook", HeaderValue::from_static("2"));
            })
    }

    #[test]
    fn credentials_stay_at_home() {
        let basic = crate::credentials::basic("ada", "secret");
        let basic = basic.to_str().unwrap();
        let is_secret = |value: &str| value == "secret" || value == basic;
        let config = with_credentials();
        assert_eq!(written(&config).lines().filter(|line| line.ends_with(": secret")).count(), 10);
        let only_user_info = ClientConfig::new().user_info("ada", "secret");
        assert!(written(&only_user_info).contains(basic));
        for config in [config, only_user_info] {
            let config = config.without_credentials();
            for config in [&config, &config.without_credentials()] {
                let written = written(config);
                assert!(!written.contains("secret") && !written.contains(basic), "{written}");
                assert!(!written.to_ascii_lowercase().contains("cookie"), "{written}");
                let (request, _) = crate::upgrade_request(config, "h", "/").unwrap();
                let values = || request.headers().values().map(|value| value.to_str().unwrap());
                assert!(!values().any(is_secret), "{request:?}");
                let handshake = crate::ClientHandshake::new(config, "h", "/").unwrap();
                let request = handshake.request();
                assert!(CREDENTIALS.iter().all(|name| !request.headers().contains_key(*name)));
            }
        }
        let config = with_credentials().without_credentials();
        for line in ["X-Kept: 1", "X-Hook: 2"] {
            assert!(written(&config).contains(line), "{line}");
        }
    }

    /// They are somebody's decision for the new server.
    #[test]
    fn credentials_of_the_new_configuration_are_sent_as_they_are() {
        let config = with_credentials().without_credentials();
        let with_field = written(&config.clone().header("COOKIE", "new").header("cookie", "er"));
        assert!(with_field.contains("\r\nCOOKIE: new\r\ncookie: er\r\n"), "{with_field}");
        assert!(!with_field.contains("secret"), "{with_field}");
        let with_user = written(&config.user_info("bob", "new"));
        let basic = crate::credentials::basic("bob", "new");
        let line = format!("\r\nAuthorization: {}\r\n", basic.to_str().unwrap());
        assert!(with_user.contains(&line) && !with_user.contains("secret"), "{with_user}");
        // A hook cannot remove them, either.
        let config = ClientConfig::new().without_credentials().header("cookie", "new");
        let removing = config.decorate(|request| drop(request.headers_mut().remove("cookie")));
        assert!(written(&removing).contains("\r\ncookie: new\r\n"));
    }

    /// Its fields are the caller's own, for this very request.
    #[test]
    fn a_request_in_hand_may_be_given_credentials() {
        let config = with_credentials().without_credentials();
        let (mut request, verifier) = crate::upgrade_request(&config, "h", "/").unwrap();
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_static("new"));
        let handshake = crate::ClientHandshake::from_request(request, verifier).unwrap();
        assert_eq!(handshake.request().headers()[header::COOKIE], "new");
    }
}
