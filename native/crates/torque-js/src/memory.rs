//! The engine's memory, which can be put back to how it once was.
//!
//! A context takes longer to make than most scripts to run. So one is made once, its memory is remembered byte for byte, and
//! after every execution the bytes are put back: whatever the execution did to any object, the next one finds the engine
//! as it was made. Nothing of the engine may lie elsewhere, and nothing outside may hold what the execution made.
//!
//! Blocks come from one region, in classes of sizes, and are used again within their class; the engine asks for pages, of
//! which it makes its small objects itself, and for larger things. What is larger than a class is the system's business and is
//! freed when the memory is put back.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use memmap2::{MmapMut, MmapOptions, UncheckedAdvice};
use rquickjs::allocator::Allocator;

const ALIGN: usize = 16;
/// Before each block stands how many bytes it holds.
const HEAD: usize = ALIGN;
const SMALLEST: usize = 64;
const LARGEST: usize = 256 << 10;
const CLASSES: usize = 49;
/// What an execution used beyond the remembered memory is kept up to this, the rest goes back to the system.
const KEPT: usize = 1 << 20;
/// A multiple of the page size of every system.
const PAGES: usize = 64 << 10;

/// The class of the smallest blocks that hold `size` bytes: four to each power of two.
fn class_of(size: usize) -> usize {
    if size <= SMALLEST {
        return 0;
    }
    let log = (size - 1).ilog2();
    1 + 4 * (log - SMALLEST.ilog2()) as usize + ((size - 1) >> (log - 2) & 3)
}

/// How many bytes the blocks of a class hold.
fn room_of(class: usize) -> usize {
    match class.checked_sub(1) {
        None => SMALLEST,
        Some(place) => (SMALLEST << (place / 4)) + (place % 4 + 1) * ((SMALLEST / 4) << (place / 4)),
    }
}

/// What is put back.
struct Remembered {
    bytes: Vec<u8>,
    free: [*mut u8; CLASSES],
}

struct Region {
    map: MmapMut,
    base: NonNull<u8>,
    /// Behind it nothing was ever used.
    top: Cell<usize>,
    /// Freed blocks by class; each starts with the address of the next.
    free: [Cell<*mut u8>; CLASSES],
    large: RefCell<HashSet<NonNull<u8>>>,
    remembered: RefCell<Option<Remembered>>,
}

/// Memory of one engine; a copy is the same memory.
#[derive(Clone)]
pub(crate) struct Memory(Rc<Region>);

impl Memory {
    /// Room for `size` bytes of blocks; the system gives it when it is used.
    pub(crate) fn new(size: usize) -> io::Result<Self> {
        let mut map = MmapOptions::new().len(size).no_reserve_swap().map_anon()?;
        let base = NonNull::new(map.as_mut_ptr()).expect("a mapping has an address");
        Ok(Self(Rc::new(Region {
            map,
            base,
            top: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; CLASSES],
            large: RefCell::default(),
            remembered: RefCell::new(None),
        })))
    }

    /// Remembers the memory as it is now; blocks beyond the largest class cannot be remembered.
    pub(crate) fn remember(&self) -> io::Result<()> {
        let region = &self.0;
        if !region.large.borrow().is_empty() {
            return Err(io::Error::other("the engine is larger than can be remembered"));
        }
        // SAFETY: the region is mapped, and `top` is not beyond its end.
        let bytes = unsafe { std::slice::from_raw_parts(region.base.as_ptr(), region.top.get()) }.to_vec();
        let free = region.free.each_ref().map(Cell::get);
        *region.remembered.borrow_mut() = Some(Remembered { bytes, free });
        Ok(())
    }

    /// Puts the remembered memory back and leaves no byte of what came after it.
    ///
    /// # Safety
    /// The engine does not run, nobody holds a value made since [`Memory::remember`], and every value that was held
    /// outside then is held still.
    pub(crate) unsafe fn put_back(&self) -> io::Result<()> {
        let region = &self.0;
        for block in region.large.take() {
            // SAFETY: it is in the set, so it was not freed, and the caller promises that nobody uses it any more.
            unsafe { free_large(block) };
        }
        let remembered = region.remembered.borrow();
        let remembered = remembered.as_ref().ok_or_else(|| io::Error::other("nothing was remembered"))?;
        let start = remembered.bytes.len();
        let top = region.top.replace(start);
        let kept = (start + KEPT).next_multiple_of(PAGES).min(top);
        // SAFETY: all of it lies within the region, and the caller promises that nobody looks at it meanwhile.
        unsafe {
            ptr::copy_nonoverlapping(remembered.bytes.as_ptr(), region.base.as_ptr(), start);
            ptr::write_bytes(region.base.as_ptr().add(start), 0, kept - start);
        }
        for (place, block) in region.free.iter().zip(remembered.free) {
            place.set(block);
        }
        if top > kept {
            // SAFETY: nobody uses these pages; they come back as zeros.
            unsafe { region.map.unchecked_advise_range(UncheckedAdvice::DontNeed, kept, top - kept) }?;
        }
        Ok(())
    }
}

impl Region {
    fn take(&self, size: usize) -> *mut u8 {
        if size > LARGEST {
            return self.take_large(size);
        }
        let class = class_of(size);
        if let Some(block) = NonNull::new(self.free[class].get()) {
            // SAFETY: a freed block starts with the address of the next one.
            self.free[class].set(unsafe { block.cast::<*mut u8>().read() });
            return block.as_ptr();
        }
        let room = room_of(class);
        let end = self.top.get() + HEAD + room;
        if end > self.map.len() {
            return ptr::null_mut();
        }
        // SAFETY: the region is mapped up to `end`, and nothing behind `top` is used; all sizes are multiples of the
        // alignment.
        unsafe {
            let head = self.base.add(self.top.replace(end));
            head.cast::<usize>().write(room);
            head.add(HEAD).as_ptr()
        }
    }

    fn take_large(&self, size: usize) -> *mut u8 {
        let Some(layout) = large(size) else { return ptr::null_mut() };
        // SAFETY: the layout is larger than nothing.
        let Some(head) = NonNull::new(unsafe { alloc(layout) }) else { return ptr::null_mut() };
        // SAFETY: the block begins with its head.
        let block = unsafe {
            head.cast::<usize>().write(layout.size() - HEAD);
            head.add(HEAD)
        };
        self.large.borrow_mut().insert(block);
        block.as_ptr()
    }

    /// # Safety
    /// `block` came from `take` and was not given back since.
    unsafe fn give(&self, block: NonNull<u8>) {
        // SAFETY: as the caller promises.
        let room = unsafe { room(block) };
        if room > LARGEST {
            self.large.borrow_mut().remove(&block);
            // SAFETY: a block of more than the largest class came from the system.
            unsafe { free_large(block) };
            return;
        }
        let free = &self.free[class_of(room)];
        // SAFETY: every class has room for an address.
        unsafe { block.cast::<*mut u8>().write(free.replace(block.as_ptr())) };
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        for block in self.large.take() {
            // SAFETY: it was never given back, and the engine is gone.
            unsafe { free_large(block) };
        }
    }
}

fn large(size: usize) -> Option<Layout> {
    let size = size.checked_add(HEAD)?.checked_next_multiple_of(ALIGN)?;
    Layout::from_size_align(size, ALIGN).ok()
}

/// # Safety
/// `block` is one of ours.
unsafe fn room(block: NonNull<u8>) -> usize {
    // SAFETY: our blocks have a head.
    unsafe { block.sub(HEAD).cast::<usize>().read() }
}

/// # Safety
/// `block` came from the system and was not freed.
unsafe fn free_large(block: NonNull<u8>) {
    // SAFETY: it was taken with this layout.
    unsafe {
        let layout = large(room(block)).expect("it was taken with this size");
        dealloc(block.sub(HEAD).as_ptr(), layout);
    }
}

// SAFETY: blocks are aligned, do not overlap and hold what they were asked for; null says that there is no memory.
unsafe impl Allocator for Memory {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        self.0.take(size)
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        let Some(size) = count.checked_mul(size) else { return ptr::null_mut() };
        let block = self.0.take(size);
        if !block.is_null() {
            // SAFETY: the block holds `size` bytes.
            unsafe { ptr::write_bytes(block, 0, size) };
        }
        block
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        if let Some(block) = NonNull::new(block) {
            // SAFETY: promised by the caller.
            unsafe { self.0.give(block) };
        }
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        let Some(old) = NonNull::new(block) else { return self.0.take(size) };
        // SAFETY: promised by the caller.
        let room = unsafe { room(old) };
        if size <= room && size >= room / 2 {
            return block;
        }
        let new = self.0.take(size);
        if !new.is_null() {
            // SAFETY: both blocks hold that much, and they are two.
            unsafe {
                ptr::copy_nonoverlapping(block, new, room.min(size));
                self.0.give(old);
            }
        }
        new
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        // SAFETY: promised by the caller.
        NonNull::new(block).map_or(0, |block| unsafe { room(block) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_a_size_is_the_smallest_that_holds_it() {
        for size in 0..=LARGEST {
            let class = class_of(size);
            assert!(
                class < CLASSES && room_of(class) >= size && room_of(class).is_multiple_of(ALIGN),
                "{size}"
            );
            assert!(class == 0 || room_of(class - 1) < size, "{size}");
        }
        assert_eq!(room_of(CLASSES - 1), LARGEST);
    }

    #[test]
    fn blocks_do_not_overlap_and_keep_what_they_hold() {
        let mut memory = Memory::new(64 << 20).unwrap();
        let mut random = fastrand::Rng::with_seed(3);
        let mut held: Vec<(*mut u8, usize, u8)> = Vec::new();
        for _ in 0..20_000 {
            let (size, mark) = (1usize << random.usize(0..20) | random.usize(0..64), random.u8(..));
            let place = random.usize(0..60);
            // SAFETY: every block is used within its size and given back once.
            unsafe {
                if place >= held.len() {
                    let block = memory.calloc(1, size);
                    assert!(std::slice::from_raw_parts(block, size).iter().all(|byte| *byte == 0));
                    block.write_bytes(mark, size);
                    held.push((block, size, mark));
                    continue;
                }
                let (block, old, before) = held.swap_remove(place);
                assert!(std::slice::from_raw_parts(block, old).iter().all(|byte| *byte == before));
                assert!(Memory::usable_size(block) >= old);
                if random.bool() {
                    memory.dealloc(block);
                    continue;
                }
                let block = memory.realloc(block, size);
                let same = std::slice::from_raw_parts(block, old.min(size));
                assert!(same.iter().all(|byte| *byte == before));
                block.write_bytes(mark, size);
                held.push((block, size, mark));
            }
        }
    }

    #[test]
    fn memory_that_is_put_back_holds_what_it_held_and_nothing_else() {
        let mut memory = Memory::new(16 << 20).unwrap();
        let before = memory.alloc(1000);
        // SAFETY: blocks are used within their sizes, none after the memory was put back.
        unsafe {
            before.write_bytes(7, 1000);
            memory.remember().unwrap();
            for _ in 0..3 {
                let after =
                    [0; 40].map(|_| memory.alloc(50_000)).into_iter().chain([memory.alloc(LARGEST + 1)]);
                for block in after {
                    block.write_bytes(9, 50_000);
                }
                before.write_bytes(8, 1000);
                memory.put_back().unwrap();
                assert!(std::slice::from_raw_parts(before, 1000).iter().all(|byte| *byte == 7));
                assert!(!memory.0.map.contains(&9));
            }
        }
    }

    #[test]
    fn too_much_is_refused() {
        let mut memory = Memory::new(1 << 20).unwrap();
        assert!((0..20).any(|_| memory.alloc(200 << 10).is_null()));
        assert!(memory.alloc(usize::MAX).is_null());
        assert!(memory.calloc(usize::MAX, 2).is_null());
    }
}
