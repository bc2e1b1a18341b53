//! A file in one message, of which neither end ever holds more than a part.
//!
//! `cargo run --example blocking_stream_file`

use std::{
    fs::File,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

use ws_blocking::{CloseCode, Message, Part, ServerConfig, WebSocketConfig, accept_with, connect};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(crate) fn main() -> Result {
    let (original, copy) = (temporary("original"), temporary("copy"));
    std::fs::write(&original, "all work and no play\n".repeat(1 << 20))?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let target = copy.clone();
    let server = thread::spawn(move || store(listener.accept()?.0, &target));

    println!("the server has stored {:?}", upload(&url, &original)?);
    server.join().map_err(|_| "the server panicked")??;
    assert!(std::fs::read(&original)? == std::fs::read(&copy)?);
    std::fs::remove_file(original)?;
    std::fs::remove_file(copy)?;
    Ok(())
}

/// Sends a file as one message. Each part waits until there is room for it in the send queue, so
/// the file is read as fast as the peer takes it.
fn upload(url: &str, path: &Path) -> Result<Option<Message>> {
    let (mut ws, _response) = connect(url).open()?;
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        // An empty part may be the last one: the end is known when there is no more.
        ws.send_part(Part::binary(buffer[..n].to_vec(), n == 0))?;
        if n == 0 {
            break;
        }
    }
    let answer = ws.recv()?;
    ws.close_with(CloseCode::NORMAL_CLOSURE, "")?;
    Ok(answer)
}

/// Writes one message to a file, part by part as they come, and answers with its length.
fn store(stream: TcpStream, path: &Path) -> Result {
    // The limit on a message counts for messages in parts, too: it is the largest file to take.
    let limits = WebSocketConfig::new().max_message_len(1 << 30);
    let mut ws = accept_with(stream, &ServerConfig::new().web_socket(limits))?;
    let mut file = File::create(path)?;
    let mut len = 0;
    while let Some(part) = ws.recv_part()? {
        file.write_all(&part.data)?;
        len += part.data.len();
        if part.last {
            file.flush()?;
            ws.send(format!("{len} bytes"))?;
        }
    }
    Ok(())
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ws-blocking-{}-{name}", std::process::id()))
}
