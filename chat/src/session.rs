//! One page: what it asks for, and what it is told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Notify,
    time::{sleep_until, timeout},
};
use ws_rooms::{
    Event as RoomEvent, Member, Policy, SubscribeError,
    ws_tokio::{CloseCode, Error, Message},
};

use crate::{
    bucket::{Bucket, Taken},
    node::{self, MAX_ROOMS_PER_PAGE, Node},
    octets::Octets,
    presence::PageId,
    protocol::{ErrorCode, Event, Limits, Person, Request, RoomSize},
    text_rules, topics,
};

/// Serves a page until it is gone.
pub async fn serve<T>(member: Member<T>, node: Arc<Node>, octets: Arc<Octets>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let page = Page::new(&member, Arc::clone(&node));
    let mut session = Session {
        member,
        node,
        octets,
        bucket: Bucket::new(Instant::now()),
        page,
        person: None,
        rooms: Vec::new(),
        sizes: Arc::new([]),
        is_linked: true,
    };
    // Why it is gone is nobody's business here; an observer would be told.
    let _ended: Result<(), Error> = session.run().await;
}

struct Session<T> {
    member: Member<T>,
    node: Arc<Node>,
    octets: Arc<Octets>,
    bucket: Bucket,
    page: Page,
    /// Once it has said who it is.
    person: Option<Person>,
    /// The rooms it is in, and the roster that it knows of each.
    rooms: Vec<(String, u64)>,
    sizes: Arc<[RoomSize]>,
    is_linked: bool,
}

/// A page's part in the presence, which ends when this is dropped.
struct Page {
    id: PageId,
    node: Arc<Node>,
    wake: Arc<Notify>,
}

impl Page {
    fn new<T>(member: &Member<T>, node: Arc<Node>) -> Self {
        let (id, wake) = (member.id().get(), Arc::new(Notify::new()));
        node.presence.enter(id, Arc::clone(&wake));
        Self { id, node, wake }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.node.presence.exit(self.id);
    }
}

/// What has happened.
enum Next {
    Event(Option<RoomEvent>),
    /// Something may be new of who is where.
    Woken,
    /// It has not said who it is.
    Late,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    async fn run(&mut self) -> Result<(), Error> {
        let hello_by = tokio::time::Instant::now() + HELLO_WITHIN;
        loop {
            let is_known = self.person.is_some();
            let next = tokio::select! {
                event = self.member.recv_event() => Next::Event(event?),
                () = self.page.wake.notified(), if is_known => Next::Woken,
                () = sleep_until(hello_by), if !is_known => Next::Late,
            };
            match next {
                Next::Event(Some(RoomEvent::Message(message))) => self.take(&message).await?,
                Next::Event(Some(event)) => self.tell(event).await?,
                Next::Event(None) => return Ok(()),
                Next::Woken => self.tell_who_is_where().await?,
                Next::Late => return self.end("no hello").await,
            }
        }
    }

    /// Takes what the page has sent, which may be anything.
    async fn take(&mut self, message: &Message) -> Result<(), Error> {
        match self.bucket.take(Instant::now()) {
            Taken::Allowed => {}
            Taken::Refused => return self.refuse(None, ErrorCode::SlowDown).await,
            Taken::Flood => return self.end("flood").await,
        }
        let request = message.as_text().ok_or(ErrorCode::NotUnderstood).and_then(Request::parse);
        let request = match request {
            Ok(request) => request,
            Err(code) => return self.refuse(None, code).await,
        };
        match self.answer(&request).await? {
            Ok(()) => Ok(()),
            Err(code) => self.refuse(Some(&request), code).await,
        }
    }

    async fn answer(&mut self, request: &Request) -> Result<Result<(), ErrorCode>, Error> {
        let Some(person) = self.person.clone() else {
            return match request {
                Request::Hello { name, key } => self.hello(name, key).await,
                _ => Ok(Err(ErrorCode::HelloFirst)),
            };
        };
        match request {
            Request::Hello { .. } => Ok(Err(ErrorCode::HelloTwice)),
            Request::Join { room } => self.join(room, person).await,
            Request::Leave { room } => {
                let Some(at) = self.seat(room) else { return Ok(Err(ErrorCode::NotInRoom)) };
                let (room, _) = self.rooms.swap_remove(at);
                self.node.presence.leave(self.page.id, &room);
                self.member.unsubscribe(&topics::talk(&room));
                self.member.unsubscribe(&topics::typing(&room));
                self.send(&Event::Left { room: &room }).await.map(Ok)
            }
            Request::Say { room, text } => Ok(self.say(room, text, &person)),
            Request::Typing { room } => {
                if self.seat(room).is_none() {
                    return Ok(Err(ErrorCode::NotInRoom));
                }
                let event = Event::Typing { room, from: &person.id, name: &person.name };
                // It is short, and to a topic that there is.
                let _ = self.member.publish(&topics::typing(room), event.to_text());
                Ok(Ok(()))
            }
            Request::Ping { n } => {
                let (received, sent) = (self.octets.received(), self.octets.sent());
                self.send(&Event::Pong { n: *n, received, sent }).await.map(Ok)
            }
        }
    }

    async fn hello(&mut self, name: &str, key: &str) -> Result<Result<(), ErrorCode>, Error> {
        let Some(name) = text_rules::name(name) else { return Ok(Err(ErrorCode::BadName)) };
        if !text_rules::is_key(key) {
            return Ok(Err(ErrorCode::BadKey));
        }
        let person = Person { id: node::id_of(key), name: name.to_owned() };
        let node = Arc::clone(&self.node);
        let limits = Limits {
            name: text_rules::MAX_NAME_CHARS,
            text: text_rules::MAX_TEXT_LEN,
            rooms: MAX_ROOMS_PER_PAGE,
        };
        let (id, name, peers) = (&*person.id, &*person.name, &*node.peers);
        self.send(&Event::Welcome { id, name, node: &node.name, peers, limits }).await?;
        self.person = Some(person);
        self.tell_who_is_where().await.map(Ok)
    }

    async fn join(&mut self, room: &str, person: Person) -> Result<Result<(), ErrorCode>, Error> {
        let Some(room) = text_rules::room(room) else { return Ok(Err(ErrorCode::BadRoom)) };
        if self.seat(room).is_some() {
            return Ok(Err(ErrorCode::InRoom));
        }
        if self.rooms.len() >= MAX_ROOMS_PER_PAGE {
            return Ok(Err(ErrorCode::TooManyRooms));
        }
        let talk = topics::talk(room);
        let refused = |error| match error {
            SubscribeError::TooManyTopics { .. } => ErrorCode::NoMoreRooms,
            _ => ErrorCode::BadRoom,
        };
        let joined = match self.member.subscribe(&talk, Policy::DropOldest) {
            Ok(joined) => joined,
            Err(error) => return Ok(Err(refused(error))),
        };
        if let Err(error) = self.member.subscribe(&topics::typing(room), Policy::DropOldest) {
            self.member.unsubscribe(&talk);
            return Ok(Err(refused(error)));
        }
        self.rooms.push((room.to_owned(), 0));
        self.node.presence.join(self.page.id, room, person);
        self.send(&Event::Joined { room, history: joined.history.len() }).await?;
        for said in &joined.history {
            self.member.send(&**said).await?;
        }
        Ok(Ok(()))
    }

    fn say(&self, room: &str, text: &str, person: &Person) -> Result<(), ErrorCode> {
        let text = text_rules::said(text).ok_or(ErrorCode::BadText)?;
        self.seat(room).ok_or(ErrorCode::NotInRoom)?;
        let (id, at) = (&*self.node.message_id(), node::now());
        let Person { id: from, name } = person;
        let said = Event::Said { room, id, from, name, text, at };
        // It is far shorter than what may be published.
        let published = self.node.rooms.publish(&topics::talk(room), said.to_text());
        published.map(drop).map_err(|_| ErrorCode::BadText)
    }

    /// What the rooms say of what comes, at its place.
    async fn tell(&mut self, event: RoomEvent) -> Result<(), Error> {
        let of_talk = |topic| topics::room_of_talk(topic);
        let event = match &event {
            RoomEvent::Gap { topic } => of_talk(topic).map(|room| Event::Gap { room }),
            RoomEvent::Missed { topic, count } => {
                of_talk(topic).map(|room| Event::Missed { room, count: *count })
            }
            _ => None,
        };
        match event {
            Some(event) => self.send(&event).await,
            None => Ok(()),
        }
    }

    /// What is new of who is where, and of the way to other nodes.
    async fn tell_who_is_where(&mut self) -> Result<(), Error> {
        let node = Arc::clone(&self.node);
        let is_linked = node.presence.is_linked();
        if self.is_linked != is_linked {
            self.is_linked = is_linked;
            self.send(&Event::Link { up: is_linked }).await?;
        }
        let sizes = node.presence.sizes();
        if self.sizes != sizes {
            self.send(&Event::Rooms { rooms: &sizes }).await?;
            self.sizes = sizes;
        }
        for at in 0..self.rooms.len() {
            let (room, version) = &self.rooms[at];
            let Some(roster) = node.presence.roster(room, *version) else { continue };
            let text = Event::People { room, people: &roster.people, more: roster.more }.to_text();
            self.rooms[at].1 = roster.version;
            self.member.send(text).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, request: Option<&Request>, code: ErrorCode) -> Result<(), Error> {
        // A name that was refused is not sent back.
        let room = request.and_then(Request::room).and_then(text_rules::room);
        let request = request.map(Request::name);
        self.send(&Event::Error { code, request, room, text: code.text() }).await
    }

    async fn send(&mut self, event: &Event<'_>) -> Result<(), Error> {
        self.member.send(event.to_text()).await
    }

    /// Closes, because the page breaks the rules of the chat.
    async fn end(&mut self, reason: &'static str) -> Result<(), Error> {
        let closing = self.member.close_with(CloseCode::POLICY_VIOLATION, reason);
        // What it sends meanwhile is read and thrown away, no longer than that.
        match timeout(CLOSE_WITHIN, closing).await {
            Ok(closed) => closed.map(drop),
            Err(_) => Ok(()),
        }
    }

    fn seat(&self, room: &str) -> Option<usize> {
        self.rooms.iter().position(|(it, _)| it == room)
    }
}

/// A page says it at once.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// Who does not read gets no close frame, and is not waited for.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
