//! Vectors with a few octets changed: whatever comes of them, it does not depend on how they
//! arrive, and what is written is HTTP.

use conformance::{
    core_subject::CoreSubject,
    delivery::Delivery,
    observed::Observed,
    random::Random,
    subject::Subject as _,
    vector::{self, Outcome, Role, Vector},
    wire::Answers,
};

/// Octets that mean something to a parser.
const OCTETS: [u8; 24] = [
    b'\r', b'\n', 0, b' ', b'\t', b':', b',', b';', b'=', b'"', b'\\', b'/', b'0', b'1', b'9',
    b'a', b'U', b'{', 0x7f, 0x80, 0xff, b'#', b'?', b'%',
];

fn mutate(random: &mut Random, input: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        if input.is_empty() {
            return;
        }
        let at = random.below(input.len());
        match random.below(7) {
            0 => input[at] = *random.pick(&OCTETS),
            1 => input[at] ^= 1 << random.below(8),
            2 => input.insert(at, *random.pick(&OCTETS)),
            3 => drop(input.remove(at)),
            4 => input.truncate(at.max(input.len() / 2)),
            5 => {
                // A line twice.
                let lines: Vec<_> = input.split_inclusive(|octet| *octet == b'\n').collect();
                let line = random.pick(&lines).to_vec();
                let start = input.iter().position(|octet| *octet == b'\n').map_or(0, |at| at + 1);
                input.splice(start..start, line);
            }
            _ => {
                // A piece elsewhere.
                let len = random.below(input.len() - at).min(20);
                let piece: Vec<_> = input.drain(at..at + len).collect();
                let to = random.below(input.len() + 1);
                input.splice(to..to, piece);
            }
        }
    }
}

fn run(subject: CoreSubject, vector: &Vector, delivery: Delivery) -> Observed {
    match vector.role {
        Role::Server => subject.server(vector, delivery),
        Role::Client => subject.client(vector, delivery),
    }
}

fn sane(vector: &Vector, seen: &Observed) -> Result<(), String> {
    if vector.role == Role::Client {
        return if seen.outcome == Outcome::Fail && seen.error.is_none() {
            Err("an error without a name".to_owned())
        } else {
            Ok(())
        };
    }
    let answers = Answers::parse(&seen.wire).map_err(|error| error.to_string())?;
    match (seen.outcome, answers.last) {
        (Outcome::NeedMore, None) => Ok(()),
        (Outcome::Accept, Some(answer)) if answer.status == 101 && answer.rest.is_empty() => Ok(()),
        (Outcome::Reject, Some(answer)) if answer.status >= 400 => {
            let says_close = answer.head.has_member("Connection", "close");
            if says_close == seen.closed { Ok(()) } else { Err("closes or not".to_owned()) }
        }
        (outcome, answer) => Err(format!("{outcome} with {answer:?}")),
    }
}

#[test]
fn changed_vectors_come_to_the_same_in_every_delivery() {
    let vectors = vector::load_own().unwrap();
    let mut random = Random::new(7);
    for vector in vectors.iter().filter(|v| !v.config.prebuilt && v.input.len() < 3000) {
        for _ in 0..40 {
            let mut vector = vector.clone();
            mutate(&mut random, &mut vector.input);
            let subject = CoreSubject { keep_alive: random.below(2) == 0 };
            let whole = run(subject, &vector, Delivery::Whole);
            let context = || format!("{}: {}", vector.id, vector.input.escape_ascii());
            sane(&vector, &whole).unwrap_or_else(|e| panic!("{}: {e}: {whole:?}", context()));
            let verdict = whole.verdict();
            let split = Delivery::Split(random.below(vector.input.len() + 1));
            for delivery in [Delivery::Bytewise, split] {
                let other = run(subject, &vector, delivery).verdict();
                assert_eq!(verdict, other, "{}: {delivery}", context());
            }
        }
    }
}
