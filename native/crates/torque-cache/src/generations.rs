//! The table of counters.
//!
//! Words 0–7 are the header (magic, number of slots, epoch, end of being alone), 8–263 the shared counters for metrics
//! and limits, from 512 on the slots. Reading a generation is one atomic load.

use std::os::fd::RawFd;
use std::sync::atomic::Ordering;

use rustix::time::{ClockId, clock_gettime};

use crate::hash::hash_parts;
use crate::shared::{SharedMemory, SharedMemoryError};

/// How many counters for metrics and limits there are.
pub const COUNTERS: usize = 256;

const MAGIC: u64 = 0x3130_4745_4e51_5254;
const MAGIC_WORD: usize = 0;
const SLOTS_WORD: usize = 1;
const EPOCH_WORD: usize = 2;
const ALONE_WORD: usize = 3;
const COUNTERS_WORD: usize = 8;
const FIRST_SLOT: usize = 512;

/// How old an entry may be while the run is not alone.
pub(crate) const MAX_AGE_NOT_ALONE: u64 = 1_000_000_000;

/// Generations as they were at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    epoch: u64,
    taken: u64,
    slots: Box<[(u32, u64)]>,
}

impl Stamp {
    /// The slots it covers.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().map(|(slot, _)| *slot)
    }

    /// What the slots take in memory.
    pub(crate) fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.slots)
    }

    /// One stamp for what rests on both: it is as old as the older one.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            epoch: self.epoch.min(other.epoch),
            taken: self.taken.min(other.taken),
            slots: self.slots.iter().chain(&other.slots).copied().collect(),
        }
    }
}

/// The counters of a run.
#[derive(Debug)]
pub struct Generations {
    memory: SharedMemory,
    mask: u64,
}

impl Generations {
    fn size(slots: usize) -> usize {
        (FIRST_SLOT + slots) * 8
    }

    /// Makes a table in shared memory and answers the number of its file. The run is not alone yet.
    pub fn create(slots: usize) -> Result<RawFd, SharedMemoryError> {
        check(slots)?;
        let fd = SharedMemory::create("torque-generations", Self::size(slots))?;
        Self::begin(&SharedMemory::open(fd)?, slots, 0);
        Ok(fd)
    }

    /// Opens a table made by `create`.
    pub fn open(fd: RawFd) -> Result<Self, SharedMemoryError> {
        let memory = SharedMemory::open(fd)?;
        if memory.len() < Self::size(1) || memory.word(MAGIC_WORD).load(Ordering::Acquire) != MAGIC {
            return Err(SharedMemoryError::Foreign("the file is not a table of generations"));
        }
        let slots = memory.word(SLOTS_WORD).load(Ordering::Acquire);
        if memory.len() != Self::size(slots as usize) {
            return Err(SharedMemoryError::Foreign("the table of generations is cut off"));
        }
        Ok(Self { memory, mask: slots - 1 })
    }

    /// A table of this process, which is alone.
    pub fn private(slots: usize) -> Result<Self, SharedMemoryError> {
        check(slots)?;
        let memory = SharedMemory::private(Self::size(slots))?;
        Self::begin(&memory, slots, u64::MAX);
        Ok(Self { memory, mask: slots as u64 - 1 })
    }

    fn begin(memory: &SharedMemory, slots: usize, alone_until: u64) {
        memory.word(SLOTS_WORD).store(slots as u64, Ordering::Release);
        memory.word(ALONE_WORD).store(alone_until, Ordering::Release);
        memory.word(MAGIC_WORD).store(MAGIC, Ordering::Release);
    }

    /// The slot of something answers depend on.
    #[must_use]
    pub fn slot(&self, kind: &str, scope: &str, name: &str) -> u32 {
        (hash_parts(&[kind, scope, name]) & self.mask) as u32
    }

    /// The generations of `slots` now.
    #[must_use]
    pub fn read(&self, slots: &[u32]) -> Stamp {
        // The epoch first: a drop in between must make the stamp old, not new.
        let epoch = self.epoch();
        Stamp {
            epoch,
            taken: monotonic(),
            slots: slots.iter().map(|&slot| (slot, self.value(slot))).collect(),
        }
    }

    /// `base` with the generations of more slots, read now. It is as old as `base`: in a run that is not alone an answer
    /// counts no longer than the oldest thing it rests on.
    #[must_use]
    pub fn extend(&self, base: &Stamp, slots: &[u32]) -> Stamp {
        let more = slots.iter().map(|&slot| (slot, self.value(slot)));
        Stamp { slots: base.slots.iter().copied().chain(more).collect(), ..*base }
    }

    /// Moves the generations of `slots`: whatever depends on them is a miss from now on, in every process.
    pub fn bump(&self, slots: &[u32]) {
        for &slot in slots {
            self.memory.word(self.index(slot)).fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Whether everything a stamp covers stands as it stood, and it is not too old for a run that is not alone.
    #[must_use]
    pub fn is_current(&self, stamp: &Stamp) -> bool {
        self.is_current_at(stamp, monotonic())
    }

    #[inline]
    pub(crate) fn is_current_at(&self, stamp: &Stamp, now: u64) -> bool {
        stamp.epoch == self.epoch()
            && (self.is_alone_at(now) || now.saturating_sub(stamp.taken) <= MAX_AGE_NOT_ALONE)
            && stamp.slots.iter().all(|&(slot, value)| self.value(slot) == value)
    }

    /// Declares the run alone until that time; 0 ends it at once. Becoming alone drops everything.
    ///
    /// Only the supervisor calls it. It drops first: an old entry must not count for the moment in between.
    pub fn set_alone_until(&self, monotonic_ns: u64) {
        let now = monotonic();
        let word = self.memory.word(ALONE_WORD);
        if word.load(Ordering::Acquire) <= now && monotonic_ns > now {
            self.drop_all();
        }
        word.store(monotonic_ns, Ordering::Release);
    }

    /// Whether the run is alone.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.is_alone_at(monotonic())
    }

    fn is_alone_at(&self, now: u64) -> bool {
        now < self.memory.word(ALONE_WORD).load(Ordering::Acquire)
    }

    /// Makes every entry of every cache of the run a miss.
    pub fn drop_all(&self) {
        self.memory.word(EPOCH_WORD).fetch_add(1, Ordering::AcqRel);
    }

    fn epoch(&self) -> u64 {
        self.memory.word(EPOCH_WORD).load(Ordering::Acquire)
    }

    #[inline]
    fn value(&self, slot: u32) -> u64 {
        self.memory.word(self.index(slot)).load(Ordering::Acquire)
    }

    #[inline]
    fn index(&self, slot: u32) -> usize {
        FIRST_SLOT + (u64::from(slot) & self.mask) as usize
    }

    /// Adds to a shared counter and answers its new value; `None` beyond the last counter.
    #[must_use]
    pub fn add(&self, counter: usize, n: i64) -> Option<u64> {
        let word = (counter < COUNTERS).then(|| self.memory.word(COUNTERS_WORD + counter))?;
        Some(word.fetch_add(n.cast_unsigned(), Ordering::AcqRel).wrapping_add(n.cast_unsigned()))
    }

    /// The value of a shared counter; `None` beyond the last counter.
    #[must_use]
    pub fn counter(&self, counter: usize) -> Option<u64> {
        (counter < COUNTERS).then(|| self.memory.word(COUNTERS_WORD + counter).load(Ordering::Acquire))
    }
}

fn check(slots: usize) -> Result<(), SharedMemoryError> {
    if slots.is_power_of_two() && slots <= 1 << 30 {
        Ok(())
    } else {
        Err(SharedMemoryError::Foreign("the number of slots is a power of two up to 2^30"))
    }
}

/// The clock of `time.monotonic_ns()`, to the few milliseconds of the coarse clock, which costs a fifth.
#[inline]
pub(crate) fn monotonic() -> u64 {
    nanoseconds(ClockId::MonotonicCoarse)
}

/// The clock of `time.time()`, in nanoseconds.
#[inline]
pub(crate) fn wall_clock() -> u64 {
    nanoseconds(ClockId::RealtimeCoarse)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bump_in_one_process_ends_a_stamp_of_another() {
        let fd = Generations::create(1 << 10).unwrap();
        let (one, other) = (Generations::open(fd).unwrap(), Generations::open(fd).unwrap());
        let slots = [one.slot("type", "app", "todo"), one.slot("catalogue", "app", "")];
        one.set_alone_until(u64::MAX);
        let stamp = other.read(&slots);
        assert!(other.is_current(&stamp));
        one.bump(&slots[..1]);
        assert!(!other.is_current(&stamp));
    }

    #[test]
    fn becoming_alone_and_drop_all_end_every_stamp() {
        let table = Generations::private(16).unwrap();
        let stamp = table.read(&[]);
        table.set_alone_until(u64::MAX - 1);
        assert!(table.is_current(&stamp), "staying alone keeps entries");
        table.set_alone_until(0);
        assert!(!table.is_alone());
        assert!(table.is_current(&stamp), "a young stamp counts also when not alone");
        table.set_alone_until(u64::MAX);
        assert!(!table.is_current(&stamp));
        let stamp = table.read(&[3]);
        table.drop_all();
        assert!(!table.is_current(&stamp));
    }

    #[test]
    fn not_alone_a_stamp_ends_after_a_second() {
        let table = Generations::private(16).unwrap();
        table.set_alone_until(0);
        let stamp = table.read(&[1]);
        let now = monotonic();
        assert!(table.is_current_at(&stamp, now + 500_000_000));
        assert!(!table.is_current_at(&stamp, now + 1_100_000_000));
    }

    #[test]
    fn being_alone_ends_with_its_time_whether_or_not_anybody_says_so() {
        let table = Generations::private(16).unwrap();
        let now = monotonic();
        table.set_alone_until(now + 1_000_000_000);
        assert!(table.is_alone_at(now + 999_000_000));
        assert!(!table.is_alone_at(now + 1_000_000_000));
    }

    #[test]
    fn what_rests_on_two_stamps_is_as_old_as_the_older() {
        let table = Generations::private(16).unwrap();
        table.set_alone_until(0);
        let mut older = table.read(&[1]);
        older.taken -= MAX_AGE_NOT_ALONE / 2;
        let now = monotonic();
        for both in [older.join(&table.read(&[2])), table.read(&[2]).join(&older), table.extend(&older, &[2])]
        {
            assert_eq!(both.slots().collect::<std::collections::BTreeSet<_>>(), [1, 2].into());
            assert!(table.is_current_at(&both, now));
            assert!(!table.is_current_at(&both, now + MAX_AGE_NOT_ALONE * 3 / 4));
        }
    }

    #[test]
    fn what_moved_before_two_stamps_met_is_not_forgotten() {
        let table = Generations::private(16).unwrap();
        let older = table.read(&[1]);
        table.bump(&[1]);
        assert!(!table.is_current(&table.extend(&older, &[1, 2])));
        assert!(!table.is_current(&table.read(&[1]).join(&older)));
        let before = table.read(&[3]);
        table.drop_all();
        assert!(!table.is_current(&table.read(&[4]).join(&before)));
        assert!(!table.is_current(&table.extend(&before, &[4])));
    }

    #[test]
    fn parts_of_a_slot_are_kept_apart() {
        let table = Generations::private(1 << 20).unwrap();
        assert_ne!(table.slot("type", "a", "bc"), table.slot("type", "ab", "c"));
        assert_eq!(table.slot("all", "", ""), table.slot("all", "", ""));
    }

    #[test]
    fn counters_add_up_and_end_at_the_last() {
        let table = Generations::private(16).unwrap();
        assert_eq!(table.add(0, 5), Some(5));
        assert_eq!(table.add(0, -2), Some(3));
        assert_eq!(table.counter(0), Some(3));
        assert_eq!(table.add(COUNTERS, 1), None);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(Generations::open(-1).is_err());
        let fd = SharedMemory::create("other", 8192).unwrap();
        assert!(Generations::open(fd).is_err());
        assert!(Generations::private(1000).is_err());
    }
}
