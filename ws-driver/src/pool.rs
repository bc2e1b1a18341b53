//! Memory for connections that are busy. An idle one has none: it takes a buffer when it looks for
//! bytes and gives it back when there are none, so that there are as many buffers in use as there
//! are busy connections on this thread.

use std::cell::RefCell;

use bytes::BytesMut;

thread_local! {
    static POOL: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// A buffer with room to read or write into.
pub(crate) fn take() -> BytesMut {
    let pooled = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
    pooled.unwrap_or_else(|| BytesMut::with_capacity(SIZE))
}

/// Takes back the memory that messages were sliced from, if they are gone. While they are not, what is
/// left behind them is used up first: messages that are kept must not cost a buffer each.
fn is_useful(memory: &mut BytesMut) -> bool {
    memory.try_reclaim(SIZE) || memory.capacity() >= SIZE / 4
}

/// Gives a buffer back.
pub(crate) fn put(mut memory: BytesMut) {
    if memory.capacity() == 0 {
        return;
    }
    memory.clear();
    if !is_useful(&mut memory) || memory.capacity() > 4 * SIZE {
        return;
    }
    // At the end of a thread there is no pool any more.
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < MOST {
            pool.push(memory);
        }
    });
}

/// As much as is read at a time: the most that a socket gives in one go, so that a message of that
/// length fits with its head.
const SIZE: usize = 64 * 1024 + 64;

/// A thread keeps no more than this many buffers for later.
const MOST: usize = 16;
