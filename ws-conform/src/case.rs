//! A case: what is done, what has to come of it, and why.

use crate::grade::Grade;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::script::Script;
use crate::setup::Needs;
use crate::vector::Vector;
use crate::wire::head::Head;

/// A case. Its text is meant to be enough to agree or to disagree with it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, the same in every version: `server/host/missing`.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// The rule that decides.
    pub rule: Rule,
    /// How much it weighs.
    pub grade: Grade,
    pub(crate) needs: Needs,
    pub(crate) play: Play,
}

/// How it is run.
#[derive(Clone, Debug)]
pub(crate) enum Play {
    /// A handshake: a request to a server, or an answer to a client.
    Handshake(Box<Vector>),
    /// An open WebSocket.
    Messages(Script),
    /// A server, and steps of its own.
    Scenario(Scenario),
    /// What a client asks for.
    Request(fn(&Head) -> Result<(), String>),
}

impl Case {
    /// A handshake.
    pub(crate) fn handshake(vector: Vector, grade: Grade, text: &'static str) -> Self {
        Self {
            id: vector.id.clone(),
            title: vector.title.clone(),
            rule: Rule::new(&vector.section, text),
            grade,
            needs: Needs::of(&vector.config),
            play: Play::Handshake(Box::new(vector)),
        }
    }

    /// The settings that it needs and the default is not, as JSON; `null` when there are none.
    pub fn settings(&self) -> serde_json::Value {
        match self.needs.config.is_empty() {
            true => serde_json::Value::Null,
            false => serde_json::Value::Object(self.needs.config.clone()),
        }
    }
}
