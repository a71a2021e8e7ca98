//! Compares a file's tensors with what is drawn again, piece by piece: one is read while the one before is drawn.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use candle_init::Lazy;
use candle_init_checkpoint::Slot;

use crate::error::Result;
use crate::folder::pieces::{LaidOut, WAITING, draw, pieces};

/// What differs in a tensor: its name, the first element by row-major index, and how many.
pub(crate) struct Differing {
    pub(crate) tensor: String,
    pub(crate) first: u64,
    pub(crate) count: u64,
}

/// The tensors of a file that differ from those that `lazy` gives by name.
pub(crate) fn compare(
    file: LaidOut<'_>,
    lazy: &dyn Fn(&str) -> Result<Lazy>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Differing>> {
    let (full, to_compare) = sync_channel::<Vec<u8>>(WAITING);
    let (empty, to_fill) = sync_channel::<Vec<u8>>(WAITING + 1);
    thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(file, &full, &to_fill, progress));
        let differing = compare_all(file, lazy, &to_compare, &empty);
        drop(to_compare);
        let ended = || Err(io::Error::other("the reading thread ended"));
        reader.join().unwrap_or_else(|_| ended().map_err(file.place.cannot(file.name, "cannot be read")))?;
        differing
    })
}

fn read_all(
    LaidOut { place, name, layout }: LaidOut<'_>,
    full: &SyncSender<Vec<u8>>,
    to_fill: &Receiver<Vec<u8>>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let mut from = place.read(name, layout.header().len() as u64..layout.size())?;
    for slot in layout.tensors() {
        for (_, length) in pieces(slot.size) {
            let mut piece = to_fill.try_recv().unwrap_or_default();
            piece.resize(length, 0);
            from.read_exact(&mut piece).map_err(place.cannot(name, "cannot be read"))?;
            progress(length as u64);
            if full.send(piece).is_err() {
                return Ok(()); // what was to be compared with it cannot be drawn, which is said there
            }
        }
    }
    Ok(())
}

fn compare_all(
    file: LaidOut<'_>,
    lazy: &dyn Fn(&str) -> Result<Lazy>,
    to_compare: &Receiver<Vec<u8>>,
    empty: &SyncSender<Vec<u8>>,
) -> Result<Vec<Differing>> {
    let (mut differing, mut drawn) = (Vec::new(), Vec::new());
    for slot in file.layout.tensors() {
        let lazy = lazy(&slot.name)?;
        let mut tensor = Differing { tensor: slot.name.clone(), first: 0, count: 0 };
        for (start, length) in pieces(slot.size) {
            let Ok(found) = to_compare.recv() else { return Ok(differing) }; // the reader has failed, and says why
            drawn.resize(length, 0);
            draw(&lazy, slot, start, &mut drawn)?;
            tensor.add(slot, start, &found, &drawn);
            // To be filled again; without waiting, since nobody takes it once everything is read.
            drop(empty.try_send(found));
        }
        differing.extend((tensor.count > 0).then_some(tensor));
    }
    Ok(differing)
}

impl Differing {
    /// What differs in a piece that begins at byte `start`.
    fn add(&mut self, slot: &Slot, start: u64, found: &[u8], drawn: &[u8]) {
        if found == drawn {
            return;
        }
        let width = (slot.dtype.bitsize() / 8).max(1);
        let pairs = found.chunks(width).zip(drawn.chunks(width)).enumerate();
        for (index, _) in pairs.filter(|(_, (found, drawn))| found != drawn) {
            if self.count == 0 {
                self.first = start / width as u64 + index as u64;
            }
            self.count += 1;
        }
    }
}
