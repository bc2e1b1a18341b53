//! An open WebSocket in use: both directions at once, each on its own thread.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use bytes::Bytes;
use ws_core::CloseInfo;
use ws_driver::Error;

use super::{
    mode::{Mode, Timing},
    output::Output,
    progress::{Progress, State},
    sending::{SendTask, SharedHalf, Source, close},
};
use crate::runtimes::{Channel, Receiving, goodbye};

/// An open WebSocket in halves.
pub(super) struct Session {
    half: SharedHalf,
    receiver: Box<dyn Receiving>,
    progress: Arc<Progress>,
}

/// How a session ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The closing handshake, or why there was none.
    pub(super) result: Result<CloseInfo, Error>,
    /// What had been sent and received by then.
    pub(super) state: State,
}

impl Session {
    /// Splits a WebSocket.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(super) fn new(channel: Box<dyn Channel>) -> io::Result<Self> {
        let (sender, receiver) = channel.split()?;
        let half = Arc::new(Mutex::new(sender));
        Ok(Self { half, receiver, progress: Arc::new(Progress::new()) })
    }

    /// What closes the session from another thread, whatever it is doing.
    pub(super) fn closer(&self) -> impl FnOnce() + Send + 'static {
        let (half, progress) = (Arc::clone(&self.half), Arc::clone(&self.progress));
        move || {
            progress.interrupt();
            let _ = close(&half);
        }
    }

    /// Sends the messages of `source`, prints what is received meanwhile, and closes.
    ///
    /// # Errors
    ///
    /// Those of standard output, and of starting a thread.
    pub(super) fn run<W: Write + Send + 'static>(
        mut self,
        source: Source,
        timing: Timing,
        output: &Arc<Mutex<Output<W>>>,
    ) -> io::Result<Ended> {
        // In lock step one message is printed for each that is sent.
        let max_printed = match (&source, timing.mode) {
            (Source::Messages(messages), Mode::LockStep) => messages.len(),
            _ => usize::MAX,
        };
        let task = SendTask {
            half: Arc::clone(&self.half),
            progress: Arc::clone(&self.progress),
            output: Arc::clone(output),
            timing,
        };
        let lines = match &source {
            Source::Waiting(lines) => Some(Arc::clone(lines)),
            _ => None,
        };
        // Never joined: it may be waiting for a line that is never typed.
        thread::Builder::new().spawn(move || task.run(source))?;
        let result = match self.receive(max_printed, output) {
            Ok(received) => received.map(|()| self.receiver.close_info()),
            Err(error) => {
                // The other thread may be blocked in sending; then there is no close frame.
                if let Ok(mut half) = self.half.try_lock() {
                    let _ = half.close(goodbye());
                }
                return Err(error);
            }
        };
        let grace = match &lines {
            Some(lines) => {
                self.progress.stop_receiving();
                lines.wake();
                GRACE
            }
            None if timing.mode == Mode::Interactive => Duration::ZERO,
            None => GRACE,
        };
        Ok(Ended { result, state: self.progress.end_receiving(grace) })
    }

    /// Receives until the WebSocket is closed or fails, and prints the first `max_printed` messages.
    fn receive<W: Write>(
        &mut self,
        max_printed: usize,
        output: &Mutex<Output<W>>,
    ) -> io::Result<Result<(), Error>> {
        let mut begun = Vec::new();
        loop {
            self.progress.start_waiting();
            let part = self.receiver.recv_part();
            let received = self.progress.stop_waiting().received;
            let part = match part {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            let whole = match (part.last, begun.is_empty()) {
                (true, true) => part.data,
                (is_last, _) => {
                    begun.extend_from_slice(&part.data);
                    if !is_last {
                        continue;
                    }
                    Bytes::from(std::mem::take(&mut begun))
                }
            };
            if received < max_printed {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                output.received(part.kind, &whole)?;
            }
            self.progress.record_received();
        }
    }
}

/// How long to wait, once the server has closed, to learn whether there is more to send. A pipe may
/// stay open and empty, so there is a limit.
const GRACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::{io::Cursor, net::TcpListener, thread::JoinHandle};

    use ws_core::{ClientConfig, CloseCode, CloseFrame, Message, MessageKind, ServerConfig};

    use ws_driver::DialConfig;

    use super::*;
    use crate::{connect::output::Style, runtimes::Runtime};

    /// A client, and a server on the same runtime that runs `server`.
    fn pair(
        runtime: Runtime,
        server: impl FnOnce(&mut dyn Channel) + Send + 'static,
    ) -> (Session, JoinHandle<Option<CloseFrame>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let adapter = runtime.start().unwrap();
            let mut channel = adapter.accept(stream, &ServerConfig::new()).unwrap();
            server(channel.as_mut());
            channel.close_info().received
        });
        // The runtime has to outlive the session.
        let adapter = Box::leak(runtime.start().unwrap());
        let opened = adapter.connect(&url, &ClientConfig::new(), &DialConfig::new()).unwrap();
        (Session::new(opened.channel).unwrap(), server)
    }

    fn timing(mode: Mode) -> Timing {
        let reply_timeout = Duration::from_secs(600);
        Timing { mode, expect_reply: false, wait: None, reply_timeout }
    }

    fn run(session: Session, source: Source, timing: Timing, style: Style) -> (Ended, String) {
        let output = Arc::new(Mutex::new(Output::new(Vec::new(), style)));
        let ended = session.run(source, timing, &output).unwrap();
        let out = output.lock().unwrap().out.clone();
        (ended, String::from_utf8(out).unwrap())
    }

    fn lines(lines: &'static str) -> Source {
        Source::Lines(Box::new(Cursor::new(lines)))
    }

    #[test]
    fn lines_are_sent_and_answers_printed() {
        for runtime in Runtime::ALL {
            for mode in [Mode::Interactive, Mode::Piped] {
                let (session, server) = pair(runtime, |channel| {
                    channel.send(Message::binary(&b"\x00\xff"[..])).unwrap();
                    channel.echo().unwrap();
                });
                let (ended, out) = run(session, lines("one\n\nlast"), timing(mode), Style::Plain);
                assert_eq!(out, "binary: 00ff\none\n\nlast\n", "{runtime}");
                let info = ended.result.unwrap();
                assert_eq!(info.received.unwrap().code, CloseCode::NORMAL_CLOSURE, "{runtime}");
                assert_eq!((ended.state.sent, ended.state.received), (3, 4), "{runtime}");
                let received = server.join().unwrap().unwrap();
                assert_eq!(received.code, CloseCode::NORMAL_CLOSURE, "{runtime}");
            }
        }
    }

    #[test]
    fn both_directions_are_printed_on_a_terminal() {
        for runtime in Runtime::ALL {
            let messages = vec![Message::text("one"), Message::binary(&b"\x01"[..])];
            let (session, _) = pair(runtime, |channel| channel.echo().unwrap());
            let source = Source::Messages(messages);
            let (_, out) = run(session, source, timing(Mode::LockStep), Style::Terminal);
            let both = "> one\n< one\n> binary: 01\n< binary: 01\n";
            assert_eq!(out, both, "{runtime}");
        }
    }

    /// An unsolicited message counts as a reply, so there are as many lines as messages sent.
    #[test]
    fn lock_step_prints_one_message_for_each() {
        for runtime in Runtime::ALL {
            for (count, expected) in [(0, ""), (1, "hello\n"), (2, "hello\nyou\n")] {
                let (session, _) = pair(runtime, |channel| {
                    channel.send(Message::text("hello")).unwrap();
                    channel.send(Message::text("you")).unwrap();
                    channel.echo().unwrap();
                });
                let source = Source::Messages(vec![Message::text("who?"); count]);
                let (ended, out) = run(session, source, timing(Mode::LockStep), Style::Plain);
                assert_eq!(out, expected, "{runtime}");
                assert_eq!(ended.state.send_end.unwrap().unsent, 0, "{runtime}");
            }
        }
    }

    #[test]
    fn messages_behind_the_servers_close_are_counted() {
        for runtime in Runtime::ALL {
            for (count, sent, unsent) in [(1, 1, 0), (2, 2, 0), (4, 2, 2)] {
                let (session, _) = pair(runtime, |channel| {
                    let message = channel.recv().unwrap().unwrap();
                    channel.send(message).unwrap();
                    channel.close(goodbye()).unwrap();
                });
                let source = Source::Messages(vec![Message::text("who?"); count]);
                let (ended, out) = run(session, source, timing(Mode::LockStep), Style::Plain);
                assert_eq!(out, "who?\n", "{runtime}");
                let state = ended.state;
                let counts = (state.received, state.sent, state.send_end.unwrap().unsent);
                assert_eq!(counts, (1, sent, unsent), "{runtime}");
            }
        }
    }

    #[test]
    fn bytes_are_one_message_of_any_length() {
        for runtime in Runtime::ALL {
            for len in [0, 1, 65_535, 65_536, 65_537, 300_000] {
                let (session, server) = pair(runtime, move |channel| {
                    if len > 0 {
                        let message = channel.recv().unwrap().unwrap();
                        assert_eq!((message.kind(), message.len()), (MessageKind::Binary, len));
                    }
                    assert_eq!(channel.recv().unwrap(), None, "{len}");
                });
                let source = Source::Bytes(Box::new(Cursor::new(vec![7; len])), Some(65_536));
                let quick = Timing { wait: Some(Duration::ZERO), ..timing(Mode::Piped) };
                let (ended, _) = run(session, source, quick, Style::Plain);
                assert!(ended.result.is_ok() && ended.state.sent == usize::from(len > 0), "{len}");
                server.join().unwrap();
            }
        }
    }

    /// An input that never ends and has nothing.
    struct Pending;

    impl io::Read for Pending {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            loop {
                thread::park();
            }
        }
    }

    #[test]
    fn a_session_can_be_closed_from_another_thread() {
        for runtime in Runtime::ALL {
            let (session, server) = pair(runtime, |channel| channel.echo().unwrap());
            let closer = session.closer();
            let closing = thread::spawn(closer);
            let source = Source::Lines(Box::new(io::BufReader::new(Pending)));
            let (ended, _) = run(session, source, timing(Mode::Interactive), Style::Plain);
            assert!(ended.state.interrupted && ended.result.is_ok(), "{runtime}");
            closing.join().unwrap();
            assert_eq!(
                server.join().unwrap().unwrap().code,
                CloseCode::NORMAL_CLOSURE,
                "{runtime}"
            );
        }
    }
}
