//! One shard of S3-FIFO.
//!
//! It has a table from keys to places in a slab, two queues threaded through the slab (a small one that takes a tenth of
//! what is held, and the main one), and the hashes of what the small queue let go lately. What comes back while its hash
//! is remembered goes straight to the main queue. A hit counts up to three and moves nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::{HashMap, HashTable};

use crate::generations::{Generations, Stamp};

/// What an entry costs beside key, value and the generations of its stamp: table and slab.
const OVERHEAD: usize = 128;
const NONE: u32 = u32::MAX;

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

pub(crate) struct Entry {
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
    pub(crate) fn new(hash: u64, key: &[u8], value: &[u8], stamp: Stamp, expires: u64) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            stamp,
            expires,
            hash,
            previous: NONE,
            next: NONE,
            in_main: false,
            used: 0,
        }
    }

    fn size(&self) -> usize {
        self.key.len() + self.value.len() + self.stamp.bytes() + OVERHEAD
    }
}

#[derive(Default)]
struct Counts {
    hits: u64,
    misses: u64,
    stale: u64,
    evicted: u64,
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

pub(crate) struct Shard {
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
    pub(crate) fn new(max_bytes: usize, max_entries: usize) -> Self {
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

    pub(crate) fn get(
        &mut self,
        hash: u64,
        key: &[u8],
        generations: &Generations,
        now: u64,
    ) -> Option<Arc<[u8]>> {
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

    pub(crate) fn put(&mut self, mut entry: Entry) {
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

    /// Forgets everything but what happened so far.
    pub(crate) fn clear(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        *self = Self { counts, ..Self::new(self.max_bytes, self.max_entries) };
    }

    /// Adds what happened here and what is held.
    pub(crate) fn add_to(&self, sum: &mut Statistics) {
        sum.hits += self.counts.hits;
        sum.misses += self.counts.misses;
        sum.stale += self.counts.stale;
        sum.evicted += self.counts.evicted;
        sum.entries += self.table.len() as u64;
        sum.bytes += (self.small.bytes + self.main.bytes) as u64;
    }
}
