//! What becomes of messages for which a slow member has no room.

use std::time::Duration;

use crate::common::{Client, listener, member, once, pair, text, waits, within};
use tokio::io::DuplexStream;
use ws_rooms::{
    Event, Member, Policy, Rooms, RoomsConfig, SubscribeError,
    ws_tokio::{CloseCode, Error, SendError, WebSocketConfig, message::Timeout},
};

fn slow(config: RoomsConfig, policy: Policy) -> (Rooms, Member<DuplexStream>, Client) {
    let rooms = Rooms::new(config);
    let (mut member, client) = member(&rooms);
    let _ = member.subscribe("tea", policy).unwrap();
    (rooms, member, client)
}

fn publish(rooms: &Rooms, numbers: std::ops::Range<u32>) {
    for number in numbers {
        rooms.publish("tea", format!("{number:03}")).unwrap();
    }
}

async fn missed(member: &mut Member<DuplexStream>, count: u64) {
    let topic = "tea".into();
    assert_eq!(once(member).await.unwrap().unwrap(), Some(Event::Missed { topic, count }));
}

async fn numbers(client: &mut Client, numbers: std::ops::Range<u32>) {
    for number in numbers {
        assert_eq!(text(client).await, format!("{number:03}"));
    }
}

/// Both limits come to ten messages.
fn tens() -> [RoomsConfig; 2] {
    [RoomsConfig::new().max_queued(10), RoomsConfig::new().max_queued_len(30)]
}

#[tokio::test]
async fn at_the_limit_nothing_is_dropped() {
    for policy in [Policy::DropOldest, Policy::DropNewest, Policy::Disconnect] {
        for config in tens() {
            let (rooms, mut member, mut client) = slow(config, policy);
            publish(&rooms, 0..10);
            waits(&mut member).await;
            numbers(&mut client, 0..10).await;
            assert_eq!(rooms.metrics().dropped, 0);
        }
    }
}

#[tokio::test]
async fn the_oldest_give_way() {
    for config in tens() {
        let (rooms, mut member, mut client) = slow(config, Policy::DropOldest);
        publish(&rooms, 0..11);
        missed(&mut member, 1).await;
        waits(&mut member).await;
        numbers(&mut client, 1..11).await;
        publish(&rooms, 11..50);
        missed(&mut member, 29).await;
        waits(&mut member).await;
        numbers(&mut client, 40..50).await;
        assert_eq!(rooms.metrics().dropped, 30);
    }
}

#[tokio::test]
async fn a_long_message_takes_the_place_of_several() {
    let (rooms, mut member, mut client) =
        slow(RoomsConfig::new().max_queued_len(30), Policy::DropOldest);
    publish(&rooms, 0..10);
    rooms.publish("tea", "x".repeat(7)).unwrap();
    missed(&mut member, 3).await;
    waits(&mut member).await;
    numbers(&mut client, 3..10).await;
    assert_eq!(text(&mut client).await, "xxxxxxx");
}

#[tokio::test]
async fn the_newest_are_left_out_and_the_gap_is_told_at_its_place() {
    for config in tens() {
        let (rooms, mut member, mut client) = slow(config, Policy::DropNewest);
        publish(&rooms, 0..13);
        // Delivers ten; then it tells.
        missed(&mut member, 3).await;
        waits(&mut member).await;
        publish(&rooms, 13..15);
        waits(&mut member).await;
        numbers(&mut client, 0..10).await;
        numbers(&mut client, 13..15).await;
        assert_eq!(rooms.metrics().dropped, 3);
    }
}

#[tokio::test]
async fn a_gap_in_the_middle_of_a_queue_is_told_there() {
    // The peer takes nothing, so the WebSocket takes a part of what waits, and the mailbox has room again.
    let rooms = Rooms::new(RoomsConfig::new().max_queued(10));
    let (server, mut client) = pair(64, &WebSocketConfig::new());
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::DropNewest).unwrap();
    let long = |number: u32| format!("{number:03}{}", "x".repeat(3000));
    for number in 0..12 {
        rooms.publish("tea", long(number)).unwrap();
    }
    waits(&mut member).await; // six are with the WebSocket
    for number in 12..14 {
        assert_eq!(rooms.publish("tea", long(number)).unwrap(), 1);
    }
    let reading = tokio::spawn(async move {
        let mut numbers = Vec::new();
        while numbers.len() < 13 {
            numbers.push(text(&mut client).await[..3].to_owned());
        }
        (numbers, client)
    });
    let event = within(member.recv_event()).await.unwrap();
    assert_eq!(event, Some(Event::Missed { topic: "tea".into(), count: 2 }));
    // What is sent now comes in the gap.
    member.send("gap").await.unwrap();
    tokio::select! {
        it = member.recv_event() => panic!("{it:?}"),
        read = reading => {
            let mut expected: Vec<_> = (0..10).map(|number| format!("{number:03}")).collect();
            expected.extend(["gap", "012", "013"].map(String::from));
            assert_eq!(read.unwrap().0, expected);
        }
    }
}

#[tokio::test]
async fn a_slow_member_is_disconnected() {
    for config in tens() {
        let (rooms, mut slow, mut client) = slow(config, Policy::Disconnect);
        let _ = slow.subscribe("coffee", Policy::DropOldest).unwrap();
        publish(&rooms, 0..10);
        assert_eq!(rooms.publish("tea", "010").unwrap(), 0);
        assert_eq!(rooms.metrics().removed, 1);
        assert_eq!(rooms.metrics().topics, 1, "it is out of the topic at once");
        assert_eq!(rooms.publish("coffee", "x").unwrap(), 0);
        assert_eq!(rooms.metrics().topics, 0, "and of others at the next opportunity");
        let told = slow.recv_event().await.unwrap();
        assert_eq!(told, Some(Event::Removed { topic: "tea".into() }));
        assert!(slow.is_removed());
        let refused = slow.subscribe("milk", Policy::DropOldest).unwrap_err();
        assert_eq!(refused, SubscribeError::Removed);
        let closing = tokio::spawn(async move { slow.recv().await });
        assert_eq!(within(client.recv()).await.unwrap(), None);
        let received = client.close_info().received.unwrap();
        assert_eq!((received.code, &*received.reason), (CloseCode::TRY_AGAIN_LATER, "too slow"));
        assert_eq!(within(closing).await.unwrap().unwrap(), None);
        let metrics = rooms.metrics();
        assert_eq!((metrics.members, metrics.topics), (0, 0));
    }
}

#[tokio::test]
async fn a_member_that_waits_for_its_peer_is_woken_to_be_disconnected() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(10));
    let config = WebSocketConfig::new().close_timeout(Duration::from_millis(20));
    let (server, _client) = pair(64, &config);
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    let task = tokio::spawn(async move {
        let first = member.recv_event().await;
        (first, member.recv_event().await)
    });
    while rooms.metrics().removed == 0 {
        rooms.publish("tea", "x".repeat(1000)).unwrap();
        tokio::task::yield_now().await;
    }
    let (told, end) = within(task).await.unwrap();
    assert_eq!(told.unwrap(), Some(Event::Removed { topic: "tea".into() }));
    // It reads nothing, not even that.
    assert!(matches!(end, Err(Error::TimedOut(Timeout::Close))), "{end:?}");
}

#[tokio::test]
async fn a_send_that_waits_ends_when_the_member_is_disconnected() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(10));
    let (server, _client) = pair(64, &WebSocketConfig::new());
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    let task = tokio::spawn(async move { member.send("x".repeat(1_000_000)).await });
    tokio::task::yield_now().await;
    publish(&rooms, 0..11);
    let sent = within(task).await.unwrap();
    assert!(matches!(sent, Err(Error::Send(SendError::Closing))), "{sent:?}");
}

#[tokio::test]
async fn the_slow_delay_nobody() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(10));
    let mut stalled = Vec::new();
    for policy in [Policy::DropOldest, Policy::DropNewest, Policy::Disconnect] {
        let (server, client) = pair(64, &WebSocketConfig::new());
        let mut member = rooms.join(server);
        let _ = member.subscribe("tea", policy).unwrap();
        stalled.push((
            tokio::spawn(async move { while let Ok(Some(_)) = member.recv().await {} }),
            client,
        ));
    }
    let (_task, mut quick) = listener(&rooms, "tea", Policy::Disconnect);
    for number in 0..1000 {
        let sent = format!("{number:0>100}");
        rooms.publish("tea", &sent).unwrap();
        assert_eq!(text(&mut quick).await, sent);
    }
    let metrics = rooms.metrics();
    assert_eq!(metrics.removed, 1);
    assert!(metrics.dropped > 1000, "{metrics:?}");
}

#[tokio::test]
async fn one_topic_does_not_take_the_room_of_another() {
    let (rooms, mut member, mut client) =
        slow(RoomsConfig::new().max_queued(10), Policy::DropOldest);
    let _ = member.subscribe("news", Policy::Disconnect).unwrap();
    publish(&rooms, 0..1000);
    for _ in 0..10 {
        rooms.publish("news", "news").unwrap();
    }
    missed(&mut member, 990).await;
    waits(&mut member).await;
    numbers(&mut client, 990..1000).await;
    assert_eq!(text(&mut client).await, "news");
    assert_eq!(rooms.metrics().removed, 0);
}
