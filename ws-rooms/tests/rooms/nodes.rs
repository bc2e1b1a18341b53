//! Nodes that share topics through a broker, which goes away and comes back. The clock is tokio's own, so that waiting
//! takes no time.

use std::{sync::mpsc, time::Duration};

use tokio::{
    io::DuplexStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use ws_rooms::{
    Event, Member, PacketError, Policy, RelayEvent, Rooms, RoomsConfig, ws_tokio::bytes::Bytes,
};

use crate::{
    broker::Broker,
    common::{Client, listener, member, text, waits},
};

struct Node {
    rooms: Rooms,
    relay: JoinHandle<()>,
    told: mpsc::Receiver<String>,
}

/// A node, when it is connected or waits to be.
async fn node(broker: &Broker) -> Node {
    node_with(RoomsConfig::new(), broker).await
}

async fn node_with(config: RoomsConfig, broker: &Broker) -> Node {
    let (rooms, relay) = Rooms::with_engine(config, broker.clone());
    let (tell, told) = mpsc::channel();
    let relay = relay.inspect(move |event| {
        let _ = tell.send(match event {
            RelayEvent::Connected => "connected".to_owned(),
            RelayEvent::Disconnected { error, .. } => format!("disconnected: {error}"),
            other => format!("{other:?}"),
        });
    });
    let node = Node { rooms, relay: tokio::spawn(relay.run()), told };
    settle().await;
    node
}

/// Long enough for all that is under way to come, and for no heartbeat.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

/// Long enough to connect again.
async fn heal() {
    sleep(Duration::from_secs(20)).await;
}

fn in_topic(rooms: &Rooms, topic: &str) -> (Member<DuplexStream>, Client) {
    let (mut member, client) = member(rooms);
    let _ = member.subscribe(topic, Policy::DropOldest).unwrap();
    (member, client)
}

async fn gap(member: &mut Member<DuplexStream>) -> bool {
    match timeout(Duration::from_millis(1), member.recv_event()).await {
        Ok(event) => {
            assert_eq!(event.unwrap(), Some(Event::Gap { topic: "tea".into() }));
            true
        }
        Err(_) => false,
    }
}

/// What has come.
async fn heard(client: &mut Client) -> Vec<String> {
    let mut texts = Vec::new();
    while let Ok(message) = timeout(Duration::from_millis(1), client.recv()).await {
        texts.push(message.unwrap().unwrap().as_text().unwrap().to_owned());
    }
    texts
}

#[tokio::test(start_paused = true)]
async fn nodes_share_a_topic_in_order_and_without_echo() {
    let broker = Broker::default();
    let (one, two) = (node(&broker).await, node(&broker).await);
    let (_a, mut ada) = listener(&one.rooms, "tea", Policy::Disconnect);
    let (_b, mut bob) = listener(&two.rooms, "tea", Policy::Disconnect);
    let (_c, mut eve) = listener(&two.rooms, "coffee", Policy::Disconnect);
    settle().await;
    for number in 0..100 {
        one.rooms.publish("tea", format!("one {number}")).unwrap();
        two.rooms.publish("tea", format!("two {number}")).unwrap();
    }
    two.rooms.publish("nobody is here", "x").unwrap();
    settle().await;
    for client in [&mut ada, &mut bob] {
        let texts = heard(client).await;
        for from in ["one ", "two "] {
            let numbers = texts.iter().filter_map(|text| text.strip_prefix(from));
            let expected = (0..100).map(|number| number.to_string());
            assert!(numbers.eq(expected), "{texts:?}");
        }
        assert_eq!(texts.len(), 200, "no echo, no loop");
    }
    assert!(heard(&mut eve).await.is_empty());
    let metrics = two.rooms.metrics();
    assert_eq!((metrics.relayed, metrics.received, metrics.refused), (101, 100, 0));
}

#[tokio::test(start_paused = true)]
async fn bytes_stay_bytes_and_names_stay_names() {
    let broker = Broker::default();
    let (one, two) = (node(&broker).await, node(&broker).await);
    let hostile = "<i>.*.> ünïcode = \"x\"";
    let (mut bob, mut page) = in_topic(&two.rooms, hostile);
    settle().await;
    one.rooms.publish(hostile, b"\xff\0").unwrap();
    settle().await;
    waits(&mut bob).await;
    assert_eq!(page.recv().await.unwrap().unwrap().into_bytes(), b"\xff\0"[..]);
    assert!(
        broker.is_subscribed("ws-rooms.t.=3ci=3e=2e=2a=2e=3e=20=c3=bcn=c3=afcode=20=3d=20=22x=22")
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_is_killed_and_started_again() {
    let broker = Broker::default();
    let (one, two) = (node(&broker).await, node(&broker).await);
    let (mut ada, mut page) = in_topic(&one.rooms, "tea");
    let (mut bob, _other) = in_topic(&two.rooms, "tea");
    settle().await;
    assert!(!gap(&mut ada).await, "nothing is missing yet");
    broker.kill();
    settle().await;
    assert_eq!(one.rooms.publish("tea", "local").unwrap(), 1);
    waits(&mut ada).await;
    assert_eq!(text(&mut page).await, "local");
    // Topics begin and end meanwhile.
    let (mut eve, mut third) = in_topic(&two.rooms, "milk");
    sleep(Duration::from_secs(60)).await;
    assert_eq!(broker.connections(), 0);
    broker.start();
    heal().await;
    assert!(gap(&mut ada).await && gap(&mut bob).await);
    waits(&mut ada).await;
    waits(&mut bob).await;
    // What was published meanwhile was kept, and the other node has it if it was back first.
    assert_eq!(broker.published().len(), 1);
    one.rooms.publish("milk", "new").unwrap();
    two.rooms.publish("tea", "healed").unwrap();
    settle().await;
    assert!(matches!(eve.recv_event_now().await, Some(Event::Gap { .. })));
    waits(&mut eve).await;
    assert_eq!(text(&mut third).await, "new");
    waits(&mut ada).await;
    assert_eq!(text(&mut page).await, "healed");
    assert_eq!((one.rooms.metrics().members, two.rooms.metrics().members), (1, 2));
    let told: Vec<_> = one.told.try_iter().collect();
    assert_eq!(told.first().unwrap(), "connected");
    assert_eq!(told[1], "disconnected: cut");
    assert!(told[2..told.len() - 1].iter().all(|it| it == "disconnected: down") && told.len() > 5);
    assert_eq!(told.last().unwrap(), "connected");
}

trait Now {
    async fn recv_event_now(&mut self) -> Option<Event>;
}

impl Now for Member<DuplexStream> {
    async fn recv_event_now(&mut self) -> Option<Event> {
        crate::common::once(self).await?.unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_for_an_absence_is_a_gap_elsewhere() {
    let broker = Broker::default();
    let one = node(&broker).await;
    let two = node_with(RoomsConfig::new().max_queued_len(2 << 20), &broker).await;
    let (mut bob, _page) = in_topic(&two.rooms, "tea");
    settle().await;
    broker.kill();
    settle().await;
    for _ in 0..20 {
        one.rooms.publish("tea", "x".repeat(100_000)).unwrap();
    }
    let unsent = one.rooms.metrics().unsent;
    assert!((9..=10).contains(&unsent), "{unsent}");
    broker.start();
    heal().await;
    // How many depends on who is back first.
    assert!(gap(&mut bob).await);
    while gap(&mut bob).await {}
    let packets = broker.published();
    assert_eq!(packets.len() as u64, 20 - unsent + 1);
    let (channel, last) = packets.last().unwrap();
    assert_eq!((&**channel, last[4]), ("ws-rooms.t.tea", 2), "it says that something is missing");
}

#[tokio::test(start_paused = true)]
async fn what_was_on_the_way_when_a_connection_died_is_a_gap_elsewhere() {
    let broker = Broker::default();
    let (one, two) = (node(&broker).await, node(&broker).await);
    let (mut bob, _page) = in_topic(&two.rooms, "tea");
    settle().await;
    broker.set_deaf(true);
    one.rooms.publish("tea", "is lost").unwrap();
    settle().await;
    // Both are cut, as nobody hears his heartbeat any more.
    sleep(Duration::from_secs(30)).await;
    broker.set_deaf(false);
    heal().await;
    let mut gaps = 0;
    while gap(&mut bob).await {
        gaps += 1;
    }
    assert!(gaps >= 2, "{gaps}");
    let told: Vec<_> = one.told.try_iter().collect();
    assert_eq!(told[1], "disconnected: the broker does not pass on heartbeats");
    let gap_packets = broker.published().iter().filter(|(_, packet)| packet[4] == 2).count();
    // Word of it may have been lost, too, and is then repeated.
    assert!((1..=3).contains(&gap_packets), "{gap_packets}");
    // What comes back is not told again.
    sleep(Duration::from_secs(60)).await;
    assert!(!gap(&mut bob).await);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_drops_something_tells_a_gap() {
    let broker = Broker::default();
    let one = node(&broker).await;
    let (mut ada, _page) = in_topic(&one.rooms, "tea");
    settle().await;
    broker.lose();
    settle().await;
    assert!(gap(&mut ada).await);
}

#[tokio::test(start_paused = true)]
async fn hostile_packets_are_refused() {
    let broker = Broker::default();
    let one = Rooms::with_engine(RoomsConfig::new().max_queued_len(100), broker.clone());
    let (rooms, relay) = one;
    let (tell, told) = mpsc::channel();
    tokio::spawn(
        relay
            .inspect(move |event| {
                if let RelayEvent::Refused(error) = event {
                    let _ = tell.send(*error);
                }
            })
            .run(),
    );
    settle().await;
    let (mut ada, mut page) = in_topic(&rooms, "tea");
    settle().await;
    let packet = |kind: u8, topic: &str, payload: &[u8]| {
        let mut packet = [b"WSR\x01", &[kind][..], &[9; 16], &[0, topic.len() as u8]].concat();
        packet.extend_from_slice(topic.as_bytes());
        packet.extend_from_slice(payload);
        Bytes::from(packet)
    };
    let tea = "ws-rooms.t.tea";
    let long = packet(0, "tea", &[b'x'; 101]);
    for (channel, packet, error) in [
        (tea, Bytes::new(), PacketError::Foreign),
        (tea, Bytes::from_static(b"{\"json\":1}"), PacketError::Foreign),
        (tea, Bytes::from_static(b"WSR\x02"), PacketError::Version(2)),
        (tea, packet(9, "tea", b""), PacketError::Kind(9)),
        (tea, packet(0, "tea", b"").slice(..10), PacketError::Truncated),
        (tea, packet(0, "tea", b"\xff"), PacketError::NotUtf8),
        (tea, packet(0, "coffee", b"x"), PacketError::Topic),
        (tea, packet(2, "", b""), PacketError::Topic),
        (tea, packet(3, "", b""), PacketError::Topic),
        ("ws-rooms.n", packet(0, "tea", b"x"), PacketError::Topic),
        (tea, long, PacketError::TooLong),
    ] {
        broker.publish(channel, packet);
        settle().await;
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [error]);
    }
    assert_eq!(rooms.metrics().refused, 11);
    broker.publish(tea, packet(0, "tea", &[b'x'; 100]));
    broker.publish("ws-rooms.n", packet(2, "", b""));
    settle().await;
    assert!(gap(&mut ada).await);
    waits(&mut ada).await;
    assert_eq!(text(&mut page).await.len(), 100);
    assert_eq!(broker.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn topics_are_followed() {
    let broker = Broker::default();
    let one = node(&broker).await;
    assert_eq!(broker.subscriptions(), 2);
    for _ in 0..3 {
        let members: Vec<_> = (0..2000).map(|it| in_topic(&one.rooms, &it.to_string())).collect();
        settle().await;
        assert_eq!(broker.subscriptions(), 2002);
        drop(members);
        settle().await;
        assert_eq!(broker.subscriptions(), 2);
        // One at a time, too.
        for _ in 0..10 {
            let ada = in_topic(&one.rooms, "tea");
            settle().await;
            assert!(broker.is_subscribed("ws-rooms.t.tea"));
            drop(ada);
            settle().await;
            assert!(!broker.is_subscribed("ws-rooms.t.tea"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_relay_ends_with_the_rooms() {
    let broker = Broker::default();
    let one = node(&broker).await;
    let (ada, _page) = in_topic(&one.rooms, "tea");
    drop(one.rooms);
    settle().await;
    assert!(!one.relay.is_finished(), "a member has them, too");
    drop(ada);
    settle().await;
    assert!(one.relay.is_finished());
    assert_eq!(broker.connections(), 0);

    broker.kill();
    let waiting = node(&broker).await;
    sleep(Duration::from_secs(60)).await;
    drop(waiting.rooms);
    settle().await;
    assert!(waiting.relay.is_finished());
}

#[tokio::test(start_paused = true)]
async fn nodes_with_another_prefix_are_apart() {
    let broker = Broker::default();
    let one = node(&broker).await;
    let (rooms, relay) = Rooms::with_engine(RoomsConfig::new(), broker.clone());
    tokio::spawn(relay.prefix("other").run());
    let (_task, mut bob) = listener(&rooms, "tea", Policy::Disconnect);
    settle().await;
    one.rooms.publish("tea", "x").unwrap();
    settle().await;
    assert!(heard(&mut bob).await.is_empty());
    assert!(broker.is_subscribed("other.t.tea"));
}
