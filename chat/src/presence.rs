//! Who is where: the pages of this node, and what other nodes say of theirs.
//!
//! ```text
//! a page joins or leaves ----> its room has changed -----.
//! another node says who is there, or falls silent --------+--> flush: what to publish, and whom to wake
//! ```
//!
//! Nothing here waits or publishes; that is for [`gossip`](crate::gossip). Pages are woken, and look for themselves what is
//! new to them: however many changes there were, each is told the newest.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::protocol::{Person, RoomSize};

/// Which page it is to this node: the number of its member.
pub type PageId = u64;

/// Who is where.
#[derive(Debug)]
pub struct Presence {
    state: Mutex<State>,
    changed: Notify,
    /// Whether there is a connection to the broker; without a broker there always is.
    link: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    rooms: BTreeMap<String, Room>,
    /// How each page is woken.
    pages: HashMap<PageId, Arc<Notify>>,
    /// Where something has changed since the last flush.
    changed: BTreeSet<String>,
    /// Those of which other nodes have to be told.
    to_publish: BTreeSet<String>,
    /// The rooms with most people.
    sizes: Arc<[RoomSize]>,
}

#[derive(Debug, Default)]
struct Room {
    here: BTreeMap<PageId, Person>,
    /// By the names of nodes.
    elsewhere: BTreeMap<String, Said>,
    /// Counts changes, so that a page knows what is new.
    version: u64,
}

/// What another node has said of a room.
#[derive(Debug)]
struct Said {
    people: Vec<Person>,
    more: usize,
    /// When it is forgotten.
    until: Instant,
}

/// What nodes tell each other: who of theirs is in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Who says so.
    pub node: String,
    /// Of which room.
    pub room: String,
    /// Who is there: at most [`MAX_REPORTED`].
    pub people: Vec<Person>,
    /// And so many more.
    pub more: usize,
}

/// Who is in a room, on all nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// They, by name; each once, from however many pages.
    pub people: Vec<Person>,
    /// And so many more.
    pub more: usize,
    /// Which one this is: a later one has a greater number.
    pub version: u64,
}

impl Presence {
    /// Nobody is anywhere.
    #[must_use]
    pub fn new(link: bool) -> Self {
        let (state, changed) = (Mutex::default(), Notify::new());
        Self { state, changed, link: AtomicBool::new(link) }
    }

    /// A page has come. It is woken when something may be new to it.
    pub fn enter(&self, page: PageId, wake: Arc<Notify>) {
        self.state().pages.insert(page, wake);
    }

    /// A page has gone, from all of its rooms.
    pub fn exit(&self, page: PageId) {
        let mut state = self.state();
        state.pages.remove(&page);
        let State { rooms, changed, to_publish, .. } = &mut *state;
        for (name, room) in rooms {
            if room.here.remove(&page).is_some() {
                changed.insert(name.clone());
                to_publish.insert(name.clone());
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    /// A page is in a room.
    pub fn join(&self, page: PageId, room: &str, person: Person) {
        let mut state = self.state();
        state.rooms.entry(room.to_owned()).or_default().here.insert(page, person);
        state.has_changed_here(room);
        drop(state);
        self.changed.notify_one();
    }

    /// A page is in a room no more.
    pub fn leave(&self, page: PageId, room: &str) {
        let mut state = self.state();
        if let Some(found) = state.rooms.get_mut(room) {
            found.here.remove(&page);
            state.has_changed_here(room);
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Another node says who is in a room. What it says may be anything.
    pub fn hear(&self, report: Report, now: Instant) {
        let Report { node, room: name, mut people, more } = report;
        let mut state = self.state();
        if people.is_empty() {
            if let Some(room) = state.rooms.get_mut(&name) {
                room.elsewhere.remove(&node);
            }
        } else {
            let is_new = !state.rooms.contains_key(&name);
            if is_new && state.rooms.len() >= MAX_ROOMS {
                return;
            }
            people.truncate(MAX_REPORTED);
            let room = state.rooms.entry(name.clone()).or_default();
            let before = room.elsewhere.get(&node);
            if before.is_none() && room.elsewhere.len() >= MAX_NODES {
                return;
            }
            let said = Said { people, more: more.min(MAX_MORE), until: now + SILENCE };
            let is_old = before.is_some_and(|it| it.people == said.people && it.more == said.more);
            room.elsewhere.insert(node, said);
            if is_old {
                return;
            }
        }
        state.changed.insert(name);
        drop(state);
        self.changed.notify_one();
    }

    /// Forgets what nodes have said that have fallen silent.
    pub fn expire(&self, now: Instant) {
        let mut state = self.state();
        let State { rooms, changed, .. } = &mut *state;
        for (name, room) in rooms {
            let before = room.elsewhere.len();
            room.elsewhere.retain(|_, said| said.until > now);
            if room.elsewhere.len() < before {
                changed.insert(name.clone());
            }
        }
        let has_changed = !changed.is_empty();
        drop(state);
        if has_changed {
            self.changed.notify_one();
        }
    }

    /// Whether there is a connection to the broker.
    pub fn is_linked(&self) -> bool {
        self.link.load(Relaxed)
    }

    /// There is a connection to the broker, or none any more. All pages are told.
    pub fn link(&self, up: bool) {
        if self.link.swap(up, Relaxed) != up {
            self.state().pages.values().for_each(|page| page.notify_one());
        }
    }

    /// Waits for a change.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Wakes the pages to which something is new, and gives what is new to other nodes.
    pub fn flush(&self, node: &str) -> Vec<Report> {
        let mut state = self.state();
        let changed = std::mem::take(&mut state.changed);
        let to_publish = std::mem::take(&mut state.to_publish);
        let reports = to_publish.iter().map(|name| state.report(node, name)).collect();
        for name in &changed {
            let State { rooms, pages, .. } = &mut *state;
            let Some(room) = rooms.get_mut(name) else { continue };
            room.version += 1;
            let to_wake = room.here.keys().filter_map(|page| pages.get(page));
            to_wake.for_each(|page| page.notify_one());
            if room.here.is_empty() && room.elsewhere.is_empty() {
                rooms.remove(name);
            }
        }
        if !changed.is_empty() {
            let sizes = state.largest();
            if sizes != *state.sizes {
                state.sizes = sizes.into();
                state.pages.values().for_each(|page| page.notify_one());
            }
        }
        reports
    }

    /// All that this node has to say, for those who have not heard it.
    pub fn reports(&self, node: &str) -> Vec<Report> {
        let state = self.state();
        let here = state.rooms.iter().filter(|(_, room)| !room.here.is_empty());
        here.map(|(name, _)| state.report(node, name)).collect()
    }

    /// Who is in a room, if that is newer than `version`.
    pub fn roster(&self, room: &str, version: u64) -> Option<Roster> {
        let state = self.state();
        let room = state.rooms.get(room).filter(|room| room.version > version)?;
        Some(room.roster())
    }

    /// The rooms with most people.
    pub fn sizes(&self) -> Arc<[RoomSize]> {
        Arc::clone(&self.state().sizes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_changed_here(&mut self, room: &str) {
        self.changed.insert(room.to_owned());
        self.to_publish.insert(room.to_owned());
    }

    fn report(&self, node: &str, name: &str) -> Report {
        let here = self.rooms.get(name).map(|room| unique(room.here.values())).unwrap_or_default();
        let people: Vec<Person> = here.iter().take(MAX_REPORTED).cloned().collect();
        let more = here.len() - people.len();
        Report { node: node.to_owned(), room: name.to_owned(), people, more }
    }

    fn largest(&self) -> Vec<RoomSize> {
        let size =
            |(name, room): (&String, &Room)| RoomSize { room: name.clone(), people: room.len() };
        let mut sizes: Vec<RoomSize> = self.rooms.iter().map(size).collect();
        // The sort keeps the order of names.
        sizes.sort_by_key(|it| std::cmp::Reverse(it.people));
        sizes.truncate(MAX_LISTED);
        sizes
    }
}

impl Room {
    fn everybody(&self) -> impl Iterator<Item = &Person> {
        self.here.values().chain(self.elsewhere.values().flat_map(|said| &said.people))
    }

    fn more(&self) -> usize {
        self.elsewhere.values().map(|said| said.more).sum()
    }

    fn len(&self) -> usize {
        unique(self.everybody()).len() + self.more()
    }

    fn roster(&self) -> Roster {
        let all = unique(self.everybody());
        let people: Vec<Person> = all.iter().take(MAX_REPORTED).cloned().collect();
        let more = all.len() - people.len() + self.more();
        Roster { people, more, version: self.version }
    }
}

/// Each once, though they may have several pages, or be on their way from one node to another; by name.
fn unique<'a>(people: impl Iterator<Item = &'a Person>) -> Vec<Person> {
    let by_id: BTreeMap<&str, &Person> = people.map(|person| (&*person.id, person)).collect();
    let mut people: Vec<Person> = by_id.into_values().cloned().collect();
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id.clone()));
    people
}

/// A list that is longer is not read, and would be long on the wire.
pub const MAX_REPORTED: usize = 100;

/// Rooms that are offered.
const MAX_LISTED: usize = 20;

/// Of all nodes together, whatever they say. One has 256 at most.
const MAX_ROOMS: usize = 4096;

/// Nodes that may say something of a room.
const MAX_NODES: usize = 64;

/// What a node may count beyond its list.
const MAX_MORE: usize = 1_000_000;

/// Nodes say everything this often.
pub const INTERVAL: Duration = Duration::from_secs(2);

/// Three times that, and a second for the way: then a node has fallen silent.
const SILENCE: Duration = Duration::from_secs(7);

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str) -> Person {
        Person { id: id.to_owned(), name: name.to_owned() }
    }

    fn report(node: &str, room: &str, people: &[Person]) -> Report {
        Report { node: node.into(), room: room.into(), people: people.into(), more: 0 }
    }

    fn names(presence: &Presence, room: &str) -> Vec<String> {
        let roster = presence.roster(room, 0).unwrap_or_default();
        roster.people.into_iter().map(|person| person.name).collect()
    }

    /// Whether a page was woken since it was asked last.
    fn is_woken(wake: &Notify) -> bool {
        let waiting = std::pin::pin!(wake.notified());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        waiting.poll(&mut cx).is_ready()
    }

    #[test]
    fn a_room_has_the_people_of_all_nodes_each_once() {
        let (presence, now) = (Presence::new(true), Instant::now());
        presence.join(1, "tea", person("m", "Mia"));
        presence.join(2, "tea", person("m", "Mia"));
        presence.hear(report("b", "tea", &[person("j", "jonas"), person("m", "Mia")]), now);
        presence.hear(report("c", "tea", &[person("x", "Jonas")]), now);
        assert_eq!(presence.flush("a"), [report("a", "tea", &[person("m", "Mia")])]);
        assert_eq!(names(&presence, "tea"), ["jonas", "Jonas", "Mia"]);
        assert_eq!(*presence.sizes(), [RoomSize { room: "tea".into(), people: 3 }]);

        presence.leave(1, "tea");
        presence.exit(2);
        assert_eq!(presence.flush("a"), [report("a", "tea", &[])]);
        presence.hear(report("b", "tea", &[]), now);
        presence.hear(report("c", "tea", &[]), now);
        assert!(presence.flush("a").is_empty() && presence.reports("a").is_empty());
        assert_eq!((presence.roster("tea", 0), presence.sizes().len()), (None, 0));
    }

    #[test]
    fn a_node_that_falls_silent_is_forgotten() {
        let (presence, now) = (Presence::new(true), Instant::now());
        presence.join(1, "tea", person("m", "Mia"));
        presence.hear(report("b", "tea", &[person("j", "Jonas")]), now);
        presence.flush("a");
        presence.hear(report("b", "tea", &[person("j", "Jonas")]), now + INTERVAL);
        presence.expire(now + SILENCE);
        presence.flush("a");
        assert_eq!(names(&presence, "tea"), ["Jonas", "Mia"]);
        presence.expire(now + INTERVAL + SILENCE);
        presence.flush("a");
        assert_eq!(names(&presence, "tea"), ["Mia"]);
    }

    #[test]
    fn pages_are_woken_for_what_is_new_to_them() {
        let (presence, now) = (Presence::new(true), Instant::now());
        let wakes = [(1, "tea"), (2, "garden")].map(|(page, room)| {
            let wake = Arc::new(Notify::new());
            presence.enter(page, Arc::clone(&wake));
            presence.join(page, room, person(room, room));
            wake
        });
        presence.flush("a");
        let woken = || wakes.each_ref().map(|wake| is_woken(wake));
        assert_eq!(woken(), [true, true]);
        let version = presence.roster("tea", 0).unwrap().version;
        assert_eq!(presence.roster("tea", version), None);

        // The same again is nothing new, and a room of others is one in the list of rooms only.
        let jonas = report("b", "tea", &[person("j", "Jonas")]);
        presence.hear(jonas.clone(), now);
        presence.flush("a");
        assert_eq!(woken(), [true, true]);
        presence.hear(jonas, now);
        presence.flush("a");
        assert_eq!(woken(), [false, false]);
        presence.hear(report("b", "tea", &[person("j", "Jon")]), now);
        presence.flush("a");
        assert_eq!(woken(), [true, false]);
        assert!(presence.roster("tea", version).is_some());
        presence.link(false);
        assert_eq!(woken(), [true, true]);
        presence.link(false);
        assert_eq!(woken(), [false, false]);
    }

    #[test]
    fn lists_are_bounded_whatever_others_say() {
        let (presence, now) = (Presence::new(true), Instant::now());
        let crowd: Vec<Person> = (0..1000).map(|n| person(&n.to_string(), "x")).collect();
        presence.join(1, "tea", person("m", "Mia"));
        for node in 0..2 * MAX_NODES {
            presence
                .hear(Report { more: usize::MAX, ..report(&node.to_string(), "tea", &crowd) }, now);
        }
        for room in 0..2 * MAX_ROOMS {
            presence.hear(report("b", &room.to_string(), &crowd[..1]), now);
        }
        presence.flush("a");
        let roster = presence.roster("tea", 0).unwrap();
        assert_eq!((roster.people.len(), roster.more), (100, 1 + MAX_NODES * MAX_MORE));
        assert_eq!(presence.sizes().len(), MAX_LISTED);
        assert_eq!(presence.state().rooms.len(), MAX_ROOMS);

        for page in 0..150 {
            presence.join(page, "garden", person(&page.to_string(), "y"));
        }
        let reports = presence.flush("a");
        assert_eq!((reports.len(), reports[0].people.len(), reports[0].more), (1, 100, 50));
    }
}
