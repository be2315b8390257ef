//! One hash for everything here. Its seed is fixed, as processes of a run must agree on it; a caller that forces
//! collisions gains nothing, because entries compare their whole key and counters that are shared only cost misses.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub(crate) fn hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Parts are separated, so that ("a", "bc") and ("ab", "c") differ.
pub(crate) fn hash_parts(parts: &[&str]) -> u64 {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0xFF]);
    }
    hasher.digest()
}
