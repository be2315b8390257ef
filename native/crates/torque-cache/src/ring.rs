//! The ring of events of a run.
//!
//! Events are numbered from 1. A reader names the last number it saw and gets what came after; when that is no longer all
//! there, it is told of the gap. The number of the last event is read without the lock, so looking and finding nothing
//! costs one load. A writer marks the ring while it changes it: whoever finds the mark of a dead writer empties the ring
//! and skips a number, so that every reader is told of a gap and loads anew.

use std::fmt;
use std::os::fd::RawFd;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::shared::{FileLock, SharedMemory, SharedMemoryError};

const MAGIC: u64 = 0x3130_474e_5251_5254;
const MAGIC_WORD: usize = 0;
const HEAD_WORD: usize = 1;
const END_WORD: usize = 2;
const START_WORD: usize = 3;
const FIRST_WORD: usize = 4;
const CHANGING_WORD: usize = 5;
const DATA: usize = 4096;
/// Size of an event, size of its topic.
const HEADER: usize = 8;

/// An event as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub seq: u64,
    /// Its topic.
    pub topic: String,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// Why an event was not appended or read.
#[derive(Debug)]
pub enum RingError {
    /// It takes more than a quarter of the ring.
    TooLarge,
    /// The memory failed.
    Memory(SharedMemoryError),
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the event takes more than a quarter of the ring"),
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RingError {}

impl From<SharedMemoryError> for RingError {
    fn from(error: SharedMemoryError) -> Self {
        Self::Memory(error)
    }
}

/// A ring of events.
#[derive(Debug)]
pub struct EventRing {
    memory: SharedMemory,
    capacity: u64,
    /// Where the last reader of this process stopped: (number of its last event, position behind it). Also keeps other
    /// threads of this process out, which the lock on the file does not.
    last: Mutex<(u64, u64)>,
}

impl EventRing {
    /// Makes a ring in shared memory and answers the number of its file.
    pub fn create(bytes: usize) -> Result<RawFd, SharedMemoryError> {
        check(bytes)?;
        let fd = SharedMemory::create("torque-events", DATA + bytes)?;
        Self::begin(&SharedMemory::open(fd)?);
        Ok(fd)
    }

    /// Opens a ring made by `create`.
    pub fn open(fd: RawFd) -> Result<Self, SharedMemoryError> {
        let memory = SharedMemory::open(fd)?;
        if memory.len() <= DATA || memory.word(MAGIC_WORD).load(Ordering::Acquire) != MAGIC {
            return Err(SharedMemoryError::Foreign("the file is not a ring of events"));
        }
        Ok(Self::over(memory))
    }

    /// A ring of this process.
    pub fn private(bytes: usize) -> Result<Self, SharedMemoryError> {
        check(bytes)?;
        let memory = SharedMemory::private(DATA + bytes)?;
        Self::begin(&memory);
        Ok(Self::over(memory))
    }

    fn begin(memory: &SharedMemory) {
        memory.word(FIRST_WORD).store(1, Ordering::Release);
        memory.word(MAGIC_WORD).store(MAGIC, Ordering::Release);
    }

    fn over(memory: SharedMemory) -> Self {
        let capacity = (memory.len() - DATA) as u64;
        Self { memory, capacity, last: Mutex::new((0, 0)) }
    }

    fn load(&self, word: usize) -> u64 {
        self.memory.word(word).load(Ordering::Acquire)
    }

    fn store(&self, word: usize, value: u64) {
        self.memory.word(word).store(value, Ordering::Release);
    }

    /// The number of the last event, 0 before the first.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.load(HEAD_WORD)
    }

    /// Appends an event and answers its number.
    pub fn append(&self, topic: &str, payload: &[u8]) -> Result<u64, RingError> {
        let size = (HEADER + topic.len() + payload.len()) as u64;
        if size > self.capacity / 4 {
            return Err(RingError::TooLarge);
        }
        let _threads = self.last.lock();
        let lock = self.lock()?;
        self.store(CHANGING_WORD, 1);
        let end = self.load(END_WORD);
        let (mut start, mut first) = (self.load(START_WORD), self.load(FIRST_WORD));
        while end + size - start > self.capacity {
            start += u64::from(self.header(&lock, start).0);
            first += 1;
        }
        self.store(START_WORD, start);
        self.store(FIRST_WORD, first);
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&(size as u32).to_le_bytes());
        header[4..].copy_from_slice(&(topic.len() as u32).to_le_bytes());
        self.put(&lock, end, &header);
        self.put(&lock, end + HEADER as u64, topic.as_bytes());
        self.put(&lock, end + (HEADER + topic.len()) as u64, payload);
        self.store(END_WORD, end + size);
        let seq = self.head() + 1;
        self.store(HEAD_WORD, seq);
        self.store(CHANGING_WORD, 0);
        Ok(seq)
    }

    /// The events after that number, and whether some in between are gone.
    ///
    /// A number from the future (another run's) is a gap too, and brings no events.
    pub fn read(&self, after: u64) -> Result<(Vec<Event>, bool), RingError> {
        if after == self.head() {
            return Ok((Vec::new(), false));
        }
        let mut last = self.last.lock();
        let lock = self.lock()?;
        let (head, first, start) = (self.head(), self.load(FIRST_WORD), self.load(START_WORD));
        if after > head {
            return Ok((Vec::new(), true));
        }
        let gap = after + 1 < first;
        let known = last.0 == after && last.1 >= start && last.0 + 1 >= first;
        let (mut seq, mut at) = if known { (after + 1, last.1) } else { (first, start) };
        let mut events = Vec::new();
        while seq <= head {
            let (size, topic_size) = self.header(&lock, at);
            if seq > after {
                events.push(self.event(&lock, seq, at, size as usize, topic_size as usize));
            }
            at += u64::from(size);
            seq += 1;
        }
        *last = (head, at);
        Ok((events, gap))
    }

    fn lock(&self) -> Result<FileLock<'_>, SharedMemoryError> {
        let lock = self.memory.lock()?;
        if self.load(CHANGING_WORD) != 0 {
            let skipped = self.head() + 1;
            self.store(START_WORD, self.load(END_WORD));
            self.store(FIRST_WORD, skipped + 1);
            self.store(HEAD_WORD, skipped);
            self.store(CHANGING_WORD, 0);
        }
        Ok(lock)
    }

    fn event(&self, lock: &FileLock<'_>, seq: u64, at: u64, size: usize, topic_size: usize) -> Event {
        let mut topic = vec![0; topic_size];
        let mut payload = vec![0; size - HEADER - topic_size];
        self.take(lock, at + HEADER as u64, &mut topic);
        self.take(lock, at + (HEADER + topic_size) as u64, &mut payload);
        Event { seq, topic: String::from_utf8_lossy(&topic).into_owned(), payload }
    }

    fn header(&self, lock: &FileLock<'_>, at: u64) -> (u32, u32) {
        let mut header = [0; HEADER];
        self.take(lock, at, &mut header);
        let part = |from: usize| {
            u32::from_le_bytes(
                header[from..from + 4].try_into().expect("a quarter of the header has four bytes"),
            )
        };
        (part(0), part(4))
    }

    fn put(&self, lock: &FileLock<'_>, at: u64, bytes: &[u8]) {
        let at = (at % self.capacity) as usize;
        let until_end = bytes.len().min(self.capacity as usize - at);
        self.memory.write(lock, DATA + at, &bytes[..until_end]);
        self.memory.write(lock, DATA, &bytes[until_end..]);
    }

    fn take(&self, lock: &FileLock<'_>, at: u64, bytes: &mut [u8]) {
        let at = (at % self.capacity) as usize;
        let until_end = bytes.len().min(self.capacity as usize - at);
        let (front, back) = bytes.split_at_mut(until_end);
        self.memory.read(lock, DATA + at, front);
        self.memory.read(lock, DATA, back);
    }
}

fn check(bytes: usize) -> Result<(), SharedMemoryError> {
    if (1024..=1 << 30).contains(&bytes) {
        Ok(())
    } else {
        Err(SharedMemoryError::Foreign("a ring has from 1 KiB to 1 GiB"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[test]
    fn events_come_in_order_to_every_process() {
        let fd = EventRing::create(4096).unwrap();
        let (one, other) = (EventRing::open(fd).unwrap(), EventRing::open(fd).unwrap());
        assert_eq!(one.append("a", b"1").unwrap(), 1);
        assert_eq!(other.append("b", b"22").unwrap(), 2);
        let (events, gap) = other.read(0).unwrap();
        assert!(!gap);
        assert_eq!(events[1], Event { seq: 2, topic: "b".into(), payload: b"22".to_vec() });
        assert_eq!(one.read(1).unwrap().0.len(), 1);
        assert_eq!(one.read(2).unwrap(), (vec![], false));
        assert_eq!(one.read(3).unwrap(), (vec![], true));
    }

    #[test]
    fn what_was_overwritten_is_a_gap_and_the_rest_is_whole() {
        let mut random = fastrand::Rng::with_seed(5);
        let ring = EventRing::private(1024).unwrap();
        let mut sent = VecDeque::new();
        let mut seen = 0;
        for _ in 0..20_000 {
            if random.u8(0..4) > 0 {
                let payload = vec![random.u8(..); random.usize(0..200)];
                sent.push_back((ring.append("topic", &payload).unwrap(), payload));
                continue;
            }
            let after = if random.bool() { seen } else { random.u64(0..=ring.head()) };
            let (events, gap) = ring.read(after).unwrap();
            assert_eq!(gap, events.first().map_or(after, |event| event.seq - 1) != after);
            for event in &events {
                let index = usize::try_from(event.seq - sent[0].0).unwrap();
                assert_eq!(sent[index], (event.seq, event.payload.clone()));
            }
            seen = ring.head();
            assert_eq!(events.last().map_or(after, |event| event.seq), seen);
        }
    }

    #[test]
    fn a_writer_that_died_leaves_a_gap() {
        let fd = EventRing::create(4096).unwrap();
        let (dead, alive) = (EventRing::open(fd).unwrap(), EventRing::open(fd).unwrap());
        dead.append("a", b"1").unwrap();
        dead.store(CHANGING_WORD, 1);
        dead.store(END_WORD, 77);
        assert_eq!(alive.append("b", b"2").unwrap(), 3);
        let (events, gap) = alive.read(1).unwrap();
        assert!(gap);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].payload, b"2");
    }

    #[test]
    fn too_large_is_refused() {
        let ring = EventRing::private(1024).unwrap();
        assert!(matches!(ring.append("t", &[0; 300]), Err(RingError::TooLarge)));
    }
}
