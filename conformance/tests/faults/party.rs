//! The party under test: what it does from beginning to end.

use std::sync::Arc;

use conformance::pipe::Pipe;
use ws_core::{Message, Role};
use ws_driver::{Acceptor, Connect, Event, Part, Reads, WebSocket, Writes};

use crate::{
    dials::InMemory,
    live::Live,
    messages::{GREETING, NEWS, PING, greeting},
    pace::Pace,
    rig::Rig,
    socket::{Halves, Sends as _, Socket},
    verdict::{End, Step, Verdict},
};

/// The party under test, and how far it has come.
pub(crate) struct Party<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) pace: Pace<'a>,
    pub(crate) verdict: Verdict,
}

impl Party<'_> {
    pub(crate) fn client<L: Live>(&mut self) -> Result<(), End> {
        self.verdict.step = Step::Open;
        let connect = Connect::<InMemory<L>>::new(self.rig.url())
            .config(self.rig.client.clone())
            .dial(self.rig.dial.clone());
        let (ws, response) = self.pace.once(connect.open())??;
        assert_eq!(response.status(), 101);
        drop(response);
        self.talk(ws)
    }

    pub(crate) fn server<L: Live>(&mut self, pipe: Pipe) -> Result<(), End> {
        if self.rig.kind.tls {
            self.verdict.step = Step::Secure;
            let secured = self
                .pace
                .once(L::secure(pipe, Arc::clone(&self.rig.kind.tls_config().server)))??;
            return self.serve::<_, L::Runtime>(secured);
        }
        self.serve::<_, L::Runtime>(pipe)
    }

    fn serve<T, R: Reads<T> + Writes<T>>(&mut self, stream: T) -> Result<(), End> {
        self.verdict.step = Step::Open;
        let acceptor = Acceptor::<T, R>::new(stream, &self.rig.server);
        let request = self.pace.once(acceptor.next_request())??;
        assert_eq!(request.request().uri(), "/chat");
        let ws = self.pace.once(request.accept())??;
        self.talk(ws)
    }

    /// What is done once the WebSocket is open.
    fn talk<T, R: Reads<T> + Writes<T>>(&mut self, mut ws: WebSocket<T, R>) -> Result<(), End> {
        if self.rig.kind.halves {
            let mut ws = Halves::from(ws);
            let talked = self.talk_with(&mut ws);
            return self.end(&mut ws, talked);
        }
        let talked = self.talk_with(&mut ws);
        self.end(&mut ws, talked)
    }

    fn talk_with(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        match self.rig.kind.role {
            Role::Client => self.talk_as_client(ws),
            Role::Server => self.talk_as_server(ws),
        }
    }

    /// Whoever fails looks what there still is to be received, and closes.
    fn end(&mut self, ws: &mut impl Socket, talked: Result<(), End>) -> Result<(), End> {
        if !matches!(talked, Err(End::Failed(..))) {
            return talked;
        }
        let then = loop {
            match self.pace.call(async || ws.recv().await) {
                Ok(Ok(Some(message))) => self.note(message),
                Ok(Ok(None)) => break End::Done,
                Ok(Err(error)) => break error.into(),
                Err(end) => break end,
            }
        };
        self.verdict.then = Some(then);
        if then != End::Hangs {
            let again = self.pace.call(async || ws.recv().await);
            assert!(matches!(again, Ok(Ok(None))), "behind the end: {again:?}");
        }
        self.verdict.clean = ws.close_info().is_clean();
        talked
    }

    fn talk_as_client(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.receive(ws)?;
        for (number, message) in self.rig.kind.size.messages().iter().enumerate() {
            self.verdict.step = Step::Send(number);
            if number == 1 {
                let (first, last) = message.as_bytes().split_at(message.len() / 2);
                self.feed_part(ws, &Part::binary(first.to_vec(), false))?;
                self.feed_part(ws, &Part::binary(last.to_vec(), true))?;
                self.pace.call(async || ws.sender().flush().await)??;
            } else {
                self.send(ws, message)?;
            }
            self.verdict.sent += 1;
            self.receive(ws)?;
        }
        self.receive(ws)?;
        self.ping(ws)?;
        match self.pace.call(async || ws.recv_event().await)?? {
            Some(Event::Pong(payload)) => assert_eq!(payload, PING),
            other => panic!("instead of a pong: {other:?}"),
        }
        self.verdict.step = Step::Close;
        let info = self.pace.call(async || ws.close().await)??;
        self.verdict.clean = info.is_clean();
        Ok(())
    }

    fn talk_as_server(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Greet;
        for (part, last) in GREETING.into_iter().zip([false, true]) {
            self.feed_part(ws, &Part::text(part.as_bytes(), last))?;
        }
        self.pace.call(async || ws.sender().flush().await)??;
        self.verdict.sent += 1;
        self.ping(ws)?;
        let mut pongs = 0;
        loop {
            self.verdict.step = Step::Receive(self.verdict.received);
            match self.pace.call(async || ws.recv_event().await)?? {
                Some(Event::Message(message)) => {
                    self.note(message.clone());
                    self.verdict.step = Step::Send(self.verdict.received - 1);
                    self.send(ws, &message)?;
                    self.verdict.sent += 1;
                }
                Some(Event::Pong(payload)) => {
                    assert_eq!(payload, PING);
                    pongs += 1;
                }
                Some(_) => {}
                None => break,
            }
        }
        assert_eq!(pongs, 1, "answers to a ping");
        self.verdict.step = Step::Close;
        let info = self.pace.call(async || ws.close().await)??;
        self.verdict.clean = info.is_clean();
        Ok(())
    }

    fn ping(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Ping;
        self.pace.call(async || ws.sender().feed_ping().await)??;
        Ok(self.pace.call(async || ws.sender().flush().await)??)
    }

    /// Sends a message; where the call is dropped, it goes on with what it was at.
    fn send(&mut self, ws: &mut impl Socket, message: &Message) -> Result<(), End> {
        self.pace.call(async || ws.sender().feed(message.clone()).await)??;
        Ok(self.pace.call(async || ws.sender().flush().await)??)
    }

    fn feed_part(&mut self, ws: &mut impl Socket, part: &Part) -> Result<(), End> {
        Ok(self.pace.call(async || ws.sender().feed_part(part.clone()).await)??)
    }

    /// Receives a message of the partner's.
    fn receive(&mut self, ws: &mut impl Socket) -> Result<(), End> {
        self.verdict.step = Step::Receive(self.verdict.received);
        match self.pace.call(async || ws.recv().await)?? {
            Some(message) => self.note(message),
            None => panic!("the end instead of a message"),
        }
        Ok(())
    }

    /// A message has come: the next one, and as it was sent.
    fn note(&mut self, message: Message) {
        let messages = self.rig.kind.size.messages();
        let expected = match self.rig.kind.role {
            Role::Client if self.verdict.received == 0 => Some(greeting()),
            Role::Client if self.verdict.received == 1 => Some(Message::text(NEWS)),
            Role::Client => messages.get(self.verdict.received - 2).cloned(),
            Role::Server => messages.get(self.verdict.received).cloned(),
        };
        assert_eq!(Some(message), expected, "message {}", self.verdict.received);
        self.verdict.received += 1;
    }
}
