//! WebSockets of bare hyper.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use ws_hyper::{Upgrading, ws_tokio};

use super::served::{Served, say_asked, say_ended};

/// The same for both versions.
pub(crate) fn route(mut request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !ws_hyper::is_upgrade(&request) {
        return Response::new("a page\n".into());
    }
    let path = request.uri().path().to_owned();
    say_asked(request.version(), &path);
    let served = Served::at(&path);
    match ws_hyper::upgrade(&mut request, &served.config()) {
        Ok((response, upgrading)) => {
            tokio::spawn(async move {
                match serve(upgrading, served).await {
                    Ok(code) => say_ended(&path, code),
                    Err(error) => say_ended(&path, error.name()),
                }
            });
            response
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// Gives the code that the client has sent, or 1005.
async fn serve(upgrading: Upgrading, served: Served) -> Result<u16, ws_tokio::Error> {
    let mut ws = upgrading.await?;
    if let Served::Close(code) = served {
        ws.close_with(code.into(), "as asked for").await?;
    }
    let mut count = 0;
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
        count += 1;
        if served.max_messages() == Some(count) {
            ws.close().await?;
        }
    }
    Ok(ws.close_info().received.map_or(1005, |frame| frame.code.get()))
}
