//! Compressors that many connections take turns with.

#[cfg(feature = "deflate")]
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fmt, sync::Arc};

#[cfg(feature = "deflate")]
use flate2::Compress;

#[cfg(feature = "deflate")]
use super::Setting;

/// Compressors for connections that forget their context after every message
/// (`server_no_context_takeover` on a server, `client_no_context_takeover` on a client).
///
/// Such a connection needs a compressor of up to 372 KiB for as long as a message takes. Without a
/// pool it makes one for each burst of messages; with a pool it takes one that another connection
/// is done with. Clones share the same compressors.
///
/// ```
/// use ws_core::{DeflatePool, WebSocketConfig};
///
/// // As many as there are threads that send at the same time.
/// let pool = DeflatePool::new(8);
/// let config = WebSocketConfig::new().deflate_pool(pool);
/// ```
#[derive(Clone)]
pub struct DeflatePool(Arc<Shared>);

struct Shared {
    max_len: usize,
    #[cfg(feature = "deflate")]
    idle: Mutex<Vec<(Setting, Compress)>>,
}

impl DeflatePool {
    /// A pool that keeps at most `max_len` idle compressors.
    pub fn new(max_len: usize) -> Self {
        Self(Arc::new(Shared {
            max_len,
            #[cfg(feature = "deflate")]
            idle: Mutex::default(),
        }))
    }

    /// The number of idle compressors.
    pub fn idle_len(&self) -> usize {
        #[cfg(feature = "deflate")]
        let len = self.idle().len();
        #[cfg(not(feature = "deflate"))]
        let len = 0;
        len
    }
}

#[cfg(feature = "deflate")]
impl DeflatePool {
    pub(super) fn take(&self, setting: Setting) -> Option<Compress> {
        let mut idle = self.idle();
        let at = idle.iter().rposition(|(known, _)| *known == setting)?;
        Some(idle.swap_remove(at).1)
    }

    pub(super) fn put(&self, setting: Setting, context: Option<Compress>) {
        let Some(mut context) = context else { return };
        // Outside the lock: it takes a few microseconds.
        context.reset();
        let mut idle = self.idle();
        if idle.len() < self.0.max_len {
            idle.push((setting, context));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Setting, Compress)>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DeflatePool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeflatePool").field("max_len", &self.0.max_len).finish_non_exhaustive()
    }
}
