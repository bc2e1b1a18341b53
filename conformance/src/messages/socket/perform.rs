//! What is done with a WebSocket, written once: the adapters have the same names, and differ in an `.await`.

/// Makes the call `$command` on `$ws`; `None` where it would have to wait. `$parts` is what has come so far of a message
/// in parts.
macro_rules! perform {
    ($ws:expr, $command:expr, $parts:expr, [$($await:tt)*]) => {{
        use $crate::messages::command::{self, Command};

        match $command {
            Command::Recv => command::outcome($ws.recv()$($await)*, |it| {
                command::received(it.as_ref(), command::message)
            }),
            Command::Event => command::outcome($ws.recv_event()$($await)*, |it| {
                command::received(it.as_ref(), command::event)
            }),
            Command::Part => command::outcome($ws.recv_part()$($await)*, |it| {
                command::received(it.as_ref(), command::part)
            }),
            Command::Parts => loop {
                match $ws.recv_part()$($await)* {
                    Ok(Some(part)) => {
                        $parts.extend_from_slice(&part.data);
                        if part.last {
                            let data = std::mem::take(&mut *$parts).into();
                            break Some(command::parts(&ws_driver::Part { data, ..part }));
                        }
                    }
                    other => {
                        break command::outcome(other, |it| {
                            command::received(it.as_ref(), command::part)
                        });
                    }
                }
            },
            Command::Send(message) => {
                command::outcome($ws.send(message.clone())$($await)*, command::done)
            }
            Command::Feed(message) => {
                command::outcome($ws.feed(message.clone())$($await)*, command::done)
            }
            Command::TrySend(message) => Some(command::refusal($ws.try_send(message.clone()))),
            Command::Prepared(message) => {
                let prepared = ws_core::Prepared::new(message.clone());
                command::outcome($ws.send_prepared(&prepared)$($await)*, command::done)
            }
            Command::SendPart(kind, part, last) => {
                command::outcome($ws.send_part(*kind, part.clone(), *last)$($await)*, command::done)
            }
            Command::Compression(on) => {
                $ws.set_compression(*on);
                Some(command::done(()))
            }
            Command::Ping(payload) => {
                command::outcome($ws.ping(payload.clone())$($await)*, command::done)
            }
            Command::Flush => command::outcome($ws.flush()$($await)*, command::done),
            Command::Close(frame) => command::outcome($ws.close(frame.clone())$($await)*, |info| {
                command::close_info(&info)
            }),
            Command::StartClose(frame) => Some(command::refusal($ws.start_close(frame.clone()))),
        }
    }};
}
