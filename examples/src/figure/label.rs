//! Names at the ends of curves.

/// The least distance between two names.
const LEADING: f64 = 15.0;

/// Where names that want to stand at `wanted` stand, so that none covers another and none leaves `(top, bottom)`.
pub(super) fn spread(wanted: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut places = wanted.to_vec();
    let mut free = top;
    for &index in &order {
        places[index] = wanted[index].max(free);
        free = places[index] + LEADING;
    }
    let mut free = bottom;
    for &index in order.iter().rev() {
        places[index] = places[index].min(free);
        free = places[index] - LEADING;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn names_move_apart_and_stay_inside() {
        assert_eq!(spread(&[50.0, 20.0], (0.0, 100.0)), [50.0, 20.0]);
        assert_eq!(spread(&[50.0, 50.0], (0.0, 100.0)), [50.0, 65.0]);
        assert_eq!(spread(&[100.0, 99.0, 100.0], (0.0, 100.0)), [85.0, 70.0, 100.0]);
        assert_eq!(spread(&[], (0.0, 100.0)), [] as [f64; 0]);
    }
}
