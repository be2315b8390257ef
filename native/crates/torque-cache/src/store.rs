//! The cache of answers: shards behind locks of their own, chosen by the hash of the key.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::generations::{Generations, Stamp, monotonic};
use crate::hash::hash;
use crate::shard::{Entry, Shard, Statistics};

/// Answers by key.
pub struct ResultCache {
    generations: Arc<Generations>,
    shards: Box<[Mutex<Shard>]>,
    ttl: u64,
}

impl ResultCache {
    /// A cache of at most so many bytes and entries, whose entries live at most `ttl_seconds`.
    #[must_use]
    pub fn new(
        generations: Arc<Generations>,
        max_bytes: usize,
        max_entries: usize,
        ttl_seconds: f64,
    ) -> Self {
        // A shard must hold a large page with ease, and enough entries that its queues mean something.
        let count = (max_bytes >> 22).min(max_entries >> 8).clamp(1, 16).next_power_of_two();
        let shard = || Mutex::new(Shard::new(max_bytes / count, (max_entries / count).max(1)));
        Self { generations, shards: (0..count).map(|_| shard()).collect(), ttl: to_nanoseconds(ttl_seconds) }
    }

    /// The counters its entries depend on.
    #[must_use]
    pub fn generations(&self) -> &Arc<Generations> {
        &self.generations
    }

    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        // The low bits choose the place in the table, so the shard is chosen by high ones.
        &self.shards[(hash >> 40) as usize & (self.shards.len() - 1)]
    }

    /// The answer for `key` if everything it depends on still stands.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Arc<[u8]>> {
        self.get_at(key, monotonic())
    }

    pub(crate) fn get_at(&self, key: &[u8], now: u64) -> Option<Arc<[u8]>> {
        let hash = hash(key);
        self.shard(hash).lock().get(hash, key, &self.generations, now)
    }

    /// Keeps an answer, for at most `ttl_seconds` if that is shorter than the cache's own.
    pub fn put(&self, key: &[u8], value: &[u8], stamp: Stamp, ttl_seconds: Option<f64>) {
        if !self.generations.is_current(&stamp) {
            return;
        }
        let ttl = ttl_seconds.map_or(self.ttl, |seconds| to_nanoseconds(seconds).min(self.ttl));
        let hash = hash(key);
        let expires = monotonic().saturating_add(ttl);
        self.shard(hash).lock().put(Entry::new(hash, key, value, stamp, expires));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        for shard in &self.shards {
            shard.lock().clear();
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let mut sum = Statistics::default();
        for shard in &self.shards {
            shard.lock().add_to(&mut sum);
        }
        sum
    }
}

#[allow(
    clippy::cast_sign_loss,
    reason = "negative numbers and NaN saturate to zero, which means no time at all"
)]
fn to_nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(max_bytes: usize, max_entries: usize) -> ResultCache {
        ResultCache::new(Arc::new(Generations::private(64).unwrap()), max_bytes, max_entries, 60.0)
    }

    fn put(cache: &ResultCache, key: u32, bytes: usize) {
        cache.put(&key.to_le_bytes(), &vec![7; bytes], cache.generations().read(&[]), None);
    }

    fn has(cache: &ResultCache, key: u32) -> bool {
        cache.get(&key.to_le_bytes()).is_some()
    }

    #[test]
    fn what_an_answer_depends_on_counts_among_its_bytes() {
        let (plain, deep) = (cache(1 << 20, 100), cache(1 << 20, 100));
        let slots: Vec<u32> = (0..60).collect();
        plain.put(b"k", b"v", plain.generations().read(&[]), None);
        deep.put(b"k", b"v", deep.generations().read(&slots), None);
        assert!(deep.statistics().bytes >= plain.statistics().bytes + 60 * 8);
    }

    #[test]
    fn an_answer_counts_until_something_it_depends_on_moves() {
        let cache = cache(1 << 20, 100);
        let generations = Arc::clone(cache.generations());
        let stamp = generations.read(&[1, 2]);
        cache.put(b"k", b"v", stamp, None);
        assert_eq!(cache.get(b"k").as_deref(), Some(&b"v"[..]));
        generations.bump(&[3]);
        assert!(cache.get(b"k").is_some());
        generations.bump(&[2]);
        assert!(cache.get(b"k").is_none());
        assert_eq!(cache.statistics().stale, 1);
        assert_eq!(cache.statistics().entries, 0);
    }

    #[test]
    fn an_answer_read_before_a_write_is_not_kept() {
        let cache = cache(1 << 20, 100);
        let stamp = cache.generations().read(&[1]);
        cache.generations().bump(&[1]);
        cache.put(b"k", b"v", stamp, None);
        assert_eq!(cache.statistics().entries, 0);
    }

    #[test]
    fn entries_end_with_their_time() {
        let cache = cache(1 << 20, 100);
        cache.put(b"k", b"v", cache.generations().read(&[]), Some(0.0));
        assert!(cache.get(b"k").is_none());
        cache.put(b"k", b"v", cache.generations().read(&[]), Some(5.0));
        assert!(cache.get_at(b"k", monotonic() + 4_000_000_000).is_some());
        assert!(cache.get_at(b"k", monotonic() + 6_000_000_000).is_none());
    }

    #[test]
    fn bounds_by_bytes_and_entries_always_hold() {
        let mut random = fastrand::Rng::with_seed(11);
        for (max_bytes, max_entries) in [(20_000, 1000), (1 << 20, 37), (900, 5)] {
            let cache = cache(max_bytes, max_entries);
            for _ in 0..5000 {
                let key = random.u32(0..200);
                match random.u8(0..10) {
                    0..5 => put(&cache, key, random.usize(0..500)),
                    5..9 => {
                        let _ = has(&cache, key);
                    }
                    _ => cache.generations().bump(&[random.u32(0..64)]),
                }
                let statistics = cache.statistics();
                assert!(statistics.bytes <= max_bytes as u64 && statistics.entries <= max_entries as u64);
            }
            assert!(cache.statistics().evicted > 0);
        }
    }

    #[test]
    fn a_scan_does_not_wash_out_what_is_in_use() {
        let cache = cache(1 << 22, 100);
        for key in 0..50 {
            put(&cache, key, 10);
        }
        for _ in 0..3 {
            assert!((0..50).all(|key| has(&cache, key)));
        }
        for key in 1000..3000 {
            put(&cache, key, 10);
        }
        assert!((0..50).filter(|key| has(&cache, *key)).count() >= 45);
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_replaces_nothing_else() {
        let cache = cache(2000, 100);
        put(&cache, 1, 100);
        put(&cache, 2, 5000);
        assert!(has(&cache, 1) && !has(&cache, 2));
        put(&cache, 1, 5000);
        assert!(!has(&cache, 1), "an older answer must not stay in its place");
    }

    #[test]
    fn clear_forgets_everything() {
        let cache = cache(1 << 24, 10_000);
        for key in 0..1000 {
            put(&cache, key, 10);
        }
        cache.clear();
        assert_eq!(cache.statistics().entries, 0);
        put(&cache, 1, 10);
        assert!(has(&cache, 1));
    }
}
