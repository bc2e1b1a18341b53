//! How a request becomes an argument of a handler.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use ws_hyper::{
    Rejection, ServerConfig, UpgradeRequest, hyper::upgrade::OnUpgrade,
    ws_tokio::http::request::Parts,
};

use crate::{rejection::WebSocketUpgradeRejection, upgrade::WebSocketUpgrade};

/// Takes the connection of a request that breaks no rule. Nobody else can have it then.
impl<S: Send + Sync> FromRequestParts<S> for WebSocketUpgrade {
    type Rejection = WebSocketUpgradeRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        extract(parts)
    }
}

/// Ordinary HTTP is `None`. What asks for a WebSocket and breaks a rule is rejected.
impl<S: Send + Sync> OptionalFromRequestParts<S> for WebSocketUpgrade {
    type Rejection = WebSocketUpgradeRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        let config = configured(parts);
        if !UpgradeRequest::from_parts(parts, &config).is_upgrade() {
            return Ok(None);
        }
        extract(parts).map(Some)
    }
}

fn extract(parts: &mut Parts) -> Result<WebSocketUpgrade, WebSocketUpgradeRejection> {
    let config = configured(parts);
    let rejected = |rejection| Err(WebSocketUpgradeRejection::new(rejection));
    let request = UpgradeRequest::from_parts(parts, &config);
    if request.violation().is_some() {
        // The answer to it, which cannot be a 101.
        return match request.accept::<()>() {
            Err(rejection) => rejected(rejection),
            Ok(_) => rejected(Rejection::NotUpgradable),
        };
    }
    let taken = parts.clone();
    if parts.extensions.remove::<OnUpgrade>().is_none() {
        return rejected(Rejection::NotUpgradable);
    }
    Ok(WebSocketUpgrade::new(taken, config))
}

/// What a layer says, or the defaults.
fn configured(parts: &Parts) -> ServerConfig {
    parts.extensions.get().cloned().unwrap_or_default()
}
