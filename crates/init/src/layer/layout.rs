//! Where the elements of a weight lie in the matrices that its layer stacks.

use candle_core::Shape;

use crate::layer::axes::{Axis, axis_index};
use crate::layer::centre::Centre;
use crate::layer::kind::Layer;

/// A weight read as `parts` matrices of `rows` outputs by `cols` inputs, each entry with `taps` kernel taps.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    dims: Vec<usize>,
    roles: Vec<Axis>,
    /// Blocks that lie one above another along the first axis: gates, groups.
    blocks: usize,
}

/// Where one element lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) part: usize,
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) tap: usize,
}

impl Layout {
    /// The layout of a weight whose layer describes its shape ([`Fans::new`](crate::Fans::new) says so).
    pub(crate) fn new(shape: &Shape, layer: Layer) -> Self {
        use Axis::{Input, Kernel, Output};
        let dims = shape.dims().to_vec();
        let conv = |first, second| {
            let kernel = std::iter::repeat_n(Kernel, dims.len().saturating_sub(2));
            [first, second].into_iter().chain(kernel).take(dims.len()).collect()
        };
        let (roles, blocks) = match layer {
            Layer::Linear | Layer::Embedding | Layer::AsPyTorch => (conv(Output, Input), 1),
            Layer::Conv { groups, .. } => (conv(Output, Input), groups),
            Layer::ConvTranspose { groups, .. } => (conv(Input, Output), groups),
            Layer::Gates { gates: parts } | Layer::Packed { matrices: parts } => (conv(Output, Input), parts),
            Layer::Axes(axes) => (axes.roles().collect(), 1),
        };
        Self { dims, roles, blocks: blocks.max(1) }
    }

    /// The same elements as one matrix a part, with the kernel flattened into its columns, or with `axis` as
    /// its rows and all others flattened: `None` if there is no such axis.
    pub(crate) fn flat(mut self, axis: Option<isize>) -> Option<Self> {
        let rows = match axis {
            None => None,
            Some(axis) => Some(axis_index(axis, self.dims.len())?),
        };
        for (i, role) in self.roles.iter_mut().enumerate() {
            *role = match (rows, *role) {
                (_, Axis::Stack) => Axis::Stack,
                (Some(rows), _) if rows == i => Axis::Output,
                (None, Axis::Output) => Axis::Output,
                _ => Axis::Input,
            };
        }
        Some(self)
    }

    fn product(&self, wanted: Axis) -> usize {
        self.roles.iter().zip(&self.dims).filter(|(role, _)| **role == wanted).map(|(_, &dim)| dim).product()
    }

    /// Which side of the matrix the blocks divide.
    fn divides(&self, side: Axis) -> usize {
        if self.roles.first() == Some(&side) { self.blocks } else { 1 }
    }

    pub(crate) fn parts(&self) -> usize {
        self.blocks * self.product(Axis::Stack)
    }

    pub(crate) fn rows(&self) -> usize {
        self.product(Axis::Output) / self.divides(Axis::Output)
    }

    pub(crate) fn cols(&self) -> usize {
        self.product(Axis::Input) / self.divides(Axis::Input)
    }

    /// The tap at the centre of every kernel axis; `None` if an axis has none.
    pub(crate) fn centre(&self, centre: Centre) -> Option<usize> {
        let kernel = self.roles.iter().zip(&self.dims).filter(|(role, _)| **role == Axis::Kernel);
        kernel.map(|(_, &taps)| (taps, centre.of(taps))).try_fold(0, |tap, (taps, at)| Some(tap * taps + at?))
    }

    /// Whether elements lie in memory as the entries of the flattened matrices do.
    pub(crate) fn is_row_major(&self) -> bool {
        let order = |role: &Axis| match role {
            Axis::Stack => 0,
            Axis::Output => 1,
            Axis::Input => 2,
            Axis::Kernel => 3,
        };
        self.roles.is_sorted_by_key(order) && (self.blocks == 1 || self.roles.first() == Some(&Axis::Output))
    }

    /// Where the element at a row-major index lies.
    pub(crate) fn position(&self, mut element: usize) -> Position {
        let mut at = Position { part: 0, row: 0, col: 0, tap: 0 };
        let mut strides = Position { part: 1, row: 1, col: 1, tap: 1 };
        for (i, (&dim, role)) in self.dims.iter().zip(&self.roles).enumerate().rev() {
            let mut coordinate = element % dim;
            element /= dim;
            let within = if i == 0 { dim / self.blocks } else { dim };
            if i == 0 {
                at.part += coordinate / within * strides.part;
                coordinate %= within;
            }
            let (digit, stride) = match role {
                Axis::Stack => (&mut at.part, &mut strides.part),
                Axis::Output => (&mut at.row, &mut strides.row),
                Axis::Input => (&mut at.col, &mut strides.col),
                Axis::Kernel => (&mut at.tap, &mut strides.tap),
            };
            *digit += coordinate * *stride;
            *stride *= within;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(dims: &[usize], layer: Layer) -> Vec<Position> {
        let layout = Layout::new(&Shape::from(dims), layer);
        (0..dims.iter().product()).map(|element| layout.position(element)).collect()
    }

    #[test]
    fn gates_are_parts_and_kernels_are_taps() {
        let place = |part, row, col, tap| Position { part, row, col, tap };
        let gates = places(&[4, 3], Layer::Gates { gates: 2 });
        assert_eq!((gates[0], gates[5], gates[6]), (place(0, 0, 0, 0), place(0, 1, 2, 0), place(1, 0, 0, 0)));
        let transposed = places(&[2, 3, 2], Layer::ConvTranspose { groups: 2, stride: 1 });
        assert_eq!((transposed[3], transposed[6]), (place(0, 1, 0, 1), place(1, 0, 0, 0)));
        let wider = places(&[4, 3, 2], Layer::ConvTranspose { groups: 2, stride: 1 });
        assert_eq!(
            (wider[6], wider[12], wider[23]),
            (place(0, 0, 1, 0), place(1, 0, 0, 0), place(1, 2, 1, 1))
        );
        let experts = places(&[2, 2, 2], Layer::EXPERTS);
        assert_eq!((experts[2], experts[4]), (place(0, 1, 0, 0), place(1, 0, 0, 0)));
        assert_eq!(places(&[2, 3], Layer::INPUT_FIRST)[4], place(0, 1, 1, 0));
    }
}
