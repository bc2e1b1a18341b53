//! Hosts with several addresses.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use ws_core::{ClientConfig, HandshakeError, Role};
use ws_driver::Error;

use crate::{
    every::Live,
    peer::{assert_took, spawn, timed},
};

/// Waits in the way of the adapter until it is given up.
async fn nobody<L: Live>(until: Option<Instant>) -> io::Result<TcpStream> {
    if L::NAME == "blocking" {
        thread::sleep(until.unwrap().saturating_duration_since(Instant::now()));
        return Err(io::ErrorKind::TimedOut.into());
    }
    std::future::pending().await
}

/// The first address does not answer, the second does: that is known with time to spare.
fn an_address_that_does_not_answer_leaves_time_for_the_next<L: Live>(role: Role) {
    if role == Role::Server {
        return;
    }
    let live = L::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let alive = listener.local_addr().unwrap();
    let dead: SocketAddr = "192.0.2.1:9".parse().unwrap();
    let served = spawn(move || ws_blocking::accept(listener.accept().unwrap().0).map(drop));
    let timeout = Duration::from_millis(600);
    let config = ClientConfig::new().timeout(Some(timeout));
    let connect = |addresses: Vec<SocketAddr>| {
        let live = live.clone();
        let connecting = ws_driver::connect::<L::Stream, L::Runtime, _, _>(
            "ws://two.example/",
            &config,
            |_, _| std::future::ready(Ok(addresses)),
            move |address, until| {
                let live = live.clone();
                async move {
                    let stream = if address == dead {
                        nobody::<L>(until).await?
                    } else {
                        TcpStream::connect(address)?
                    };
                    Ok(live.stream(stream))
                }
            },
        );
        L::new().block_on(connecting)
    };
    let (opened, took) = timed(|| connect(vec![dead, alive]));
    opened.unwrap();
    assert_took(took, timeout / 2, L::NAME);
    served.join().unwrap();
    // Nobody answers: that takes all the time there is.
    let (opened, took) = timed(|| connect(vec![dead, dead, dead]));
    let error = opened.map(drop).unwrap_err();
    assert!(matches!(error, Error::Handshake(HandshakeError::TimedOut(_))), "{}: {error}", L::NAME);
    assert_took(took, timeout, L::NAME);
}

every!(an_address_that_does_not_answer_leaves_time_for_the_next);
