//! How a WebSocket, or a half of one, holds its stream.

use std::{
    fmt,
    sync::{Arc, PoisonError},
};

use crate::sync::{Mutex, MutexGuard};

/// Something that holds a stream: alone, or together with the other half.
pub trait Hold: sealed::Sealed {
    /// The stream.
    type Stream;

    /// Does something with the stream.
    fn with<O>(&mut self, then: impl FnOnce(&mut Self::Stream) -> O) -> O;

    /// Makes one stream of the two that the halves of a WebSocket held.
    fn join(reading: Self, writing: Self) -> Option<Self::Stream>
    where
        Self: Sized;
}

/// A stream held alone.
#[derive(Debug)]
pub struct Own<T>(pub(crate) T);

impl<T> Hold for Own<T> {
    type Stream = T;

    fn with<O>(&mut self, then: impl FnOnce(&mut T) -> O) -> O {
        then(&mut self.0)
    }

    fn join(reading: Self, _writing: Self) -> Option<T> {
        Some(reading.0)
    }
}

/// A stream that both halves hold. It is locked for the time of a poll, never across one.
pub struct Shared<T>(pub(crate) Arc<Mutex<T>>);

impl<T> Hold for Shared<T> {
    type Stream = T;

    fn with<O>(&mut self, then: impl FnOnce(&mut T) -> O) -> O {
        then(&mut lock(&self.0))
    }

    fn join(reading: Self, writing: Self) -> Option<T> {
        drop(writing);
        let mutex = Arc::into_inner(reading.0)?;
        Some(mutex.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// A panic while the lock was held has left what it guards as it was between two polls.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Own<T> {}
    impl<T> Sealed for super::Shared<T> {}
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_shared_is_not_shown() {
        let shared = Shared(Arc::new(Mutex::new("a stream that is in use")));
        assert_eq!(format!("{shared:?}"), "Shared { .. }");
    }
}
