//! SOCKS 4, which takes IPv4 addresses, and SOCKS 4A, which takes names as well.
//!
//! ```text
//! request  | 4 | 1 | port | address | user | 0 |              SOCKS 4
//!          | 4 | 1 | port | 0.0.0.1 | user | 0 | name | 0 |   SOCKS 4A
//! answer   | 0 | code | port | address |                      90: the proxy has connected
//! ```

use bytes::{BufMut, BytesMut};

use super::{
    answer_error::{AnswerFault, MalformedAnswer},
    destination::{Destination, DestinationHost, MAX_LEN},
    error::ProxyError,
    kind::ProxyKind,
    reply::Socks4Reply,
    settings::Proxy,
    step::ProxyStep,
};
use crate::codec::RecvBuf;

/// Writes the request.
pub(super) fn write_request(
    proxy: &Proxy,
    destination: &Destination,
    out: &mut BytesMut,
) -> Result<(), ProxyError> {
    let takes_names = proxy.kind() == ProxyKind::Socks4a;
    let (address, name) = match &destination.host {
        // Such an address says that a name follows, so it is told as one.
        DestinationHost::V4(address) if takes_names && is_mark(address.octets()) => {
            (MARK, Some(address.to_string()))
        }
        DestinationHost::V4(address) => (address.octets(), None),
        DestinationHost::Name(_) if takes_names => {
            (MARK, destination.short_name()?.map(str::to_owned))
        }
        DestinationHost::Name(_) | DestinationHost::V6(_) => {
            return Err(destination.address_needed(proxy.kind()));
        }
    };
    // There is no password in SOCKS 4.
    let user = proxy.credentials().map_or("", |info| &info.user);
    if user.len() > MAX_LEN {
        return Err(ProxyError::TooLong { what: "the user name for the proxy", len: user.len() });
    }
    // It ends with a NUL.
    if user.contains(char::is_control) {
        return Err(ProxyError::Credentials);
    }
    out.put_slice(&[4, CONNECT]);
    out.put_u16(destination.port);
    out.put_slice(&address);
    out.put_slice(user.as_bytes());
    out.put_u8(0);
    if let Some(name) = name {
        out.put_slice(name.as_bytes());
        out.put_u8(0);
    }
    Ok(())
}

/// Reads the answer; `true` when the proxy has connected.
pub(super) fn read_reply(recv: &mut RecvBuf, eof: bool) -> Result<bool, ProxyError> {
    match recv.filled() {
        [0, code, ..] => {
            if let Some(reply) = Socks4Reply::of_code(*code) {
                return Err(ProxyError::Socks4(reply));
            }
        }
        [] | [0] => {}
        rest => return Err(MalformedAnswer::of_socks(AnswerFault::Socks4Version, rest).into()),
    }
    if recv.len() < REPLY_LEN {
        return if eof { Err(ProxyError::Truncated(ProxyStep::Connection)) } else { Ok(false) };
    }
    // Port and address mean nothing here.
    recv.consume(REPLY_LEN);
    Ok(true)
}

/// Whether an address stands for a name: "0.0.0.x, with x nonzero".
fn is_mark(octets: [u8; 4]) -> bool {
    matches!(octets, [0, 0, 0, last] if last != 0)
}

/// An address that stands for a name.
const MARK: [u8; 4] = [0, 0, 0, 1];

const CONNECT: u8 = 1;

const REPLY_LEN: usize = 8;
