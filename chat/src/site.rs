//! The page's files, and the header fields that they are sent with.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// Path, content type and content.
const FILES: [(&str, &str, &str); 7] = [
    ("/", "text/html; charset=utf-8", include_str!("../page/index.html")),
    ("/style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("/icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("/chat.js", SCRIPT, include_str!("../page/chat.js")),
    ("/connection.js", SCRIPT, include_str!("../page/connection.js")),
    ("/rooms.js", SCRIPT, include_str!("../page/rooms.js")),
    ("/view.js", SCRIPT, include_str!("../page/view.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Routes to all files of the page, for a node with these peers.
pub fn routes<S: Clone + Send + Sync + 'static>(peers: &[String]) -> Router<S> {
    let policy: Arc<str> = policy(peers).into();
    FILES.into_iter().fold(Router::new(), |router, (path, kind, content)| {
        let policy = Arc::clone(&policy);
        router.route(path, get(move || async move { file(kind, content, &policy) }))
    })
}

fn file(kind: &'static str, content: &'static str, policy: &str) -> Response {
    let mut response = content.into_response();
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in FIELDS {
        fields.insert(name, HeaderValue::from_static(value));
    }
    // Peers were checked, so it is a value; if it were none, nothing at all would be let in.
    let policy = HeaderValue::from_str(policy);
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    fields.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// What the page may load, and whom it may talk to: its own files, this node and its peers. It sets no markup from text,
/// and where browsers can they see to it.
fn policy(peers: &[String]) -> String {
    let peers = peers.iter().map(|peer| format!(" ws{}", peer.trim_start_matches("http")));
    let peers: String = peers.collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{peers}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'"
    )
}

const FIELDS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_in_the_policy() {
        let policy = policy(&["http://a:1".into(), "https://b".into()]);
        assert!(policy.contains("; connect-src 'self' ws://a:1 wss://b; "), "{policy}");
    }

    #[test]
    fn the_page_has_no_way_to_set_markup() {
        for (path, _, content) in FILES {
            for word in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "style=",
            ] {
                assert!(!content.contains(word), "{path}: {word}");
            }
        }
    }
}
