//! Explicit roles of a weight's axes, for layouts that no layer kind names.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// What one axis of a weight stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Axis {
    /// `i`: summed over, one factor of the fan-in.
    Input,
    /// `o`: one factor of the fan-out.
    Output,
    /// `k`: a kernel axis, a factor of both fans.
    Kernel,
    /// `s`: independent weights stacked along it, a factor of neither.
    Stack,
}

const LETTERS: [(char, Axis); 4] =
    [('i', Axis::Input), ('o', Axis::Output), ('k', Axis::Kernel), ('s', Axis::Stack)];

/// The most axes that a weight may have: candle's own layers have at most four.
const MOST: usize = 8;

/// What a text or a set of axis numbers should be.
const KIND: &str = "a description of a weight's axes";

/// The role of every axis of a weight, in the order of its shape.
///
/// Written with a letter an axis: `io` for Keras's and Flax's `(in, out)`, `soi` for stacked experts,
/// `kkio` for Keras's image kernels, `iso`… Each axis has one role by the way it is written, so roles can
/// neither overlap nor be left out.
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Axes, Fans, Layer};
/// // Keras: compute_fans((512, 8, 64), input_axes=[0], output_axes=[1, 2])
/// let fans = Fans::new(&Shape::from((512, 8, 64)), Layer::Axes("ioo".parse()?))?;
/// assert_eq!(fans, Fans { fan_in: 512.0, fan_out: 512.0 });
/// // The same by axis number, as JAX and Keras take them.
/// assert_eq!(Axes::new(3, &[0], &[1, -1], &[])?, "ioo".parse()?);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Axes([Option<Axis>; MOST]);

impl Axes {
    /// Roles in the order of the shape, known when the program is compiled.
    #[must_use]
    pub const fn of<const N: usize>(roles: [Axis; N]) -> Self {
        const { assert!(N <= MOST) };
        let mut axes = [None; MOST];
        let mut i = 0;
        while i < N {
            axes[i] = Some(roles[i]);
            i += 1;
        }
        Self(axes)
    }

    /// Roles by axis number for a weight of `rank` axes; a negative number counts from the last axis.
    ///
    /// `jax.nn.initializers.variance_scaling(in_axis, out_axis, batch_axis)`: axes that are not named are
    /// kernel axes. Keras's `input_axes` and `output_axes` are the same where they name every axis.
    ///
    /// # Errors
    /// [`Error::Text`] for an axis that does not exist or is named twice, and where no axis is left as
    /// input or output.
    pub fn new(rank: usize, input: &[isize], output: &[isize], stack: &[isize]) -> Result<Self> {
        let roles = || format!("input {input:?}, output {output:?}, stack {stack:?}");
        let refuse = |reason| Error::Text { kind: KIND, text: roles(), reason };
        if rank > MOST {
            return Err(refuse(format!("a rank of at most {MOST} is supported")));
        }
        let mut axes = [None; MOST];
        axes[..rank].fill(Some(Axis::Kernel));
        for (numbers, role) in [(input, Axis::Input), (output, Axis::Output), (stack, Axis::Stack)] {
            for &number in numbers {
                let index = axis_index(number, rank)
                    .ok_or_else(|| refuse(format!("axis {number} does not exist at rank {rank}")))?;
                if axes[index] != Some(Axis::Kernel) {
                    return Err(refuse(format!("axis {number} has two roles; each has one")));
                }
                axes[index] = Some(role);
            }
        }
        Self(axes).complete().map_err(refuse)
    }

    pub(crate) fn roles(&self) -> impl Iterator<Item = Axis> + '_ {
        self.0.iter().map_while(|role| *role)
    }

    /// These roles, if there is an input and an output among them.
    fn complete(self) -> Result<Self, String> {
        let has = |role| self.roles().any(|r| r == role);
        match (has(Axis::Input), has(Axis::Output)) {
            (true, true) => Ok(self),
            (false, _) => Err("no axis is an input (`i`); name at least one".into()),
            (_, false) => Err("no axis is an output (`o`); name at least one".into()),
        }
    }

    /// Fan-in and fan-out of a shape with these roles, else what they need.
    pub(crate) fn fans(self, dims: &[usize]) -> Result<(f64, f64), &'static str> {
        if self.roles().count() != dims.len() {
            return Err("one role for each axis is required");
        }
        self.complete().map_err(|_| "an input axis and an output axis are required")?;
        let product = |wanted: [Axis; 2]| {
            let factors = self.roles().zip(dims).filter(|(role, _)| wanted.contains(role));
            factors.map(|(_, &dim)| dim as f64).product()
        };
        Ok((product([Axis::Input, Axis::Kernel]), product([Axis::Output, Axis::Kernel])))
    }
}

/// The index of an axis number, counted from the end where it is negative.
pub(crate) fn axis_index(number: isize, rank: usize) -> Option<usize> {
    let index = if number < 0 { number.checked_add_unsigned(rank)? } else { number };
    usize::try_from(index).ok().filter(|&index| index < rank)
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |role| LETTERS.iter().find(|(_, r)| *r == role).map_or('?', |(letter, _)| *letter);
        f.pad(&self.roles().map(letter).collect::<String>())
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl FromStr for Axes {
    type Err = Error;

    /// Reads a letter an axis: `i`nput, `o`utput, `k`ernel, `s`tack.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::Text { kind: KIND, text: text.into(), reason };
        let mut axes = [None; MOST];
        for (i, letter) in text.trim().chars().enumerate() {
            let role = LETTERS.iter().find(|(l, _)| *l == letter.to_ascii_lowercase());
            let (_, role) =
                role.ok_or_else(|| refuse(format!("`{letter}` is not a role; known are i, o, k, s")))?;
            let slot = axes.get_mut(i).ok_or_else(|| refuse(format!("at most {MOST} axes are supported")))?;
            *slot = Some(*role);
        }
        Self(axes).complete().map_err(refuse)
    }
}
