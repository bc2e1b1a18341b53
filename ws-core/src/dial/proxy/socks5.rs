//! SOCKS 5 (RFC 1928), with user name and password (RFC 1929).
//!
//! ```text
//! greeting  | 5 | n | methods |                        answer  | 5 | method |
//! user      | 1 | len | user | len | password |        answer  | 1 | 0 |        if that method was chosen
//! request   | 5 | 1 | 0 | type | address | port |      answer  | 5 | 0 | 0 | type | address | port |
//! ```

use bytes::{BufMut, BytesMut};

use super::super::url::user_info::UserInfo;
use super::{
    answer_error::{AnswerFault, MalformedAnswer},
    destination::{Destination, DestinationHost, MAX_LEN},
    error::ProxyError,
    kind::ProxyKind,
    reply::Socks5Reply,
    settings::Proxy,
    step::ProxyStep,
};
use crate::codec::{RecvBuf, SendQueue};

/// Goes through the steps of SOCKS 5.
#[derive(Debug)]
pub(super) struct Socks5 {
    step: ProxyStep,
    credentials: Option<UserInfo>,
    destination: Destination,
}

impl Socks5 {
    /// Writes the greeting.
    pub(super) fn new(
        proxy: &Proxy,
        destination: Destination,
        out: &mut BytesMut,
    ) -> Result<Self, ProxyError> {
        let name = destination.short_name()?;
        if name.is_some() && proxy.kind() != ProxyKind::Socks5h {
            return Err(destination.address_needed(proxy.kind()));
        }
        let credentials = proxy.credentials().cloned();
        match &credentials {
            Some(info) => {
                check(info)?;
                out.put_slice(&[VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD]);
            }
            None => out.put_slice(&[VERSION, 1, NO_AUTHENTICATION]),
        }
        Ok(Self { step: ProxyStep::Method, credentials, destination })
    }

    /// Takes the answers that are there; `true` when the proxy has connected.
    pub(super) fn poll(
        &mut self,
        recv: &mut RecvBuf,
        send: &mut SendQueue,
        eof: bool,
    ) -> Result<bool, ProxyError> {
        loop {
            let answered = match self.step {
                ProxyStep::Method => self.read_method(recv, send)?,
                ProxyStep::Authentication => self.read_status(recv, send)?,
                _ => match read_reply(recv)? {
                    true => return Ok(true),
                    false => false,
                },
            };
            if !answered {
                return if eof { Err(ProxyError::Truncated(self.step)) } else { Ok(false) };
            }
        }
    }

    pub(super) fn step(&self) -> ProxyStep {
        self.step
    }

    fn read_method(
        &mut self,
        recv: &mut RecvBuf,
        send: &mut SendQueue,
    ) -> Result<bool, ProxyError> {
        match (recv.filled(), &self.credentials) {
            ([VERSION, NO_AUTHENTICATION, ..], _) => self.ask(send),
            ([VERSION, USER_AND_PASSWORD, ..], Some(info)) => {
                send.write(|out| write_credentials(info, out));
                self.step = ProxyStep::Authentication;
            }
            // "If the selected METHOD is X'FF', none of the methods listed by the client are acceptable, and
            // the client MUST close the connection." RFC 1928 3
            ([VERSION, NONE_ACCEPTABLE, ..], credentials) => {
                let with_credentials = credentials.is_some();
                return Err(ProxyError::NoAcceptableMethod { with_credentials });
            }
            ([] | [VERSION], _) => return Ok(false),
            ([VERSION, rest @ ..], _) => {
                return Err(MalformedAnswer::of_socks(AnswerFault::Socks5Method, rest).into());
            }
            (rest, _) => return Err(wrong_version(rest)),
        }
        recv.consume(2);
        Ok(true)
    }

    fn read_status(
        &mut self,
        recv: &mut RecvBuf,
        send: &mut SendQueue,
    ) -> Result<bool, ProxyError> {
        match recv.filled() {
            [1, 0, ..] => {}
            // "If the server returns a `failure' (STATUS value other than X'00') status, it MUST close the
            // connection." RFC 1929 2
            [1, status, ..] => return Err(ProxyError::AuthenticationRefused(*status)),
            [] | [1] => return Ok(false),
            rest => {
                let fault = AnswerFault::Socks5Authentication;
                return Err(MalformedAnswer::of_socks(fault, rest).into());
            }
        }
        recv.consume(2);
        self.ask(send);
        Ok(true)
    }

    /// Asks for the connection.
    fn ask(&mut self, send: &mut SendQueue) {
        self.credentials = None;
        self.step = ProxyStep::Connection;
        send.write(|out| {
            out.put_slice(&[VERSION, CONNECT, 0]);
            match &self.destination.host {
                DestinationHost::V4(address) => {
                    out.put_u8(IPV4);
                    out.put_slice(&address.octets());
                }
                DestinationHost::V6(address) => {
                    out.put_u8(IPV6);
                    out.put_slice(&address.octets());
                }
                DestinationHost::Name(name) => {
                    out.put_u8(NAME);
                    write_short(name, out);
                }
            }
            out.put_u16(self.destination.port);
        });
    }
}

/// Reads the last answer; `true` when the proxy has connected.
fn read_reply(recv: &mut RecvBuf) -> Result<bool, ProxyError> {
    let len = match recv.filled() {
        [VERSION, 0, _, IPV4, ..] => 4 + 4 + 2,
        [VERSION, 0, _, IPV6, ..] => 4 + 16 + 2,
        [VERSION, 0, _, NAME, len, ..] => 4 + 1 + usize::from(*len) + 2,
        [VERSION, 0, _, NAME] | [VERSION, 0, _] | [VERSION, 0] | [VERSION] | [] => {
            return Ok(false);
        }
        [VERSION, 0, _, rest @ ..] => {
            return Err(MalformedAnswer::of_socks(AnswerFault::Socks5AddressType, rest).into());
        }
        [VERSION, code, ..] => {
            let reply = Socks5Reply::of_code(*code).unwrap_or(Socks5Reply::Unassigned(*code));
            return Err(ProxyError::Socks5(reply));
        }
        rest => return Err(wrong_version(rest)),
    };
    if recv.len() < len {
        return Ok(false);
    }
    // The address that the proxy connects from means nothing here.
    recv.consume(len);
    Ok(true)
}

/// Whether user name and password can be sent.
fn check(info: &UserInfo) -> Result<(), ProxyError> {
    for (what, text) in [
        ("the user name for the proxy", &info.user),
        ("the password for the proxy", &info.password),
    ] {
        // Both are of "1 to 255" octets. RFC 1929 2. An empty one is sent as such, as other clients do:
        // it is for the proxy to refuse.
        if text.len() > MAX_LEN {
            return Err(ProxyError::TooLong { what, len: text.len() });
        }
        if text.contains(char::is_control) {
            return Err(ProxyError::Credentials);
        }
    }
    Ok(())
}

fn write_credentials(info: &UserInfo, out: &mut BytesMut) {
    out.put_u8(1);
    write_short(&info.user, out);
    write_short(&info.password, out);
}

/// Writes a text that was checked to be of at most 255 octets, behind its length.
fn write_short(text: &str, out: &mut BytesMut) {
    let text = text.as_bytes();
    let text = text.get(..MAX_LEN).unwrap_or(text);
    out.put_u8(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.put_slice(text);
}

fn wrong_version(rest: &[u8]) -> ProxyError {
    MalformedAnswer::of_socks(AnswerFault::Socks5Version, rest).into()
}

const VERSION: u8 = 5;
const CONNECT: u8 = 1;

/// Methods of authentication.
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;

/// Types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
