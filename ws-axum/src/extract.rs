//! How a request becomes an argument of a handler.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use ws_hyper::{
    Rejection, ServerConfig, UpgradeRequest, hyper::upgrade::OnUpgrade, inspect,
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
        if inspect(parts, &configured(parts)).is_upgrade() {
            extract(parts).map(Some)
        } else {
            Ok(None)
        }
    }
}

fn extract(parts: &mut Parts) -> Result<WebSocketUpgrade, WebSocketUpgradeRejection> {
    let config = configured(parts);
    let looked_at = inspect(parts, &config);
    if looked_at.violation().is_some() || parts.extensions.get::<OnUpgrade>().is_none() {
        // The answer to it, which cannot be a 101.
        let rejection = match UpgradeRequest::from_parts(parts, &config).accept::<()>() {
            Err(rejection) => rejection,
            Ok(_) => Rejection::NotUpgradable,
        };
        return Err(WebSocketUpgradeRejection::new(rejection));
    }
    let taken = parts.clone();
    parts.extensions.remove::<OnUpgrade>();
    Ok(WebSocketUpgrade::new(taken, config, &looked_at))
}

/// What a layer says, or the defaults.
fn configured(parts: &Parts) -> ServerConfig {
    parts.extensions.get().cloned().unwrap_or_default()
}
