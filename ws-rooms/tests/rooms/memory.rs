//! What members who do not read cost, counted by the allocator.

use crate::common::member;
use allocation_counter::measure;
use tokio::{
    io::{AsyncReadExt, DuplexStream, duplex},
    runtime::Builder,
};
use ws_rooms::{
    Policy, Rooms, RoomsConfig,
    ws_tokio::{
        WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role},
    },
};

const MEMBERS: usize = 1000;
const STALLED: usize = 100;

/// Members whose peers are streams that are read without a WebSocket, which would have memory of its own.
fn members(rooms: &Rooms, count: usize, policy: Policy, room: usize) -> Vec<DuplexStream> {
    let server = |stream| {
        let negotiated = Negotiated::default();
        WebSocket::from_upgraded(stream, Role::Server, negotiated, &WebSocketConfig::new())
    };
    let peers = (0..count).map(|_| {
        let (stream, peer) = duplex(room);
        let mut member = rooms.join(server(stream));
        let _ = member.subscribe("tea", policy).unwrap();
        tokio::spawn(async move { while let Ok(Some(_)) = member.recv().await {} });
        peer
    });
    peers.collect()
}

/// Of 1,000 members, 100 do not read. Whatever is published, each of these costs the buffer of its WebSocket, which is
/// 64 KiB while anything is pending, and its places in the queue. The messages in the queues are shared.
#[test]
fn a_hundred_who_do_not_read_cost_a_bounded_amount() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(64).max_queued_len(64 * 1024));
    let runtime = Builder::new_current_thread().build().unwrap();
    let half = STALLED / 2;
    let (mut quick, _stalled) = runtime.block_on(async {
        let mut stalled = members(&rooms, half, Policy::DropOldest, 64);
        stalled.extend(members(&rooms, half, Policy::DropNewest, 64));
        (members(&rooms, MEMBERS - STALLED, Policy::Disconnect, 4096), stalled)
    });
    let mut publish = |count: usize| {
        runtime.block_on(async {
            for _ in 0..count {
                rooms.publish("tea", vec![b'x'; 1024]).unwrap();
                for peer in &mut quick {
                    peer.read_exact(&mut [0; 4 + 1024]).await.unwrap();
                }
            }
        });
    };
    let filling = measure(|| publish(300));
    // A place takes 24 bytes, in a queue that doubles. Once for all who stall by either policy there are the messages,
    // as they are and framed. Those who read have a queue of a few places, and 16 buffers stay with the thread.
    let each = (64 * 1024 + 64) + 2 * 64 * 24 + 1024;
    let shared = 2 * 64 * (2 * 1024 + 512);
    let quick = (MEMBERS - STALLED) * 256 + 16 * 65 * 1024;
    let most = STALLED * each + shared + quick;
    println!("{STALLED} stalled of {MEMBERS}: {} bytes, {most} allowed", filling.bytes_current);
    assert!(filling.bytes_current <= most as i64, "{filling:?}");
    assert!(filling.bytes_current > (STALLED * 64 * 1024) as i64, "they do not stall: {filling:?}");
    // Once they are full, nothing grows.
    let full = measure(|| publish(300));
    assert!(full.bytes_current.abs() < 16 * 1024, "{full:?}");
    assert!(rooms.metrics().dropped > 50_000);
    assert_eq!(rooms.metrics().removed, 0);
}

/// What one publication allocates: the number, and how many bytes.
fn cost_of_one(members_of: usize, len: usize, head: usize) -> (u64, u64) {
    let rooms = Rooms::new(RoomsConfig::new());
    let runtime = Builder::new_current_thread().build().unwrap();
    let mut peers =
        runtime.block_on(async { members(&rooms, members_of, Policy::DropOldest, 2 * len) });
    let mut received = vec![0; head + len];
    let mut publish = || {
        runtime.block_on(async {
            rooms.publish("tea", vec![b'x'; len]).unwrap();
            for peer in &mut peers {
                peer.read_exact(&mut received).await.unwrap();
            }
        });
    };
    (0..10).for_each(|_| publish());
    let info = measure(publish);
    assert_eq!(rooms.metrics().delivered, 11 * members_of as u64);
    (info.count_total, info.bytes_total)
}

#[test]
fn a_delivery_allocates_nothing() {
    let (few, _) = cost_of_one(2, 100, 2);
    let (many, bytes) = cost_of_one(16, 100, 2);
    println!("100 bytes: {few} allocations for 2 members, {many} for 16");
    assert_eq!(few, many);
    assert!(bytes < 1000, "{bytes}");
}

/// It goes by its handle, for which a WebSocket makes a short list.
#[test]
fn a_long_message_is_not_copied_for_each_member() {
    let (_, bytes) = cost_of_one(200, 100_000, 10);
    println!("100,000 bytes to 200 members: {bytes} bytes allocated");
    assert!(bytes < 3 * 100_000 + 200 * 1024, "{bytes}");
}

#[test]
fn churn_leaves_nothing_behind() {
    let rooms = Rooms::new(RoomsConfig::new().history(4));
    let runtime = Builder::new_current_thread().build().unwrap();
    let churn = || {
        runtime.block_on(async {
            let mut members = Vec::new();
            for number in 0..1000 {
                let (mut it, client) = member(&rooms);
                for topic in [format!("{number}"), format!("{}", number / 2), "all".into()] {
                    // Two of these may be the same.
                    let _ = it.subscribe(&topic, Policy::DropOldest);
                }
                rooms.publish(&number.to_string(), "hello").unwrap();
                members.push((it, client));
            }
            assert!(rooms.metrics().topics >= 1000);
        });
        assert_eq!((rooms.metrics().topics, rooms.metrics().members), (0, 0));
    };
    churn();
    let info = measure(churn);
    assert!(info.bytes_current.abs() < 4096, "{info:?}");
}

/// As soon as a member has to leave, what waited for it is freed, although its task does something else.
#[test]
fn who_is_disconnected_costs_nothing_from_then_on() {
    let rooms = Rooms::new(RoomsConfig::new().max_queued(1000));
    let (mut slow, _client) = member(&rooms);
    let _ = slow.subscribe("tea", Policy::Disconnect).unwrap();
    let _ = slow.subscribe("milk", Policy::DropOldest).unwrap();
    let info = measure(|| {
        for _ in 0..100 {
            rooms.publish("milk", vec![0; 2000]).unwrap();
        }
        while rooms.metrics().removed == 0 {
            rooms.publish("tea", vec![0; 10_000]).unwrap();
        }
    });
    assert!(info.bytes_max > 400_000, "{info:?}");
    assert!(info.bytes_current < 8 * 1024, "{info:?}");
}
