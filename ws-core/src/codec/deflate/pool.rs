//! Compressors and inflaters that many connections take turns with.

#[cfg(feature = "deflate")]
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::{fmt, sync::Arc};

#[cfg(feature = "deflate")]
use flate2::Compress;
#[cfg(feature = "deflate")]
use zlib_rs::Inflate;

#[cfg(feature = "deflate")]
use super::Setting;

/// Compressors and inflaters for directions that forget their context after every message
/// (`server_no_context_takeover`, `client_no_context_takeover`).
///
/// Such a connection needs a compressor of up to 372 KiB for as long as a message takes to send, and an inflater of 46 KiB
/// for as long as one takes to come. It takes what another connection is done with: from the pool of its configuration, or
/// else from that of the process, which keeps at most 8 of each. Clones share the same pool.
///
/// ```
/// use ws_core::{DeflatePool, WebSocketConfig};
///
/// // As many as there are threads that send at the same time.
/// let pool = DeflatePool::new(32);
/// let config = WebSocketConfig::new().deflate_pool(pool);
/// ```
#[derive(Clone)]
pub struct DeflatePool(Arc<Shared>);

struct Shared {
    max_len: usize,
    #[cfg(feature = "deflate")]
    compressors: Mutex<Vec<(Setting, Compress)>>,
    #[cfg(feature = "deflate")]
    inflaters: Mutex<Vec<Inflate>>,
}

impl DeflatePool {
    /// A pool that keeps at most `max_len` idle compressors, and as many inflaters. One of 0 keeps none: they are made
    /// anew for each message.
    pub fn new(max_len: usize) -> Self {
        Self(Arc::new(Shared {
            max_len,
            #[cfg(feature = "deflate")]
            compressors: Mutex::default(),
            #[cfg(feature = "deflate")]
            inflaters: Mutex::default(),
        }))
    }

    /// The number of idle compressors.
    pub fn idle_len(&self) -> usize {
        #[cfg(feature = "deflate")]
        let len = locked(&self.0.compressors).len();
        #[cfg(not(feature = "deflate"))]
        let len = 0;
        len
    }
}

#[cfg(feature = "deflate")]
impl DeflatePool {
    /// That of the process, for connections whose configuration names none.
    pub(super) fn of_process() -> Self {
        static POOL: OnceLock<DeflatePool> = OnceLock::new();
        POOL.get_or_init(|| Self::new(OF_PROCESS)).clone()
    }

    pub(super) fn take_compressor(&self, setting: Setting) -> Option<Compress> {
        let mut idle = locked(&self.0.compressors);
        let at = idle.iter().rposition(|(known, _)| *known == setting)?;
        Some(idle.swap_remove(at).1)
    }

    pub(super) fn put_compressor(&self, setting: Setting, context: Option<Compress>) {
        let Some(mut context) = context else { return };
        // Outside the lock: it takes a few microseconds.
        context.reset();
        self.put(&self.0.compressors, (setting, context));
    }

    pub(super) fn take_inflater(&self) -> Option<Inflate> {
        locked(&self.0.inflaters).pop()
    }

    pub(super) fn put_inflater(&self, context: Option<Inflate>) {
        let Some(mut context) = context else { return };
        context.reset(false);
        self.put(&self.0.inflaters, context);
    }

    fn put<C>(&self, idle: &Mutex<Vec<C>>, context: C) {
        let mut idle = locked(idle);
        if idle.len() < self.0.max_len {
            idle.push(context);
        }
    }
}

#[cfg(feature = "deflate")]
fn locked<C>(idle: &Mutex<Vec<C>>) -> MutexGuard<'_, Vec<C>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 3.3 MiB at most. More are seldom in use at once: a message of 1 KiB takes some 15 microseconds.
#[cfg(feature = "deflate")]
const OF_PROCESS: usize = 8;

impl fmt::Debug for DeflatePool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeflatePool").field("max_len", &self.0.max_len).finish_non_exhaustive()
    }
}
