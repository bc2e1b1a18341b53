//! `ws-demo serve` when the process may not open anything more.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::program::{PATIENCE, RUNTIMES, Server, TEXT, UPGRADE};

/// What the runtimes need for themselves, and some connections.
const DESCRIPTORS: usize = 40;

/// Those who are there are served, those who come wait, nothing spins, nobody is forgotten: the fault of loops that
/// accept is to end with EMFILE, or not to wait.
#[test]
fn when_no_descriptor_is_left_clients_wait() {
    for runtime in RUNTIMES {
        let server = Server::start_with_descriptors(DESCRIPTORS, runtime);
        // They are accepted in this order.
        let mut clients: Vec<_> = (0..2 * DESCRIPTORS).map(|_| server.connect()).collect();
        for client in &mut clients {
            client.send(&format!("{UPGRADE}\r\n"));
        }
        let deadline = Instant::now() + PATIENCE;
        while !server.log().contains("Too many open files") {
            assert!(Instant::now() < deadline, "{runtime}: {:?}", server.log());
            thread::sleep(Duration::from_millis(5));
        }
        let mut waiting = clients.split_off(clients.len() - 10);
        assert!(waiting[0].is_open(), "{runtime}: it waits, and is not answered");
        assert_eq!(clients[0].answer().status(), 101, "{runtime}");
        let before = server.cpu_seconds();
        for _ in 0..10 {
            clients[0].say(TEXT, b"still there");
            assert_eq!(clients[0].hear(), (TEXT, b"still there".to_vec()), "{runtime}");
            thread::sleep(Duration::from_millis(100));
        }
        let took = server.cpu_seconds() - before;
        assert!(took < 0.3, "{runtime}: {took} s of a processor for nothing");

        // The first go away, and the last are served.
        drop(clients);
        for client in &mut waiting {
            assert_eq!(client.answer().status(), 101, "{runtime}");
            client.say(TEXT, b"at last");
            assert_eq!(client.hear(), (TEXT, b"at last".to_vec()), "{runtime}");
        }
        let mut late = server.connect();
        late.open();
        let complaints = server.log().lines().filter(|line| line.starts_with("error: ")).count();
        // One in ten seconds, on a machine however slow.
        assert!((1..=4).contains(&complaints), "{runtime}: {:?}", server.log());
    }
}
