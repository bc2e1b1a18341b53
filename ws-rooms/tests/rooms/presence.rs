//! Who is there, and what was said before.

use std::sync::Arc;

use crate::common::{member, once, pair, text, waits};
use tokio::io::DuplexStream;
use ws_rooms::{
    Event, Member, Policy, Rooms, RoomsConfig, SubscribeConfig,
    ws_tokio::{Prepared, WebSocketConfig},
};

fn as_who(identity: &str) -> SubscribeConfig {
    SubscribeConfig::new(Policy::DropOldest).identity(identity).presence(true)
}

fn texts(history: &[Arc<Prepared>]) -> Vec<&str> {
    history.iter().map(|message| message.message().as_text().unwrap()).collect()
}

async fn change(member: &mut Member<DuplexStream>) -> Option<String> {
    Some(match once(member).await?.unwrap().unwrap() {
        Event::Joined { topic, who } => format!("{topic} + {}", who.identity),
        Event::Left { topic, who } => format!("{topic} - {}", who.identity),
        other => format!("{other:?}"),
    })
}

#[tokio::test]
async fn members_know_of_each_other() {
    let rooms = Rooms::new(RoomsConfig::new());
    let (mut ada, _page) = member(&rooms);
    let (mut bob, _other) = member(&rooms);
    let (mut eve, _third) = member(&rooms);
    let here = ada.subscribe("tea", as_who("ada")).unwrap().present;
    assert_eq!(here.len(), 1);
    assert_eq!((here[0].id, &*here[0].identity), (ada.id(), "ada"));
    let here = bob.subscribe("tea", as_who("<b>bob</b>")).unwrap().present;
    assert_eq!(here, rooms.present("tea"));
    let mut names: Vec<_> = here.iter().map(|who| &*who.identity).collect();
    names.sort_unstable();
    assert_eq!(names, ["<b>bob</b>", "ada"]);
    // One who does not say who it is, and does not want to know.
    let here = eve.subscribe("tea", Policy::DropOldest).unwrap().present;
    assert_eq!((here, rooms.present("tea").len()), (vec![], 3));
    assert_eq!(change(&mut ada).await.unwrap(), "tea + <b>bob</b>");
    assert_eq!(change(&mut ada).await.unwrap(), "tea + ");
    waits(&mut ada).await;
    assert_eq!(change(&mut bob).await.unwrap(), "tea + ");
    drop(eve);
    assert!(bob.unsubscribe("tea"));
    assert_eq!(change(&mut ada).await.unwrap(), "tea - ");
    assert_eq!(change(&mut ada).await.unwrap(), "tea - <b>bob</b>");
    waits(&mut ada).await;
    waits(&mut bob).await;
    assert!(rooms.present("coffee").is_empty());
}

#[tokio::test]
async fn a_member_that_is_disconnected_has_left() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(2));
    let (mut ada, _page) = member(&rooms);
    let (mut bob, _other) = member(&rooms);
    let _ = ada.subscribe("tea", as_who("ada")).unwrap();
    let config = SubscribeConfig::new(Policy::Disconnect).identity("bob");
    let _ = bob.subscribe("tea", config).unwrap();
    assert_eq!(change(&mut ada).await.unwrap(), "tea + bob");
    for _ in 0..3 {
        rooms.publish("tea", "x").unwrap();
        waits_or_tells(&mut ada).await;
    }
    assert_eq!(rooms.present("tea").len(), 1);
    assert_eq!(rooms.metrics().removed, 1);
}

/// Bob's leave comes with the third message, which Ada gets before it or after it.
async fn waits_or_tells(member: &mut Member<DuplexStream>) {
    if let Some(change) = change(member).await {
        assert_eq!(change, "tea - bob");
    }
}

/// Everybody is told of everybody, and nobody has room for it: all have to leave, and it comes to an end.
#[tokio::test]
async fn leaving_may_make_others_leave() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(1));
    let mut members = Vec::new();
    for _ in 0..20 {
        let (mut it, page) = member(&rooms);
        let _ =
            it.subscribe("tea", SubscribeConfig::new(Policy::Disconnect).presence(true)).unwrap();
        members.push((it, page));
    }
    let (_, quick) = members.split_last_mut().unwrap();
    assert!(rooms.metrics().removed >= quick.len() as u64 - 1, "{:?}", rooms.metrics());
    drop(members);
    assert_eq!((rooms.metrics().topics, rooms.metrics().members), (0, 0));
}

#[tokio::test]
async fn the_last_messages_are_kept() {
    let rooms = Rooms::new(RoomsConfig::new().history(3).max_history_len(10));
    assert_eq!(rooms.publish("tea", "nobody hears").unwrap(), 0);
    let (mut ada, _page) = member(&rooms);
    assert!(ada.subscribe("tea", Policy::DropOldest).unwrap().history.is_empty());
    for text in ["1", "2", "3", "4"] {
        rooms.publish("tea", text).unwrap();
    }
    assert_eq!(texts(&rooms.history("tea")), ["2", "3", "4"]);
    rooms.publish("tea", "12345678").unwrap();
    assert_eq!(texts(&rooms.history("tea")), ["3", "4", "12345678"]);
    rooms.publish("tea", "5").unwrap();
    assert_eq!(texts(&rooms.history("tea")), ["4", "12345678", "5"]);
    rooms.publish("tea", "12345678901").unwrap(); // too long to be kept
    assert_eq!(texts(&rooms.history("tea")), ["4", "12345678", "5"]);

    let (server, mut client) = pair(1024, &WebSocketConfig::new());
    let mut bob = rooms.join(server);
    let joined = bob.subscribe("tea", Policy::DropOldest).unwrap();
    rooms.publish("tea", "live").unwrap();
    for message in &joined.history {
        bob.send(&**message).await.unwrap();
    }
    waits(&mut bob).await;
    for expected in ["4", "12345678", "5", "live"] {
        assert_eq!(text(&mut client).await, expected);
    }
    drop((ada, bob));
    assert!(rooms.history("tea").is_empty());
    assert_eq!(rooms.metrics().topics, 0);
}
