//! A chat room: what one member says goes to all. Each member has a mailbox of limited size, and has
//! to leave when it overflows, so that nobody waits for the slowest.
//!
//! `cargo run --example blocking_chat`

use std::{
    collections::HashMap,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use ws_blocking::{CloseCode, Error, Message, Prepared, RecvHalf, SendHalf};

pub(crate) fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let room = Arc::new(Room::default());
    let served = Arc::clone(&room);
    thread::spawn(move || serve(&listener, &served));

    let (mut ada, _response) = ws_blocking::connect(&url).open()?;
    let (mut bob, _response) = ws_blocking::connect(&url).open()?;
    let (mut lazy, _response) = ws_blocking::connect(&url).open()?;
    for member in [&mut ada, &mut bob, &mut lazy] {
        println!("{:?}", member.recv()?); // welcome
    }

    // Ada talks and Bob listens. Lazy does neither, until the room has had enough.
    let speech = Message::text("blah ".repeat(16 * 1024));
    let mut said = 0;
    while room.members().len() == 3 {
        ada.send(speech.clone())?;
        said += 1;
        for member in [&mut ada, &mut bob] {
            assert_eq!(member.recv()?.as_ref(), Some(&speech));
        }
    }
    println!("lazy had to leave after {said} speeches");

    // What was under way still comes, and then the reason; to those who are quick about it.
    while let Ok(Some(_late)) = lazy.recv() {}
    println!("lazy was told {:?}", lazy.close_info().received);
    Ok(())
}

fn serve(listener: &TcpListener, room: &Arc<Room>) {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                thread::sleep(PAUSE);
                continue;
            }
        };
        let room = Arc::clone(room);
        thread::spawn(move || {
            if let Err(error) = attend(stream, &room) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn attend(stream: TcpStream, room: &Room) -> Result<(), Error> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let socket = stream.try_clone()?;
    let (sender, receiver) = ws_blocking::accept(stream)?.split(TcpStream::try_clone)?;
    let (member, mailbox) = room.enter();
    thread::spawn(move || {
        // A thread that reads cannot be told to stop, but the socket can.
        speak(sender, &mailbox).or_else(|_| socket.shutdown(Shutdown::Both))
    });
    let heard = listen(receiver, room);
    room.leave(member);
    heard
}

/// From the member to the room, until the WebSocket is closed.
fn listen(mut receiver: RecvHalf<TcpStream>, room: &Room) -> Result<(), Error> {
    while let Some(message) = receiver.recv()? {
        room.say(message);
    }
    Ok(())
}

/// From the room to the member, until the room closes the mailbox, or the member takes nothing.
fn speak(mut sender: SendHalf<TcpStream>, mailbox: &mpsc::Receiver<Prepared>) -> Result<(), Error> {
    while let Ok(message) = mailbox.recv() {
        sender.send(&message)?;
    }
    sender.close_with(CloseCode::POLICY_VIOLATION, "too slow for this room")
}

#[derive(Default)]
struct Room(Mutex<Members>);

type Members = HashMap<usize, mpsc::SyncSender<Prepared>>;

impl Room {
    fn enter(&self) -> (usize, mpsc::Receiver<Prepared>) {
        let (mailbox, mail) = mpsc::sync_channel(MAILBOX);
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
