//! Servers that send their clients elsewhere.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use http::StatusCode;
use ws_core::{ClientConfig, HandshakeError, HandshakeStep, RedirectError};
use ws_driver::{DialConfig, Error};

use crate::{
    NEWEST,
    authority::Authority,
    client::{BUSY, Diary, MS, assert_late, connect, open, open_as, within},
    every::Live,
    server::{Answer, Server},
};

fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

/// A server with a chain of rooms, the last of which is `/0`: each leads to the next lower one.
fn chain() -> Server {
    Server::answering(None, |head| {
        let room: u32 = head["GET /".len()..].split(' ').next().unwrap().parse().unwrap();
        match room.checked_sub(1) {
            Some(next) => Answer::Say(redirect(302, &next.to_string())),
            None => Answer::Open,
        }
    })
}

fn each_status_is_followed<L: Live>() {
    let end = Server::new(None);
    for status in [301, 302, 303, 307, 308] {
        let diary = Diary::default();
        let location = end.url("ws");
        let server = Server::answering(None, move |_| Answer::Say(redirect(status, &location)));
        let dial = diary.kept_by(DialConfig::new().redirects(1));
        let (about, response) = open::<L>(&server.url("ws"), &dial).unwrap();
        assert_eq!(about.peer, end.address, "{} {status}", L::NAME);
        let followed = response.redirects();
        assert_eq!(followed.len(), 1, "{} {status}", L::NAME);
        assert_eq!(followed[0].status().as_u16(), status);
        assert_eq!(followed[0].url(), server.url("ws"));
        assert_eq!(
            diary.entries()[3..5],
            [
                format!("handshake {}", server.url("ws")),
                format!("redirect {status} {}", end.url("ws"))
            ],
            "{}",
            L::NAME
        );
    }
    for status in [300, 304, 305, 306, 309] {
        let location = end.url("ws");
        let server = Server::answering(None, move |_| Answer::Say(redirect(status, &location)));
        let error =
            open::<L>(&server.url("ws"), &DialConfig::new().redirects(1)).map(drop).unwrap_err();
        let Error::Handshake(error) = error else { panic!("{} {status}: {error:?}", L::NAME) };
        assert_eq!(error.status().map(|it| it.as_u16()), Some(status), "{}", L::NAME);
    }
}

fn a_location_may_be_relative<L: Live>() {
    for (location, target) in [
        ("/b?c=d", "/b?c=d"),
        ("b", "/a/b"),
        ("../b", "/b"),
        ("?b", "/a/room?b"),
        ("//ADDRESS/b", "/b"),
        ("http://ADDRESS/b#there", "/b"),
    ] {
        let address = Arc::new(Mutex::new(String::new()));
        let at = address.clone();
        let server = Server::answering(None, move |head| {
            if head.starts_with("GET /a/room ") {
                let location = location.replace("ADDRESS", &at.lock().unwrap());
                return Answer::Say(redirect(307, &location));
            }
            Answer::Open
        });
        *address.lock().unwrap() = server.address.to_string();
        let url = format!("ws://{}/a/room", server.address);
        open::<L>(&url, &DialConfig::new().redirects(1)).unwrap();
        let heads = server.after(2).heads;
        assert!(
            heads[1].starts_with(&format!("GET {target} HTTP/1.1\r\n")),
            "{} {location}: {heads:?}",
            L::NAME
        );
    }
}

fn from_ws_to_wss_and_not_back<L: Live>() {
    let authority = Authority::new("A");
    let tls = authority.issue(&["127.0.0.1"]).server(NEWEST);
    let dial = DialConfig::new().tls(authority.client(NEWEST)).redirects(5);
    let (plain, secure) = (Server::new(None), Server::new(Some(tls.clone())));
    let up = secure.url("wss");
    let server = Server::answering(None, move |_| Answer::Say(redirect(301, &up)));
    let (about, _) = open::<L>(&server.url("ws"), &dial).unwrap();
    assert_eq!((about.is_tls, about.peer), (true, secure.address), "{}", L::NAME);

    let down = plain.url("ws");
    let server = Server::answering(Some(tls), move |_| Answer::Say(redirect(301, &down)));
    let diary = Diary::default();
    let error = open::<L>(&server.url("wss"), &diary.kept_by(dial)).map(drop).unwrap_err();
    assert_eq!(error.name(), "insecure-redirect", "{}: {error:?}", L::NAME);
    assert_eq!(plain.seen().peers, [], "{}", L::NAME);
    assert!(diary.entries().last().unwrap().starts_with("handshake wss://"), "{}", L::NAME);
}

fn credentials_stay_within_an_origin<L: Live>() {
    let config = ClientConfig::new()
        .header("Authorization", "Bearer secret-1")
        .header("Cookie", "a=secret-2")
        .header("Proxy-Authorization", "Basic secret-3")
        .header("X-Other", "kept");
    let secrets = |head: &str| {
        assert!(head.contains("X-Other: kept\r\n"), "{}: {head}", L::NAME);
        ["secret-1", "secret-2", "secret-3"].map(|secret| head.contains(secret))
    };

    let server = chain();
    let connect =
        connect::<L>(&format!("ws://{}/2", server.address), &DialConfig::new().redirects(2));
    open_as::<L>(&connect.config(config.clone())).unwrap();
    for head in server.after(3).heads {
        assert_eq!(secrets(&head), [true; 3], "{}", L::NAME);
    }

    // To another port, and back: the other server had a say in where it goes then.
    let first_address = Arc::new(Mutex::new(String::new()));
    let back = first_address.clone();
    let second = Server::answering(None, move |_| {
        Answer::Say(redirect(302, &format!("ws://{}/back", back.lock().unwrap())))
    });
    let away = second.url("ws");
    let first = Server::answering(None, move |head| match head.starts_with("GET /back ") {
        true => Answer::Open,
        false => Answer::Say(redirect(302, &away)),
    });
    *first_address.lock().unwrap() = first.address.to_string();
    for user_info in ["", "ada:secret-4@"] {
        let url = format!("ws://{user_info}{}/", first.address);
        let connect = crate::client::connect::<L>(&url, &DialConfig::new().redirects(2));
        let (_, response) = open_as::<L>(&connect.config(config.clone())).unwrap();
        let shown = format!("{response:?}");
        assert!(!shown.contains("secret"), "{}: {shown}", L::NAME);
    }
    let (first, second) = (first.after(4).heads, second.after(2).heads);
    for (head, sent) in [
        (&first[0], true),
        (&second[0], false),
        (&first[1], false),
        (&second[1], false),
        (&first[3], false),
    ] {
        assert_eq!(secrets(head), [sent; 3], "{}: {head}", L::NAME);
    }
    let basic = "Basic YWRhOnNlY3JldC00";
    let told: Vec<_> = [&first[2], &second[1], &first[3]].map(|head| head.contains(basic)).into();
    // A field Authorization of the configuration goes before what is in the URL.
    assert_eq!(told, [false, false, false], "{}", L::NAME);
}

fn the_password_of_a_url_stays_within_its_origin<L: Live>() {
    let other = Server::new(None);
    let away = other.url("ws");
    let server = Server::answering(None, move |head| match head.starts_with("GET /near ") {
        true => Answer::Say(redirect(302, &away)),
        false => Answer::Say(redirect(302, "/near")),
    });
    let url = format!("ws://ada:lovelace@{}/", server.address);
    let (_, response) = open::<L>(&url, &DialConfig::new().redirects(2)).unwrap();
    let visited: Vec<_> = response.redirects().iter().map(|it| it.url().to_owned()).collect();
    let address = server.address;
    assert_eq!(
        visited,
        [format!("ws://{address}/"), format!("ws://{address}/near")],
        "{}",
        L::NAME
    );
    for head in server.after(2).heads {
        assert!(head.contains("Authorization: Basic YWRhOmxvdmVsYWNl\r\n"), "{}: {head}", L::NAME);
    }
    assert!(!other.after(1).heads[0].to_lowercase().contains("authorization"), "{}", L::NAME);
}

fn there_is_a_limit<L: Live>() {
    for (room, limit) in [(3, 3), (4, 3), (1, 1), (2, 1)] {
        let server = chain();
        let url = format!("ws://{}/{room}", server.address);
        match open::<L>(&url, &DialConfig::new().redirects(limit)) {
            Ok((_, response)) => {
                assert!(room <= limit, "{}", L::NAME);
                assert_eq!(response.redirects().len(), room, "{}", L::NAME);
            }
            Err(Error::Redirect(error)) => {
                let url = format!("ws://{}/{}", server.address, room - limit - 1);
                assert_eq!(*error, RedirectError::TooManyRedirects { limit, url }, "{}", L::NAME);
                assert_eq!(server.after(limit + 1).heads.len(), limit + 1, "{}", L::NAME);
            }
            Err(error) => panic!("{}: {error:?}", L::NAME),
        }
    }
}

fn none_is_followed_unless_it_is_asked_for<L: Live>() {
    let server = chain();
    let error = open::<L>(&format!("ws://{}/1", server.address), &DialConfig::new()).map(drop);
    let Error::Handshake(HandshakeError::Declined(declined)) = error.unwrap_err() else {
        panic!("{}", L::NAME);
    };
    assert_eq!(declined.response().status(), StatusCode::FOUND, "{}", L::NAME);
    assert_eq!(declined.response().headers()["location"], "0");
    assert_eq!(server.after(1).heads.len(), 1);
}

fn a_redirect_without_a_place_to_go<L: Live>() {
    for (fields, name) in [
        ("", "no-location"),
        ("Location: /a\r\nLocation: /b\r\n", "several-locations"),
        ("Location: ftp://h.example/\r\n", "invalid-location"),
        ("Location: ws://h.example:0/\r\n", "invalid-location"),
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\n{fields}Content-Length: 0\r\n\r\n");
        let server = Server::answering(None, move |_| Answer::Say(answer.clone()));
        let error =
            open::<L>(&server.url("ws"), &DialConfig::new().redirects(1)).map(drop).unwrap_err();
        assert_eq!(error.name(), name, "{}: {error:?}", L::NAME);
    }
}

/// Its body is for people.
fn the_body_of_a_redirect_is_not_waited_for<L: Live>() {
    let end = Server::new(None);
    for framing in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n", ""] {
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n{framing}\r\n", end.url("ws"));
        let server = Server::answering(None, move |_| Answer::Hold(answer.clone()));
        let began = Instant::now();
        for connections in 1..=3 {
            open::<L>(&server.url("ws"), &DialConfig::new().redirects(1)).unwrap();
            server.after(connections);
        }
        // A second each would be what the body of any other answer has.
        assert!(
            began.elapsed() < 1000 * MS + BUSY,
            "{} {framing:?}: {:?}",
            L::NAME,
            began.elapsed()
        );
    }
}

fn one_deadline_for_all_of_them<L: Live>() {
    let timeout = 1500 * MS;
    let end = Server::answering(None, |_| Answer::Hold(String::new()));
    let location = end.url("ws");
    let server = Server::answering(None, move |_| {
        std::thread::sleep(800 * MS);
        Answer::Say(redirect(302, &location))
    });
    let connect = connect::<L>(&server.url("ws"), &DialConfig::new().redirects(1));
    assert_late::<L>(HandshakeStep::AwaitAnswer, timeout, &connect.config(within(timeout)));
    assert_eq!(end.after(1).heads.len(), 1, "{}", L::NAME);
}

every!(
    each_status_is_followed,
    a_location_may_be_relative,
    from_ws_to_wss_and_not_back,
    credentials_stay_within_an_origin,
    the_password_of_a_url_stays_within_its_origin,
    there_is_a_limit,
    none_is_followed_unless_it_is_asked_for,
    a_redirect_without_a_place_to_go,
    the_body_of_a_redirect_is_not_waited_for,
    one_deadline_for_all_of_them,
);
