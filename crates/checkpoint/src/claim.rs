//! Files that killed writers left behind, told by a lock from those of writers that live.

use std::fs::{self, File, TryLockError};
use std::path::Path;

/// Locks a file that was just made, so that nobody takes it for left over: `false` where somebody has already, and another is to
/// be made. Where a file system has no locks, nothing is left over.
#[must_use]
pub fn claim(file: &File, path: &Path) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && path.exists()
}

/// Removes a file that no writer has claimed. What cannot be removed stays.
pub fn remove_unclaimed(path: &Path) {
    // The lock is held until it is gone: its writer may be about to claim it.
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        drop(fs::remove_file(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_stays_and_what_is_taken_cannot_be_claimed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let writer = File::create(&path).unwrap();
        assert!(claim(&writer, &path));
        remove_unclaimed(&path);
        assert!(path.exists());
        drop(writer);

        let (late, remover) = (File::create(&path).unwrap(), File::open(&path).unwrap());
        remover.try_lock().unwrap();
        assert!(!claim(&late, &path), "another holds it");
        drop(remover);
        remove_unclaimed(&path);
        assert!(!path.exists() && !claim(&late, &path), "it is gone");
    }
}
