//! Memory shared by the processes of a run: a memfd, inherited by number, mapped by each process.
//!
//! The only unsafe code of this crate is here. A mapping is handed out as atomic 64-bit words, or as bytes to whoever
//! holds the file's lock. The lock is a POSIX record lock: the system releases it when its holder dies, so a killed
//! process cannot leave it locked behind it.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, RawFd};
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{FlockOperation, MemfdFlags, fcntl_lock, fstat, ftruncate, memfd_create};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

/// Memory that could not be made, mapped or recognised.
#[derive(Debug)]
pub enum SharedMemoryError {
    /// The system refused.
    System(io::Error),
    /// The file is not what it should be.
    Foreign(&'static str),
}

impl fmt::Display for SharedMemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "shared memory: {error}"),
            Self::Foreign(what) => write!(f, "shared memory: {what}"),
        }
    }
}

impl std::error::Error for SharedMemoryError {}

impl From<io::Error> for SharedMemoryError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<rustix::io::Errno> for SharedMemoryError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::System(error.into())
    }
}

/// A mapping, and the file it maps when other processes share it.
pub(crate) struct SharedMemory {
    map: MmapRaw,
    file: Option<File>,
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory").field("bytes", &self.map.len()).finish_non_exhaustive()
    }
}

impl SharedMemory {
    /// A file of that many zero bytes, whose number child processes inherit.
    pub(crate) fn create(name: &str, bytes: usize) -> Result<RawFd, SharedMemoryError> {
        let file = memfd_create(name, MemfdFlags::CLOEXEC)?;
        ftruncate(&file, bytes as u64)?;
        fcntl_setfd(&file, FdFlags::empty())?;
        Ok(file.into_raw_fd())
    }

    /// Maps the file of that number, through a number of its own.
    pub(crate) fn open(fd: RawFd) -> Result<Self, SharedMemoryError> {
        if fd < 0 {
            return Err(SharedMemoryError::Foreign("a file number is not negative"));
        }
        // SAFETY: the number is only borrowed for the call that duplicates it; an unused number gives EBADF.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        let file = File::from(fcntl_dupfd_cloexec(borrowed, 3)?);
        let bytes = usize::try_from(fstat(&file)?.st_size).unwrap_or(0);
        if bytes == 0 {
            return Err(SharedMemoryError::Foreign("the file is empty"));
        }
        let map = MmapOptions::new().len(bytes).map_raw(&file)?;
        Ok(Self { map, file: Some(file) })
    }

    /// Memory of this process alone.
    pub(crate) fn private(bytes: usize) -> Result<Self, SharedMemoryError> {
        let map = MmapOptions::new().len(bytes).map_anon()?;
        Ok(Self { map: MmapRaw::from(map), file: None })
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// The 64-bit word at that index.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> &AtomicU64 {
        assert!(index < self.map.len() / 8, "the word lies within the mapping");
        // SAFETY: in bounds by the assertion, aligned because mappings start at a page, alive as long as `self`, and
        // every process touches these words as atomics only.
        #[allow(clippy::cast_ptr_alignment, reason = "mappings start at a page")]
        unsafe {
            AtomicU64::from_ptr(self.map.as_mut_ptr().cast::<u64>().add(index))
        }
    }

    /// Keeps other processes out until the answer is dropped; threads of this process are kept out by the caller.
    pub(crate) fn lock(&self) -> Result<FileLock<'_>, SharedMemoryError> {
        let file = self.file.as_ref().map(AsFd::as_fd);
        if let Some(file) = file {
            loop {
                match fcntl_lock(file, FlockOperation::LockExclusive) {
                    Ok(()) => break,
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(FileLock { file })
    }

    /// Copies `bytes` to `at`. Whoever calls holds the lock.
    pub(crate) fn write(&self, _lock: &FileLock<'_>, at: usize, bytes: &[u8]) {
        assert!(at.checked_add(bytes.len()).is_some_and(|end| end <= self.map.len()), "a write stays inside");
        // SAFETY: in bounds by the assertion; the lock keeps all other readers and writers of this range out.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.map.as_mut_ptr().add(at), bytes.len()) }
    }

    /// Copies from `at` into `bytes`. Whoever calls holds the lock.
    pub(crate) fn read(&self, _lock: &FileLock<'_>, at: usize, bytes: &mut [u8]) {
        assert!(at.checked_add(bytes.len()).is_some_and(|end| end <= self.map.len()), "a read stays inside");
        // SAFETY: as for `write`.
        unsafe { std::ptr::copy_nonoverlapping(self.map.as_ptr().add(at), bytes.as_mut_ptr(), bytes.len()) }
    }
}

/// Released when dropped, and by the system when the process ends.
pub(crate) struct FileLock<'a> {
    file: Option<BorrowedFd<'a>>,
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.file {
            // Unlocking an open file that this process locked cannot fail.
            let _ = fcntl_lock(file, FlockOperation::Unlock);
        }
    }
}
