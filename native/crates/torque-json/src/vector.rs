//! The searches of `search` with vector instructions: SSE2 and AVX2 on `x86_64`, NEON on `aarch64`.
//!
//! The first sixteen bytes are looked at with what every processor of the architecture has: no call, no question to
//! the processor, and most strings end there. Longer ones go on with AVX2 where the processor has it, which is asked
//! when the program runs. The last bytes of a text, too few for a vector, are left to the portable search, so nothing
//! is read outside the slice.
//!
//! This is the only module of the crate with `unsafe` code: loads from arrays whose length is in their type, and calls
//! of functions whose instructions are known to exist.

#![allow(unsafe_code, reason = "vector instructions; each use states why it is sound")]
#![allow(clippy::cast_ptr_alignment, reason = "the loads are those for addresses of any alignment")]

use crate::text;

const LANES: usize = 16;

/// There are vector instructions for this architecture.
pub(crate) const KNOWN: bool = true;

/// One bit per byte, or four: the position of the lowest one that is set, in bytes.
#[inline]
fn first(mask: lanes::Mask) -> Option<usize> {
    (mask != 0).then(|| (mask.trailing_zeros() / lanes::BITS_PER_BYTE) as usize)
}

/// As [`text::next_special`].
#[inline]
pub(crate) fn next_special(bytes: &[u8], from: usize) -> usize {
    let Some(chunk) = chunk(bytes, from) else { return text::next_special(bytes, from) };
    match first(lanes::special(chunk)) {
        Some(at) => from + at,
        None => long_special(bytes, from + LANES),
    }
}

#[inline(never)]
fn long_special(bytes: &[u8], from: usize) -> usize {
    let mut at = match wide::special(bytes, from) {
        Ok(found) => return found,
        Err(at) => at,
    };
    while let Some(chunk) = chunk(bytes, at) {
        if let Some(found) = first(lanes::special(chunk)) {
            return at + found;
        }
        at += LANES;
    }
    text::next_special(bytes, at)
}

/// As [`text::next_solid`]. Runs of white space are indentations, too short to be worth wider vectors.
#[inline]
pub(crate) fn next_solid(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = chunk(bytes, at) {
        if let Some(found) = first(lanes::solid(chunk)) {
            return at + found;
        }
        at += LANES;
    }
    text::next_solid(bytes, at)
}

#[inline]
fn chunk(bytes: &[u8], at: usize) -> Option<&[u8; LANES]> {
    bytes.get(at..)?.first_chunk()
}

/// The widest instructions in use.
pub(crate) fn instructions() -> &'static str {
    if wide::is_there() { "avx2" } else { lanes::NAME }
}

#[cfg(target_arch = "x86_64")]
mod lanes {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set1_epi8,
    };

    use super::LANES;

    pub(super) type Mask = u32;
    pub(super) const BITS_PER_BYTE: u32 = 1;
    pub(super) const NAME: &str = "sse2";

    #[inline]
    pub(super) fn special(chunk: &[u8; LANES]) -> Mask {
        // SAFETY: SSE2 is part of x86_64. The load may be unaligned and reads the sixteen bytes of the array.
        unsafe {
            let bytes = _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>());
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x22));
            let slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5c));
            let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), control)).cast_unsigned()
        }
    }

    #[inline]
    pub(super) fn solid(chunk: &[u8; LANES]) -> Mask {
        // SAFETY: as above.
        let white = unsafe {
            let bytes = _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>());
            let space = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x20));
            let tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x09));
            let line = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x0a));
            let back = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x0d));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(space, tab), _mm_or_si128(line, back)))
        };
        !white.cast_unsigned() & 0xffff
    }
}

#[cfg(target_arch = "aarch64")]
mod lanes {
    use std::arch::aarch64::{
        uint8x16_t, vceqq_u8, vcltq_u8, vdupq_n_u8, vget_lane_u64, vld1q_u8, vorrq_u8, vreinterpret_u64_u8,
        vreinterpretq_u16_u8, vshrn_n_u16,
    };

    use super::LANES;

    pub(super) type Mask = u64;
    pub(super) const BITS_PER_BYTE: u32 = 4;
    pub(super) const NAME: &str = "neon";

    /// NEON has no instruction that gathers one bit per byte; narrowing gathers four.
    #[inline]
    fn mask(of: uint8x16_t) -> Mask {
        // SAFETY: NEON is part of aarch64.
        unsafe { vget_lane_u64::<0>(vreinterpret_u64_u8(vshrn_n_u16::<4>(vreinterpretq_u16_u8(of)))) }
    }

    #[inline]
    pub(super) fn special(chunk: &[u8; LANES]) -> Mask {
        // SAFETY: NEON is part of aarch64. The load may be unaligned and reads the sixteen bytes of the array.
        mask(unsafe {
            let bytes = vld1q_u8(chunk.as_ptr());
            let quote = vceqq_u8(bytes, vdupq_n_u8(b'"'));
            let slash = vceqq_u8(bytes, vdupq_n_u8(b'\\'));
            vorrq_u8(vorrq_u8(quote, slash), vcltq_u8(bytes, vdupq_n_u8(0x20)))
        })
    }

    #[inline]
    pub(super) fn solid(chunk: &[u8; LANES]) -> Mask {
        // SAFETY: as above.
        !mask(unsafe {
            let bytes = vld1q_u8(chunk.as_ptr());
            let space = vceqq_u8(bytes, vdupq_n_u8(b' '));
            let tab = vceqq_u8(bytes, vdupq_n_u8(b'\t'));
            let line = vceqq_u8(bytes, vdupq_n_u8(b'\n'));
            let back = vceqq_u8(bytes, vdupq_n_u8(b'\r'));
            vorrq_u8(vorrq_u8(space, tab), vorrq_u8(line, back))
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8,
    };

    const LANES: usize = 32;

    pub(super) fn is_there() -> bool {
        std::arch::is_x86_feature_detected!("avx2")
    }

    /// The place of the next special byte, or where the search with wide vectors had to stop.
    #[inline]
    pub(super) fn special(bytes: &[u8], from: usize) -> Result<usize, usize> {
        if bytes.len() < from + LANES || !is_there() {
            return Err(from);
        }
        // SAFETY: the processor has AVX2.
        unsafe { special_avx2(bytes, from) }
    }

    #[target_feature(enable = "avx2")]
    fn special_avx2(bytes: &[u8], from: usize) -> Result<usize, usize> {
        let (quote, slash, last) = (_mm256_set1_epi8(0x22), _mm256_set1_epi8(0x5c), _mm256_set1_epi8(0x1f));
        let mut at = from;
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<LANES>) {
            // SAFETY: the load may be unaligned and reads the thirty-two bytes of the array.
            let chunk = unsafe { _mm256_loadu_si256(chunk.as_ptr().cast::<__m256i>()) };
            let control = _mm256_cmpeq_epi8(_mm256_min_epu8(chunk, last), chunk);
            let text = _mm256_or_si256(_mm256_cmpeq_epi8(chunk, quote), _mm256_cmpeq_epi8(chunk, slash));
            let mask = _mm256_movemask_epi8(_mm256_or_si256(text, control));
            if mask != 0 {
                return Ok(at + mask.trailing_zeros() as usize);
            }
            at += LANES;
        }
        Err(at)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod wide {
    pub(super) fn is_there() -> bool {
        false
    }

    #[inline]
    pub(super) fn special(_bytes: &[u8], from: usize) -> Result<usize, usize> {
        Err(from)
    }
}
