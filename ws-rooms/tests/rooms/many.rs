//! What a member costs does not depend on how many there are.

use std::time::Duration;

use cpu_time::ThreadTime;
use ws_rooms::{Policy, Rooms, RoomsConfig};

use crate::common::member;

/// Time of the processor for a member that comes and goes, next to so many others.
fn coming_and_going(count: usize) -> Duration {
    let rooms = Rooms::new(RoomsConfig::new());
    let mut members: Vec<_> = (0..count).map(|_| member(&rooms)).collect();
    let start = ThreadTime::now();
    for (member, _page) in &mut members {
        let _ = member.subscribe("tea", Policy::DropOldest).unwrap();
    }
    assert_eq!(rooms.present("tea").len(), count);
    for (member, _page) in &mut members {
        assert!(member.unsubscribe("tea"));
    }
    start.elapsed() / u32::try_from(count).unwrap()
}

/// Eight times as many would take eight times as long each, if each looked at all others. Caches make some of it.
#[tokio::test]
async fn who_comes_and_goes_looks_at_nobody() {
    let best = |count| (0..3).map(|_| coming_and_going(count)).min().unwrap();
    let (few, many) = (best(2_000), best(16_000));
    assert!(many < few * 4, "{few:?} each next to 2,000, {many:?} next to 16,000");
}
