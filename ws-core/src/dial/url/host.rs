//! The host of a URL: a name, or an address.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{error::UrlError, percent};

/// A host, for two purposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// To connect to: an IPv6 address with its zone, and without brackets.
    pub(crate) dialled: String,
    /// To send: an IPv6 address in brackets, and without its zone.
    pub(crate) written: String,
}

/// Separates a host from the port behind its colon.
pub(crate) fn split_port(text: &str) -> Result<(&str, Option<&str>), UrlError> {
    let end = if text.starts_with('[') {
        text.find(']').map(|end| end + 1).ok_or_else(|| UrlError::Ipv6Address(text.to_owned()))?
    } else {
        text.find(':').unwrap_or(text.len())
    };
    match text.split_at(end) {
        (host, "") => Ok((host, None)),
        (host, rest) => match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None => Err(UrlError::Ipv6Address(text.to_owned())),
        },
    }
}

/// Takes a host as the URL standard does (3.5), with the zones of RFC 6874 besides.
pub(crate) fn parse(host: &str) -> Result<Host, UrlError> {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let (address, zone) = match inner.find('%') {
            Some(at) => inner.split_at(at),
            None => (inner, ""),
        };
        let address = address.parse().map_err(|_| UrlError::Ipv6Address(host.to_owned()))?;
        let (address, zone) = (ipv6(address), parse_zone(zone)?);
        return Ok(Host { dialled: format!("{address}{zone}"), written: format!("[{address}]") });
    }
    let name = parse_name(host)?;
    let name = match ipv4(&name) {
        Some(address) => address.ok_or_else(|| UrlError::Ipv4Address(host.to_owned()))?.to_string(),
        None => name,
    };
    Ok(Host { dialled: name.clone(), written: name })
}

/// A name in ASCII and in lower case.
fn parse_name(host: &str) -> Result<String, UrlError> {
    let invalid = || UrlError::Host(host.to_owned());
    let name = String::from_utf8(percent::decode(host)).map_err(|_| invalid())?;
    let name = if name.is_ascii() { name.to_ascii_lowercase() } else { to_ascii(&name, host)? };
    if name.is_empty() {
        return Err(UrlError::EmptyHost);
    }
    // "reg-name = *( unreserved / pct-encoded / sub-delims )". RFC 3986 3.2.2. What was encoded has
    // been decoded, so that there is one way to write a name.
    let valid = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&b);
    if name.bytes().all(valid) { Ok(name) } else { Err(invalid()) }
}

#[cfg(feature = "idna")]
fn to_ascii(name: &str, host: &str) -> Result<String, UrlError> {
    idna::domain_to_ascii_cow(name.as_bytes(), idna::AsciiDenyList::URL)
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| UrlError::InternationalHost(host.to_owned()))
}

#[cfg(not(feature = "idna"))]
fn to_ascii(_: &str, host: &str) -> Result<String, UrlError> {
    Err(UrlError::NeedsIdna(host.to_owned()))
}

/// "IPv6addrz = IPv6address "%25" ZoneID", "ZoneID = 1*( unreserved / pct-encoded )". RFC 6874 2.
/// Gives it as `getaddrinfo` takes it: `%eth0`.
fn parse_zone(zone: &str) -> Result<String, UrlError> {
    if zone.is_empty() {
        return Ok(String::new());
    }
    let invalid = || UrlError::Zone(zone.to_owned());
    let encoded = zone.strip_prefix("%25").filter(|id| !id.is_empty()).ok_or_else(invalid)?;
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~%".contains(&b);
    let id = String::from_utf8(percent::decode(encoded)).map_err(|_| invalid())?;
    // A percent sign that is left did not encode anything.
    if !encoded.bytes().all(unreserved) || id.contains('%') || id.contains(char::is_control) {
        return Err(invalid());
    }
    Ok(format!("%{id}"))
}

/// An address as the URL standard writes it: always in pieces of 16 bits.
pub(crate) fn ipv6(address: Ipv6Addr) -> String {
    match (address.to_ipv4_mapped(), address.segments()) {
        (Some(_), [.., high, low]) => format!("::ffff:{high:x}:{low:x}"),
        _ => address.to_string(),
    }
}

/// The address that `name` is when its last label is a number: of up to four parts, each decimal,
/// octal or hexadecimal, as for `inet_aton` and the URL standard. `None` inside when it is none.
fn ipv4(name: &str) -> Option<Option<Ipv4Addr>> {
    let parts: Vec<&str> = name.strip_suffix('.').unwrap_or(name).split('.').collect();
    let (last, first) = parts.split_last()?;
    let is_number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    if !is_number && number(last).is_none() {
        return None;
    }
    let address = || {
        let mut address = number(last)?;
        // The last part is all of the address that is left.
        let bits = 32 - 8 * u32::try_from(first.len()).ok().filter(|&len| len < 4)?;
        (address >> bits == 0).then_some(())?;
        for (part, shift) in first.iter().zip([24, 16, 8]) {
            address |= number(part).filter(|&part| part < 256)? << shift;
        }
        u32::try_from(address).ok().map(Ipv4Addr::from)
    };
    Some(address())
}

/// A part of an IPv4 address.
fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if part.len() > 1 && part.starts_with('0') => (&part[1..], 8),
        None => (part, 10),
    };
    if part.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    match digits {
        "" => Some(0),
        // Too large in any case.
        _ => Some(u64::from_str_radix(digits, radix).unwrap_or(u64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_four_bytes() {
        for (name, address) in [
            ("1.2.3.4", Some("1.2.3.4")),
            ("1.2.3.4.", Some("1.2.3.4")),
            ("1.2.3", Some("1.2.0.3")),
            ("1.65535", Some("1.0.255.255")),
            ("4294967295", Some("255.255.255.255")),
            ("0x7f.010.0x.0", Some("127.8.0.0")),
            ("4294967296", None),
            ("1.2.3.256", None),
            ("1.2.256.4", None),
            ("1.2.65536", None),
            ("1.2.3.4.5", None),
            ("1..2", None),
            ("08", None),
            ("a.1", None),
            ("a.0x1", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(ipv4(name), Some(address.map(|it| it.parse().unwrap())), "{name}");
        }
        for name in ["a", "1.a", "1.2.3.4a", "1.0xg", ".", "", "1..", "1.+1"] {
            assert_eq!(ipv4(name), None, "{name}");
        }
    }
}
