//! Every recipe of the cookbook runs to its end, and not for long.

use std::{sync::mpsc, thread, time::Duration};

#[path = "../examples/blocking_chat.rs"]
mod chat;
#[path = "../examples/blocking_echo.rs"]
mod echo;
#[path = "../examples/blocking_shutdown.rs"]
mod shutdown;
#[path = "../examples/blocking_split.rs"]
mod split;
#[path = "../examples/blocking_stream_file.rs"]
mod stream_file;
#[path = "../examples/blocking_subprotocols.rs"]
mod subprotocols;

#[test]
fn echo_ends() {
    ends(echo::main);
}

#[test]
fn split_ends() {
    ends(split::main);
}

#[test]
fn chat_ends() {
    ends(chat::main);
}

#[test]
fn stream_file_ends() {
    ends(stream_file::main);
}

#[test]
fn subprotocols_end() {
    ends(subprotocols::main);
}

#[test]
fn shutdown_ends() {
    ends(shutdown::main);
}

fn ends<E: std::fmt::Display>(example: impl FnOnce() -> Result<(), E> + Send + 'static) {
    let (told, ended) = mpsc::channel();
    thread::spawn(move || told.send(example().map_err(|error| error.to_string())));
    assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(Ok(())));
}
