//! An honest client that is slow: says and hears an octet or two at a time.

use std::{io, net::SocketAddr, thread, time::Duration};

use conformance::messages::frames::{Frame, binary, close, ping};
use ws_core::Role;

use crate::hostile::Peer;

/// The path that it asks for.
pub(crate) const PATH: &str = "/slow";

/// Says something, hears the echo, and closes.
///
/// # Errors
///
/// What it was owed and has not got.
pub(crate) fn talk(server: SocketAddr) -> io::Result<()> {
    let mut peer = Peer::open(server, PATH, "")?;
    let payload: Vec<u8> = (0..=255).collect();
    let frames = [
        binary(&payload[..100]).more(),
        ping("in between"),
        Frame { fin: true, ..conformance::messages::frames::continuation(&payload[100..]) },
    ];
    for frame in frames {
        for octets in frame.encode(Role::Server).chunks(2) {
            if !peer.say(octets)? {
                return Err(io::Error::other("it was cut off"));
            }
            thread::sleep(PAUSE);
        }
    }
    require(peer.hear()? == b"in between", "the pong differs")?;
    thread::sleep(10 * PAUSE);
    require(peer.hear()? == payload, "the echo differs")?;
    peer.frames([close(1000, "done")])?;
    require(peer.hear()?.starts_with(&1000_u16.to_be_bytes()), "the close differs")?;
    peer.await_end()
}

fn require(is_so: bool, otherwise: &str) -> io::Result<()> {
    if is_so { Ok(()) } else { Err(io::Error::other(otherwise)) }
}

/// Between any two octets or so.
const PAUSE: Duration = Duration::from_millis(5);
