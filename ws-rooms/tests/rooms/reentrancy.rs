//! Tasks that do something in the rooms while they are woken: executors that poll at once, and hooks, do that.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use futures_core::Stream as _;
use tokio::io::DuplexStream;
use ws_rooms::{Event, Member, Policy, Rooms, RoomsConfig, SubscribeConfig};

use crate::common::{Client, member};

/// What a task does, once.
type Act = Box<dyn FnOnce() + Send>;

/// A task that does something at once when it is woken.
#[derive(Default)]
struct AtOnce(Mutex<Option<Act>>);

impl Wake for AtOnce {
    fn wake(self: Arc<Self>) {
        let act = self.0.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
    }
}

/// Lets a member wait, with something to do when it is woken.
fn waits(member: &mut Member<DuplexStream>, act: impl FnOnce() + Send + 'static) {
    let waker = Waker::from(Arc::new(AtOnce(Mutex::new(Some(Box::new(act))))));
    assert!(member.poll_recv_event(&mut Context::from_waker(&waker)).is_pending());
}

/// What comes to a member now: who came and left, and the messages that its peer gets.
fn heard(peer: &mut Client, member: &mut Member<DuplexStream>) -> (Vec<String>, Vec<String>) {
    let mut cx = Context::from_waker(Waker::noop());
    let (mut changes, mut texts) = (Vec::new(), Vec::new());
    while let Poll::Ready(event) = member.poll_recv_event(&mut cx) {
        changes.push(match event {
            Ok(Some(Event::Joined { who, .. })) => format!("+{}", who.identity),
            Ok(Some(Event::Left { who, .. })) => format!("-{}", who.identity),
            other => panic!("{other:?}"),
        });
    }
    while let Poll::Ready(Some(Ok(message))) = Pin::new(&mut *peer).poll_next(&mut cx) {
        texts.push(message.as_text().unwrap().to_owned());
    }
    (changes, texts)
}

/// OSV-2020-1695: uWebSockets' tree of topics overflowed the stack when somebody published while it published. Here
/// one who is woken by a publication publishes, comes, goes, and lets others go.
#[test]
fn osv_2020_1695_tasks_that_are_woken_publish_subscribe_and_leave() {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let rooms = Rooms::new(RoomsConfig::new());
        let policy =
            |who: &str| SubscribeConfig::new(Policy::DropOldest).identity(who).presence(true);
        let (mut ada, mut page) = member(&rooms);
        let (mut bob, bobs) = member(&rooms);
        let (eve, _eves) = member(&rooms);
        let (mut max, mut maxs) = member(&rooms);
        let _ = ada.subscribe("tea", policy("ada")).unwrap();
        let _ = bob.subscribe("tea", policy("bob")).unwrap();
        assert_eq!(heard(&mut page, &mut ada).0, ["+bob"]);

        // Ada's task lets Bob go, and has Max come and Eve speak, in the middle of a publication.
        let (of_task, max_is_back) = (rooms.clone(), mpsc::channel());
        let (bring, back) = max_is_back;
        waits(&mut ada, move || {
            drop((bob, bobs));
            let _ = max.subscribe("tea", policy("max")).unwrap();
            of_task.publish("tea", "from the task").unwrap();
            eve.publish("tea", "from eve").unwrap();
            bring.send(max).unwrap();
        });
        rooms.publish("tea", "first").unwrap();
        let mut max = back.try_recv().expect("the task was woken");
        let (changes, texts) = heard(&mut page, &mut ada);
        assert_eq!(changes, ["-bob", "+max"]);
        assert_eq!(texts, ["first", "from the task", "from eve"]);
        assert_eq!(heard(&mut maxs, &mut max).1, ["from the task", "from eve"]);

        // Each is woken by the one before, as deep as it goes.
        let mut chain = Vec::new();
        for _ in 0..500 {
            let (mut one, page) = member(&rooms);
            let topic = format!("chain {}", chain.len());
            let _ = one.subscribe(&topic, Policy::DropOldest).unwrap();
            let (rooms, next) = (rooms.clone(), format!("chain {}", chain.len() + 1));
            waits(&mut one, move || {
                rooms.publish(&next, "on").unwrap();
            });
            chain.push((one, page));
        }
        assert_eq!(rooms.publish("chain 0", "on").unwrap(), 1);
        let (last, page) = chain.last_mut().unwrap();
        assert_eq!(heard(page, last).1, ["on"]);
        drop((ada, max, chain));
        assert_eq!((rooms.metrics().topics, rooms.metrics().members), (0, 0));
        done.send(()).unwrap();
    });
    // A message of the thread says what was wrong.
    ended.recv_timeout(Duration::from_secs(60)).expect("it ends");
}
