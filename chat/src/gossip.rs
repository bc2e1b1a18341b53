//! What nodes tell each other of who is where.
//!
//! The node is one more member of its own rooms, over a pipe in memory: that is how it hears what others publish.

use std::{sync::Arc, time::Duration, time::Instant};

use tokio::{
    io::{DuplexStream, duplex},
    time::{MissedTickBehavior, interval, sleep},
};
use ws_rooms::{
    Event, Member, Policy, Rooms, SubscribeError,
    ws_tokio::{
        Error, Message, WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role},
    },
};

use crate::{
    presence::{self, Presence, Report},
    topics,
};

/// The node's own membership.
#[derive(Debug)]
pub struct Gossip {
    node: String,
    presence: Arc<Presence>,
    member: Member<DuplexStream>,
    ears: WebSocket<DuplexStream>,
}

impl Gossip {
    /// Makes the node a member.
    ///
    /// # Errors
    ///
    /// When the rooms have no room for the topic.
    pub fn new(
        rooms: &Rooms,
        node: String,
        presence: Arc<Presence>,
    ) -> Result<Self, SubscribeError> {
        let (server, client) = duplex(PIPE_LEN);
        let web_socket = |stream, role| {
            WebSocket::from_upgraded(stream, role, Negotiated::default(), &WebSocketConfig::new())
        };
        let mut member = rooms.join(web_socket(server, Role::Server));
        let _joined = member.subscribe(topics::NODES, Policy::DropOldest)?;
        Ok(Self { node, presence, member, ears: web_socket(client, Role::Client) })
    }

    /// Tells others, hears them, and wakes the pages, for as long as it is polled.
    ///
    /// # Errors
    ///
    /// When the pipe in memory fails, which it does not.
    pub async fn run(mut self) -> Result<(), Error> {
        let mut ticks = interval(presence::INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let presence = Arc::clone(&self.presence);
        loop {
            tokio::select! {
                event = self.member.recv_event() => match event? {
                    // Others may have been heard before, and not now.
                    Some(Event::Gap { .. }) => self.publish(presence.reports(&self.node)),
                    Some(_) => {}
                    None => return Ok(()),
                },
                heard = self.ears.recv() => match heard? {
                    Some(message) => self.hear(&message),
                    None => return Ok(()),
                },
                () = presence.changed() => {
                    // What comes together goes together.
                    sleep(TOGETHER).await;
                    self.publish(presence.flush(&self.node));
                }
                _ = ticks.tick() => {
                    presence.expire(Instant::now());
                    self.publish(presence.reports(&self.node));
                }
            }
        }
    }

    fn publish(&self, reports: Vec<Report>) {
        for report in reports {
            let text = serde_json::to_string(&report).unwrap_or_default();
            // A report is a tenth as long as what may be published.
            let _ = self.member.publish(topics::NODES, text);
        }
    }

    /// Whoever has the broker may have said it, or a later version of this program: what is no report is nothing.
    fn hear(&self, message: &Message) {
        let text = message.as_text().filter(|text| text.len() <= MAX_REPORT_LEN);
        let report = text.and_then(|text| serde_json::from_str::<Report>(text).ok());
        if let Some(report) = report.filter(|report| report.node != self.node) {
            self.presence.hear(report, Instant::now());
        }
    }
}

/// Twice as long as the longest, which has a hundred people with long names.
const MAX_REPORT_LEN: usize = 32 * 1024;

/// Some reports fit into it.
const PIPE_LEN: usize = 64 * 1024;

/// People do not see it, and a crowd that comes at once is one list rather than many.
const TOGETHER: Duration = Duration::from_millis(50);
