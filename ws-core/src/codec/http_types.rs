//! From bytes to the types of the crate `http`, and back.

use bytes::{BufMut, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};

use super::{field_name::write_usual, head::ResponseHead};

/// A head as a value; `None` when its status is not a valid one.
pub(crate) fn to_response(head: &ResponseHead<'_, '_>) -> Option<Response<()>> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(head.status).ok()?;
    if !head.version_1_1 {
        *response.version_mut() = Version::HTTP_10;
    }
    let headers = response.headers_mut();
    headers.reserve(head.fields.len());
    for field in head.fields {
        append(headers, field.name, field.value);
    }
    Some(response)
}

/// Adds a field that `httparse` has accepted. `http` accepts whatever it accepts.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value));
    debug_assert!(parsed.0.is_ok() && parsed.1.is_ok());
    if let (Ok(name), Ok(value)) = parsed {
        // Fails for more fields than a map can hold, which the limits forbid.
        let _ = headers.try_append(name, value);
    }
}

/// Writes one field line, with the usual spelling of its name.
pub(crate) fn write_unspelled_field(name: &HeaderName, value: &[u8], out: &mut BytesMut) {
    out.reserve(name.as_str().len() + value.len() + 4);
    write_usual(name, out);
    write_value(value, out);
}

/// Writes one field line.
pub(crate) fn write_field(name: &str, value: &[u8], out: &mut BytesMut) {
    out.reserve(name.len() + value.len() + 4);
    out.put_slice(name.as_bytes());
    write_value(value, out);
}

fn write_value(value: &[u8], out: &mut BytesMut) {
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_slice(b"\r\n");
}

/// The first byte of `value` that no field value may have.
pub(crate) fn first_invalid(value: &[u8]) -> u8 {
    let is_invalid = |byte: &u8| HeaderValue::from_bytes(&[*byte]).is_err();
    value.iter().copied().find(is_invalid).unwrap_or_default()
}
