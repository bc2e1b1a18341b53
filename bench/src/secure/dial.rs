//! A process with nothing in it but connections of one client.

use std::{fs, sync::Arc};

use super::{
    client::{SECURE, Target},
    server::trusting,
};
use crate::{peers::Result, system};

/// Opens connections, one after the other, lets each echo a message of so many bytes, and says what
/// they take: heap and resident memory, in bytes, for all of them. The arguments are the name of a client,
/// a port, a file with a certificate, how many, and how long the message is. `heap` counts the bytes that
/// are allocated.
///
/// # Errors
///
/// One of them cannot be opened.
pub(crate) fn dial(args: &[String], heap: fn() -> usize) -> Result {
    let [name, port, certificate, count, echo_len] = args else {
        return Err("it takes five arguments".into());
    };
    let client = SECURE.iter().find(|client| client.name == name).ok_or("no such client")?;
    let (port, config) = (port.parse()?, trusting(fs::read(certificate)?.into())?);
    let opening = Arc::new(());
    let target = || Target { port, config: config.clone(), opening: opening.clone() };
    let (count, echo_len): (usize, usize) = (count.parse()?, echo_len.parse()?);
    system::raise_open_files()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = Vec::with_capacity(count + 1);
        let mut before = (0, 0);
        while tasks.len() <= count {
            let task = (client.idle)(target(), echo_len);
            while Arc::strong_count(&opening) > 1 {
                tokio::task::yield_now().await;
            }
            if task.is_finished() {
                return task.await?;
            }
            tasks.push(task);
            if tasks.len() == 1 {
                // What is set up once has been set up by the first one, which is not counted.
                before = (heap(), system::resident_len());
            }
        }
        let len = |now: usize, before: usize| now.saturating_sub(before);
        println!("{} {}", len(heap(), before.0), len(system::resident_len(), before.1));
        Ok(())
    })
}
