//! The singular values of a matrix: a bidiagonal form of it, then bisection.

/// As many bisections side by side as keep the processor's divisions busy.
const LANES: usize = 16;

/// Halvings of the interval from zero to a bound on the largest: what is left is its rounding.
const HALVINGS: usize = 54;

/// The singular values of `rows × columns` values, row-major, largest first, each to some ε of the largest.
///
/// Reflections from both sides make the matrix bidiagonal (Golub and Kahan 1965), and the signs of pivots count its singular
/// values below a number. Halving an interval always ends, which an iteration need not. Compiled for the machine's vectors,
/// whose bits are the same: the order of a sum is written out, and Rust fuses no product with it.
pub(crate) fn singular_values(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest == 0.0 {
        return vec![0.0; rows.min(columns)];
    }
    // By a power of two, which rounds nothing: no sum overflows, and no square of what counts is lost. The logarithm of the
    // largest f64 rounds up.
    let scale = largest.log2().floor().min(1023.0).exp2();
    let at = |row: usize, column: usize| values[row * columns + column] / scale;
    let mut lines: Vec<Vec<f64>> = if rows < columns {
        (0..rows).map(|row| (0..columns).map(|column| at(row, column)).collect()).collect()
    } else {
        (0..columns).map(|column| (0..rows).map(|row| at(row, column)).collect()).collect()
    };
    let arch = pulp::Arch::new();
    let beside = arch.dispatch(Bidiagonal(&mut lines));
    let firsts = (0..lines.len()).step_by(LANES);
    let each = firsts.flat_map(|first| arch.dispatch(Bisected { beside: &beside, first }));
    each.take(lines.len()).map(|value| value * scale).collect()
}

/// The elements of the bidiagonal form from the upper left down, diagonal and superdiagonal in turn, of the matrix with these
/// columns, of which none is shorter than their number.
struct Bidiagonal<'a>(&'a mut [Vec<f64>]);

impl pulp::NullaryFnOnce for Bidiagonal<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn call(self) -> Vec<f64> {
        let mut beside = Vec::with_capacity(2 * self.0.len());
        for step in 0..self.0.len() {
            let Some((column, rest)) = self.0[step..].split_first_mut() else { break };
            let column = &mut column[step..];
            beside.push(reflection(column));
            for other in rest.iter_mut() {
                let along = dot(column, &other[step..]);
                add(&mut other[step..], -along, column);
            }
            if rest.is_empty() {
                break;
            }
            let mut row: Vec<f64> = rest.iter().map(|other| other[step]).collect();
            beside.push(reflection(&mut row));
            let mut along = vec![0.0; column.len() - 1];
            for (other, &part) in rest.iter().zip(&row) {
                add(&mut along, part, &other[step + 1..]);
            }
            for (other, &part) in rest.iter_mut().zip(&row) {
                add(&mut other[step + 1..], -part, &along);
            }
        }
        beside
    }
}

/// Turns `x` into the `v` for which `I − v·vᵀ` takes it to a multiple of the first axis, and gives the multiple.
#[inline(always)]
fn reflection(x: &mut [f64]) -> f64 {
    let size = dot(x, x).sqrt();
    let Some(first) = x.first_mut().filter(|_| size > 0.0) else { return 0.0 };
    // Away from where it is, so that nothing cancels.
    let onto = -size.copysign(*first);
    let scale = (size * (size + first.abs())).sqrt();
    *first -= onto;
    for value in x {
        *value /= scale;
    }
    onto
}

/// A sum of fixed order in as many parts as the processor adds side by side.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (parts, a_end) = a.as_chunks::<LANES>();
    let (others, b_end) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in parts.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_end.iter().zip(b_end).enumerate() {
        sums[lane] += a * b;
    }
    sums.iter().sum()
}

#[inline(always)]
fn add(to: &mut [f64], times: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += times * what;
    }
}

/// The singular values of [`LANES`] ranks from `first`, 0 being the largest; zeros past the last.
struct Bisected<'a> {
    beside: &'a [f64],
    first: usize,
}

impl pulp::NullaryFnOnce for Bisected<'_> {
    type Output = [f64; LANES];

    #[inline(always)]
    fn call(self) -> [f64; LANES] {
        let (mut low, mut high, mut middle) = ([0.0; LANES], [bound(self.beside); LANES], [0.0; LANES]);
        for _ in 0..HALVINGS {
            for lane in 0..LANES {
                middle[lane] = 0.5 * (low[lane] + high[lane]);
            }
            let counts = not_below(self.beside, &middle);
            for lane in 0..LANES {
                let is_above = counts[lane] > (self.first + lane) as f64;
                *(if is_above { &mut low[lane] } else { &mut high[lane] }) = middle[lane];
            }
        }
        low
    }
}

/// No singular value exceeds the largest sum of two neighbours: the eigenvalues of the symmetric matrix with a diagonal of zeros
/// and these beside it are the singular values and their negatives (Gershgorin).
fn bound(beside: &[f64]) -> f64 {
    let before = std::iter::once(0.0).chain(beside.iter().copied());
    let after = beside.iter().copied().chain(std::iter::once(0.0));
    before.zip(after).map(|(a, b)| a.abs() + b.abs()).fold(0.0, f64::max)
}

/// How many singular values are not below each of the numbers: the pivots of `BᵀB − x²`, `B` being the bidiagonal form, that
/// are not negative, by the differential form of the quotient-difference transform, which loses no digits (Parlett and Marques
/// 2000; LAPACK's `dlaneg`). Counted in `f64`, which stand in the same lanes.
#[inline(always)]
fn not_below(beside: &[f64], numbers: &[f64; LANES]) -> [f64; LANES] {
    let (mut shifts, mut rests, mut counts) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        shifts[lane] = numbers[lane] * numbers[lane];
        rests[lane] = -shifts[lane];
    }
    for pair in beside.chunks(2) {
        let (diagonal, above) = (pair[0] * pair[0], pair.get(1).map_or(0.0, |above| above * above));
        for lane in 0..LANES {
            let pivot = diagonal + rests[lane];
            counts[lane] += if pivot >= 0.0 { 1.0 } else { 0.0 };
            let share = rests[lane] / pivot;
            // Of a rest and a pivot that are both zero, or both infinite.
            let share = if share.is_nan() { 1.0 } else { share };
            rests[lane] = above * share - shifts[lane];
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `size` rows of ones on the diagonal and right of it: `σₖ = 2·cos(kπ/(2·size + 1))`, as those of the path's
    /// second differences.
    fn path(size: usize) -> (Vec<f64>, Vec<f64>) {
        let is_one = |row: usize, column: usize| f64::from(u8::from(column == row || column == row + 1));
        let matrix = (0..size * size).map(|at| is_one(at / size, at % size)).collect();
        let angle = std::f64::consts::PI / (2 * size + 1) as f64;
        (matrix, (1..=size).map(|k| 2.0 * (k as f64 * angle).cos()).collect())
    }

    /// The matrix between two reflections, which leave no zero in it and its singular values as they are.
    fn hidden(matrix: &[f64], rows: usize, columns: usize) -> Vec<f64> {
        let axis = |length: usize| {
            let mut axis: Vec<f64> = (0..length).map(|at| ((at * at + 3) as f64).sin()).collect();
            reflection(&mut axis);
            axis
        };
        let (left, right) = (axis(rows), axis(columns));
        let mut lines: Vec<Vec<f64>> = matrix.chunks(columns).map(<[f64]>::to_vec).collect();
        for line in &mut lines {
            let along = dot(line, &right);
            add(line, -along, &right);
        }
        let mut along = vec![0.0; columns];
        lines.iter().zip(&left).for_each(|(line, &part)| add(&mut along, part, line));
        lines.iter_mut().zip(&left).for_each(|(line, &part)| add(line, -part, &along));
        lines.concat()
    }

    fn close(got: &[f64], expected: &[f64]) -> bool {
        let limit = 1e-14 * expected[0];
        got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() <= limit)
    }

    #[test]
    fn known_singular_values_come_out() {
        for size in [1, 2, 3, 8, 9, 50] {
            let (matrix, expected) = path(size);
            for scale in [1.0, 1e-300, 1e300] {
                let matrix: Vec<f64> = hidden(&matrix, size, size).iter().map(|x| x * scale).collect();
                let expected: Vec<f64> = expected.iter().map(|x| x * scale).collect();
                let got = singular_values(&matrix, size, size);
                assert!(close(&got, &expected), "{size} {scale}: {got:?} {expected:?}");
            }
        }
    }

    /// Wide and tall, over sixteen orders of magnitude, and with zeros.
    #[test]
    fn a_diagonal_between_reflections_comes_out() {
        let expected = [3.0, 1.0, 1.0, 1e-4, 1e-9, 0.0];
        for (rows, columns) in [(6, 6), (6, 41), (41, 6)] {
            let mut matrix = vec![0.0; rows * columns];
            expected.iter().enumerate().for_each(|(at, value)| matrix[at * columns + at] = *value);
            let got = singular_values(&hidden(&matrix, rows, columns), rows, columns);
            assert!(close(&got, &expected), "{rows} x {columns}: {got:?}");
        }
        assert_eq!(singular_values(&[0.0; 6], 2, 3), [0.0; 2]);
        let beyond = singular_values(&[f64::MAX; 6], 3, 2);
        assert!(beyond[0] == f64::INFINITY && beyond[1] < 1e-14 * f64::MAX, "{beyond:?}");
        assert!(close(&singular_values(&[5e-324; 4], 2, 2)[..1], &[1e-323]));
    }
}
