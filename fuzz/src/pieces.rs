//! The ways in which the same octets may come: whatever is decided about them, it does not depend on that.

/// How octets are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// All at once.
    Whole,
    /// In pieces of this length.
    Every(usize),
    /// In pieces of up to 64 octets, whose lengths follow from this number.
    Random(u64),
}

impl Cut {
    /// The pieces of `data`, in order. Of nothing there are none.
    pub(crate) fn of(self, data: &[u8]) -> impl Iterator<Item = &[u8]> {
        let (mut rest, mut cut) = (data, self);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, behind) = rest.split_at(cut.next_len().min(rest.len()));
            rest = behind;
            Some(piece)
        })
    }

    /// How long the next piece is, if there is as much.
    pub(crate) fn next_len(&mut self) -> usize {
        match self {
            Self::Whole => usize::MAX,
            Self::Every(len) => *len,
            Self::Random(state) => {
                *state = next(*state);
                1 + (*state >> 58) as usize
            }
        }
    }
}

/// The next state of a generator that is good enough for lengths (Knuth's MMIX).
fn next(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole() {
        let data: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for cut in [Cut::Whole, Cut::Every(1), Cut::Every(7), Cut::Random(3)] {
            assert_eq!(cut.of(&data).flatten().copied().collect::<Vec<_>>(), data, "{cut:?}");
            assert_eq!(cut.of(&[]).count(), 0);
        }
        assert!(Cut::Random(3).of(&data).count() > 10);
        assert_eq!(Cut::Every(7).of(&data).count(), 143);
    }
}
