//! Fills a file with tensors, piece by piece: one is written while the next is drawn.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use candle_init::Lazy;
use candle_init_checkpoint::Layout;

use crate::error::Result;
use crate::folder::pieces::{LaidOut, WAITING, draw, pieces};

/// Writes a file, whole or not at all, with the tensors that `lazy` gives by name.
pub(crate) fn fill(
    LaidOut { place, name, layout }: LaidOut<'_>,
    lazy: &dyn Fn(&str) -> Result<Lazy>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let mut out = place.write(name, layout.size())?;
    let (full, to_write) = sync_channel::<Vec<u8>>(WAITING);
    let (empty, to_fill) = sync_channel::<Vec<u8>>(WAITING + 1);
    let (drawn, written) = thread::scope(|scope| {
        let out = &mut out;
        let writer = scope.spawn(move || {
            out.write_all(layout.header())?;
            progress(layout.header().len() as u64);
            for piece in to_write {
                out.write_all(&piece)?;
                progress(piece.len() as u64);
                // To be filled again; without waiting, since nobody takes it once everything is drawn.
                drop(empty.try_send(piece));
            }
            io::Result::Ok(())
        });
        let drawn = draw_all(layout, lazy, &full, &to_fill);
        drop(full);
        (drawn, writer.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread ended"))))
    });
    let system = place.cannot(name, "cannot be written");
    written.map_err(&system)?;
    drawn?;
    out.complete().map_err(system)
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
