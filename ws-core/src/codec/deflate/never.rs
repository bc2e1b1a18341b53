//! What stands for compression where it has been left out: types without values.

use super::{BadDeflate, DeflatePool, Setting, Window};

#[derive(Debug)]
pub(crate) enum Inflater {}

impl Inflater {
    pub(crate) fn new(_window: Window, _pool: Option<&DeflatePool>) -> Option<Self> {
        None
    }

    pub(crate) fn out(&self) -> &[u8] {
        match *self {}
    }

    pub(crate) fn take_out(&mut self) -> Vec<u8> {
        match *self {}
    }

    pub(crate) fn forget_out(&mut self) {
        match *self {}
    }

    pub(crate) fn total(&self) -> usize {
        match *self {}
    }

    pub(crate) fn is_full(&self) -> bool {
        match *self {}
    }

    pub(crate) fn inflate(&mut self, _input: &[u8], _max_len: usize) -> Result<usize, BadDeflate> {
        match *self {}
    }

    pub(crate) fn end(&mut self) -> Result<(), BadDeflate> {
        match *self {}
    }
}

#[derive(Debug)]
pub(crate) enum Deflater {}

impl Deflater {
    pub(crate) fn new(_window: Window, _level: u8, _pool: Option<&DeflatePool>) -> Option<Self> {
        None
    }

    pub(crate) fn setting(&self) -> Setting {
        match *self {}
    }

    pub(crate) fn deflate(&mut self, _piece: &[u8], _last: bool) -> Vec<u8> {
        match *self {}
    }

    pub(crate) fn reuse(&mut self, _memory: Vec<u8>) {
        match *self {}
    }

    pub(crate) fn forget(&mut self) {
        match *self {}
    }

    pub(crate) fn rest(&mut self) {
        match *self {}
    }
}

/// Never called, since there is no [`Deflater`].
pub(crate) fn deflate_alone(_setting: Setting, _message: &[u8]) -> Vec<u8> {
    Vec::new()
}
