//! Something that many wait for, on whatever they run.

use smol::channel::{Receiver, Sender, bounded};

/// Opens once, and stays open.
#[derive(Debug)]
pub(crate) struct Key(Sender<()>);

/// What waits for it.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Receiver<()>);

/// A gate that is closed, and its key.
pub(crate) fn closed() -> (Key, Gate) {
    let (sender, receiver) = bounded(1);
    (Key(sender), Gate(receiver))
}

impl Key {
    /// Lets everybody through.
    pub(crate) fn open(self) {
        self.0.close();
    }
}

impl Gate {
    /// Waits on a runtime. Nothing is ever sent; the channel is closed.
    pub(crate) async fn pass(&self) {
        let _ = self.0.recv().await;
    }

    /// Waits on a thread.
    pub(crate) fn pass_blocking(&self) {
        let _ = self.0.recv_blocking();
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.is_closed()
    }
}
