//! A strict inflater (RFC 1951), written out: the judge of what the side under test has compressed shares no code with it,
//! and sees how far back each reference goes.

use std::sync::OnceLock;

use super::deflate::{TAIL, Way};

/// Inflates what one side has sent, frame by frame, and forgives nothing: each frame must inflate to something whole,
/// and nothing may refer to what is not in the window.
#[derive(Debug)]
pub struct Inflate {
    way: Way,
    /// What may be referred to, and perhaps more.
    past: Vec<u8>,
}

/// What is wrong.
type Wrong = &'static str;

impl Inflate {
    /// For a side that compresses like this.
    pub fn new(way: Way) -> Self {
        Self { way, past: Vec::new() }
    }

    /// What the payload of a frame comes to.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn frame(&mut self, payload: &[u8], fin: bool) -> Result<Vec<u8>, Wrong> {
        let start = self.past.len();
        let octets = if fin { &[payload, &TAIL].concat() } else { payload };
        let mut bits = Bits { octets, at: 0 };
        while bits.at < 8 * octets.len() {
            if bits.take(1)? == 1 {
                return Err("a block that says it is the last");
            }
            match bits.take(2)? {
                0 => self.stored(&mut bits)?,
                1 => {
                    let [symbols, distances] = fixed_codes();
                    self.compressed(&mut bits, symbols, distances)?;
                }
                2 => {
                    let [symbols, distances] = codes(&mut bits)?;
                    self.compressed(&mut bits, &symbols, &distances)?;
                }
                _ => return Err("a block of the reserved kind"),
            }
        }
        let out = self.past.split_off(start);
        if !fin || self.way.takeover {
            self.past.extend_from_slice(&out);
            self.past.drain(..self.past.len().saturating_sub(1 << 15));
        } else {
            self.past.clear();
        }
        Ok(out)
    }

    /// RFC 1951 3.2.4
    fn stored(&mut self, bits: &mut Bits<'_>) -> Result<(), Wrong> {
        let at = bits.at.div_ceil(8);
        let &[a, b, c, d, ref rest @ ..] = &bits.octets[at..] else {
            return Err("a block without its length");
        };
        let len = u16::from_le_bytes([a, b]);
        if len != !u16::from_le_bytes([c, d]) {
            return Err("a block with two lengths");
        }
        let len = usize::from(len);
        self.past.extend_from_slice(rest.get(..len).ok_or("a block that ends too soon")?);
        bits.at = 8 * (at + 4 + len);
        Ok(())
    }

    /// RFC 1951 3.2.5
    fn compressed(
        &mut self,
        bits: &mut Bits<'_>,
        symbols: &Code,
        distances: &Code,
    ) -> Result<(), Wrong> {
        loop {
            let symbol = symbols.read(bits)?;
            let k = match symbol {
                0..256 => {
                    self.past.push(symbol as u8);
                    continue;
                }
                256 => return Ok(()),
                257..286 => u32::from(symbol) - 257,
                _ => return Err("a length that there is not"),
            };
            let len = match (k, (k >> 2).saturating_sub(1)) {
                (0..8, _) => 3 + k,
                (28, _) => 258,
                (_, extra) => 3 + ((4 + (k & 3)) << extra) + bits.take(extra)?,
            };
            let k = u32::from(distances.read(bits)?);
            let distance = match (k, (k >> 1).saturating_sub(1)) {
                (0..4, _) => 1 + k,
                (_, extra) => 1 + ((2 + (k & 1)) << extra) + bits.take(extra)?,
            };
            let (distance, len) = (distance as usize, len as usize);
            if distance > self.past.len().min(1 << self.way.bits) {
                return Err("a distance that leaves the window");
            }
            let from = self.past.len() - distance;
            for at in from..from + len {
                self.past.push(self.past[at]);
            }
        }
    }
}

/// The codes of a block that brings none (RFC 1951 3.2.6).
fn fixed_codes() -> &'static [Code; 2] {
    static CODES: OnceLock<[Code; 2]> = OnceLock::new();
    CODES.get_or_init(|| {
        let lens =
            |sym| 8 + u8::from((144..256).contains(&sym)) - u8::from((256..280).contains(&sym));
        let lens: Vec<u8> = (0..288_u16).map(lens).collect();
        [Code::new(&lens), Code::new(&[5; 30])]
    })
}

/// The codes of a block that brings its own (RFC 1951 3.2.7).
fn codes(bits: &mut Bits<'_>) -> Result<[Code; 2], Wrong> {
    let (symbols, distances) = (257 + bits.take(5)? as usize, 1 + bits.take(5)? as usize);
    let mut lens = [0; 19];
    for at in ORDER.into_iter().take(4 + bits.take(4)? as usize) {
        lens[at] = bits.take(3)? as u8;
    }
    let code = Code::new(&lens);
    let mut lens: Vec<u8> = Vec::new();
    while lens.len() < symbols + distances {
        let (len, times) = match code.read(bits)? {
            16 => (*lens.last().ok_or("nothing to repeat")?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            len => (len as u8, 1),
        };
        lens.extend((0..times).map(|_| len));
    }
    if lens.len() > symbols + distances {
        return Err("more lengths than codes");
    }
    Ok([Code::new(&lens[..symbols]), Code::new(&lens[symbols..])])
}

/// Octets as bits, the least significant first.
struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// Up to 13 bits.
    fn take(&mut self, n: u32) -> Result<u32, Wrong> {
        let value = self.peek() & ((1 << n) - 1);
        self.skip(n as usize)?;
        Ok(value)
    }

    /// At least 15 bits, and zeros behind the end.
    fn peek(&self) -> u32 {
        let octet = |i: usize| self.octets.get(self.at / 8 + i).copied().unwrap_or(0);
        u32::from_le_bytes([octet(0), octet(1), octet(2), 0]) >> (self.at % 8)
    }

    fn skip(&mut self, n: usize) -> Result<(), Wrong> {
        self.at += n;
        if self.at > 8 * self.octets.len() { Err("a block that ends too soon") } else { Ok(()) }
    }
}

/// A Huffman code (RFC 1951 3.2.2): how many symbols have a code of each length, and the symbols in the order of theirs.
struct Code {
    counts: [usize; 16],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lens: &[u8]) -> Self {
        let mut counts = [0; 16];
        lens.iter().for_each(|len| counts[usize::from(*len)] += 1);
        counts[0] = 0;
        let coded = (0..).zip(lens).filter(|(_, len)| **len > 0);
        let mut symbols: Vec<u16> = coded.map(|(symbol, _)| symbol).collect();
        symbols.sort_by_key(|symbol| lens[usize::from(*symbol)]);
        Self { counts, symbols }
    }

    fn read(&self, bits: &mut Bits<'_>) -> Result<u16, Wrong> {
        let mut rest = bits.peek();
        // The codes of each length go on where those one bit shorter end.
        let (mut code, mut first, mut before) = (0, 0, 0);
        for (len, count) in self.counts.iter().enumerate().skip(1) {
            code = code << 1 | (rest & 1) as usize;
            rest >>= 1;
            first <<= 1;
            if code < first + count {
                bits.skip(len)?;
                return Ok(self.symbols[before + code - first]);
            }
            first += count;
            before += count;
        }
        Err("a code that there is not")
    }
}

/// In what order the lengths of the code for lengths come.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::deflate::{Deflate, deflated},
        random::Random,
    };

    const PLAIN: Way = Way { bits: 15, takeover: true };

    #[test]
    fn the_examples_of_the_rfc() {
        // RFC 7692 7.2.3.1, 7.2.3.2
        let mut inflate = Inflate::new(PLAIN);
        let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(inflate.frame(&hello, true).unwrap(), b"Hello");
        assert_eq!(inflate.frame(&[0xf2, 0x00, 0x11, 0x00, 0x00], true).unwrap(), b"Hello");
        let mut deflate = Deflate::new(PLAIN);
        assert_eq!(deflate.message("Hello"), hello);
        assert_eq!(deflate.message("Hello"), [0xf2, 0x00, 0x11, 0x00, 0x00]);
        assert_eq!(deflated(""), [0x00]);
    }

    #[test]
    fn what_is_compressed_is_inflated() {
        let text: String = (0..2000).map(|i| format!("{} ", i * i)).collect();
        for bits in 9..=15 {
            for takeover in [false, true] {
                let way = Way { bits, takeover };
                let (mut deflate, mut inflate) = (Deflate::new(way), Inflate::new(way));
                for _ in 0..2 {
                    let part = deflate.part(&text);
                    assert_eq!(inflate.frame(&part, false).unwrap(), text.as_bytes());
                    assert_eq!(inflate.frame(&deflate.message("end"), true).unwrap(), b"end");
                }
            }
        }
    }

    #[test]
    fn nothing_is_forgiven() {
        let hello = deflated("Hello");
        for (what, payload, fin) in [
            ("no block", &[0x06][..], true),
            ("a tail that was left on", &[&hello[..], &TAIL].concat(), true),
            ("nothing", &[], true),
            ("a fragment without its tail", &hello, false),
            ("cut off", &hello[..hello.len() - 1], true),
            ("a last block", &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00], true),
            ("a message before the first", &[0xf2, 0x00, 0x11, 0x00, 0x00], true),
        ] {
            assert!(Inflate::new(PLAIN).frame(payload, fin).is_err(), "{what}");
        }
        // A window that is larger than negotiated, and a context that should have been forgotten.
        let mut random = Random::new(1);
        let noise: Vec<u8> = (0..600).map(|_| random.bits() as u8).collect();
        let far = deflated([&noise[..], &noise[..]].concat());
        assert!(Inflate::new(PLAIN).frame(&far, true).is_ok());
        assert!(Inflate::new(Way { bits: 9, ..PLAIN }).frame(&far, true).is_err());
        let mut inflate = Inflate::new(Way { takeover: false, ..PLAIN });
        assert!(inflate.frame(&hello, true).is_ok());
        assert!(inflate.frame(&[0xf2, 0x00, 0x11, 0x00, 0x00], true).is_err());
    }
}
