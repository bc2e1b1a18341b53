//! What a client says once the WebSocket is open, and what it hears.

use std::{
    io::{self, BufRead, Write},
    thread,
};

use ws_core::{CloseInfo, Message};
use ws_driver::Error;

use crate::{
    complain::complain,
    hex,
    runtimes::{Channel, Sending, goodbye},
};

/// How a conversation ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) info: CloseInfo,
    /// How many messages got no reply before the server closed.
    pub(super) unanswered: usize,
}

/// Sends each message when the one before has been answered, prints the answers, and closes.
///
/// # Errors
///
/// When the WebSocket failed, or nobody reads what is printed.
pub(super) fn exchange(
    channel: &mut dyn Channel,
    messages: &[Message],
    out: &mut impl Write,
) -> Result<Ended, Error> {
    for (answered, message) in messages.iter().enumerate() {
        channel.send(message.clone())?;
        let Some(reply) = channel.recv()? else {
            let unanswered = messages.len() - answered;
            return Ok(Ended { info: channel.close_info(), unanswered });
        };
        print(&reply, out)?;
    }
    Ok(Ended { info: channel.close(goodbye())?, unanswered: 0 })
}

/// Sends lines while they are typed, prints what comes meanwhile, and closes behind the last line.
///
/// # Errors
///
/// When the WebSocket failed, or nobody reads what is printed.
pub(super) fn converse(
    channel: Box<dyn Channel>,
    lines: impl BufRead + Send + 'static,
    out: &mut impl Write,
) -> Result<Ended, Error> {
    let (sender, mut receiver) = channel.split()?;
    // Nobody waits for this thread: it may be waiting for a line that is never typed.
    thread::Builder::new().spawn(move || send_lines(sender, lines))?;
    while let Some(message) = receiver.recv()? {
        print(&message, out)?;
    }
    Ok(Ended { info: receiver.close_info(), unanswered: 0 })
}

/// That nothing can be sent any more the receiver hears as well, and why.
fn send_lines(mut sender: Box<dyn Sending>, lines: impl BufRead) {
    for line in lines.lines() {
        match line.map(Message::text) {
            Ok(line) => {
                if sender.send(line).is_err() {
                    return;
                }
            }
            Err(error) => {
                complain(format_args!("io: {error}"));
                break;
            }
        }
    }
    let _ = sender.close(goodbye());
}

/// Prints a message as a line: text as it is, bytes as hexadecimal digits.
fn print(message: &Message, out: &mut impl Write) -> io::Result<()> {
    match message {
        Message::Text(text) => writeln!(out, "{text}")?,
        Message::Binary(bytes) => writeln!(out, "binary: {}", hex::encode(bytes))?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, net::TcpListener};

    use ws_core::{ClientConfig, CloseCode, ServerConfig};

    use super::*;
    use crate::runtimes::Runtime;

    #[test]
    fn lines_are_sent_and_answers_printed() {
        for runtime in Runtime::ALL {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("ws://{}/", listener.local_addr().unwrap());
            let server = thread::spawn(move || {
                let (stream, _) = listener.accept().unwrap();
                let adapter = runtime.start().unwrap();
                let mut channel = adapter.accept(stream, &ServerConfig::new()).unwrap();
                channel.send(Message::binary(&b"\x00\xff"[..])).unwrap();
                channel.echo().map(|()| channel.close_info().received)
            });
            let adapter = runtime.start().unwrap();
            let (channel, _) = adapter.connect(&url, &ClientConfig::new()).unwrap();
            let mut out = Vec::new();
            let ended = converse(channel, Cursor::new("one\n\nlast"), &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), "binary: 00ff\none\n\nlast\n", "{runtime}");
            assert_eq!(ended.info.received.unwrap().code, CloseCode::NORMAL_CLOSURE, "{runtime}");
            let heard = server.join().unwrap().unwrap().unwrap();
            assert_eq!(heard.code, CloseCode::NORMAL_CLOSURE, "{runtime}");
        }
    }
}
