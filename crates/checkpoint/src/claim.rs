//! Files that killed writers left behind, told by a lock from those of writers that live.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// How many new files in a row may be taken for left over before that is an error: others take one in the moment between its
/// making and its lock.
const ATTEMPTS: usize = 1000;

/// Makes a file until one is locked before somebody takes it for left over. `parts` gives its handle and its path.
///
/// # Errors
/// What `make` says, or that each of a thousand files was taken away.
pub fn claimed<T>(
    mut make: impl FnMut() -> io::Result<T>,
    parts: impl Fn(&T) -> (&File, &Path),
) -> io::Result<T> {
    for _ in 0..ATTEMPTS {
        let made = make()?;
        let (file, path) = parts(&made);
        if claim(file, path) {
            return Ok(made);
        }
    }
    Err(io::Error::other(format!("each of {ATTEMPTS} new files was taken away before it was written")))
}

/// Whether a file that was just made is still there and is locked now. Where a file system has no locks, nothing is left over.
fn claim(file: &File, path: &Path) -> bool {
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

    #[test]
    fn another_is_made_for_one_that_was_taken_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let mut made = 0;
        let mut nth = |goes: usize| -> io::Result<_> {
            made += 1;
            let path = folder.path().join(made.to_string());
            let file = File::create(&path)?;
            if made <= goes {
                fs::remove_file(&path)?;
            }
            Ok((file, path))
        };
        let (_, path) = claimed(|| nth(2), |(file, path)| (file, path)).unwrap();
        assert!(path.ends_with("3") && path.exists());
        let never = claimed(|| nth(usize::MAX), |(file, path)| (file, path)).unwrap_err();
        assert!(never.to_string().contains("taken away") && made == 3 + ATTEMPTS, "{never}, {made}");
    }
}
