//! The locks and flags that tasks share: those of std, and in models those of loom, which tries every order in which
//! threads can get at them.

#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic::AtomicBool};

#[cfg(all(test, loom))]
pub(crate) use loom::sync::{Mutex, MutexGuard, atomic::AtomicBool};
