//! How the octets of a vector arrive.

use std::{fmt, ops::RangeInclusive};

/// One way to cut an input into reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everything in one read.
    Whole,
    /// One octet per read.
    Bytewise,
    /// Two reads, the first of so many octets.
    Split(usize),
    /// Server: so many octets come from a buffer the caller hands over, the others in one read.
    Handed(usize),
}

impl Delivery {
    /// Cuts an input. No piece is empty.
    pub fn pieces<'a>(&self, input: &'a [u8]) -> Vec<&'a [u8]> {
        let pieces = match *self {
            Self::Whole => vec![input],
            Self::Bytewise => input.chunks(1).collect(),
            Self::Split(at) | Self::Handed(at) => {
                let (first, second) = input.split_at(at.min(input.len()));
                vec![first, second]
            }
        };
        pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
    }

    /// The octets the caller hands over, and the pieces that arrive.
    pub fn handed<'a>(&self, input: &'a [u8]) -> (&'a [u8], Vec<&'a [u8]>) {
        match *self {
            Self::Handed(at) => {
                let (first, second) = input.split_at(at.min(input.len()));
                (first, Self::Whole.pieces(second))
            }
            _ => (&[], self.pieces(input)),
        }
    }

    /// Every way to cut an input of `len` octets in two.
    pub fn every_split(len: usize) -> impl Iterator<Item = Self> {
        (1..len).map(Self::Split)
    }

    /// Some ways to cut an input of `len` octets in two: all near the start, the end and the given
    /// places, and every `step`-th between.
    pub fn some_splits(len: usize, step: usize, near: &[usize]) -> impl Iterator<Item = Self> {
        let close = |place: usize| -> RangeInclusive<usize> { place.saturating_sub(8)..=place + 8 };
        (1..len)
            .filter(move |&at| {
                at % step == 0
                    || close(0).contains(&at)
                    || close(len).contains(&at)
                    || near.iter().any(|&place| close(place).contains(&at))
            })
            .map(Self::Split)
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Bytewise => f.write_str("bytewise"),
            Self::Split(at) => write!(f, "split at {at}"),
            Self::Handed(len) => write!(f, "{len} octets handed over"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_whole() {
        let input = b"abcdef";
        let all = [Delivery::Whole, Delivery::Bytewise, Delivery::Split(0), Delivery::Split(9)];
        for delivery in all.into_iter().chain(Delivery::every_split(input.len())) {
            let pieces = delivery.pieces(input);
            assert_eq!(pieces.concat(), input, "{delivery}");
            assert!(pieces.iter().all(|piece| !piece.is_empty()), "{delivery}");
        }
        assert_eq!(Delivery::Bytewise.pieces(input).len(), 6);
        assert_eq!(Delivery::Split(2).pieces(input), [b"ab".as_slice(), b"cdef"]);
        assert!(Delivery::Whole.pieces(b"").is_empty());
        assert_eq!(Delivery::Handed(2).handed(input), (b"ab".as_slice(), vec![b"cdef".as_slice()]));
        assert_eq!(Delivery::Bytewise.handed(input).1.len(), 6);
    }

    #[test]
    fn sampled_splits_keep_the_places_that_matter() {
        let splits: Vec<_> = Delivery::some_splits(10_000, 997, &[4096]).collect();
        for at in [1, 8, 997, 4088, 4096, 4104, 9992, 9999] {
            assert!(splits.contains(&Delivery::Split(at)), "{at}");
        }
        assert!(splits.len() < 60);
    }
}
