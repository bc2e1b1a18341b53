//! Any lines as Connection and Upgrade: whether they ask for a WebSocket is what reading the grammar once more, slowly,
//! says. The lines of Upgrade are those that begin with `>`.

use http::Request;
use ws_core::is_upgrade;

use crate::input::lines;

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut request = Request::get("/");
    let (mut connection, mut upgrade) = (Vec::new(), Vec::new());
    for line in lines(data) {
        let (name, of_name, value) = match line.strip_prefix(b">") {
            Some(value) => ("upgrade", &mut upgrade, value),
            None => ("connection", &mut connection, line),
        };
        request = request.header(name, value);
        of_name.push(value);
    }
    // Some octets cannot stand in a field.
    let Ok(request) = request.body(()) else { return };
    let options = members(&connection).all(is_token)
        && members(&connection).any(|member| member.eq_ignore_ascii_case(b"upgrade"));
    let protocols = members(&upgrade).all(is_protocol)
        && members(&upgrade).any(|member| member.eq_ignore_ascii_case(b"websocket"));
    assert_eq!(is_upgrade(&request), options && protocols);
}

/// The members of several lines, without the empty ones: `#element` of RFC 9110 5.6.1.
pub(crate) fn members<'a>(lines: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
    let members = lines.iter().flat_map(|line| line.split(|&byte| byte == b','));
    members.map(trimmed).filter(|member| !member.is_empty())
}

fn trimmed(member: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = member.iter().position(|byte| !is_space(byte)) else { return &[] };
    let end = member.iter().rposition(|byte| !is_space(byte)).map_or(0, |at| at + 1);
    &member[start..end]
}

/// `tchar` of RFC 9110 5.6.2, from the list of what it is not.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let is_tchar = |byte: &u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_tchar)
}

/// `protocol-name [ "/" protocol-version ]`, RFC 9110 7.8.
fn is_protocol(member: &[u8]) -> bool {
    match member.iter().position(|&byte| byte == b'/') {
        Some(at) => is_token(&member[..at]) && is_token(&member[at + 1..]),
        None => is_token(member),
    }
}
