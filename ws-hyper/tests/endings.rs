//! Upgrades that do not come to their end: nothing waits for ever, and no connection stays.

#![cfg(test)]

mod common;

use std::{
    future::{Future, poll_fn},
    io::ErrorKind,
    pin::pin,
    task::Poll,
    time::Duration,
};

use common::{Answer, REQUEST, Raw, drive, ends, in_time, serve};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    sync::mpsc,
};
use ws_hyper::{
    Error, ServerConfig, Upgraded, WebSocket, upgrade,
    ws_tokio::{
        self,
        handshake::{HandshakeError, HandshakeStep},
    },
};

type Outcome = Result<WebSocket<Upgraded>, Error>;

fn quick() -> ServerConfig {
    ServerConfig::new().timeout(Some(Duration::from_millis(50)))
}

/// A service that answers with what `answer` makes of the 101, and tells what becomes of the upgrade.
fn service<F: Future<Output = Answer> + Send + 'static>(
    config: ServerConfig,
    answer: impl Fn(Answer) -> F,
) -> (impl Fn(Request<Incoming>) -> F, mpsc::UnboundedReceiver<Outcome>) {
    let (outcome, outcomes) = mpsc::unbounded_channel();
    let service = move |mut request| {
        let (response, upgrading) = upgrade(&mut request, &config).unwrap();
        let outcome = outcome.clone();
        tokio::spawn(async move { outcome.send(upgrading.await) });
        answer(response)
    };
    (service, outcomes)
}

async fn next(outcomes: &mut mpsc::UnboundedReceiver<Outcome>) -> Error {
    in_time(outcomes.recv()).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_101_that_a_service_drops_is_not_waited_for() {
    let (service, mut outcomes) =
        service(quick(), |_| async { Answer::new("no WebSocket today".into()) });
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, service));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    assert_eq!(next(&mut outcomes).await.name(), "timeout");
    drop(client);
    ends(server).await;
}

/// hyper does not look at what was sent: the connection is handed over when it has ended.
#[tokio::test]
async fn a_connection_that_ends_without_a_101_ends_the_websocket() {
    let config = ServerConfig::new().timeout(None);
    let (service, mut outcomes) =
        service(config, |_| async { Answer::new("no WebSocket today".into()) });
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, service));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    let mut start = [0; 15];
    in_time(client.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    drop(client);
    if let Ok(mut ws) = in_time(outcomes.recv()).await.unwrap() {
        assert!(in_time(ws.recv()).await.unwrap_err().is_disconnect());
    }
    ends(server).await;
}

/// A connection whose task is dropped hands over nothing.
#[tokio::test]
async fn a_server_that_shuts_down_is_an_error() {
    let config = ServerConfig::new().timeout(None);
    let (service, mut outcomes) = service(config, |response| async {
        std::future::pending::<()>().await;
        response
    });
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, service));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    tokio::task::yield_now().await;
    server.abort();
    let error = next(&mut outcomes).await;
    assert!(matches!(error, Error::Upgrade(_)), "{error}");
    assert_eq!(error.name(), "not-upgraded");
    assert!(ws_tokio::Error::from(error).is_disconnect());
}

#[tokio::test]
async fn a_service_that_holds_the_101_back_is_not_waited_for() {
    let (service, mut outcomes) = service(quick(), |response| async {
        std::future::pending::<()>().await;
        response
    });
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, service));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    let error = next(&mut outcomes).await;
    let step = HandshakeStep::SendAnswer;
    assert!(
        matches!(error, Error::Handshake(HandshakeError::TimedOut(at)) if at == step),
        "{error}"
    );
    server.abort();
}

/// The commonest mistake.
#[tokio::test]
async fn a_service_that_waits_for_itself_gets_an_error() {
    let address = serve(|mut request| async move {
        let (_response, upgrading) = upgrade::<_, ()>(&mut request, &quick()).unwrap();
        let error = upgrading.await.unwrap_err();
        assert_eq!(error.name(), "timeout");
        Answer::new("too late".into())
    })
    .await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    assert_eq!(raw.answer().await.1, "too late");
}

#[tokio::test]
async fn a_connection_that_is_not_handed_over_is_an_error() {
    let (service, mut outcomes) = service(ServerConfig::new(), |response| async { response });
    let service = service_fn(move |request| {
        let answer = service(request);
        async { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    let (server, mut client) = duplex(1024);
    let served = http1::Builder::new().serve_connection(TokioIo::new(server), service);
    let (_, wrote) =
        in_time(async { tokio::join!(served, client.write_all(REQUEST.as_bytes())) }).await;
    wrote.unwrap();
    assert_eq!(next(&mut outcomes).await.name(), "not-upgraded");
}

#[tokio::test]
async fn a_client_that_leaves_is_an_error() {
    let config = ServerConfig::new().timeout(None);
    let (service, mut outcomes) = service(config, |response| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        response
    });
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, service));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    drop(client);
    // Whether the 101 was taken before is a matter of time: then receiving says so.
    let outcome = in_time(outcomes.recv()).await.unwrap();
    if let Ok(mut ws) = outcome {
        assert!(in_time(ws.recv()).await.is_err());
    }
    ends(server).await;
}

#[tokio::test]
async fn an_upgrade_that_is_dropped_closes_the_connection() {
    let address = serve(|mut request| async move {
        let (response, upgrading) = upgrade(&mut request, &ServerConfig::new()).unwrap();
        drop(upgrading);
        response
    })
    .await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
    assert!(raw.rest().await.is_empty());
}

/// The future is dropped after each number of polls; the connection ends in any case.
#[tokio::test]
async fn dropping_at_any_poll_leaves_nothing_behind() {
    for polls in 0..4 {
        let (upgrades, mut upgrading) = mpsc::unbounded_channel();
        let service = move |mut request: Request<Incoming>| {
            let (response, upgrading) = upgrade(&mut request, &ServerConfig::new()).unwrap();
            assert!(upgrades.send(upgrading).is_ok());
            async { response }
        };
        let (server, mut client) = duplex(64);
        let server = tokio::spawn(drive(server, service));
        let client = tokio::spawn(async move {
            client.write_all(REQUEST.as_bytes()).await.unwrap();
            let mut came = Vec::new();
            client.read_to_end(&mut came).await.unwrap();
            came
        });
        let upgrading = in_time(upgrading.recv()).await.unwrap();
        {
            let mut upgrading = pin!(upgrading);
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(upgrading.as_mut().poll(cx))).await.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        ends(server).await;
        assert!(ends(client).await.starts_with(b"HTTP/1.1 101 "));
    }
}

#[tokio::test]
async fn an_outcome_is_given_out_once() {
    let (upgrades, mut upgrading) = mpsc::unbounded_channel();
    let (server, mut client) = duplex(1024);
    let server = tokio::spawn(drive(server, move |mut request: Request<Incoming>| {
        let (response, upgrading) = upgrade(&mut request, &ServerConfig::new()).unwrap();
        assert!(upgrades.send(upgrading).is_ok());
        async { response }
    }));
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    let mut upgrading = in_time(upgrading.recv()).await.unwrap();
    assert!(in_time(&mut upgrading).await.is_ok());
    assert_eq!(in_time(&mut upgrading).await.unwrap_err().name(), "done");
    ends(server).await;
}

#[test]
fn a_deadline_without_a_timer_is_an_error_and_no_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (server, mut client) = duplex(1024);
        let server = drive(server, |mut request| async move {
            let (_response, upgrading) =
                upgrade::<_, ()>(&mut request, &ServerConfig::new()).unwrap();
            let error = upgrading.await.unwrap_err();
            assert!(matches!(&error, Error::Io(error) if error.kind() == ErrorKind::Unsupported));
            Answer::new("no timer".into())
        });
        let client = async move {
            client.write_all(REQUEST.as_bytes()).await.unwrap();
            let mut start = [0; 15];
            client.read_exact(&mut start).await.unwrap();
            assert_eq!(&start, b"HTTP/1.1 200 OK");
        };
        tokio::join!(server, client);
    });
}
