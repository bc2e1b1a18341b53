//! The way to a server, as the command line describes it.

use std::{
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    path::PathBuf,
};

use lexopt::{Error as UsageError, Parser, ValueExt};
use ws_core::Proxy;
use ws_driver::{DialConfig, Error};

use crate::tls::{Identity, Trust};

/// How a client gets to a server.
#[derive(Debug, Default)]
pub(crate) struct Dialling {
    ca: Option<PathBuf>,
    insecure: bool,
    chain: Option<PathBuf>,
    key: Option<PathBuf>,
    proxy: Option<Proxy>,
    proxy_from_env: bool,
    redirects: usize,
    resolved: Vec<Resolved>,
}

/// Addresses of a host for connections to one of its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Resolved {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl Dialling {
    /// `--ca`
    pub(crate) fn trust(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        self.ca = Some(parser.value()?.into());
        Ok(())
    }

    /// `--insecure`
    pub(crate) fn trust_anybody(&mut self) {
        self.insecure = true;
    }

    /// `--cert`
    pub(crate) fn chain(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        self.chain = Some(parser.value()?.into());
        Ok(())
    }

    /// `--key`
    pub(crate) fn key(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        self.key = Some(parser.value()?.into());
        Ok(())
    }

    /// `--proxy`
    pub(crate) fn proxy(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        let proxy = Proxy::parse(&parser.value()?.string()?);
        self.proxy = Some(proxy.map_err(|error| format!("--proxy: {error}"))?);
        Ok(())
    }

    /// `--proxy-from-env`
    pub(crate) fn proxy_from_env(&mut self) {
        self.proxy_from_env = true;
    }

    /// `--redirects`
    pub(crate) fn redirects(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        self.redirects = parser.value()?.parse()?;
        Ok(())
    }

    /// `--resolve`
    pub(crate) fn resolve(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        let value = parser.value()?.string()?;
        let resolved = Resolved::parse(&value)
            .ok_or_else(|| format!("--resolve takes HOST:PORT:ADDR, not {value:?}"))?;
        self.resolved.push(resolved);
        Ok(())
    }

    /// Checks that no option is without effect.
    ///
    /// # Errors
    ///
    /// Says which is, or which is missing.
    pub(crate) fn check(&self) -> Result<(), UsageError> {
        if self.insecure && self.ca.is_some() {
            return Err(
                "with --insecure no certificate is verified, so --ca is without effect".into()
            );
        }
        if self.chain.is_some() != self.key.is_some() {
            return Err("--cert and --key belong together".into());
        }
        if self.proxy.is_some() && self.proxy_from_env {
            return Err("the proxy is either that of --proxy or that of --proxy-from-env".into());
        }
        Ok(())
    }

    /// What a connection is made with.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a file.
    pub(crate) fn config(&self) -> Result<DialConfig, Error> {
        let mut config = DialConfig::new().redirects(self.redirects);
        if let Some(tls) = self.trusted().config(self.identity().as_ref())? {
            config = config.tls(tls);
        }
        if let Some(proxy) = &self.proxy {
            config = config.proxy(proxy.clone());
        }
        if self.proxy_from_env {
            config = config.proxy_from_env();
        }
        if !self.resolved.is_empty() {
            let resolved = self.resolved.clone();
            config = config.resolver(move |host, port| {
                let addresses = addresses(&resolved, &host, port);
                async move {
                    if addresses.is_empty() {
                        let look_up = move || Ok((host, port).to_socket_addrs()?.collect());
                        return smol::unblock(look_up).await;
                    }
                    Ok(addresses)
                }
            });
        }
        Ok(config)
    }

    fn trusted(&self) -> Trust {
        match &self.ca {
            _ if self.insecure => Trust::Nobody,
            Some(file) => Trust::Authorities(file.clone()),
            None => Trust::System,
        }
    }

    fn identity(&self) -> Option<Identity> {
        let (chain, key) = (self.chain.clone()?, self.key.clone()?);
        Some(Identity { chain, key })
    }
}

impl Resolved {
    /// Takes `HOST:PORT:ADDR[,ADDR]..` apart; an IPv6 address may have brackets.
    fn parse(value: &str) -> Option<Self> {
        let (host, rest) = value.split_once(':')?;
        let (port, addresses) = rest.split_once(':')?;
        let address = |address: &str| {
            let inside = address.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
            match inside {
                Some(inside) => inside.parse().map(IpAddr::V6).ok(),
                None => address.parse().ok(),
            }
        };
        let addresses: Option<Vec<_>> = addresses.split(',').map(address).collect();
        let (port, addresses) = (port.parse().ok()?, addresses?);
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port, addresses })
    }
}

/// The addresses that the command line has for a host and port. There may be none.
fn addresses(resolved: &[Resolved], host: &str, port: u16) -> Vec<SocketAddr> {
    resolved
        .iter()
        .filter(|known| known.port == port && known.host.eq_ignore_ascii_case(host))
        .flat_map(|known| known.addresses.iter().map(|address| SocketAddr::new(*address, port)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        let parsed = |value: &str| {
            let resolved = Resolved::parse(value)?;
            let addresses: Vec<_> = resolved.addresses.iter().map(ToString::to_string).collect();
            Some(format!("{} {} {}", resolved.host, resolved.port, addresses.join(" ")))
        };
        for (value, expected) in [
            ("h:443:10.0.0.1", "h 443 10.0.0.1"),
            ("h:443:::1", "h 443 ::1"),
            ("h:443:[::1]", "h 443 ::1"),
            ("h:443:[::1],10.0.0.1", "h 443 ::1 10.0.0.1"),
        ] {
            assert_eq!(parsed(value).as_deref(), Some(expected), "{value}");
        }
        for value in ["", "h", "h:443", "h:443:", ":443:::1", "h:x:::1", "h:65536:::1", "h:1:i"] {
            assert_eq!(parsed(value), None, "{value}");
        }
        for value in ["h:443:[10.0.0.1]", "h:443:[::1", "h:443:::1]", "h:443:::1,"] {
            assert_eq!(parsed(value), None, "{value}");
        }
    }

    #[test]
    fn the_case_of_a_host_does_not_matter_and_its_port_does() {
        let resolved = ["H.example:80:::1", "h.Example:80:10.0.0.1", "h.example:81:::2"];
        let resolved = resolved.map(|value| Resolved::parse(value).unwrap());
        let found = addresses(&resolved, "h.example", 80);
        assert_eq!(found, ["[::1]:80".parse().unwrap(), "10.0.0.1:80".parse().unwrap()]);
        assert_eq!(addresses(&resolved, "h.example", 82), []);
        assert_eq!(addresses(&resolved, "i.example", 80), []);
    }
}
