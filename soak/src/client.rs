//! An honest client: says something, and checks each octet of what comes back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    time::Instant,
};

use bytes::Bytes;
use conformance::random::Random;
use ws_core::{ClientConfig, Message};
use ws_driver::{Reads, WebSocket, Writes};

use crate::{gate::Gate, settings::MAX_HONEST_LEN};

/// What a client is to do, and whom it tells.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) url: String,
    pub(crate) config: ClientConfig,
    pub(crate) random: Random,
    /// Until then it says all kinds of things, and one at least.
    pub(crate) until: Instant,
    /// When this opens, the attack begins.
    pub(crate) attack: Gate,
    /// Whether it goes on saying short things during the attack, until `over`.
    pub(crate) is_busy: bool,
    pub(crate) over: Arc<AtomicBool>,
    /// When this opens, it closes.
    pub(crate) leave: Gate,
    pub(crate) tell: Sender<Told>,
}

/// What a client has to tell, in this order, unless something goes wrong.
#[derive(Debug)]
pub(crate) enum Told {
    /// It has said what it had to say, and is silent.
    Quiet,
    /// It has been talking during the attack, and is silent.
    Over,
    /// It has closed, and the server has.
    Left(Done),
    /// It was not treated as it should have been.
    Wronged(String),
}

/// What a client has done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    pub(crate) messages: u64,
    pub(crate) octets: u64,
}

/// Everything that a client does. `$wait` is `.await`, or nothing where calls block; `$pass` waits at a gate.
macro_rules! talk {
    ($connected:ident, $talk:ident, $pass:ident $(, $($wait:tt)+)?) => {{
        let mut ws = $connected.map_err(|error| format!("connecting: {error}"))?;
        let mut random = $talk.random.clone();
        let mut done = Done::default();
        loop {
            let is_attack = $talk.attack.is_open();
            let burst = burst(&mut random, is_attack);
            for message in &burst {
                ws.feed(message.clone())$($($wait)+)?.map_err(|error| format!("saying: {error}"))?;
            }
            for message in burst {
                let echo = ws.recv()$($($wait)+)?.map_err(|error| format!("hearing: {error}"))?;
                if echo.as_ref() != Some(&message) {
                    return Err(differs(&message, echo.as_ref()));
                }
                done.messages += 1;
                done.octets += message.as_bytes().len() as u64;
            }
            if is_attack && $talk.over.load(Ordering::Relaxed) {
                tell(&$talk, Told::Over);
                break;
            }
            if !is_attack && Instant::now() >= $talk.until {
                tell(&$talk, Told::Quiet);
                $talk.attack.$pass()$($($wait)+)?;
                if !$talk.is_busy {
                    break;
                }
            }
        }
        $talk.leave.$pass()$($($wait)+)?;
        let info = ws.close()$($($wait)+)?.map_err(|error| format!("closing: {error}"))?;
        if info.is_clean() { Ok(done) } else { Err(format!("closing: {info:?}")) }
    }};
}

/// On a runtime.
pub(crate) async fn talk<T, R: Reads<T> + Writes<T>>(
    connected: Result<WebSocket<T, R>, ws_driver::Error>,
    talk: Talk,
) {
    let done = talk_async(connected, &talk).await;
    tell(&talk, done.map_or_else(Told::Wronged, Told::Left));
}

async fn talk_async<T, R: Reads<T> + Writes<T>>(
    connected: Result<WebSocket<T, R>, ws_driver::Error>,
    talk: &Talk,
) -> Result<Done, String> {
    talk!(connected, talk, pass, .await)
}

/// On a thread.
pub(crate) fn talk_blocking<T: ws_blocking::Transport>(
    connected: Result<ws_blocking::WebSocket<T>, ws_blocking::Error>,
    talk: &Talk,
) {
    let to_the_end = || talk!(connected, talk, pass_blocking);
    tell(talk, to_the_end().map_or_else(Told::Wronged, Told::Left));
}

/// Whoever does not listen any more has given up on all of them.
fn tell(talk: &Talk, told: Told) {
    let _ = talk.tell.send(told);
}

/// What is said before anything is heard. Several messages are short ones: a client that says more than all buffers on
/// the way take, and does not listen, would wait for a server that waits for it.
fn burst(random: &mut Random, is_short: bool) -> Vec<Message> {
    let len = match random.below(100) {
        _ if is_short => random.below(1024),
        0..60 => random.below(126),
        60..85 => random.below(4096),
        85..97 => random.below(64 << 10),
        _ => random.below(MAX_HONEST_LEN + 1),
    };
    let count = if len < 4096 { 1 + random.below(4) } else { 1 };
    (0..count).map(|_| message(random, len)).collect()
}

/// Every second one repeats itself, so that there is something to compress.
fn message(random: &mut Random, len: usize) -> Message {
    let period = if random.below(2) == 0 { len } else { len.min(100) };
    let mut octets: Vec<u8> = Vec::with_capacity(len + 8);
    while octets.len() < period {
        octets.extend_from_slice(&random.bits().to_le_bytes());
    }
    octets.truncate(period);
    while octets.len() < len {
        octets.extend_from_within(..period.min(len - octets.len()));
    }
    if random.below(2) == 0 {
        return Message::from(Bytes::from(octets));
    }
    Message::text(octets.iter().map(|octet| char::from(octet % 0x5f + b' ')).collect::<String>())
}

fn differs(said: &Message, heard: Option<&Message>) -> String {
    let said = said.as_bytes();
    let Some(heard) = heard.map(Message::as_bytes) else {
        return format!("closed before the echo of {} octets", said.len());
    };
    let at = said.iter().zip(heard).position(|(said, heard)| said != heard);
    format!("said {} octets, heard {}, which differ at {at:?}", said.len(), heard.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_has_all_lengths_and_an_echo_that_differs_is_told() {
        let mut random = Random::new(1);
        let all: Vec<_> = (0..3000).flat_map(|_| burst(&mut random, false)).collect();
        let lens: Vec<_> = all.iter().map(|message| message.as_bytes().len()).collect();
        assert!(lens.contains(&0));
        assert!(lens.iter().all(|len| *len <= MAX_HONEST_LEN));
        assert!(lens.iter().any(|len| *len > MAX_HONEST_LEN / 2));
        let differs = differs(&Message::from(vec![1, 2, 3]), Some(&Message::from(vec![1, 3, 3])));
        assert_eq!(differs, "said 3 octets, heard 3, which differ at Some(1)");
    }
}
