//! The routes of a node: the page, and WebSockets for it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use ws_axum::{
    ServerConfig, Tracker, WebSocketConfig, WebSocketUpgrade,
    ws_hyper::ws_tokio::{deflate::DeflateConfig, handshake::ArgumentError},
};

use crate::{node::Node, octets::Octets, session, site};

#[derive(Clone)]
struct App {
    node: Arc<Node>,
    tracker: Tracker,
    /// For pages of this node.
    own: ServerConfig,
    /// For pages of its peers.
    of_peers: ServerConfig,
    max_pages: usize,
}

/// The routes. All WebSockets end with the tracker, and there are `max_pages` at a time.
///
/// # Errors
///
/// For a peer that is no origin.
pub fn router(
    node: Arc<Node>,
    tracker: &Tracker,
    max_pages: usize,
) -> Result<Router, ArgumentError> {
    let config = ServerConfig::new().web_socket(web_socket()).deflate(DeflateConfig::new());
    let config = config.tracker(tracker);
    let app = App {
        own: config.clone().same_origin(),
        of_peers: config.origins(&node.peers)?,
        tracker: tracker.clone(),
        max_pages,
        node,
    };
    let routes = site::routes(&app.node.peers);
    Ok(routes.route("/ws", any(upgrade)).with_state(app))
}

async fn upgrade(State(app): State<App>, fields: HeaderMap, ws: WebSocketUpgrade) -> Response {
    if app.tracker.len() >= app.max_pages {
        return (StatusCode::SERVICE_UNAVAILABLE, "this node is full\n").into_response();
    }
    let origin = fields.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_of_peer = origin.is_some_and(|origin| app.node.peers.iter().any(|it| it == origin));
    let config = if is_of_peer { app.of_peers } else { app.own };
    let octets = Arc::new(Octets::default());
    ws.config(&config.observer(Arc::clone(&octets))).on_upgrade(async move |socket| {
        let member = app.node.rooms.join(socket.into_inner());
        session::serve(member, app.node, octets).await;
    })
}

fn web_socket() -> WebSocketConfig {
    WebSocketConfig::new()
        .max_message_len(MAX_MESSAGE_LEN)
        .max_frame_len(MAX_MESSAGE_LEN)
        .ping_interval(Duration::from_secs(20))
        .pong_timeout(Duration::from_secs(20))
        .send_timeout(Duration::from_secs(20))
        .close_timeout(Duration::from_secs(3))
}

/// What may be said, twice: in JSON quotes and line feeds are two octets.
const MAX_MESSAGE_LEN: usize = 16 * 1024;
