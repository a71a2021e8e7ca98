//! The page's script and candle agree on each net: on the exhibits' and on settings of the sliders.

use candle_init_examples::lesson::{Exhibit, Readings, Spec, digits, exhibits};
use serde_json::{Value, json};

use super::super::page::with_browser;
use super::{LESSON, VIEWS};

/// How far the page may be from candle, relative to the larger of a value and its neighbour.
const NEAR: f64 = 1e-6;

/// What rounding leaves of numbers that cancel, for losses of the size of 1.
const LEFT: f64 = 1e-12;

/// Settings of the sliders: each initializer and each activation, deep and flat, wide and narrow, with five seeds.
fn settings() -> Vec<Spec> {
    let initializers = ["he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "lecun_normal"];
    let activations = ["relu", "tanh", "sigmoid", "gelu", "silu", "leaky_relu", "linear"];
    let setting = |number: usize| {
        let scale = [1.0, 0.5, 1.25, 2.0][number % 4];
        let initializer = format!("{}.times({scale})", initializers[number % initializers.len()]);
        Spec {
            depth: [1, 4, 9, 17, 30][(number * 3) % 5],
            width: [4, 20, 48, 64][(number / 2) % 4],
            activation: activations[number % activations.len()].into(),
            seed: number as u64 % 5 + 1,
            images: 32,
            rules: vec![
                ("*.bias".into(), ["zeros", "const(0.1)"][number % 2].into()),
                ("*.weight".into(), initializer),
            ],
        }
    };
    (0..24).map(setting).collect()
}

#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn the_pages_numbers_are_candles() {
    let set = digits(1).unwrap();
    let exhibits: Vec<Exhibit> = exhibits().unwrap().into_values().collect();
    let nets: Vec<Spec> = exhibits
        .iter()
        .flat_map(|one| &one.curves)
        .flat_map(|curve| [curve.net.clone()].into_iter().chain(curve.nets()))
        .chain(settings())
        .collect();
    let script = format!(
        "JSON.stringify({{ height: 0, readings: {}.map((net) => measure(net, digits)), training: {}.map(
            ({{ net, rate, steps }}) => train(net, digits, rate, steps)) }})",
        json!(nets),
        json!(
            trainings(&exhibits)
                .iter()
                .map(|(net, rate, steps)| json!({ "net": net, "rate": rate, "steps": steps }))
                .collect::<Vec<_>>()
        )
    );
    with_browser("lesson-numbers", |browser| {
        let found = browser.visit("numbers", &LESSON.page, VIEWS[4], &script).found;
        let pages = found["readings"].as_array().unwrap();
        assert!(nets.len() == pages.len() && nets.len() > 60, "{}", nets.len());
        for (net, page) in nets.iter().zip(pages) {
            let candle = net.measure(&set).unwrap();
            all_near(net, page, &candle);
        }
        for ((net, rate, steps), page) in
            trainings(&exhibits).iter().zip(found["training"].as_array().unwrap())
        {
            let candle = net.train(&set, *rate, *steps).unwrap();
            near(net, "training", page, &candle);
        }
    });
}

/// What the exhibits train, with rate and steps.
fn trainings(exhibits: &[Exhibit]) -> Vec<(Spec, f64, usize)> {
    let trained = exhibits.iter().filter(|one| one.steps > 0);
    trained.flat_map(|one| one.curves.iter().map(|curve| (curve.net.clone(), one.rate, one.steps))).collect()
}

fn all_near(net: &Spec, page: &Value, candle: &Readings) {
    near(net, "loss", &json!([page["loss"]]), &[candle.loss]);
    near(net, "signal", &page["signal"], &candle.signal);
    near(net, "gradient", &page["gradient"], &candle.gradient);
    near(net, "dead", &page["dead"], &candle.dead);
    near(net, "alike", &page["alike"], &candle.alike);
}

/// Value by value; what is no finite number is none on both sides (JSON has no others).
fn near(net: &Spec, what: &str, page: &Value, candle: &[f64]) {
    let page: Vec<f64> =
        page.as_array().unwrap().iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect();
    assert_eq!(page.len(), candle.len(), "{what} of {net:?}");
    for (index, (page, candle)) in page.iter().zip(candle).enumerate() {
        let same = (!page.is_finite() && !candle.is_finite())
            || (page - candle).abs() <= NEAR * page.abs().max(candle.abs()) + LEFT;
        assert!(same, "{what} {index}: the page has {page}, candle {candle}, for {net:?}");
    }
}
