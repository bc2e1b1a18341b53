//! What stands for listening where it has been left out.

use crate::{
    close::{CloseFrame, Side},
    codec::frame::Opcode,
    message::MessageKind,
};

/// Nobody listens to what is received.
#[derive(Debug, Default)]
pub(crate) struct RecvTap {}

impl RecvTap {
    #[inline(always)]
    pub(crate) fn head(&mut self, _opcode: Opcode, _len: usize) {}

    #[inline(always)]
    pub(crate) fn message(&mut self, _kind: MessageKind, _len: usize, _wire_len: usize) {}

    #[inline(always)]
    pub(crate) fn close(&self, _frame: &CloseFrame) {}
}

/// Nobody listens to what is sent.
#[derive(Debug, Default)]
pub(crate) struct SendTap {}

impl SendTap {
    #[inline(always)]
    pub(crate) fn payload(&mut self, _opcode: Opcode, _len: usize) {}

    #[inline(always)]
    pub(crate) fn frame(&mut self, _opcode: Opcode, _fin: bool, _wire_len: usize) {}

    #[inline(always)]
    pub(crate) fn message(&self, _kind: MessageKind, _len: usize, _wire_len: usize) {}

    #[inline(always)]
    pub(crate) fn ping(&self) {}

    #[inline(always)]
    pub(crate) fn full(&self) {}

    #[inline(always)]
    pub(crate) fn room(&self) {}

    #[inline(always)]
    pub(crate) fn close(&self, _frame: Option<(&CloseFrame, Side)>) {}
}
