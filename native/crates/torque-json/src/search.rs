//! Where the text inside a string, or the space between values, ends.
//!
//! Each question has two answers that must be the same: portable code (`text`) that looks at eight bytes at
//! a time, and vector code (`vector`) that looks at sixteen or thirty-two. Which of them a process asks is
//! chosen once, when it starts; a scanner remembers the choice, so that changing it never meets one half-way.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::{text, vector};

/// How JSON text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// Plain arithmetic on words, the same on every processor.
    Portable,
    /// The vector instructions of this processor.
    Vector,
}

/// Below this many bytes the standard library checks text as fast: it need not find out what the processor can.
const LONG: usize = 256;

const UNDECIDED: u8 = 0;
const PORTABLE: u8 = 1;
const VECTOR: u8 = 2;

// Of the process, not of an object: the answers do not depend on it, and every crate that reads JSON would have to
// be handed it otherwise.
static CHOICE: AtomicU8 = AtomicU8::new(UNDECIDED);

impl Search {
    /// Chooses for all scanners of this process that start from now on; answers what is used.
    ///
    /// A processor without vector instructions that are known here is searched portably, whatever was asked for.
    pub fn choose(vector: bool) -> Self {
        let search = if vector && vector::KNOWN { Self::Vector } else { Self::Portable };
        CHOICE.store(if search == Self::Vector { VECTOR } else { PORTABLE }, Ordering::Relaxed);
        search
    }

    /// What was chosen; vector instructions until somebody chooses.
    #[inline]
    #[must_use]
    pub fn chosen() -> Self {
        match CHOICE.load(Ordering::Relaxed) {
            VECTOR => Self::Vector,
            PORTABLE => Self::Portable,
            _ => Self::choose(true),
        }
    }

    /// The name of the instructions: `avx2`, `sse2`, `neon` or `portable`.
    #[must_use]
    pub fn instructions(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Vector => vector::instructions(),
        }
    }

    /// The next quote, backslash or control character at or behind `from`, or the end.
    #[inline]
    pub(crate) fn next_special(self, bytes: &[u8], from: usize) -> usize {
        match self {
            Self::Portable => text::next_special(bytes, from),
            Self::Vector => vector::next_special(bytes, from),
        }
    }

    /// The next byte that is no white space at or behind `from`, or the end.
    #[inline]
    pub(crate) fn next_solid(self, bytes: &[u8], from: usize) -> usize {
        // Between most values there is nothing, or one space.
        let is_white = |at| matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r'));
        if !is_white(from) {
            return from;
        }
        if !is_white(from + 1) {
            return from + 1;
        }
        match self {
            Self::Portable => text::next_solid(bytes, from + 2),
            Self::Vector => vector::next_solid(bytes, from + 2),
        }
    }

    /// The text, or how many bytes of it are UTF-8.
    pub(crate) fn utf8(self, bytes: &[u8]) -> Result<&str, usize> {
        match self {
            Self::Vector if bytes.len() >= LONG => {
                simdutf8::compat::from_utf8(bytes).map_err(|error| error.valid_up_to())
            }
            _ => std::str::from_utf8(bytes).map_err(|error| error.valid_up_to()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Search; 2] = [Search::Portable, Search::Vector];
    const EDGES: &[u8] = b"\"\\\x00\x01\x1f\x20\x21\x23\x5b\x5d\x7f\x80\x9f\xa0\xa2\xdc\xff\n\r\t";

    fn special(bytes: &[u8], from: usize) -> usize {
        let found = bytes[from..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
        found.map_or(bytes.len(), |at| from + at)
    }

    fn solid(bytes: &[u8], from: usize) -> usize {
        let found = bytes[from..].iter().position(|byte| !b" \n\t\r".contains(byte));
        found.map_or(bytes.len(), |at| from + at)
    }

    fn agree(bytes: &[u8], from: usize) {
        for search in BOTH {
            assert_eq!(search.next_special(bytes, from), special(bytes, from), "{search:?} {from} {bytes:?}");
            assert_eq!(search.next_solid(bytes, from), solid(bytes, from), "{search:?} {from} {bytes:?}");
        }
    }

    #[test]
    fn every_byte_is_told_from_every_other_at_every_place_of_every_length() {
        for length in 0..=100 {
            for filling in [b'a', b' ', b'\n', 0x80, 0xff] {
                let mut bytes = vec![filling; length];
                agree(&bytes, 0);
                for at in 0..length {
                    for &edge in EDGES {
                        bytes[at] = edge;
                        agree(&bytes, 0);
                    }
                    bytes[at] = filling;
                }
            }
        }
        let mut bytes = [b'a'; 70];
        for at in [0, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 69] {
            for byte in 0..=255 {
                bytes[at] = byte;
                agree(&bytes, 0);
            }
            bytes[at] = b'a';
        }
    }

    #[test]
    fn slices_may_begin_and_end_anywhere_in_memory() {
        let mut random = fastrand::Rng::with_seed(11);
        let mut held = [b'x'; 160];
        for _ in 0..200 {
            for byte in &mut held {
                *byte =
                    if random.u8(0..12) == 0 { EDGES[random.usize(0..EDGES.len())] } else { random.u8(..) };
            }
            for begin in 0..40 {
                let end = random.usize(begin..=held.len());
                let slice = &held[begin..end];
                agree(slice, random.usize(0..=slice.len()));
            }
        }
    }

    #[test]
    fn what_lies_behind_a_slice_is_not_looked_at() {
        let held = [b'"'; 128];
        let plain = [b'a'; 128];
        for length in 0..64 {
            let mut bytes = held;
            bytes[..length].copy_from_slice(&plain[..length]);
            agree(&bytes[..length], 0);
            bytes[..length].fill(b' ');
            agree(&bytes[..length], 0);
        }
    }

    #[test]
    fn text_is_utf8_up_to_the_same_byte() {
        let mut random = fastrand::Rng::with_seed(12);
        let pieces: [&[u8]; 12] = [
            b"a",
            b"plain text of some length",
            "ü".as_bytes(),
            "日本".as_bytes(),
            "😀".as_bytes(),
            b"\xff",
            b"\xc0\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
            b"\x80",
            b"\xf0\x9f\x98",
        ];
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..random.usize(0..60) {
                // Mostly sound pieces, so that the fault lies anywhere.
                let of = if random.u8(0..60) == 0 { pieces.len() } else { 5 };
                bytes.extend_from_slice(pieces[random.usize(0..of)]);
            }
            assert_eq!(Search::Vector.utf8(&bytes), Search::Portable.utf8(&bytes), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_chosen_is_used_and_has_a_name() {
        assert_eq!(Search::choose(false), Search::chosen());
        assert_eq!(Search::chosen().instructions(), "portable");
        let vector = Search::choose(true);
        assert_eq!(vector, Search::chosen());
        assert_eq!(vector == Search::Vector, ["avx2", "sse2", "neon"].contains(&vector.instructions()));
    }
}
