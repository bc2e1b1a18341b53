//! The servers that are reached without a proxy.

use core::net::IpAddr;

use super::super::url::{
    Url,
    authority::parse_port,
    host::{self, split_port},
};

/// What the variable `no_proxy` lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NoProxy {
    /// `*`: all of them.
    all: bool,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    /// Any, if there is none.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    /// A name, without dots at its ends, and all names below it.
    Below(String),
    /// The addresses that begin like this one.
    Network { address: IpAddr, bits: u32, zone: Option<String> },
}

impl NoProxy {
    /// Takes a list apart. What is no entry matches nothing, as with curl.
    pub(super) fn parse(list: &str) -> Self {
        let is_separator = |c: char| c == ',' || c.is_ascii_whitespace();
        let texts = || list.split(is_separator).filter(|text| !text.is_empty());
        Self { all: texts().eq(["*"]), entries: texts().filter_map(Entry::parse).collect() }
    }

    pub(super) fn matches(&self, url: &Url) -> bool {
        let (host, zone) = split_zone(url.host());
        let address = host.parse().ok();
        let name = host.strip_suffix('.').unwrap_or(host);
        let matches = |entry: &Entry| {
            entry.port.is_none_or(|port| port == url.port())
                && match (&entry.hosts, address) {
                    (Hosts::Below(above), None) => is_below(name, above),
                    (Hosts::Network { address, bits, zone: wanted }, Some(this)) => {
                        shares(*address, this, *bits) && (wanted.is_none() || *wanted == zone)
                    }
                    _ => false,
                }
        };
        self.all || self.entries.iter().any(matches)
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if let Some((network, bits)) = text.split_once('/') {
            let (address, zone) = parse_address(network)?;
            let digits = bits.bytes().all(|b| b.is_ascii_digit());
            let bits = bits.parse().ok().filter(|&bits| digits && bits <= width(address))?;
            return Some(Self { hosts: Hosts::Network { address, bits, zone }, port: None });
        }
        // An IPv6 address without brackets has colons, and no port.
        let (host, port) = match parse_address(text) {
            Some(_) => (text, None),
            None => split_port(text).ok()?,
        };
        let port = match port {
            Some(port) => Some(parse_port(port)?),
            None => None,
        };
        if let Some((address, zone)) = parse_address(host) {
            let bits = width(address);
            return Some(Self { hosts: Hosts::Network { address, bits, zone }, port });
        }
        // As in a URL, so that both are written in the same way.
        let name = host::parse(host.trim_start_matches('.')).ok()?.written;
        let hosts = match name.parse() {
            Ok(address) => Hosts::Network { address, bits: width(address), zone: None },
            Err(_) => Hosts::Below(name.strip_suffix('.').unwrap_or(&name).to_owned()),
        };
        Some(Self { hosts, port })
    }
}

/// An address, with brackets or without, and its zone.
fn parse_address(text: &str) -> Option<(IpAddr, Option<String>)> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let (address, zone) = split_zone(inner.unwrap_or(text));
    let address: IpAddr = address.parse().ok()?;
    let fits = address.is_ipv6() || (inner.is_none() && zone.is_none());
    fits.then_some((address, zone))
}

fn split_zone(host: &str) -> (&str, Option<String>) {
    match host.split_once('%') {
        Some((address, zone)) => (address, Some(zone.to_owned())),
        None => (host, None),
    }
}

/// Whether `name` is `above`, or ends in it behind a dot.
fn is_below(name: &str, above: &str) -> bool {
    let before = name.strip_suffix(above);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Whether the first `bits` of two addresses are the same.
fn shares(a: IpAddr, b: IpAddr, bits: u32) -> bool {
    let differing = match (a, b) {
        // The bits that differ, from the highest on.
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches() {
        for (list, url, matches) in [
            ("*", "ws://a", true),
            (" * ", "ws://[::1]", true),
            ("*,b", "ws://a", false),
            ("", "ws://a", false),
            ("a", "ws://a", true),
            ("A", "ws://a", true),
            ("a", "ws://A.", true),
            ("a.", "ws://a", true),
            (".a", "ws://a", true),
            ("..a", "ws://a", true),
            (".", "ws://a", false),
            ("a", "ws://b.a", true),
            (".a", "ws://b.a.", true),
            ("a.", "ws://c.b.a", true),
            ("a", "ws://ba", false),
            ("b.a", "ws://a", false),
            ("*.a", "ws://b.a", false),
            ("x,a", "ws://a", true),
            ("x, a", "ws://a", true),
            ("x a", "ws://a", true),
            (",, x ,\t\n,a,", "ws://a", true),
            ("a:80", "ws://a", true),
            ("a:80", "wss://a", false),
            ("a:443", "wss://b.a", true),
            ("a:", "ws://a", false),
            ("a:x", "ws://a", false),
            ("a:0", "ws://a", false),
            ("http://a", "ws://a", false),
            ("1.2.3.4", "ws://1.2.3.4", true),
            ("1.2.3.4", "ws://0x01020304", true),
            ("0x01020304", "ws://1.2.3.4", true),
            ("1.2.3.4:81", "ws://1.2.3.4:81", true),
            ("1.2.3.4:81", "ws://1.2.3.4", false),
            ("3.4", "ws://1.2.3.4", false),
            (".4", "ws://1.2.3.4", false),
            ("1.2.3.4", "ws://a.1.2.3.4.example", false),
            ("10.0.0.0/8", "ws://10.255.1.2", true),
            ("10.9.9.9/8", "ws://10.255.1.2", true),
            ("10.0.0.0/8", "ws://11.0.0.0", false),
            ("10.0.0.0/9", "ws://10.128.0.0", false),
            ("10.0.0.1/32", "ws://10.0.0.1", true),
            ("10.0.0.1/32", "ws://10.0.0.0", false),
            ("0.0.0.0/0", "ws://9.9.9.9", true),
            ("0.0.0.0/0", "ws://[::]", false),
            ("0.0.0.0/0", "ws://a", false),
            ("10.0.0.0/33", "ws://10.0.0.0", false),
            ("10.0.0.0/+8", "ws://10.0.0.0", false),
            ("10.0.0.0/", "ws://10.0.0.0", false),
            ("10.0.0.0/8/8", "ws://10.0.0.0", false),
            ("10/8", "ws://10.0.0.0", false),
            ("a/8", "ws://a", false),
            ("::1", "ws://[::1]", true),
            ("::1", "ws://[::1]:81", true),
            ("[::1]", "ws://[0::1]", true),
            ("[::1]:80", "ws://[::1]", true),
            ("[::1]:80", "wss://[::1]", false),
            ("::1", "ws://[::2]", false),
            ("[1.2.3.4]", "ws://1.2.3.4", false),
            ("fd00::/8", "ws://[fdff::1]", true),
            ("[fd00::]/8", "ws://[fdff::1]", true),
            ("fd00::/8", "ws://[fe00::1]", false),
            ("::/0", "ws://[fe00::1]", true),
            ("::/129", "ws://[::]", false),
            ("::ffff:1.2.3.4", "ws://[::ffff:102:304]", true),
            ("1.2.3.4", "ws://[::ffff:1.2.3.4]", false),
            ("fe80::1", "ws://[fe80::1%25eth0]", true),
            ("fe80::1%eth0", "ws://[fe80::1%25eth0]", true),
            ("fe80::1%eth1", "ws://[fe80::1%25eth0]", false),
            ("fe80::/10", "ws://[fe80::1%25eth0]", true),
            ("a b", "ws://b", true),
            ("a\u{0}b", "ws://b", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(NoProxy::parse(list).matches(&url), matches, "{list:?} {url:?}");
        }
    }
}
