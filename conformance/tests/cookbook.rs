//! Every recipe of the cookbook runs to its end with every adapter, and not for long.

use std::{fmt::Display, sync::mpsc, thread, time::Duration};

macro_rules! recipes {
    ($($name:ident in $path:literal;)*) => {
        $(
            #[path = $path]
            mod $name;
        )*

        mod ends {
            $(
                #[test]
                fn $name() {
                    super::assert_ends(super::$name::main);
                }
            )*
        }
    };
}

recipes! {
    async_std_chat in "../../ws-async-std/examples/async_std_chat.rs";
    async_std_connect in "../../ws-async-std/examples/async_std_connect.rs";
    async_std_echo in "../../ws-async-std/examples/async_std_echo.rs";
    async_std_shutdown in "../../ws-async-std/examples/async_std_shutdown.rs";
    async_std_split in "../../ws-async-std/examples/async_std_split.rs";
    async_std_stream_file in "../../ws-async-std/examples/async_std_stream_file.rs";
    async_std_subprotocols in "../../ws-async-std/examples/async_std_subprotocols.rs";
    blocking_chat in "../../ws-blocking/examples/blocking_chat.rs";
    blocking_connect in "../../ws-blocking/examples/blocking_connect.rs";
    blocking_echo in "../../ws-blocking/examples/blocking_echo.rs";
    blocking_shutdown in "../../ws-blocking/examples/blocking_shutdown.rs";
    blocking_split in "../../ws-blocking/examples/blocking_split.rs";
    blocking_stream_file in "../../ws-blocking/examples/blocking_stream_file.rs";
    blocking_subprotocols in "../../ws-blocking/examples/blocking_subprotocols.rs";
    blocking_tls in "../../ws-blocking/examples/blocking_tls.rs";
    hyper_http2 in "../../ws-hyper/examples/hyper_http2.rs";
    smol_chat in "../../ws-smol/examples/smol_chat.rs";
    smol_connect in "../../ws-smol/examples/smol_connect.rs";
    smol_echo in "../../ws-smol/examples/smol_echo.rs";
    smol_shutdown in "../../ws-smol/examples/smol_shutdown.rs";
    smol_split in "../../ws-smol/examples/smol_split.rs";
    smol_stream_file in "../../ws-smol/examples/smol_stream_file.rs";
    smol_subprotocols in "../../ws-smol/examples/smol_subprotocols.rs";
    tokio_chat in "../../ws-tokio/examples/tokio_chat.rs";
    tokio_connect in "../../ws-tokio/examples/tokio_connect.rs";
    tokio_echo in "../../ws-tokio/examples/tokio_echo.rs";
    tokio_shutdown in "../../ws-tokio/examples/tokio_shutdown.rs";
    tokio_split in "../../ws-tokio/examples/tokio_split.rs";
    tokio_stream_file in "../../ws-tokio/examples/tokio_stream_file.rs";
    tokio_subprotocols in "../../ws-tokio/examples/tokio_subprotocols.rs";
    tokio_tls in "../../ws-tokio/examples/tokio_tls.rs";
    tokio_watch in "../../ws-tokio/examples/tokio_watch.rs";
}

fn assert_ends<E: Display>(recipe: impl FnOnce() -> Result<(), E> + Send + 'static) {
    let (told, ended) = mpsc::channel();
    thread::spawn(move || told.send(recipe().map_err(|error| error.to_string())));
    assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(Ok(())));
}
