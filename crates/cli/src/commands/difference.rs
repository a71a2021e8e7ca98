//! Compares two checkpoints.

use candle_init_checkpoint::{Checkpoint, Tensor};
use serde::Serialize;

use crate::arguments::DiffArguments;
use crate::failure::Failure;
use crate::output::{say, say_json};

#[derive(Debug, Default, Serialize)]
struct Compared {
    equal: usize,
    only_in_first: Vec<String>,
    only_in_second: Vec<String>,
    /// Another shape or dtype.
    unlike: Vec<String>,
    /// Other bytes.
    differing: Vec<String>,
}

/// Bytes that are compared at a time.
const PIECE: usize = 1 << 22;

pub(crate) fn diff(arguments: &DiffArguments) -> Result<(), Failure> {
    let (first, second) = (Checkpoint::open(&arguments.first)?, Checkpoint::open(&arguments.second)?);
    let mut compared = Compared::default();
    for tensor in first.tensors() {
        match second.get(tensor.name()) {
            None => compared.only_in_first.push(tensor.name().into()),
            Some(other) => compared.pair(tensor, other)?,
        }
    }
    let missing = second.tensors().filter(|tensor| first.get(tensor.name()).is_none());
    compared.only_in_second = missing.map(|tensor| tensor.name().into()).collect();
    if arguments.json {
        say_json(&compared)?;
    } else {
        compared.say()?;
    }
    if compared.is_equal() { Ok(()) } else { Err(Failure::Found) }
}

impl Compared {
    fn pair(&mut self, first: &Tensor, second: &Tensor) -> Result<(), Failure> {
        let name = first.name().to_string();
        if (first.dtype(), first.shape()) != (second.dtype(), second.shape()) {
            let text = |tensor: &Tensor| format!("{} {:?}", tensor.dtype(), tensor.shape());
            self.unlike.push(format!("{name}: {} and {}", text(first), text(second)));
        } else if same(first, second)? {
            self.equal += 1;
        } else {
            self.differing.push(name);
        }
        Ok(())
    }

    fn is_equal(&self) -> bool {
        [&self.only_in_first, &self.only_in_second, &self.unlike, &self.differing]
            .iter()
            .all(|list| list.is_empty())
    }

    fn say(&self) -> Result<(), Failure> {
        let lists = [
            ("only in the first", &self.only_in_first),
            ("only in the second", &self.only_in_second),
            ("another shape or dtype", &self.unlike),
            ("other values", &self.differing),
        ];
        for (what, names) in lists {
            names.iter().try_for_each(|name| say(format!("{what}: {name}")))?;
        }
        say(format!("{} tensors are equal, bit for bit", self.equal))
    }
}

fn same(first: &Tensor, second: &Tensor) -> Result<bool, Failure> {
    // Elements narrower than a byte fill bytes together, so pieces are counted in bytes' worth of elements.
    let bits = first.dtype().bitsize();
    let (size, per_piece) = (first.byte_count(), PIECE * 8 / bits);
    let (mut ours, mut theirs) = (vec![0; PIECE.min(size)], vec![0; PIECE.min(size)]);
    for (piece, start) in (0..size).step_by(PIECE).enumerate() {
        let length = PIECE.min(size - start);
        ours.resize(length, 0);
        theirs.resize(length, 0);
        first.read(piece * per_piece, &mut ours)?;
        second.read(piece * per_piece, &mut theirs)?;
        if ours != theirs {
            return Ok(false);
        }
    }
    Ok(true)
}
