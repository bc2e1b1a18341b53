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
                            let data = std::mem::take(&mut *$parts);
                            break Some(command::parts(&ws_driver::Part::new(part.kind, data, true)));
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
                command::outcome($ws.send(&prepared)$($await)*, command::done)
            }
            Command::SendPart(kind, part, last) => {
                let part = ws_driver::Part::new(*kind, part.clone(), *last);
                command::outcome($ws.send_part(part)$($await)*, command::done)
            }
            Command::Compression(on) => {
                $ws.set_compression(*on);
                Some(command::done(()))
            }
            Command::Ping(payload) => {
                command::outcome($ws.ping(payload.clone())$($await)*, command::done)
            }
            Command::TryPing(payload) => Some(command::refusal($ws.try_ping(payload.clone()))),
            Command::Pong(payload) => {
                command::outcome($ws.pong(payload.clone())$($await)*, command::done)
            }
            Command::TryPong(payload) => Some(command::refusal($ws.try_pong(payload.clone()))),
            Command::Flush => command::outcome($ws.flush()$($await)*, command::done),
            Command::Close(frame) if *frame == ws_core::CloseFrame::NORMAL => {
                command::outcome($ws.close()$($await)*, |info| command::close_info(&info))
            }
            Command::Close(ws_core::CloseFrame { code, reason }) => {
                command::outcome($ws.close_with(*code, reason.clone())$($await)*, |info| {
                    command::close_info(&info)
                })
            }
            Command::StartClose(frame) if *frame == ws_core::CloseFrame::NORMAL => {
                Some(command::refusal($ws.start_close()))
            }
            Command::StartClose(ws_core::CloseFrame { code, reason }) => {
                Some(command::refusal($ws.start_close_with(*code, reason.clone())))
            }
        }
    }};
}
