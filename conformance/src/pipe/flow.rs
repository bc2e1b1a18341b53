//! Octets on their way from one end of a pipe to the other.

use std::{collections::VecDeque, task::Waker};

#[derive(Default)]
pub(super) struct Flow {
    octets: VecDeque<u8>,
    /// The lengths of the portions.
    portions: VecDeque<usize>,
    /// Written, and not flushed.
    pub(super) held: Vec<u8>,
    /// How many octets more are taken; `None` for any number.
    pub(super) room: Option<usize>,
    /// Whether what is read makes room again.
    bounded: bool,
    /// The writing end has closed.
    pub(super) ended: bool,
    /// The reading end is gone.
    pub(super) broken: bool,
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
}

impl Flow {
    /// Never holds more than so many octets, and has the memory for them.
    pub(super) fn bound(&mut self, room: usize) {
        self.room = Some(room);
        self.bounded = true;
        self.octets.reserve(room);
        self.portions.reserve(room.min(1024));
    }

    pub(super) fn push(&mut self, octets: &[u8]) {
        if !octets.is_empty() {
            self.octets.extend(octets);
            self.portions.push_back(octets.len());
        }
    }

    /// Reads of the first portion.
    pub(super) fn pop(&mut self, buf: &mut [u8]) -> usize {
        let Some(portion) = self.portions.front_mut() else { return 0 };
        let len = buf.len().min(*portion);
        let (front, back) = self.octets.as_slices();
        let first = len.min(front.len());
        buf[..first].copy_from_slice(&front[..first]);
        buf[first..len].copy_from_slice(&back[..len - first]);
        self.octets.drain(..len);
        *portion -= len;
        if *portion == 0 {
            self.portions.pop_front();
        }
        if self.bounded {
            self.room = self.room.map(|room| room + len);
        }
        len
    }

    /// Passes on what is held. Says whether anything was.
    pub(super) fn flush(&mut self) -> bool {
        let mut held = std::mem::take(&mut self.held);
        self.push(&held);
        let any = !held.is_empty();
        held.clear();
        self.held = held;
        any
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        let all = self.octets();
        self.octets.clear();
        self.portions.clear();
        all
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        let (front, back) = self.octets.as_slices();
        [front, back].concat()
    }

    /// The octets in one piece.
    pub(super) fn contiguous(&mut self) -> &[u8] {
        self.octets.make_contiguous()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}
