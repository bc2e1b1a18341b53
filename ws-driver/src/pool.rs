//! Memory for connections that are busy. An idle one has none: it takes a buffer when it looks for
//! bytes and gives it back when there are none, so that there are as many buffers in use as there
//! are busy connections on this thread.

use std::cell::RefCell;

use bytes::BytesMut;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { boxed: Vec::new(), bare: Vec::new() }) };
}

/// What a thread keeps for later. Whoever sends has a buffer with its box, which is a word to move; whoever receives has it
/// in place, where it is used more.
#[expect(clippy::vec_box, reason = "the boxes are what is handed out")]
struct Pool {
    boxed: Vec<Box<BytesMut>>,
    bare: Vec<BytesMut>,
}

/// A buffer with room to write into.
pub(crate) fn take() -> Box<BytesMut> {
    let pooled = with(|pool| pool.boxed.pop().or_else(|| pool.bare.pop().map(Box::new)));
    pooled.flatten().unwrap_or_else(|| Box::new(new()))
}

/// A buffer with room to read into.
pub(crate) fn take_memory() -> BytesMut {
    let pooled = with(|pool| pool.bare.pop().or_else(|| pool.boxed.pop().map(|memory| *memory)));
    pooled.flatten().unwrap_or_else(new)
}

/// Gives a buffer back.
pub(crate) fn put(mut memory: Box<BytesMut>) {
    if is_useful(&mut memory) {
        with(|pool| {
            if pool.has_room() {
                pool.boxed.push(memory);
            }
        });
    }
}

/// Gives back a buffer that was received into.
pub(crate) fn put_memory(mut memory: BytesMut) {
    if is_useful(&mut memory) {
        with(|pool| {
            if pool.has_room() {
                pool.bare.push(memory);
            }
        });
    }
}

impl Pool {
    fn has_room(&self) -> bool {
        self.boxed.len() + self.bare.len() < MOST
    }
}

/// At the end of a thread there is no pool any more.
#[inline]
fn with<O>(then: impl FnOnce(&mut Pool) -> O) -> Option<O> {
    POOL.try_with(|pool| then(&mut pool.borrow_mut())).ok()
}

/// Takes back the memory that messages were sliced from, if they are gone. While they are not, what is
/// left behind them is used up first: messages that are kept must not cost a buffer each.
fn is_useful(memory: &mut BytesMut) -> bool {
    if memory.capacity() == 0 {
        return false;
    }
    memory.clear();
    // Going back to the front of what has hardly been used is not worth it.
    let has_room = memory.capacity() >= SIZE - SIZE / 16
        || memory.try_reclaim(SIZE)
        || memory.capacity() >= SIZE / 4;
    has_room && memory.capacity() <= 4 * SIZE
}

#[cold]
fn new() -> BytesMut {
    BytesMut::with_capacity(SIZE)
}

/// As much as is read at a time: the most that a socket gives in one go, so that a message of that
/// length fits with its head.
const SIZE: usize = 64 * 1024 + 64;

/// A thread keeps no more than this many buffers for later.
const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn len() -> usize {
        with(|pool| pool.boxed.len() + pool.bare.len()).unwrap_or_default()
    }

    #[test]
    fn a_thread_keeps_so_many_buffers() {
        for _ in 0..MOST {
            put_memory(new());
            put(Box::new(new()));
        }
        assert_eq!(len(), MOST);
        let all: Vec<_> = (0..MOST).map(|_| take_memory()).collect();
        assert!(len() == 0 && all.iter().all(BytesMut::is_empty));
    }

    #[test]
    fn what_is_of_no_use_is_not_kept() {
        for (capacity, is_kept) in [
            (0, false),
            (SIZE / 4 - 1, false),
            (SIZE / 4, true),
            (SIZE, true),
            (4 * SIZE, true),
            (4 * SIZE + 1, false),
        ] {
            put_memory(BytesMut::with_capacity(capacity));
            assert_eq!(len(), usize::from(is_kept), "{capacity}");
            take_memory();
        }
    }
}
