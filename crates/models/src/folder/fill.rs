//! Fills a file with tensors, piece by piece: one is written while the next is drawn.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use candle_init::Lazy;
use candle_init_checkpoint::Layout;

use crate::error::{Error, Result};
use crate::folder::pieces::{draw, pieces};

/// Pieces that wait for the disk.
const WAITING: usize = 2;
/// Pieces between two flushes: 64 MiB, small beside what systems keep back, large beside what a flush costs.
const FLUSH: usize = 8;

/// Writes a file of this layout, with the tensors that `lazy` gives by name. What is written is flushed meanwhile, so that
/// little is left to wait for at the end.
pub(crate) fn fill(
    layout: &Layout,
    lazy: &dyn Fn(&str) -> Result<Lazy>,
    out: &mut File,
    path: &Path,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let system = |source| Error::System { path: path.into(), what: "cannot be written", source };
    let flushed = out.try_clone().map_err(system)?;
    let (full, to_write) = sync_channel::<Vec<u8>>(WAITING);
    let (empty, to_fill) = sync_channel::<Vec<u8>>(WAITING + 1);
    let (due, to_flush) = sync_channel::<()>(1);
    thread::scope(|scope| {
        // An error is told to one flush only, so it is kept.
        let flusher = scope.spawn(move || to_flush.iter().try_for_each(|()| flushed.sync_data()));
        let writer = scope.spawn(move || {
            out.write_all(layout.header())?;
            progress(layout.header().len() as u64);
            for (i, piece) in to_write.iter().enumerate() {
                out.write_all(&piece)?;
                progress(piece.len() as u64);
                // To be filled again; without waiting, since nobody takes it once everything is drawn.
                drop(empty.try_send(piece));
                if i % FLUSH == FLUSH - 1 {
                    // Where the flush before is not done, this is none; where it failed, that is told below.
                    match due.try_send(()) {
                        Ok(()) | Err(_) => {}
                    }
                }
            }
            io::Result::Ok(())
        });
        let drawn = draw_all(layout, lazy, &full, &to_fill);
        drop(full);
        for thread in [writer, flusher] {
            let done = thread.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread ended")));
            done.map_err(system)?;
        }
        drawn
    })
}

fn draw_all(
    layout: &Layout,
    lazy: &dyn Fn(&str) -> Result<Lazy>,
    full: &SyncSender<Vec<u8>>,
    to_fill: &Receiver<Vec<u8>>,
) -> Result<()> {
    for slot in layout.tensors() {
        let lazy = lazy(&slot.name)?;
        for (start, length) in pieces(slot.size) {
            let mut piece = to_fill.try_recv().unwrap_or_default();
            piece.resize(length, 0);
            draw(&lazy, slot, start, &mut piece)?;
            if full.send(piece).is_err() {
                return Ok(()); // the writer has failed, and says why
            }
        }
    }
    Ok(())
}
