//! A chat room: what one member says goes to all. Each member has a mailbox of limited size, and has
//! to leave when it overflows, so that nobody waits for the slowest.
//!
//! `cargo run --example async_std_chat`

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_std::{
    channel,
    future::timeout,
    net::{TcpListener, TcpStream},
    task,
};
use ws_async_std::{CloseCode, Error, Message, Prepared, RecvHalf, SendHalf};

pub(crate) fn main() -> Result<(), Error> {
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        let room = Arc::new(Room::default());
        task::spawn(serve(listener, Arc::clone(&room)));

        let (mut ada, _response) = ws_async_std::connect(&url).await?;
        let (mut bob, _response) = ws_async_std::connect(&url).await?;
        let (mut lazy, _response) = ws_async_std::connect(&url).await?;
        for member in [&mut ada, &mut bob, &mut lazy] {
            println!("{:?}", member.recv().await?); // welcome
        }

        // Ada talks and Bob listens. Lazy does neither, until the room has had enough.
        let speech = Message::text("blah ".repeat(16 * 1024));
        let mut said = 0;
        while room.members().len() == 3 {
            ada.send(speech.clone()).await?;
            said += 1;
            for member in [&mut ada, &mut bob] {
                assert_eq!(member.recv().await?.as_ref(), Some(&speech));
            }
        }
        println!("lazy had to leave after {said} speeches");

        // What was under way still comes, and then the reason; to those who are quick about it.
        while let Ok(Some(_late)) = lazy.recv().await {}
        println!("lazy was told {:?}", lazy.close_info().received);
        Ok(())
    })
}

async fn serve(listener: TcpListener, room: Arc<Room>) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                task::sleep(PAUSE).await;
                continue;
            }
        };
        let room = Arc::clone(&room);
        task::spawn(async move {
            if let Err(error) = attend(stream, &room).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn attend(stream: TcpStream, room: &Room) -> Result<(), Error> {
    let (sender, receiver) = ws_async_std::accept(stream).await?.split();
    let (member, mailbox) = room.enter();
    task::spawn(speak(sender, mailbox));
    let heard = listen(receiver, room).await;
    room.leave(member);
    heard
}

/// From the member to the room, until the WebSocket is closed.
async fn listen(mut receiver: RecvHalf<TcpStream>, room: &Room) -> Result<(), Error> {
    while let Some(message) = receiver.recv().await? {
        room.say(message);
    }
    Ok(())
}

/// From the room to the member, until the room closes the mailbox, or the member takes nothing.
async fn speak(
    mut sender: SendHalf<TcpStream>,
    mailbox: channel::Receiver<Prepared>,
) -> Result<(), Error> {
    while let Ok(message) = mailbox.recv().await {
        match timeout(PATIENCE, sender.send(&message)).await {
            Ok(sent) => sent?,
            Err(_elapsed) => break,
        }
    }
    // From here on the closing handshake has its own time limit, and `listen` keeps it.
    timeout(PATIENCE, sender.close_with(CloseCode::POLICY_VIOLATION, "too slow for this room"))
        .await
        .unwrap_or(Ok(()))
}

#[derive(Default)]
struct Room(Mutex<Members>);

type Members = HashMap<usize, channel::Sender<Prepared>>;

impl Room {
    fn enter(&self) -> (usize, channel::Receiver<Prepared>) {
        let (mailbox, mail) = channel::bounded(MAILBOX);
        let mut members = self.members();
        let member = members.keys().max().map_or(0, |last| last + 1);
        let _ = mailbox.try_send(Prepared::new(Message::text(format!("welcome, number {member}"))));
        members.insert(member, mailbox);
        (member, mail)
    }

    fn leave(&self, member: usize) {
        self.members().remove(&member);
    }

    /// Frames the message once, however many there are to hear it. A member whose mailbox is full
    /// is out.
    fn say(&self, message: Message) {
        let prepared = Prepared::new(message);
        self.members().retain(|_, mailbox| mailbox.try_send(prepared.clone()).is_ok());
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many messages a member may be behind.
const MAILBOX: usize = 16;

/// How long a member may take for one message.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
