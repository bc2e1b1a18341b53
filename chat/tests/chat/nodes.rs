//! Two nodes, through a broker in memory that can be killed and started again.

#[path = "../../../ws-rooms/tests/rooms/broker.rs"]
#[expect(dead_code, reason = "rooms need more of it")]
mod broker;

use std::time::Duration;

use chat::{node::Node, presence::Report, protocol::Person};
use serde_json::{Value, json};

use self::broker::Broker;
use crate::common::{Page, Served, serve, text, within};

async fn two(broker: &Broker) -> [Served; 2] {
    let node = || Node::shared(Vec::new(), broker.clone()).unwrap();
    let served = [serve(node()).await, serve(node()).await];
    for each in &served {
        within(async {
            while !each.node.presence.is_linked() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }
    served
}

fn say(text: &str) -> Value {
    json!({"type": "say", "room": "tea", "text": text})
}

#[tokio::test]
async fn a_room_is_the_same_on_all_nodes() {
    let broker = Broker::default();
    let [one, two] = two(&broker).await;
    let mut mia = Page::inside(one.address, "Mia", "tea").await;
    let mut jonas = Page::inside(two.address, "Jonas", "tea").await;
    for page in [&mut mia, &mut jonas] {
        page.sees("tea", &["Jonas", "Mia"]).await;
    }
    jonas.say(json!({"type": "typing", "room": "tea"})).await;
    assert_eq!(mia.next("typing").await["name"], "Jonas");
    jonas.say(say("over there")).await;
    assert_eq!(text(&mia.next("said").await), ("Jonas", "over there"));
    mia.say(say("over here")).await;
    assert_eq!(text(&jonas.next("said").await), ("Jonas", "over there"));
    assert_eq!(text(&jonas.next("said").await), ("Mia", "over here"));

    // A person on both nodes is one.
    let mut again = Page::inside(two.address, "Mia", "tea").await;
    again.sees("tea", &["Jonas", "Mia"]).await;
    drop(mia);
    again.ws.close().await.unwrap();
    jonas.sees("tea", &["Jonas"]).await;
}

#[tokio::test]
async fn when_the_broker_is_killed_nobody_is_dropped_and_the_gap_is_told() {
    let broker = Broker::default();
    let [one, two] = two(&broker).await;
    let mut mia = Page::inside(one.address, "Mia", "tea").await;
    let mut lea = Page::inside(one.address, "Lea", "tea").await;
    let mut jonas = Page::inside(two.address, "Jonas", "tea").await;
    jonas.sees("tea", &["Jonas", "Lea", "Mia"]).await;

    broker.kill();
    for page in [&mut mia, &mut jonas] {
        assert_eq!(page.next("link").await["up"], false);
    }
    mia.say(say("are you there?")).await;
    assert_eq!(text(&lea.next("said").await), ("Mia", "are you there?"));
    // It is told who is out of reach, in time.
    mia.sees("tea", &["Lea", "Mia"]).await;
    // Who comes now is told that there is nobody else.
    let mut tom = Page::known(two.address, "Tom").await;
    assert_eq!(tom.next("link").await["up"], false);

    broker.start();
    for page in [&mut mia, &mut jonas] {
        let (mut is_up, mut has_gap) = (false, false);
        while !(is_up && has_gap) {
            let told = page.next_of(&["link", "gap"]).await;
            is_up |= told["up"] == true;
            has_gap |= told["type"] == "gap" && told["room"] == "tea";
        }
    }
    mia.sees("tea", &["Jonas", "Lea", "Mia"]).await;
    jonas.say(say("here again")).await;
    loop {
        if text(&mia.next("said").await) == ("Jonas", "here again") {
            break;
        }
    }
}

#[tokio::test]
async fn who_was_on_a_node_that_fell_silent_is_gone_in_time() {
    let broker = Broker::default();
    let [one, two] = two(&broker).await;
    let mut mia = Page::inside(one.address, "Mia", "tea").await;
    let ghost = Person { id: "0".into(), name: "Ghost".into() };
    let report = Report { node: "gone".into(), room: "tea".into(), people: vec![ghost], more: 0 };
    let text = serde_json::to_string(&report).unwrap();
    two.node.rooms.publish("nodes", text).unwrap();
    mia.sees("tea", &["Ghost", "Mia"]).await;
    mia.sees("tea", &["Mia"]).await;
    for nonsense in ["", "[]", "{\"node\":1}", &"[".repeat(20_000), &"x".repeat(50_000)] {
        two.node.rooms.publish("nodes", nonsense).unwrap();
    }
    let mut jonas = Page::inside(two.address, "Jonas", "tea").await;
    jonas.sees("tea", &["Jonas", "Mia"]).await;
}
