//! Nets in plain numbers.

use super::*;

const NAMES: [&str; 12] =
    ["l.0", "l.1", "l.2", "l.3", "l.4", "l.5", "l.6", "l.7", "l.8", "l.9", "l.10", "l.11"];

/// Twelve He weights, the fans in turn 60 and 200, and the other way round.
fn net() -> Vec<Weight<'static>> {
    let fans = |i: usize| if i.is_multiple_of(2) { (60.0, 200.0) } else { (200.0, 60.0) };
    let weight = |(i, name): (usize, &'static str)| Weight {
        name,
        fans: fans(i),
        std: (2.0 / fans(i).0).sqrt(),
        count: 12_000.0,
        kurtosis: 3.0,
    };
    NAMES.into_iter().enumerate().map(weight).collect()
}

/// Indices and names of what is blamed after a change.
fn blamed(change: impl Fn(&mut Vec<Weight<'static>>)) -> Vec<(usize, &'static str)> {
    let mut weights = net();
    change(&mut weights);
    let name =
        |(index, fault): (usize, Fault)| (index, crate::findings::finding::Finding::new("", fault).name());
    outliers(&weights).into_iter().map(name).collect()
}

#[test]
fn the_right_scheme_is_found() {
    let found = consensus(&net());
    assert_eq!(found.len(), 1);
    assert!(found[0].scheme == Scheme::In && (found[0].k / 2.0 - 1.0).abs() < 1e-9);
    assert_eq!(found[0].text(), "√(2.00/fan_in), as 12 of 12 weights");
    assert_eq!(blamed(|_| ()), []);
}

#[test]
fn one_that_stands_alone_is_blamed() {
    assert_eq!(blamed(|w| w[5].std *= 10.0), [(5, "mis-scaled")]);
    assert_eq!(blamed(|w| w[5].std *= 0.1), [(5, "mis-scaled")]);
    assert_eq!(blamed(|w| w[11].std *= 10.0), [(11, "mis-scaled")]);
    assert_eq!(blamed(|w| w[6].std = 0.1), [(6, "swapped fans")]);
    // Twice is not enough to blame one by the others alone.
    assert_eq!(blamed(|w| w[5].std *= 2.0), []);
}

/// Intervals of small weights touch under a wrong scheme; together they tell it apart.
#[test]
fn small_weights_are_judged_together() {
    let small = |w: &mut Vec<Weight<'_>>| {
        for weight in w {
            let fans = if weight.fans.0 < weight.fans.1 { (16.0, 32.0) } else { (32.0, 16.0) };
            *weight = Weight { fans, std: (2.0 / fans.0).sqrt(), count: 512.0, ..*weight };
        }
    };
    assert_eq!(blamed(small), []);
    let swapped = |w: &mut Vec<Weight<'static>>| {
        small(w);
        w[6].std = 0.25;
    };
    assert_eq!(blamed(swapped), [(6, "swapped fans")]);
}

#[test]
fn two_alike_are_a_family() {
    let tenth = |w: &mut Vec<Weight<'_>>, i: usize| w[i].std *= 0.1;
    assert_eq!(
        blamed(|w| {
            tenth(w, 3);
            tenth(w, 7);
        }),
        []
    );
    assert_eq!(
        blamed(|w| {
            tenth(w, 3);
            w[7].std *= 10.0;
        }),
        [(3, "mis-scaled"), (7, "mis-scaled")]
    );
}

/// An embedding or a head has no sibling; the first or the last of some has one of another shape.
#[test]
fn only_siblings_are_judged() {
    let tenfold = |w: &mut Vec<Weight<'static>>, i: usize, name, fans: (f64, f64)| {
        w[i] = Weight { name, fans, std: 10.0 * (2.0 / fans.0).sqrt(), ..w[i] };
    };
    assert_eq!(blamed(|w| tenfold(w, 5, "head", (60.0, 200.0))), []);
    assert_eq!(blamed(|w| tenfold(w, 11, "l.11", (60.0, 10.0))), []);
    assert_eq!(blamed(|w| tenfold(w, 10, "l.10", (60.0, 10.0))), [(10, "mis-scaled")]);
}

#[test]
fn few_or_divided_weights_say_nothing() {
    assert_eq!(
        blamed(|w| {
            w.truncate(5);
            w[2].std *= 10.0;
        }),
        []
    );
    assert_eq!(
        blamed(|w| {
            w[2].std *= 10.0;
            (3..8).for_each(|i| w[i].std *= 1.5 * i as f64);
        }),
        []
    );
    // One of 50 values is not heard.
    assert_eq!(
        blamed(|w| {
            w[2].std *= 10.0;
            w[2].count = 90.0;
        }),
        []
    );
}

/// Each weight is held against the others by their sorted ends and their paths: one by one, these would take an hour.
#[test]
fn a_hundred_thousand_weights_of_which_each_disagrees_are_judged() {
    let names: Vec<_> = (0..100_000).map(|i| format!("l.{i}.w")).collect();
    fn weight((i, name): (usize, &String)) -> Weight<'_> {
        let std = if i.is_multiple_of(3) { (-3.0 + i as f64 * 1e-4).exp() } else { 0.1 };
        Weight { name, fans: (200.0, 200.0), std, count: 40_000.0, kurtosis: 3.0 }
    }
    let weights: Vec<_> = names.iter().enumerate().map(weight).collect();
    assert_eq!(consensus(&weights).len(), 5);
    assert!(outliers(&weights).len() < weights.len() / 3);
}
