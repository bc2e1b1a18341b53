//! Which proxy the environment asks for.

use super::super::url::Url;
use super::{no_proxy::NoProxy, settings::Proxy, url_error::ProxyUrlError};

/// Which proxy to take for which server, as environment variables say.
///
/// ```
/// use ws_core::{ProxyRules, Url};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // In a program: ProxyRules::from_variables(|name| std::env::var(name).ok())
/// let rules = ProxyRules::from_variables(|name| match name {
///     "https_proxy" => Some("http://proxy.example:3128".to_owned()),
///     "no_proxy" => Some("localhost, .internal.example, 10.0.0.0/8".to_owned()),
///     _ => None,
/// })?;
/// let proxy = rules.proxy_for(&Url::parse("wss://ws.example/")?);
/// assert_eq!(proxy.map(ToString::to_string).as_deref(), Some("http://proxy.example:3128"));
/// assert_eq!(rules.proxy_for(&Url::parse("wss://ws.internal.example/")?), None);
/// assert_eq!(rules.proxy_for(&Url::parse("wss://10.1.2.3/")?), None);
/// # Ok(())
/// # }
/// ```
///
/// Nothing reads the environment unless you do. The variables have the order and the meaning that curl and
/// Python's `websockets` give them; where these differ, it is as follows:
///
/// | | here | curl | `websockets` |
/// |---|---|---|---|
/// | `wss` | `wss_proxy`, `https_proxy`, `all_proxy` | the same | the same without `all_proxy` |
/// | `ws` | `ws_proxy`, `https_proxy`, `http_proxy`, `all_proxy`: RFC 6455 4.1 prefers the proxy for HTTPS | without `https_proxy` | the same without `all_proxy` |
/// | `socks_proxy` | not read | not read | behind `ws_proxy` and `wss_proxy` |
/// | names in upper case | read where that in lower case is not set | the same | the same |
/// | `HTTP_PROXY` | not read if there is a `REQUEST_METHOD`: in CGI the client sets it, by a field Proxy | never read | as here |
/// | an empty variable | as if it was not set | the same | hides the name in upper case |
/// | URLs without a scheme | `http` | the same | refused |
/// | `no_proxy` of `*` | no proxy; only if it is alone | the same | the same |
/// | names in it | the name and all below it, in any case, with and without dots at the ends | the same | a dot at the end counts |
/// | `host:port` | that port only | nothing | that port only |
/// | addresses | the address, with brackets or without, whatever its spelling | without brackets | as text |
/// | networks such as `10.0.0.0/8` | read; `/0` is every address of the family | read; `/0` is one address | not read |
/// | separators | commas and white space | commas and blanks | commas |
///
/// Names are not looked up to compare their addresses, and nothing else has a special meaning: not
/// `localhost`, and no asterisk within a name.
#[derive(Clone, Debug, Default)]
pub struct ProxyRules {
    ws: Option<Proxy>,
    wss: Option<Proxy>,
    no_proxy: NoProxy,
}

impl ProxyRules {
    /// Reads the variables by `look_up`, which gets a name and gives the value, if there is one.
    ///
    /// # Errors
    ///
    /// [`ProxyUrlError::Variable`] for the URL of a proxy that would be taken and cannot be. Others are not
    /// looked at.
    pub fn from_variables(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyUrlError> {
        let value = |name: &str| look_up(name).filter(|value| !value.is_empty());
        let is_cgi = look_up("REQUEST_METHOD").is_some();
        // No server of CGI sets this one. If it is there, names have no case, and `http_proxy` is what the
        // client of the server has set.
        let ignores_case = is_cgi && look_up("request_method").is_some();
        let is_read = |name: &str| match name {
            "HTTP_PROXY" => !is_cgi,
            "http_proxy" => !ignores_case,
            _ => true,
        };
        let first = |names: &[&'static str]| {
            let mut names = names.iter().filter(|name| is_read(name));
            let (name, url) = names.find_map(|&name| Some((name, value(name)?)))?;
            let in_variable = |error| ProxyUrlError::Variable { name, error: Box::new(error) };
            Some(Proxy::parse(&url).map_err(in_variable))
        };
        let list = value("no_proxy").or_else(|| value("NO_PROXY")).unwrap_or_default();
        Ok(Self {
            ws: first(WS).transpose()?,
            wss: first(WSS).transpose()?,
            no_proxy: NoProxy::parse(&list),
        })
    }

    /// The proxy for this server; `None` when it is to be reached without one.
    pub fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        let proxy = if url.is_secure() { self.wss.as_ref() } else { self.ws.as_ref() };
        proxy.filter(|_| !self.no_proxy.matches(url))
    }
}

/// The variables that name the proxy for `ws`.
const WS: &[&str] = &[
    "ws_proxy",
    "WS_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

/// The variables that name the proxy for `wss`.
const WSS: &[&str] =
    &["wss_proxy", "WSS_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(variables: &[(&str, &str)]) -> Result<ProxyRules, ProxyUrlError> {
        ProxyRules::from_variables(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// The host of the proxy that is taken.
    fn taken(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let rules = rules(variables).unwrap();
        rules.proxy_for(&Url::parse(url).unwrap()).map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn the_first_variable_that_is_set_counts() {
        for (names, url) in [(WS, "ws://h"), (WSS, "wss://h")] {
            let values: Vec<String> = (0..names.len()).map(|i| format!("p{i}.example")).collect();
            for first in 0..=names.len() {
                let variables: Vec<_> =
                    names.iter().zip(&values).skip(first).map(|(n, v)| (*n, &**v)).collect();
                assert_eq!(taken(&variables, url).as_ref(), values.get(first), "{variables:?}");
                // Empty ones are none.
                let variables: Vec<_> =
                    (names[..first].iter().map(|name| (*name, ""))).chain(variables).collect();
                assert_eq!(taken(&variables, url).as_ref(), values.get(first), "{variables:?}");
            }
        }
    }

    #[test]
    fn each_scheme_has_its_own() {
        let variables = [("ws_proxy", "a"), ("wss_proxy", "b")];
        assert_eq!(taken(&variables, "ws://h").as_deref(), Some("a"));
        assert_eq!(taken(&variables, "wss://h").as_deref(), Some("b"));
        assert_eq!(taken(&[("http_proxy", "a")], "wss://h"), None);
        assert_eq!(taken(&[("ws_proxy", "a")], "wss://h"), None);
        assert_eq!(taken(&[("wss_proxy", "a")], "ws://h"), None);
        assert_eq!(taken(&[("socks_proxy", "a")], "ws://h"), None);
    }

    #[test]
    fn a_field_of_a_request_names_no_proxy() {
        let cgi = ("REQUEST_METHOD", "GET");
        assert_eq!(taken(&[("HTTP_PROXY", "a"), cgi], "ws://h"), None);
        assert_eq!(taken(&[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "")], "ws://h"), None);
        assert_eq!(taken(&[("http_proxy", "a"), cgi], "ws://h").as_deref(), Some("a"));
        let both = [("HTTP_PROXY", "a"), ("all_proxy", "b"), cgi];
        assert_eq!(taken(&both, "ws://h").as_deref(), Some("b"));
        // Where names have no case.
        let request = [("http_proxy", "a"), ("HTTP_PROXY", "a"), cgi, ("request_method", "GET")];
        assert_eq!(taken(&request, "ws://h"), None);
    }

    #[test]
    fn some_servers_are_reached_without() {
        let variables = [("all_proxy", "p"), ("no_proxy", "a"), ("NO_PROXY", "b")];
        assert_eq!(taken(&variables, "ws://x.a"), None);
        assert_eq!(taken(&variables, "wss://a:81"), None);
        assert_eq!(taken(&variables, "wss://b").as_deref(), Some("p"));
        assert_eq!(taken(&[("all_proxy", "p"), ("NO_PROXY", "b")], "wss://b"), None);
        assert_eq!(
            taken(&[("all_proxy", "p"), ("no_proxy", ""), ("NO_PROXY", "b")], "ws://b"),
            None
        );
    }

    #[test]
    fn a_wrong_url_names_its_variable() {
        let error = rules(&[("HTTPS_PROXY", "ada:secret@h:x")]).unwrap_err();
        assert_eq!(error.name(), "invalid-proxy-url");
        let text = error.to_string();
        assert!(text.starts_with("HTTPS_PROXY: ") && !text.contains("secret"), "{text}");
        // One that is not taken does not matter.
        assert!(
            rules(&[("ws_proxy", "a"), ("wss_proxy", "a"), ("https_proxy", "ftp://a")]).is_ok()
        );
        assert!(rules(&[]).unwrap().proxy_for(&Url::parse("ws://h").unwrap()).is_none());
    }

    #[test]
    fn passwords_are_not_shown() {
        let rules = rules(&[("all_proxy", "socks5://ada:secret@h")]).unwrap();
        let shown = format!("{rules:?}");
        assert!(!shown.contains("secret") && !shown.contains("ada"), "{shown}");
    }
}
