//! What is done with an adapter, written once: the adapters have the same names, and differ in an
//! `.await`.

/// Runs `$call` on `$pipe` with the functions of `$adapter`, and gives an [`End`](super::End).
///
/// The functions are lent the pipe by `$lend`, a `&mut` of it where nothing is said.
macro_rules! program {
    ($adapter:ident, $pipe:ident, $call:ident, [$($await:tt)*]) => {
        program!($adapter, $pipe, $call, [$($await)*], std::convert::identity)
    };
    ($adapter:ident, $pipe:ident, $call:ident, [$($await:tt)*], $lend:path) => {{
        use $crate::adapter::{Call, End, Opened, Stop};

        let mut pipe = $pipe;
        let result = match $call {
            Call::Accept(config) => $adapter::accept_with($lend(&mut pipe), &config)
                $($await)*
                .map(|ws| Opened::new(ws.into_parts(), None))
                .map_err(Stop::Error),
            Call::AcceptBuffered(octets, config) => {
                $adapter::accept_buffered($lend(&mut pipe), octets.as_slice(), &config)
                    $($await)*
                    .map(|ws| Opened::new(ws.into_parts(), None))
                    .map_err(Stop::Error)
            }
            Call::AcceptRequest(request, leftover, config) => {
                let request = ws_core::ParsedRequest::from(&*request).body_read();
                $adapter::accept_request($lend(&mut pipe), request, leftover.as_slice(), &config)
                    $($await)*
                    .map(|ws| Opened::new(ws.into_parts(), None))
                    .map_err(Stop::Error)
            }
            Call::Handshake(config) => {
                $adapter::handshake_with($lend(&mut pipe), "ws.example", "/", &config)
                    $($await)*
                    .map(|(ws, response)| Opened::new(ws.into_parts(), Some(response)))
                    .map_err(Stop::Error)
            }
            Call::Steps(config) => 'steps: {
                let acceptor = $adapter::Acceptor::new($lend(&mut pipe), &config);
                let pending = match acceptor.next_request() $($await)* {
                    Ok(pending) => pending,
                    Err(error) => break 'steps Err(Stop::Error(error)),
                };
                let request = Box::new(pending.request().clone());
                let Some(rejection) = pending.violation() else {
                    break 'steps pending
                        .accept()
                        $($await)*
                        .map(|ws| Opened::new(ws.into_parts(), None))
                        .map_err(Stop::Error);
                };
                let rule = Some(rejection.rule().name());
                let status = Some(rejection.rule().status().as_u16());
                match pending.reject() $($await)* {
                    Ok(acceptor) => {
                        let closed = acceptor.is_closed();
                        let (_, leftover) = acceptor.into_inner();
                        Err(Stop::Rejected { rule, status, request, leftover, closed })
                    }
                    Err(error) => Err(Stop::Error(error)),
                }
            }
            Call::StepsUntilAccepted(config) => {
                let mut acceptor = $adapter::Acceptor::new($lend(&mut pipe), &config);
                loop {
                    let pending = match acceptor.next_request() $($await)* {
                        Ok(pending) => pending,
                        Err(error) => break Err(Stop::Error(error)),
                    };
                    if pending.violation().is_none() {
                        break pending
                            .accept()
                            $($await)*
                            .map(|ws| Opened::new(ws.into_parts(), None))
                            .map_err(Stop::Error);
                    }
                    acceptor = match pending.reject() $($await)* {
                        Ok(acceptor) => acceptor,
                        Err(error) => break Err(Stop::Error(error)),
                    };
                }
            }
            Call::Reject(config, response) => 'steps: {
                let acceptor = $adapter::Acceptor::new($lend(&mut pipe), &config);
                let pending = match acceptor.next_request() $($await)* {
                    Ok(pending) => pending,
                    Err(error) => break 'steps Err(Stop::Error(error)),
                };
                let request = Box::new(pending.request().clone());
                let status = Some(response.status().as_u16());
                match pending.reject_with(response) $($await)* {
                    Ok(acceptor) => {
                        let closed = acceptor.is_closed();
                        let (_, leftover) = acceptor.into_inner();
                        Err(Stop::Rejected { rule: None, status, request, leftover, closed })
                    }
                    Err(error) => Err(Stop::Error(error)),
                }
            }
        };
        End { pipe: Some(pipe), result }
    }};
}
