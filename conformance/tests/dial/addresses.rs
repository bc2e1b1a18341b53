//! Which addresses are tried, in which order, and from where.

use std::{
    future::ready,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use ws_driver::{DialConfig, Error};

use crate::{
    client::{BUSY, Diary, MS, connect, open},
    every::Live,
    server::Server,
    silent::{Dropping, refusing},
};

/// A host with these addresses.
fn host(addresses: &[SocketAddr]) -> DialConfig {
    let addresses = addresses.to_vec();
    DialConfig::new().resolver(move |_, _| ready(Ok(addresses.clone())))
}

fn fails<L: Live>(url: &str, dial: &DialConfig) -> Error {
    L::block_on(connect::<L>(url, dial).open()).map(drop).unwrap_err()
}

fn an_address_that_does_not_answer_costs_a_quarter_of_a_second<L: Live>() {
    let (dropping, server) = (Dropping::new(), Server::new(None));
    let diary = Diary::default();
    let dial = diary.kept_by(host(&[dropping.address, server.address]));
    let (about, _) = open::<L>("ws://h.example:81/", &dial).unwrap();
    assert_eq!(about.peer, server.address);
    let [first, second] = [dropping.address, server.address];
    let entries = diary.entries();
    assert_eq!(
        entries,
        [
            "look up h.example 81".to_owned(),
            format!("addresses {first} {second}"),
            format!("connect {first}"),
            format!("connect {second}"),
            format!("connected {second}"),
            "handshake ws://h.example:81/".to_owned(),
        ],
        "{}",
        L::NAME
    );
    let (began, next) = (diary.when(&entries[2]), diary.when(&entries[3]));
    // The clock of the race begins when the first connection is about to.
    assert!(
        next - began >= 245 * MS && next - began < 2000 * MS,
        "{}: {:?}",
        L::NAME,
        next - began
    );
    assert!(diary.when(&entries[4]) - began < 2500 * MS, "{}", L::NAME);
}

fn the_delay_between_addresses_is_the_caller_s<L: Live>() {
    let (dropping, server) = (Dropping::new(), Server::new(None));
    for (delay, least) in [(700 * MS, 695 * MS), (50 * MS, 45 * MS), (Duration::ZERO, 5 * MS)] {
        let diary = Diary::default();
        let addresses = [dropping.address, server.address];
        let dial = diary.kept_by(DialConfig::new().addresses(addresses).attempt_delay(delay));
        open::<L>("ws://h.example/", &dial).unwrap();
        let times = addresses.map(|address| diary.when(&format!("connect {address}")));
        let took = times[1] - times[0];
        assert!(took >= least, "{} {delay:?}: {took:?}", L::NAME);
        // What is shorter than the default has to be quicker than that, on a quiet machine at least.
        assert!(took < delay + 2000 * MS, "{} {delay:?}: {took:?}", L::NAME);
    }
}

fn an_address_that_refuses_costs_nothing<L: Live>() {
    let server = Server::new(None);
    let refusing: Vec<_> = (0..3).map(|_| refusing()).collect();
    let diary = Diary::default();
    let addresses = [&refusing[..], &[server.address]].concat();
    // Not an hour, and not three.
    let dial = diary.kept_by(host(&addresses).attempt_delay(MS * 3_600_000));
    open::<L>("ws://h.example/", &dial).unwrap();
    let mut expected = Vec::new();
    for address in &refusing {
        expected.push(format!("connect {address}"));
        expected.push(format!("unreached {address} ConnectionRefused"));
    }
    expected.push(format!("connect {}", server.address));
    expected.push(format!("connected {}", server.address));
    assert_eq!(diary.entries()[2..10], expected, "{}", L::NAME);
}

fn families_take_turns<L: Live>() {
    let v4: Vec<SocketAddr> = (0..3).map(|_| refusing()).collect();
    let v6: Vec<SocketAddr> =
        v4.iter().map(|v4| SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], v4.port()))).collect();
    for (first, second) in [(&v4, &v6), (&v6, &v4)] {
        let diary = Diary::default();
        let dial = diary.kept_by(host(&[first[0], first[1], first[2], second[0], second[1]]));
        fails::<L>("ws://h.example/", &dial);
        let entries = diary.entries();
        let tried: Vec<_> = entries.iter().filter_map(|it| it.strip_prefix("connect ")).collect();
        let expected = [first[0], second[0], first[1], second[1], first[2]];
        assert_eq!(tried, expected.map(|address| address.to_string()), "{}", L::NAME);
    }
}

fn the_error_names_each_address<L: Live>() {
    let [first, second] = [refusing(), refusing()];
    let error = fails::<L>("ws://h.example:81/", &host(&[first, second]));
    let Error::Io(error) = error else { panic!("{}: {error:?}", L::NAME) };
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    let refused = io::Error::from_raw_os_error(111);
    assert_eq!(
        error.to_string(),
        format!("cannot connect to h.example:81: {first}: {refused}; {second}: {refused}"),
        "{}",
        L::NAME
    );
}

fn what_a_look_up_says_is_given_out<L: Live>() {
    let none = fails::<L>("ws://h.example:81/", &host(&[]));
    assert_eq!(none.to_string(), "cannot connect to h.example:81: the host has no address");
    // A proxy that is told addresses is told none, too.
    let proxy = || ws_core::Proxy::parse("socks4://127.0.0.1:9").unwrap();
    let none = fails::<L>("ws://h.example:81/", &host(&[]).proxy(proxy()));
    assert_eq!(none.to_string(), "cannot connect to h.example:81: the host has no address");
    let failing = DialConfig::new()
        .resolver(|_, _| ready(Err(io::Error::new(io::ErrorKind::NotFound, "who is that?"))));
    let failed = fails::<L>("ws://h.example:81/", &failing);
    assert_eq!(failed.to_string(), "cannot connect to h.example:81: who is that?");
    assert_eq!(io::Error::from(failed).kind(), io::ErrorKind::NotFound);
}

fn the_caller_s_resolver_is_asked_once_and_only_for_names<L: Live>() {
    let server = Server::new(None);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (asks, address) = (asked.clone(), server.address);
    let dial = DialConfig::new().resolver(move |host, port| {
        asks.lock().unwrap().push((host, port));
        ready(Ok(vec![address]))
    });
    open::<L>("ws://H.example:8123/a", &dial).unwrap();
    assert_eq!(*asked.lock().unwrap(), [("h.example".to_owned(), 8123)]);
    open::<L>("ws://h.example/a", &dial).unwrap();
    assert_eq!(asked.lock().unwrap().pop().unwrap(), ("h.example".to_owned(), 80));

    open::<L>(&server.url("ws"), &dial).unwrap();
    let dial = dial.addresses([server.address]);
    open::<L>("ws://h.example:8123/a", &dial).unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1, "{}", L::NAME);
    let heads = server.after(4).heads;
    assert!(heads[0].contains("\r\nHost: h.example:8123\r\n"), "{}: {heads:?}", L::NAME);
}

fn a_name_is_looked_up_by_the_system<L: Live>() {
    let server = Server::new(None);
    let diary = Diary::default();
    let url = format!("ws://localhost:{}/", server.address.port());
    let (about, _) = open::<L>(&url, &diary.kept_by(DialConfig::new())).unwrap();
    assert_eq!(about.peer, server.address);
    let entries = diary.entries();
    assert_eq!(entries[0], format!("look up localhost {}", server.address.port()), "{}", L::NAME);
    assert!(entries[1].contains(&server.address.to_string()), "{}: {entries:?}", L::NAME);
}

/// All of 127.0.0.0/8 is this machine, on Linux.
fn a_connection_comes_from_where_the_caller_says<L: Live>() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let server = Server::new(None);
    let local = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let v6 = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], server.address.port()));
    let diary = Diary::default();
    let dial = diary.kept_by(host(&[v6, server.address]).local_address(local));
    let (about, _) = open::<L>("ws://h.example/", &dial).unwrap();
    assert_eq!(about.local.ip(), local);
    assert_eq!(server.after(1).peers[0], about.local, "{}", L::NAME);
    // The other family is left out.
    assert_eq!(diary.entries()[1], format!("addresses {}", server.address));

    // All of them are.
    let error = fails::<L>("ws://h.example:81/", &host(&[v6]).local_address(local));
    assert_eq!(
        error.to_string(),
        "cannot connect to h.example:81: no address of the host is of the family of 127.0.0.2",
        "{}",
        L::NAME
    );

    // An address that nobody has here.
    let foreign = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let error = fails::<L>(&server.url("ws"), &DialConfig::new().local_address(foreign));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::AddrNotAvailable, "{}", L::NAME);

    // Where nobody listens, and where there is no way to from this machine alone.
    let dial = DialConfig::new().local_address(local);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = fails::<L>(&format!("ws://{closed}/"), &dial);
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionRefused, "{}", L::NAME);
    let error = fails::<L>("ws://192.0.2.1/", &dial);
    assert!(matches!(error, Error::Io(_)), "{}: {error:?}", L::NAME);
}

fn nothing_waits_to_be_sent<L: Live>() {
    let server = Server::new(None);
    let (about, _) = open::<L>(&server.url("ws"), &DialConfig::new()).unwrap();
    assert!(about.nodelay, "{}", L::NAME);
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let dial = DialConfig::new().local_address(local);
    assert!(open::<L>(&server.url("ws"), &dial).unwrap().0.nodelay, "{}", L::NAME);
}

fn one_connection_after_the_other_is_as_quick<L: Live>() {
    let (dropping, server) = (Dropping::new(), Server::new(None));
    let dial =
        DialConfig::new().addresses([dropping.address, server.address]).attempt_delay(10 * MS);
    let began = Instant::now();
    for _ in 0..5 {
        open::<L>("ws://h.example/", &dial).unwrap();
    }
    assert!(began.elapsed() < 3500 * MS + BUSY, "{}: {:?}", L::NAME, began.elapsed());
    assert_eq!(server.after(5).clean, 5, "{}", L::NAME);
}

/// The address that lost the race answers after all, and nobody wants it any more.
fn what_connects_too_late_is_closed<L: Live>() {
    let (dropping, server) = (Dropping::new(), Server::new(None));
    let dial = DialConfig::new().addresses([dropping.address, server.address]);
    open::<L>("ws://h.example/", &dial).unwrap();
    // One that waits in a thread is there when the system tries again, after a second.
    let late = dropping.relent(3000 * MS);
    assert!(late <= usize::from(L::BLOCKS), "{}: {late}", L::NAME);
}

every!(
    an_address_that_does_not_answer_costs_a_quarter_of_a_second,
    the_delay_between_addresses_is_the_caller_s,
    an_address_that_refuses_costs_nothing,
    families_take_turns,
    the_error_names_each_address,
    what_a_look_up_says_is_given_out,
    the_caller_s_resolver_is_asked_once_and_only_for_names,
    a_name_is_looked_up_by_the_system,
    a_connection_comes_from_where_the_caller_says,
    nothing_waits_to_be_sent,
    one_connection_after_the_other_is_as_quick,
    what_connects_too_late_is_closed,
);
