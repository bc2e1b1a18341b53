//! What is published comes to all who are to have it, once, and in order.

use std::{thread, time::Duration};

use crate::common::{
    drop_at_first_await, listener, member, message, once, pair, text, waits, within,
};
use ws_rooms::{
    Policy, PublishError, Rooms, RoomsConfig, SubscribeError, TopicError,
    ws_tokio::{CloseCode, WebSocketConfig},
};

fn rooms() -> Rooms {
    Rooms::new(RoomsConfig::new().max_queued(4096))
}

#[tokio::test]
async fn a_message_comes_to_all_of_its_topic_and_to_nobody_else() {
    let rooms = rooms();
    let (_a, mut ada) = listener(&rooms, "tea", Policy::Disconnect);
    let (_b, mut bob) = listener(&rooms, "tea", Policy::DropOldest);
    let (_c, mut eve) = listener(&rooms, "coffee", Policy::Disconnect);
    assert_eq!(rooms.publish("tea", "hello").unwrap(), 2);
    assert_eq!(rooms.publish("coffee", "black").unwrap(), 1);
    assert_eq!(rooms.publish("water", "still").unwrap(), 0);
    assert_eq!(text(&mut ada).await, "hello");
    assert_eq!(text(&mut bob).await, "hello");
    assert_eq!(text(&mut eve).await, "black");
}

#[tokio::test]
async fn what_a_member_publishes_comes_to_the_others() {
    let rooms = rooms();
    let (mut ada, mut page) = member(&rooms);
    let _ = ada.subscribe("tea", Policy::Disconnect).unwrap();
    let (_b, mut bob) = listener(&rooms, "tea", Policy::Disconnect);
    assert_eq!(ada.publish("tea", "mine").unwrap(), 1);
    assert_eq!(rooms.publish("tea", "everybody's").unwrap(), 2);
    waits(&mut ada).await;
    assert_eq!(text(&mut page).await, "everybody's");
    assert_eq!(text(&mut bob).await, "mine");
    assert_eq!(text(&mut bob).await, "everybody's");
}

#[tokio::test]
async fn a_member_receives_while_much_waits_for_its_peer() {
    let rooms = rooms();
    let (server, mut client) = pair(64, &WebSocketConfig::new());
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::DropOldest).unwrap();
    for _ in 0..100 {
        rooms.publish("tea", "x".repeat(1000)).unwrap();
    }
    waits(&mut member).await;
    client.send("still here").await.unwrap();
    assert_eq!(once(&mut member).await.unwrap().unwrap(), Some(message("still here")));
    let reading = tokio::spawn(async move {
        for _ in 0..100 {
            assert_eq!(text(&mut client).await.len(), 1000);
        }
        client.close().await.unwrap()
    });
    assert_eq!(within(member.recv()).await.unwrap(), None);
    assert!(reading.await.unwrap().is_clean());
    assert_eq!(rooms.metrics().delivered, 100);
}

#[tokio::test]
async fn messages_larger_than_the_queue_of_the_web_socket_get_through() {
    let rooms = rooms();
    let config = WebSocketConfig::new().max_queue_len(100);
    let (server, mut client) = pair(64, &config);
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    let serving = tokio::spawn(async move { member.recv().await });
    for len in [60, 60, 5000, 60, 100_000, 0, 99, 100, 101] {
        rooms.publish("tea", "x".repeat(len)).unwrap();
    }
    for len in [60, 60, 5000, 60, 100_000, 0, 99, 100, 101] {
        assert_eq!(text(&mut client).await.len(), len);
    }
    client.close().await.unwrap();
    assert_eq!(serving.await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn dropping_the_future_loses_nothing() {
    let rooms = rooms();
    let (server, mut client) = pair(200, &WebSocketConfig::new().max_queue_len(300));
    let mut member = rooms.join(server);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    for number in 0..200 {
        rooms.publish("tea", format!("{number:0>100}")).unwrap();
    }
    let mut from_peer = 0;
    for number in 0..200_u32 {
        while drop_at_first_await(client.flush()).await.is_none() {}
        let received = loop {
            if let Some(Ok(Some(_))) = drop_at_first_await(member.recv_event()).await {
                from_peer += 1;
            }
            if let Some(received) = drop_at_first_await(client.recv()).await {
                break received.unwrap().unwrap();
            }
        };
        assert_eq!(received.as_text().unwrap().parse::<u32>().unwrap(), number);
        client.try_send("back").unwrap();
    }
    client.flush().await.unwrap();
    while let Some(Ok(Some(_))) = drop_at_first_await(member.recv_event()).await {
        from_peer += 1;
    }
    assert_eq!(from_peer, 200);
}

/// Whoever publishes does so while the members wait, begin to wait, or are busy: none is forgotten. Every message of a
/// publisher comes once, in its order, and all members see the publishers' messages in the same order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_threads_publish_to_many_members() {
    const PUBLISHERS: usize = 4;
    const MESSAGES: usize = 500;
    let rooms = rooms();
    let mut clients = Vec::new();
    for _ in 0..8 {
        let (_, mut client) = listener(&rooms, "tea", Policy::Disconnect);
        clients.push(tokio::spawn(async move {
            let mut all = Vec::new();
            while all.len() < PUBLISHERS * MESSAGES {
                all.push(text(&mut client).await);
            }
            all
        }));
    }
    let threads: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let rooms = rooms.clone();
            thread::spawn(move || {
                for number in 0..MESSAGES {
                    assert_eq!(rooms.publish("tea", format!("{publisher} {number}")).unwrap(), 8);
                    if number % 50 == 0 {
                        // Members come to wait.
                        thread::sleep(Duration::from_millis(1));
                    }
                }
            })
        })
        .collect();
    let mut orders = Vec::new();
    for client in clients {
        orders.push(within(client).await.unwrap());
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for publisher in 0..PUBLISHERS {
        let of = format!("{publisher} ");
        let mine = orders[0].iter().filter_map(|text| text.strip_prefix(&of));
        let expected = (0..MESSAGES).map(|number| number.to_string());
        assert!(mine.eq(expected), "publisher {publisher}");
    }
    assert!(orders.iter().all(|order| *order == orders[0]));
    assert_eq!(rooms.metrics().dropped, 0);
    assert_eq!(rooms.metrics().published, (PUBLISHERS * MESSAGES) as u64);
}

/// One message at a time, each of them when the member waits: a wake-up that is lost would end this.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost() {
    let rooms = rooms();
    let (_task, mut client) = listener(&rooms, "tea", Policy::DropNewest);
    for number in 0..2000 {
        rooms.publish("tea", number.to_string()).unwrap();
        assert_eq!(text(&mut client).await, number.to_string());
    }
}

#[tokio::test]
async fn nothing_comes_from_a_topic_that_was_left() {
    let rooms = rooms();
    let (mut member, mut client) = member(&rooms);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    let _ = member.subscribe("coffee", Policy::Disconnect).unwrap();
    rooms.publish("tea", "too late").unwrap();
    rooms.publish("coffee", "strong").unwrap();
    assert!(member.unsubscribe("tea"));
    assert!(!member.unsubscribe("tea"));
    assert_eq!(rooms.publish("tea", "nobody").unwrap(), 0);
    assert_eq!(member.topics().collect::<Vec<_>>(), ["coffee"]);
    waits(&mut member).await;
    assert_eq!(text(&mut client).await, "strong");
    // A topic can be joined again, and another takes the place of its queue.
    let _ = member.subscribe("milk", Policy::Disconnect).unwrap();
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    rooms.publish("tea", "again").unwrap();
    waits(&mut member).await;
    assert_eq!(text(&mut client).await, "again");
}

#[tokio::test]
async fn messages_of_several_topics_come_in_the_order_of_publication() {
    let rooms = rooms();
    let (mut member, mut client) = member(&rooms);
    for topic in ["a", "b", "c"] {
        let _ = member.subscribe(topic, Policy::DropOldest).unwrap();
    }
    let order = ["b", "a", "c", "c", "a", "b", "b", "c"];
    for topic in order {
        rooms.publish(topic, topic).unwrap();
    }
    waits(&mut member).await;
    for topic in order {
        assert_eq!(text(&mut client).await, topic);
    }
}

#[tokio::test]
async fn leaving_and_dropping_leave_nothing_behind() {
    let rooms = rooms();
    for round in 0..1000 {
        let (mut ada, _page) = member(&rooms);
        let (mut bob, _other) = member(&rooms);
        let topic = format!("topic {round}");
        let _ = ada.subscribe(&topic, Policy::Disconnect).unwrap();
        let _ = bob.subscribe(&topic, Policy::Disconnect).unwrap();
        assert_eq!(rooms.publish(&topic, "hello").unwrap(), 2);
        assert_eq!((rooms.metrics().members, rooms.metrics().topics), (2, 1));
        drop(ada);
        assert_eq!(rooms.metrics().topics, 1);
        match round % 3 {
            0 => drop(bob),
            1 => drop(bob.into_inner()),
            _ => assert!(bob.unsubscribe(&topic)),
        }
        assert_eq!(rooms.metrics().topics, 0);
    }
    assert_eq!(rooms.metrics().members, 0);
}

#[tokio::test]
async fn closing_leaves_all_topics() {
    let rooms = rooms();
    let (mut member, mut client) = member(&rooms);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    let closing = tokio::spawn(async move {
        member.close_with(CloseCode::GOING_AWAY, "bye").await.unwrap();
        member
    });
    assert_eq!(within(client.recv()).await.unwrap(), None);
    let member = closing.await.unwrap();
    assert_eq!(rooms.metrics().topics, 0);
    assert_eq!(member.get_ref().close_info().sent.unwrap().code, CloseCode::GOING_AWAY);
}

#[tokio::test]
async fn each_limit_holds_and_one_less_does_not_matter() {
    let config = RoomsConfig::new()
        .max_topics(2)
        .max_topics_per_member(2)
        .max_topic_len(3)
        .max_identity_len(3)
        .max_queued_len(5);
    let rooms = Rooms::new(config);
    let (mut ada, _page) = member(&rooms);
    let (mut bob, _other) = member(&rooms);
    let policy = Policy::DropOldest;
    let identity = |text: &str| ws_rooms::SubscribeConfig::new(policy).identity(text);
    assert_eq!(
        ada.subscribe("a", identity("four")).unwrap_err(),
        SubscribeError::IdentityTooLong { len: 4, max: 3 }
    );
    let _ = ada.subscribe("a", identity("ada")).unwrap();
    assert_eq!(ada.subscribe("a", policy).unwrap_err(), SubscribeError::Subscribed);
    let _ = ada.subscribe("bcd", policy).unwrap();
    assert_eq!(
        ada.subscribe("c", policy).unwrap_err(),
        SubscribeError::TooManySubscriptions { max: 2 }
    );
    assert_eq!(bob.subscribe("c", policy).unwrap_err(), SubscribeError::TooManyTopics { max: 2 });
    let _ = bob.subscribe("a", policy).unwrap();
    // Refusals have left nothing behind.
    assert!(ada.unsubscribe("bcd"));
    let _ = bob.subscribe("c", policy).unwrap();
    for (name, error) in [
        ("", TopicError::Empty),
        ("four", TopicError::TooLong { len: 4, max: 3 }),
        ("a\n", TopicError::ControlCharacter),
    ] {
        assert_eq!(bob.subscribe(name, policy).unwrap_err(), SubscribeError::Topic(error));
        assert_eq!(rooms.publish(name, "x").unwrap_err(), PublishError::Topic(error));
    }
    assert_eq!(rooms.publish("a", "12345").unwrap(), 2);
    assert_eq!(rooms.publish("a", "123456").unwrap_err(), PublishError::TooLong { len: 6, max: 5 });
}

#[tokio::test]
async fn a_message_to_the_peer_alone_comes_behind_what_was_delivered() {
    let rooms = rooms();
    let (mut member, mut client) = member(&rooms);
    let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
    rooms.publish("tea", "first").unwrap();
    waits(&mut member).await;
    member.send("second").await.unwrap();
    assert_eq!(text(&mut client).await, "first");
    assert_eq!(text(&mut client).await, "second");
}

/// With two windows and without compression, each peer understands what it gets, and gets it in its own way.
#[cfg(feature = "deflate")]
#[tokio::test]
async fn each_peer_gets_what_it_has_negotiated() {
    use ws_rooms::ws_tokio::{
        ClientConfig, ServerConfig, accept_with,
        deflate::{DeflateConfig, DeflateOffer},
        handshake_with,
    };
    let rooms = rooms();
    let text_of_all = "tea and biscuits, ".repeat(200);
    let offers = [
        ClientConfig::new(),
        ClientConfig::new().deflate(DeflateOffer::new()),
        ClientConfig::new().deflate(DeflateOffer::new().server_max_window_bits(10)),
    ];
    let mut clients = Vec::new();
    for offer in offers {
        let (server, client) = tokio::io::duplex(64 * 1024);
        let config = ServerConfig::new().deflate(DeflateConfig::new());
        let (server, client) = tokio::join!(
            accept_with(server, &config),
            handshake_with(client, "rooms.example", "/", &offer)
        );
        let mut member = rooms.join(server.unwrap());
        let _ = member.subscribe("tea", Policy::Disconnect).unwrap();
        clients.push((member, client.unwrap().0));
    }
    for _ in 0..2 {
        assert_eq!(rooms.publish("tea", &text_of_all).unwrap(), 3);
    }
    let mut extensions = Vec::new();
    for (member, client) in &mut clients {
        waits(member).await;
        for _ in 0..2 {
            assert_eq!(within(client.recv()).await.unwrap().unwrap(), text_of_all.as_str().into());
        }
        extensions.push(client.extensions());
    }
    assert!(extensions[0].is_none() && extensions[1].is_some() && extensions[2] != extensions[1]);
}
