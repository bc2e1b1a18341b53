//! Printing the head of an answer.

use std::io::{self, Write};

use http::{HeaderMap, Response};

/// Prints what the library makes of a head: the status with its standard name, and the fields with
/// their names in lower case.
pub(super) fn print<B>(response: &Response<B>, out: &mut impl Write) -> io::Result<()> {
    print_status(response, out)?;
    print_fields(response.headers(), out)
}

/// Prints the first line alone.
pub(super) fn print_status<B>(response: &Response<B>, out: &mut impl Write) -> io::Result<()> {
    let status = response.status();
    write!(out, "{:?} {}", response.version(), status.as_str())?;
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
