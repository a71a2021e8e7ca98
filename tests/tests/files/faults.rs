//! What a system does to files: writers that are killed or that meet, folders that vanish, links that go in circles, pipes,
//! and files larger than disks and memories.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use candle_init_checkpoint::{Checkpoint, Dtype, Error as Damage};
use candle_init_probe::{Error, write_whole};

use super::{MEMORY, Outcome, assert_small};

/// A test of this program in a process of its own.
fn alone(test: &str, argument: &Path) -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--ignored", "--exact", test]).env("FAULTS", argument);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// What [`alone`] was given; nothing for a test that was started otherwise.
fn argument() -> Option<std::path::PathBuf> {
    std::env::var_os("FAULTS").map(Into::into)
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// A page of which there is one half and the other.
fn page(letter: char) -> String {
    letter.to_string().repeat(1 << 18)
}

#[test]
#[ignore = "it writes until it is killed: by `a_killed_writer_leaves_nothing_for_long`"]
fn a_writer_without_end() {
    let Some(path) = argument() else { return };
    let text = page('a').repeat(32);
    while write_whole(&path, &text).is_ok() {}
}

/// A killed writer leaves a page that is whole, and a hidden file, which the next one removes. `KILLS=200` for more than one.
#[test]
fn a_killed_writer_leaves_nothing_for_long() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("page.html");
    let kills = std::env::var("KILLS").map_or(Ok(NonZeroU32::MIN), |kills| kills.parse())?;
    for _ in 0..kills.get() {
        kill_at_work(folder.path(), &path)?;
        write_whole(&path, "new")?;
        let left = (names(folder.path())?, fs::read_to_string(&path)?);
        assert_eq!(left, (vec!["page.html".into()], "new".into()));
        fs::remove_file(&path)?;
    }
    Ok(())
}

/// Kills writers until one was killed at its work; the page that each leaves is whole.
fn kill_at_work(folder: &Path, path: &Path) -> Outcome {
    let until = Instant::now() + Duration::from_secs(60);
    let is_at_work =
        || -> std::io::Result<bool> { Ok(names(folder)?.iter().any(|name| name != "page.html")) };
    while !is_at_work()? {
        assert!(Instant::now() < until, "no writer was killed at its work");
        let mut writer = alone("faults::a_writer_without_end", path)?;
        while !(path.exists() && is_at_work()?) && writer.try_wait()?.is_none() {}
        writer.kill()?; // SIGKILL
        writer.wait()?;
        assert_eq!(fs::metadata(path)?.len(), 32 << 18);
    }
    Ok(())
}

/// Writers that meet at one path: the page of one of them, and no file of another.
#[test]
fn writers_that_meet_leave_a_whole_page() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("page.html");
    std::thread::scope(|scope| {
        let writer = |letter: char| {
            let (path, text) = (&path, page(letter));
            scope.spawn(move || (0..50).try_for_each(|_| write_whole(path, &text)))
        };
        let writers: Vec<_> = ('a'..='d').map(writer).collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().map_err(|_| "it panicked")?.map_err(|e| e.to_string()))
    })?;
    let text = fs::read_to_string(&path)?;
    assert!(('a'..='d').any(|letter| text == page(letter)), "{} bytes of {:.9}", text.len(), text);
    assert_eq!(names(folder.path())?, ["page.html"]);
    Ok(())
}

/// A folder that comes and goes under the writer: a page, or an error that names it.
#[test]
fn a_folder_that_vanishes_is_an_error() -> Outcome {
    let above = tempfile::tempdir()?;
    let folder = above.path().join("pages");
    let path = folder.join("page.html");
    let (mut written, mut refused) = (0, 0);
    let (done, until) = (AtomicBool::new(false), Instant::now() + Duration::from_secs(30));
    std::thread::scope(|scope| -> Outcome {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && Instant::now() < until {
                drop(fs::create_dir(&folder));
                drop(fs::remove_dir_all(&folder));
            }
        });
        while (written < 20 || refused < 20) && Instant::now() < until {
            match write_whole(&path, "text") {
                Ok(()) => written += 1,
                Err(error @ Error::File { .. }) => {
                    let said = error.to_string();
                    assert!(said.contains("page.html") && said.contains("a folder that exists"), "{said}");
                    refused += 1;
                }
                Err(other) => return Err(other.into()),
            }
        }
        done.store(true, Ordering::Relaxed);
        Ok(())
    })?;
    assert!(written > 0 && refused > 0, "{written} were written, {refused} refused");
    Ok(())
}

/// Folders that nobody writes to, root neither; links in a circle; folders in a file's place.
#[cfg(unix)]
#[test]
fn what_cannot_be_written_or_read_is_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (one, other) = (folder.path().join("one.safetensors"), folder.path().join("other.safetensors"));
    std::os::unix::fs::symlink(&one, &other)?;
    std::os::unix::fs::symlink(&other, &one)?;
    let inside = folder.path().join("x.html");
    fs::create_dir(&inside)?;
    for path in [&one, &inside, Path::new("/proc/self/page.html"), &folder.path().join("no/page.html")] {
        let said = write_whole(path, "text").err().ok_or("it was written")?.to_string();
        assert!(said.contains(&path.display().to_string()), "{said}");
    }
    let said = Checkpoint::open(&one).err().ok_or("it was opened")?.to_string();
    assert!(said.starts_with(&one.display().to_string()) && said.contains("check the path"), "{said}");
    assert_eq!(names(folder.path())?, ["one.safetensors", "other.safetensors", "x.html"]);
    Ok(())
}

/// A pipe is written to, as `/dev/stdout` is, and stays one.
#[cfg(unix)]
#[test]
fn a_pipe_is_written_to() -> Outcome {
    let folder = tempfile::tempdir()?;
    let pipe = folder.path().join("pipe.html");
    if !Command::new("mkfifo").arg(&pipe).status()?.success() {
        return Err("no pipe could be made".into());
    }
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe)
    });
    write_whole(&pipe, "text")?;
    assert_eq!(reader.join().map_err(|_| "it panicked")??, "text");
    assert!(!fs::metadata(&pipe)?.is_file());
    Ok(())
}

/// A file with a hole of a terabyte is read where it is asked for, and refused at its start where there is no header.
#[test]
fn a_terabyte_of_nothing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.safetensors");
    let size = 1_u64 << 40;
    let zeros = File::create(&path)?;
    zeros.set_len(size)?;
    let start = Instant::now();
    let error = Checkpoint::open(&path).err().ok_or("zeros were read")?;
    assert!(matches!(error, Damage::Damaged { .. }), "{error}");
    let header = format!(r#"{{"a":{{"dtype":"U8","shape":[{size}],"data_offsets":[0,{size}]}}}}"#);
    let mut file = File::create(&path)?;
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    file.set_len(8 + header.len() as u64 + size)?;
    let checkpoint = Checkpoint::open(&path)?;
    let tensor = checkpoint.tensor("a")?;
    assert_eq!((tensor.dtype(), tensor.byte_count() as u64), (Dtype::U8, size));
    let mut last = [1; 4];
    tensor.read(tensor.byte_count() - 4, &mut last)?;
    assert_eq!(last, [0; 4]);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_small();
    Ok(())
}

/// The longest header that there may be, and none: 100 MB are read, and refused at the first byte.
#[test]
#[ignore = "it takes more than all others may together: `the_longest_header_is_refused` runs it alone"]
fn the_longest_header() {
    let Some(path) = argument() else { return };
    let held = MEMORY.allocated();
    let said = Checkpoint::open(&path).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said.contains("the header is damaged"), "{said}");
    let most = MEMORY.max_allocated() - held;
    assert!(most < 110 << 20, "{most} bytes");
    assert!(fs::write(path.with_extension("said"), said).is_ok());
}

#[test]
fn the_longest_header_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("header.safetensors");
    let length = 100_000_000_u64;
    for (length, size) in [(length, length + 8), (length + 1, length + 9)] {
        let mut file = File::create(&path)?;
        file.write_all(&length.to_le_bytes())?;
        file.set_len(size)?;
        if length > 100_000_000 {
            let said = Checkpoint::open(&path).err().ok_or("it was read")?.to_string();
            assert!(said.contains("100000000 is the most"), "{said}");
            assert_small();
        } else {
            let start = Instant::now();
            assert!(alone("faults::the_longest_header", &path)?.wait()?.success());
            assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
            assert!(path.with_extension("said").exists(), "it was not run");
        }
    }
    Ok(())
}

/// A device in a checkpoint's place is not read; in a page's place it is written to.
#[cfg(unix)]
#[test]
fn a_device_is_no_checkpoint() -> Outcome {
    for device in ["/dev/null", "/dev/zero"] {
        let said = Checkpoint::open(device).err().ok_or("it was read")?.to_string();
        assert!(said.contains("is a pipe or a device"), "{said}");
    }
    write_whole("/dev/null", "text")?;
    let mut nothing = String::new();
    File::open("/dev/null")?.read_to_string(&mut nothing)?;
    assert_eq!(nothing, "");
    Ok(())
}
