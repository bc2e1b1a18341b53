//! What pages say to each other, and what they are told.

use serde_json::{Value, json};

use crate::common::{Page, served, text};

#[tokio::test]
async fn two_pages_talk() {
    let served = served(&[]).await;
    let mut mia = Page::inside(served.address, "Mia", "tea").await;
    mia.sees("tea", &["Mia"]).await;
    let mut jonas = Page::inside(served.address, "Jonas", "tea").await;
    jonas.sees("tea", &["Jonas", "Mia"]).await;
    mia.sees("tea", &["Jonas", "Mia"]).await;

    jonas.say(json!({"type": "typing", "room": "tea"})).await;
    assert_eq!(mia.next("typing").await["name"], "Jonas");
    jonas.say(json!({"type": "say", "room": "tea", "text": " The kettle\nis on. "})).await;
    let heard = mia.next("said").await;
    assert_eq!(text(&heard), ("Jonas", "The kettle\nis on."));
    assert!(heard["at"].as_u64().unwrap() > 1_700_000_000_000);
    assert_eq!(heard, jonas.next("said").await);

    // Who comes later is told what was said before, the same message.
    let mut lea = Page::known(served.address, "Lea").await;
    assert_eq!(lea.join("tea").await["history"], 1);
    assert_eq!(lea.next("said").await, heard);
    lea.sees("tea", &["Jonas", "Lea", "Mia"]).await;

    jonas.say(json!({"type": "leave", "room": "tea"})).await;
    assert_eq!(jonas.next("left").await["room"], "tea");
    mia.sees("tea", &["Lea", "Mia"]).await;
    assert_eq!(
        jonas.refused(json!({"type": "say", "room": "tea", "text": "x"})).await,
        "not-in-room"
    );
    lea.ws.close().await.unwrap();
    mia.sees("tea", &["Mia"]).await;
}

#[tokio::test]
async fn what_is_said_stays_in_its_room() {
    let served = served(&[]).await;
    let mut mia = Page::inside(served.address, "Mia", "tea").await;
    mia.join("garden").await;
    let mut jonas = Page::inside(served.address, "Jonas", "garden").await;
    let mut lea = Page::inside(served.address, "Lea", "tea").await;
    for (room, said) in [("tea", "1"), ("garden", "2")] {
        mia.say(json!({"type": "say", "room": room, "text": said})).await;
    }
    assert_eq!(text(&jonas.next("said").await), ("Mia", "2"));
    assert_eq!(text(&lea.next("said").await), ("Mia", "1"));
    let open = Page::known(served.address, "Tom").await.next("rooms").await;
    assert_eq!(
        open["rooms"],
        json!([{"room": "garden", "people": 2}, {"room": "tea", "people": 2}])
    );
}

#[tokio::test]
async fn a_page_is_the_same_after_a_reconnect() {
    let served = served(&[]).await;
    let mut mia = Page::connect(served.address).await;
    mia.hello("Mia").await;
    let first = mia.next("welcome").await;
    mia.join("tea").await;
    let mut again = Page::connect(served.address).await;
    again.hello("Mia").await;
    let second = again.next("welcome").await;
    assert_eq!((&first["id"], &first["node"]), (&second["id"], &second["node"]));
    assert_eq!(first["limits"], json!({"name": 32, "text": 4000, "rooms": 8}));
    again.join("tea").await;
    // Both are there, and it is one person.
    again.sees("tea", &["Mia"]).await;
    drop(mia);
    let _jonas = Page::inside(served.address, "Jonas", "tea").await;
    again.sees("tea", &["Jonas", "Mia"]).await;
}

#[tokio::test]
async fn octets_are_those_of_messages() {
    let served = served(&[]).await;
    let mut mia = Page::known(served.address, "Mia").await;
    let mut totals = Vec::new();
    for n in 0..3 {
        mia.say(json!({"type": "ping", "n": n})).await;
        let pong = mia.next("pong").await;
        assert_eq!(pong["n"], n);
        totals.push(["received", "sent"].map(|name| pong[name].as_u64().unwrap()));
    }
    // A short frame of a client has a head of 6, with the mask. What came before the first ping is the hello.
    let step = totals[2][0] - totals[1][0];
    assert_eq!(step, json!({"type": "ping", "n": 2}).to_string().len() as u64 + 6);
    assert!(totals[0][0] > step && totals[2][1] > totals[1][1], "{totals:?}");
}

/// A page that reads nothing while more is said than waits for it is told how much is missing, and at which place.
#[tokio::test]
async fn a_page_that_is_too_slow_is_told_what_it_missed() {
    let served = served(&[]).await;
    let mut slow = Page::inside(served.address, "Mia", "tea").await;
    let said = "x".repeat(100_000);
    let total = 300;
    for n in 0..total {
        let said = json!({"type": "said", "room": "tea", "id": n, "text": said});
        served.node.rooms.publish("talk:tea", said.to_string()).unwrap();
        tokio::task::yield_now().await;
    }
    let (mut heard, mut missed, mut last) = (0, 0, Value::Null);
    while heard + missed < total {
        let message = slow.next_of(&["said", "missed"]).await;
        match message["count"].as_u64() {
            Some(count) => missed += count,
            None => (heard, last) = (heard + 1, message),
        }
    }
    assert!(missed > 0 && heard > 0, "{heard} heard, {missed} missed");
    assert_eq!(
        (heard + missed, &last["id"]),
        (total, &json!(total - 1)),
        "the newest is not what is dropped"
    );
}
