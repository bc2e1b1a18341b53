//! Printing the head of an answer.

use std::io::{self, Write};

use http::{HeaderMap, Response, StatusCode, Version};

/// Prints what the library makes of a head: the status with its standard name, and the fields with
/// their names in lower case.
pub(super) fn print<B>(response: &Response<B>, out: &mut impl Write) -> io::Result<()> {
    print_status(response.version(), response.status(), out)?;
    print_fields(response.headers(), out)
}

fn print_status(version: Version, status: StatusCode, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{version:?} {}", status.as_str())?;
    match status.canonical_reason() {
        Some(reason) => writeln!(out, " {reason}"),
        None => writeln!(out),
    }
}

fn print_fields(headers: &HeaderMap, out: &mut impl Write) -> io::Result<()> {
    for (name, value) in headers {
        write!(out, "{name}: ")?;
        out.write_all(value.as_bytes())?;
        writeln!(out)?;
    }
    Ok(())
}
