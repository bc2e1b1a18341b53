//! The traits of futures-io for a stream that may have TLS.

use async_net::TcpStream;
use futures_io::{AsyncRead, AsyncWrite};
use ws_driver::PollClose;

ws_driver::__maybe_tls_stream!(TcpStream);
ws_driver::__futures_io_maybe_tls!(
    AsyncRead,
    AsyncWrite,
    PollClose,
    [AsyncRead + AsyncWrite + Unpin]
);
