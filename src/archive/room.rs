//! Room: whoever writes much onto a disk looks every few megabytes, so that some stays free for the database and for what is being
//! recorded, whoever else writes at the same time.

use std::path::Path;
use std::sync::Arc;

/// What no upload and no film on its way into the archive takes: twice what a Recording leaves.
pub const LEAST_FREE: u64 = 512 * 1024 * 1024;
/// It is looked again after so much.
const LOOKS_EVERY: u64 = 8 * 1024 * 1024;

/// What is free on the disk of a folder; none when the system does not say.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let told = nix::sys::statvfs::statvfs(folder).ok()?;
    Some(told.blocks_available().saturating_mul(told.fragment_size()))
}

/// The disk of a folder.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    folder: Arc<Path>,
    free: fn(&Path) -> Option<u64>,
}

/// One file that grows on it.
#[derive(Debug)]
pub(super) struct Growing {
    disk: Disk,
    /// May be written before it is looked again.
    left: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoRoom;

impl Disk {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.into(), free: free_bytes }
    }

    pub(super) fn free(&self) -> Option<u64> {
        (self.free)(&self.folder)
    }

    /// One that has no room for anybody.
    #[cfg(test)]
    pub(super) fn full(folder: &Path) -> Self {
        Self { folder: folder.into(), free: |_| Some(LEAST_FREE) }
    }

    pub(super) fn growing(&self) -> Growing {
        Growing { disk: self.clone(), left: 0 }
    }
}

impl Growing {
    /// May so many bytes be written now?
    pub(super) fn by(&mut self, bytes: u64) -> Result<(), NoRoom> {
        if self.left < bytes {
            let wanted = bytes.max(LOOKS_EVERY);
            // Where the system does not say, the disk itself will.
            if self.disk.free().is_some_and(|free| free < LEAST_FREE + wanted) {
                return Err(NoRoom);
            }
            self.left = wanted;
        }
        self.left -= bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static FREE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    }

    #[test]
    fn files_that_grow_at_once_leave_what_has_to_stay_free() {
        let disk = Disk { folder: Path::new("/").into(), free: |_| Some(FREE.get()) };
        const PIECE: u64 = 64 * 1024;
        FREE.set(LEAST_FREE + 100 * 1024 * 1024);
        let mut growing = [disk.growing(), disk.growing(), disk.growing(), disk.growing()];
        let mut full = [false; 4];
        while full.contains(&false) {
            for (one, full) in growing.iter_mut().zip(&mut full).filter(|(_, full)| !**full) {
                match one.by(PIECE) {
                    Ok(()) => FREE.set(FREE.get() - PIECE),
                    Err(NoRoom) => *full = true,
                }
            }
        }
        let most_over = 4 * LOOKS_EVERY;
        assert!(FREE.get() >= LEAST_FREE - most_over, "{}", FREE.get());
        assert!(FREE.get() <= LEAST_FREE + most_over, "the room that there is was used: {}", FREE.get());
        // Room was made: whoever comes again goes on.
        FREE.set(LEAST_FREE + LOOKS_EVERY);
        assert_eq!(growing[0].by(PIECE), Ok(()));
    }
}
