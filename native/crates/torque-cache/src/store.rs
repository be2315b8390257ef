//! The store of answers: shards of S3-FIFO.
//!
//! Each shard has a table from keys to places in a slab, two queues threaded through the slab (a small one that takes a
//! tenth of the room, and the main one), and the hashes of what the small queue let go lately. What comes back while its
//! hash is remembered goes straight to the main queue. A hit counts up to three and moves nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::{HashMap, HashTable};
use parking_lot::Mutex;

use crate::generations::{Generations, Stamp, monotonic};
use crate::hash::hash;

/// What an entry costs beside key and value: table, slab, stamp.
const OVERHEAD: usize = 160;
const NONE: u32 = u32::MAX;

struct Entry {
    key: Box<[u8]>,
    value: Arc<[u8]>,
    stamp: Stamp,
    expires: u64,
    hash: u64,
    previous: u32,
    next: u32,
    in_main: bool,
    used: u8,
}

impl Entry {
    fn size(&self) -> usize {
        self.key.len() + self.value.len() + OVERHEAD
    }
}

#[derive(Default)]
struct Counts {
    hits: u64,
    misses: u64,
    stale: u64,
    evicted: u64,
}

/// What happened in a cache so far and what it holds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Answers handed out.
    pub hits: u64,
    /// Keys that were not there.
    pub misses: u64,
    /// Entries found old and removed; they are misses too.
    pub stale: u64,
    /// Entries that made room.
    pub evicted: u64,
    /// Entries held.
    pub entries: u64,
    /// Bytes held.
    pub bytes: u64,
}

#[derive(Clone, Copy)]
struct Queue {
    head: u32,
    tail: u32,
    bytes: usize,
}

impl Queue {
    const EMPTY: Self = Self { head: NONE, tail: NONE, bytes: 0 };
}

struct Shard {
    table: HashTable<u32>,
    slab: Vec<Option<Entry>>,
    free: Vec<u32>,
    small: Queue,
    main: Queue,
    ghosts: VecDeque<u64>,
    /// How often a hash is in `ghosts`: the queue may hold it twice.
    remembered: HashMap<u64, u32>,
    max_bytes: usize,
    max_entries: usize,
    counts: Counts,
}

impl Shard {
    fn new(max_bytes: usize, max_entries: usize) -> Self {
        Self {
            table: HashTable::new(),
            slab: Vec::new(),
            free: Vec::new(),
            small: Queue::EMPTY,
            main: Queue::EMPTY,
            ghosts: VecDeque::new(),
            remembered: HashMap::new(),
            max_bytes,
            max_entries,
            counts: Counts::default(),
        }
    }

    fn entry(&mut self, place: u32) -> &mut Entry {
        self.slab[place as usize].as_mut().expect("a place in table or queue is taken")
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<u32> {
        let held = |place: &u32| self.slab[*place as usize].as_ref().is_some_and(|entry| *entry.key == *key);
        self.table.find(hash, held).copied()
    }

    fn push(&mut self, place: u32) {
        let in_main = self.entry(place).in_main;
        let mut queue = if in_main { self.main } else { self.small };
        let entry = self.entry(place);
        entry.previous = NONE;
        entry.next = queue.head;
        queue.bytes += entry.size();
        if queue.head == NONE {
            queue.tail = place;
        } else {
            let head = queue.head;
            self.entry(head).previous = place;
        }
        queue.head = place;
        *(if in_main { &mut self.main } else { &mut self.small }) = queue;
    }

    fn unlink(&mut self, place: u32) {
        let entry = self.entry(place);
        let (previous, next, in_main, size) = (entry.previous, entry.next, entry.in_main, entry.size());
        let mut queue = if in_main { self.main } else { self.small };
        queue.bytes -= size;
        if previous == NONE {
            queue.head = next;
        } else {
            self.entry(previous).next = next;
        }
        if next == NONE {
            queue.tail = previous;
        } else {
            self.entry(next).previous = previous;
        }
        *(if in_main { &mut self.main } else { &mut self.small }) = queue;
    }

    fn remove(&mut self, place: u32) -> u64 {
        self.unlink(place);
        let entry = self.slab[place as usize].take().expect("a place in a queue is taken");
        if let Ok(held) = self.table.find_entry(entry.hash, |other| *other == place) {
            held.remove();
        }
        self.free.push(place);
        entry.hash
    }

    fn get(&mut self, hash: u64, key: &[u8], generations: &Generations, now: u64) -> Option<Arc<[u8]>> {
        let Some(place) = self.find(hash, key) else {
            self.counts.misses += 1;
            return None;
        };
        let entry = self.entry(place);
        if entry.expires > now && generations.is_current_at(&entry.stamp, now) {
            entry.used = (entry.used + 1).min(3);
            let value = Arc::clone(&entry.value);
            self.counts.hits += 1;
            return Some(value);
        }
        self.remove(place);
        self.counts.stale += 1;
        self.counts.misses += 1;
        None
    }

    fn put(&mut self, mut entry: Entry) {
        let size = entry.size();
        if let Some(place) = self.find(entry.hash, &entry.key) {
            let held = self.entry(place);
            entry.in_main = held.in_main;
            entry.used = held.used;
            self.remove(place);
        } else {
            entry.in_main = self.remembered.contains_key(&entry.hash);
        }
        if size > self.max_bytes {
            return;
        }
        while self.small.bytes + self.main.bytes + size > self.max_bytes
            || self.table.len() >= self.max_entries
        {
            self.evict();
        }
        let hash = entry.hash;
        let place = self.free.pop().unwrap_or_else(|| {
            self.slab.push(None);
            (self.slab.len() - 1) as u32
        });
        self.slab[place as usize] = Some(entry);
        let slab = &self.slab;
        self.table
            .insert_unique(hash, place, |other| slab[*other as usize].as_ref().map_or(0, |held| held.hash));
        self.push(place);
    }

    fn evict(&mut self) {
        if self.main.tail == NONE
            || (self.small.tail != NONE && self.small.bytes * 10 >= self.small.bytes + self.main.bytes)
        {
            self.evict_small();
        } else {
            self.evict_main();
        }
    }

    fn evict_small(&mut self) {
        let place = self.small.tail;
        if self.entry(place).used > 0 {
            self.unlink(place);
            let entry = self.entry(place);
            entry.in_main = true;
            entry.used = 0;
            self.push(place);
            return;
        }
        let hash = self.remove(place);
        self.counts.evicted += 1;
        self.remember(hash);
    }

    fn evict_main(&mut self) {
        let place = self.main.tail;
        if self.entry(place).used > 0 {
            self.unlink(place);
            self.entry(place).used -= 1;
            self.push(place);
            return;
        }
        self.remove(place);
        self.counts.evicted += 1;
    }

    fn remember(&mut self, hash: u64) {
        self.ghosts.push_back(hash);
        *self.remembered.entry(hash).or_insert(0) += 1;
        while self.ghosts.len() > self.table.len().max(64) {
            let Some(oldest) = self.ghosts.pop_front() else { break };
            if let Some(count) = self.remembered.get_mut(&oldest) {
                *count -= 1;
                if *count == 0 {
                    self.remembered.remove(&oldest);
                }
            }
        }
    }
}

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
        let count = if count > 16 { 16 } else { count };
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
        self.shard(hash).lock().put(Entry {
            key: key.into(),
            value: value.into(),
            stamp,
            expires: monotonic().saturating_add(ttl),
            hash,
            previous: NONE,
            next: NONE,
            in_main: false,
            used: 0,
        });
    }

    /// Forgets everything.
    pub fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            let (max_bytes, max_entries) = (shard.max_bytes, shard.max_entries);
            let counts = std::mem::take(&mut shard.counts);
            *shard = Shard::new(max_bytes, max_entries);
            shard.counts = counts;
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let mut sum = Statistics::default();
        for shard in &self.shards {
            let shard = shard.lock();
            sum.hits += shard.counts.hits;
            sum.misses += shard.counts.misses;
            sum.stale += shard.counts.stale;
            sum.evicted += shard.counts.evicted;
            sum.entries += shard.table.len() as u64;
            sum.bytes += (shard.small.bytes + shard.main.bytes) as u64;
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
