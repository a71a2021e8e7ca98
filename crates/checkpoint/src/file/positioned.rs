//! Reads of a file at a position, by any number of threads at a time.

#[cfg(any(unix, windows))]
use std::{fs::File, io};

/// Fills `out` from an offset on, whatever other threads read meanwhile.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

/// Fills `out` from an offset on, whatever other threads read meanwhile.
///
/// # Errors
/// What the system says.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, mut out: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (out, offset) = (out.get_mut(read..).unwrap_or_default(), offset + read as u64),
        }
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
pub(crate) use in_turn::read_at;

/// Where a system has no read at a position, such as WebAssembly: threads take turns to seek and read.
#[cfg(any(test, not(any(unix, windows))))]
mod in_turn {
    use std::fs::File;
    use std::io::{self, Read, Seek, SeekFrom};
    use std::sync::{Mutex, PoisonError};

    /// One turn for all files: who reads after a seek must be who sought.
    static TURN: Mutex<()> = Mutex::new(());

    /// Fills `out` from an offset on, whatever other threads read meanwhile.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn read_at(mut file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Write};

    use super::*;

    /// Both ways read the same, while threads read one file at many positions.
    #[test]
    fn threads_that_take_turns_read_what_positioned_reads_do() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..1_u32 << 16).map(|i| ((i * i) >> 7) as u8).collect();
        file.write_all(&bytes).unwrap();
        let check = |thread: usize| {
            for round in 0..500 {
                let offset = (thread * 7919 + round * 104_729) % (bytes.len() - 64);
                let (mut a, mut b) = ([0; 64], [0; 64]);
                in_turn::read_at(&file, &mut a, offset as u64).unwrap();
                read_at(&file, &mut b, offset as u64).unwrap();
                assert!(a == bytes[offset..offset + 64] && a == b, "{offset}");
            }
        };
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || check(thread));
            }
        });
        let end = in_turn::read_at(&file, &mut [0; 2], bytes.len() as u64 - 1).unwrap_err();
        assert_eq!(end.kind(), ErrorKind::UnexpectedEof);
    }
}
