//! What strangers try.

use serde_json::json;
use ws_tokio::{CloseCode, Message};

use crate::common::{MAX_PAGES, Page, served, text, within};

const MARKUP: [&str; 6] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "</script><b>bold</b>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}&lt;&#x3c;\\u003c",
];

#[tokio::test]
async fn markup_is_text_in_messages_names_and_rooms() {
    let served = served(&[]).await;
    let name = "<img src=x onerror=alert(1)>";
    let room = "<b>tea</b>";
    let mut mia = Page::inside(served.address, name, room).await;
    mia.sees(room, &[name]).await;
    for said in MARKUP {
        mia.say(json!({"type": "say", "room": room, "text": said})).await;
        assert_eq!(text(&mia.next("said").await), (name, said));
    }
}

#[tokio::test]
async fn what_cannot_be_seen_is_no_name() {
    let served = served(&[]).await;
    let mut page = Page::connect(served.address).await;
    let key = "0123456789abcdef";
    let long = "x".repeat(33);
    for name in ["", " ", "\u{202e}aiM", "Mia\u{200b}", "a\nb", "a\0b", "\u{1b}[2J", &long] {
        let hello = json!({"type": "hello", "name": name, "key": key});
        assert_eq!(page.refused(hello).await, "bad-name", "{name:?}");
    }
    for key in ["", "short", "0123456789abcde\u{301}", &"k".repeat(65)] {
        let hello = json!({"type": "hello", "name": "Mia", "key": key});
        assert_eq!(page.refused(hello).await, "bad-key", "{key:?}");
    }
    page.hello("Mia").await;
    page.next("welcome").await;
    for room in ["", "a\u{2066}b", "\u{feff}", &long] {
        assert_eq!(
            page.refused(json!({"type": "join", "room": room})).await,
            "bad-room",
            "{room:?}"
        );
    }
    // A name that was refused is not told again.
    page.say(json!({"type": "join", "room": "\u{202e}tea"})).await;
    let error = page.next("error").await;
    assert_eq!((&error["request"], &error["room"]), (&json!("join"), &json!(null)));
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_and_changes_nothing() {
    let served = served(&[]).await;
    let mut mia = Page::connect(served.address).await;
    assert_eq!(mia.refused(json!({"type": "join", "room": "tea"})).await, "hello-first");
    mia.hello("Mia").await;
    mia.next("welcome").await;
    assert_eq!(
        mia.refused(json!({"type": "hello", "name": "Tom", "key": "0123456789abcdef"})).await,
        "hello-twice"
    );
    mia.join("tea").await;
    assert_eq!(mia.refused(json!({"type": "join", "room": "tea"})).await, "in-room");
    assert_eq!(mia.refused(json!({"type": "typing", "room": "garden"})).await, "not-in-room");
    for said in ["", "  \n ", "a\0b", "\u{1b}[31m", &"x".repeat(4001)] {
        let say = json!({"type": "say", "room": "tea", "text": said});
        assert_eq!(mia.refused(say).await, "bad-text", "{said:.20?}");
    }
    // Topics that are no rooms cannot be named: this is a room of that name.
    mia.join("nodes").await;
    mia.say(json!({"type": "say", "room": "nodes", "text": "{\"node\":\"x\",\"room\":\"tea\",\"people\":[],\"more\":9}"})).await;
    mia.next("said").await;
    for message in [Message::text("{"), Message::text("null"), Message::from(b"binary".to_vec())] {
        mia.ws.send(message).await.unwrap();
        assert_eq!(mia.next("error").await["code"], "not-understood");
    }
    mia.sees("tea", &["Mia"]).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_on_the_wire_closes() {
    let served = served(&[]).await;
    let mut mia = Page::inside(served.address, "Mia", "tea").await;
    let pad = |len: usize| format!("{{\"type\":\"ping\",\"n\":7{}}}", " ".repeat(len - 21));
    let longest = pad(16 * 1024);
    assert_eq!(longest.len(), 16 * 1024);
    mia.ws.send(longest).await.unwrap();
    assert_eq!(mia.next("pong").await["n"], 7);
    mia.ws.send(pad(16 * 1024 + 1)).await.unwrap();
    assert_eq!(mia.closed().await.code, CloseCode::MESSAGE_TOO_BIG);
}

#[tokio::test]
async fn a_flood_is_refused_then_closed_and_nobody_else_is_troubled() {
    let served = served(&[]).await;
    let mut mia = Page::inside(served.address, "Mia", "tea").await;
    let mut flood = Page::inside(served.address, "Tom", "tea").await;
    mia.sees("tea", &["Mia", "Tom"]).await;
    for n in 0..200 {
        let say = json!({"type": "say", "room": "tea", "text": n.to_string()});
        // It may be closed by now.
        if flood.ws.send(say.to_string()).await.is_err() {
            break;
        }
    }
    assert_eq!(flood.next("error").await["code"], "slow-down");
    let closed = flood.closed().await;
    assert_eq!((closed.code, &*closed.reason), (CloseCode::POLICY_VIOLATION, "flood"));
    mia.sees("tea", &["Mia"]).await;
    let mut heard = 0;
    mia.say(json!({"type": "say", "room": "tea", "text": "quiet again"})).await;
    loop {
        let said = mia.next("said").await;
        if text(&said).0 == "Mia" {
            break;
        }
        heard += 1;
    }
    // What the bucket holds, and what comes into it while a busy machine sends 200 messages.
    assert!(heard < 100, "{heard} of 200 came through");
}

#[tokio::test]
async fn pages_are_not_endless() {
    let served = served(&[]).await;
    let mut pages = Vec::new();
    for _ in 0..MAX_PAGES {
        pages.push(Page::connect(served.address).await);
    }
    let url = format!("ws://{}/ws", served.address);
    let error = within(ws_tokio::connect(&url)).await.unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
    pages.pop();
    within(async { while ws_tokio::connect(&url).await.is_err() {} }).await;
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_closed() {
    let served = served(&[]).await;
    let mut silent = Page::connect(served.address).await;
    // Whatever else it says.
    for n in 0..5 {
        assert_eq!(silent.refused(json!({"type": "ping", "n": n})).await, "hello-first");
    }
    let closed = silent.closed().await;
    assert_eq!((closed.code, &*closed.reason), (CloseCode::POLICY_VIOLATION, "no hello"));
}

#[tokio::test]
async fn rooms_are_not_endless() {
    let served = served(&[]).await;
    let mut pages = Vec::new();
    for page in 0..32 {
        let mut it = Page::known(served.address, &format!("P{page}")).await;
        for room in 0..8 {
            it.join(&format!("room {page} {room}")).await;
        }
        pages.push(it);
    }
    let mut mia = Page::known(served.address, "Mia").await;
    assert_eq!(mia.refused(json!({"type": "join", "room": "one more"})).await, "no-more-rooms");
    // What is there can be joined, and what was refused has left nothing.
    mia.join("room 0 0").await;
    assert_eq!(served.node.rooms.metrics().topics, 513);
    let first = pages.remove(0);
    drop(first);
    within(async {
        loop {
            mia.say(json!({"type": "join", "room": "one more"})).await;
            let answer = mia.next_of(&["joined", "error"]).await;
            if answer["type"] == "joined" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    })
    .await;
    for room in 2..8 {
        mia.join(&format!("room 1 {room}")).await;
    }
    assert_eq!(mia.refused(json!({"type": "join", "room": "room 2 0"})).await, "too-many-rooms");
}
