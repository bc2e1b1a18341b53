//! Open WebSockets, seen from the other end. The same for servers and for clients.

mod closing;
mod compressed;
mod control;
mod data;
mod deflate;
mod draft;
mod frames;
mod lengths;
mod pressure;
mod text;

use self::draft::Draft;
use crate::case::{Case, Play};
use crate::rule::Rule;
use crate::setup::Needs;

/// The cases for one side; `side` is the side under test.
pub(super) fn cases(side: &str) -> Vec<Case> {
    let parts: [fn(&str) -> Vec<Draft>; 9] = [
        |_| data::drafts(),
        |_| control::drafts(),
        frames::drafts,
        |_| lengths::drafts(),
        |_| text::drafts(),
        closing::drafts,
        pressure::drafts,
        |_| deflate::drafts(),
        compressed::drafts,
    ];
    let drafts = parts.iter().flat_map(|part| part(side));
    drafts.map(|draft| finished(draft, side)).collect()
}

fn finished(draft: Draft, side: &str) -> Case {
    let config = match draft.script.extension {
        None => serde_json::Map::new(),
        Some(_) => [("deflate".to_owned(), serde_json::json!({}))].into_iter().collect(),
    };
    let needs = Needs {
        config,
        echo: draft.script.wants_echo(),
        max_message: draft.script.wants_limit() || draft.needs_limit,
        handshake_timeout: false,
    };
    Case {
        id: format!("{side}/{}", draft.name),
        title: draft.title,
        rule: Rule::new(draft.section, draft.text),
        grade: draft.grade,
        needs,
        play: Play::Messages(draft.script),
    }
}
