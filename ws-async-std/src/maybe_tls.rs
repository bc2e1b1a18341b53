//! async-std's traits for a stream that may have TLS.

use async_std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::HalfClose;

ws_driver::__maybe_tls_stream!(TcpStream);
ws_driver::__futures_io_maybe_tls!(Read, Write, HalfClose, [Read + Write + Unpin + 'static]);
