//! A file in one message, of which neither end ever holds more than a part.
//!
//! `cargo run --example async_std_stream_file`

use std::path::{Path, PathBuf};

use async_std::{
    fs::File,
    io::{ReadExt, WriteExt},
    net::{TcpListener, TcpStream},
    task,
};
use ws_async_std::{CloseCode, Message, Part, ServerConfig, WebSocketConfig, accept_with, connect};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(crate) fn main() -> Result {
    task::block_on(async {
        let (original, copy) = (temporary("original"), temporary("copy"));
        std::fs::write(&original, "all work and no play\n".repeat(1 << 20))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        let target = copy.clone();
        let server = task::spawn(async move { store(listener.accept().await?.0, &target).await });

        println!("the server has stored {:?}", upload(&url, &original).await?);
        server.await?;
        assert!(std::fs::read(&original)? == std::fs::read(&copy)?);
        std::fs::remove_file(original)?;
        std::fs::remove_file(copy)?;
        Ok(())
    })
}

/// Sends a file as one message. Each part waits until there is room for it in the send queue, so
/// the file is read as fast as the peer takes it.
async fn upload(url: &str, path: &Path) -> Result<Option<Message>> {
    let (mut ws, _response) = connect(url).await?;
    let mut file = File::open(path).await?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer).await?;
        // An empty part may be the last one: the end is known when there is no more.
        ws.send_part(Part::binary(buffer[..n].to_vec(), n == 0)).await?;
        if n == 0 {
            break;
        }
    }
    let answer = ws.recv().await?;
    ws.close_with(CloseCode::NORMAL_CLOSURE, "").await?;
    Ok(answer)
}

/// Writes one message to a file, part by part as they come, and answers with its length.
async fn store(stream: TcpStream, path: &Path) -> Result {
    // The limit on a message counts for messages in parts, too: it is the largest file to take.
    let limits = WebSocketConfig::new().max_message_len(1 << 30);
    let mut ws = accept_with(stream, &ServerConfig::new().web_socket(limits)).await?;
    let mut file = File::create(path).await?;
    let mut len = 0;
    while let Some(part) = ws.recv_part().await? {
        file.write_all(&part.data).await?;
        len += part.data.len();
        if part.last {
            file.flush().await?;
            ws.send(format!("{len} bytes")).await?;
        }
    }
    Ok(())
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ws-async-std-{}-{name}", std::process::id()))
}
