//! What came of looking at a handshake.

/// What came of looking at a handshake `H`: `T`, or `F` instead.
///
/// Both [`ServerHandshake`](crate::ServerHandshake) and [`ClientHandshake`](crate::ClientHandshake) are
/// consumed by looking at them, and come back only when more has to come.
#[derive(Debug)]
#[must_use = "a pending handshake goes on only if it is kept"]
pub enum Polled<H, T, F> {
    /// More has to come. The handshake, to go on with.
    Pending(H),
    /// Here it is.
    Ready(T),
    /// There is none, and why.
    Failed(F),
}
