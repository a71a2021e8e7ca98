//! The oracle against its own oracles: published vectors, mpmath tables, hand-worked numbers.

use std::error::Error;

use crate::{Fan, Form, Layer, STD_CUT_AT_2, Scaling, block, fans, gauss, long_word, upper_quantile, value};

type Outcome = Result<(), Box<dyn Error>>;

/// The rows of a data file, cut at `separator`; comments and the line of column names are left out.
fn rows(text: &str, separator: char) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(usize::from(separator == ',')).map(move |line| line.split(separator).collect())
}

fn numbers(cells: &[&str]) -> Result<Vec<f64>, Box<dyn Error>> {
    Ok(cells.iter().map(|cell| cell.parse()).collect::<Result<_, _>>()?)
}

fn relative(got: f64, expected: f64) -> f64 {
    if got == expected { 0.0 } else { (got - expected).abs() / expected.abs() }
}

#[test]
fn philox_gives_the_published_vectors() -> Outcome {
    let text = include_str!("../../../tests/data/philox4x32_kat.txt");
    for row in rows(text, ' ') {
        let words = row[1..].iter().map(|hex| u32::from_str_radix(hex, 16)).collect::<Result<Vec<_>, _>>()?;
        let [c0, c1, c2, c3, k0, k1, expected @ ..] = &words[..] else { return Err("short row".into()) };
        assert_eq!(block([*c0, *c1, *c2, *c3], [*k0, *k1], row[0].parse()?), expected, "{row:?}");
    }
    assert_eq!(rows(text, ' ').count(), 6);
    Ok(())
}

#[test]
fn words_are_the_recorded_stream() -> Outcome {
    let text = include_str!("../../../tests/data/stream_v1.csv");
    for row in rows(text, ',') {
        let got = long_word(row[0].parse()?, row[2], row[1].parse()?, row[3].parse()?);
        assert_eq!(format!("{got:016x}"), format!("{}{}", row[4], row[5]), "{row:?}");
    }
    assert!(rows(text, ',').count() >= 310, "the file is cut");
    Ok(())
}

#[test]
fn quantiles_agree_with_mpmath() -> Outcome {
    let mut worst = 0.0_f64;
    for row in rows(include_str!("../../../tests/data/normal_quantiles.csv"), ',') {
        let (m, z) = (row[0].parse::<u32>()?, row[1].parse()?);
        worst = worst.max(relative(value::normal(m, 0.0, 1.0), z));
        assert_eq!(value::normal(m | 1 << 31, 0.0, 1.0), -value::normal(m, 0.0, 1.0));
    }
    for row in rows(include_str!("../../../tests/data/normal_tail.csv"), ',') {
        let u = 0.5_f64.powi(row[0].parse()?);
        worst = worst.max(relative(upper_quantile(u, 0.5 - u), row[1].parse()?));
    }
    assert!(worst < 1e-15, "{worst:e}");
    Ok(())
}

/// The tail of the quantile of `u` is `u` again, at places no table holds. An error of `z` shows in `u`
/// enlarged by `z·φ(z)/u`, at most 42 here, so it is divided out.
#[test]
fn quantiles_invert_the_tail() {
    let places = (1..200_000_u32).map(|k| k.wrapping_mul(2_654_435_761) >> 1);
    let errors = places.map(|m| {
        let (u, z) = ((f64::from(m) + 0.5) / 2.0_f64.powi(32), value::normal(m, 0.0, 1.0));
        relative(gauss::upper(z), u) / (1.0 + z * gauss::density(z) / u)
    });
    let worst = errors.fold(0.0, f64::max);
    assert!(worst < 1e-15, "{worst:e}");
}

#[test]
fn truncated_values_agree_with_mpmath() -> Outcome {
    let mut worst = 0.0_f64;
    for row in rows(include_str!("../../../tests/data/truncated_normal.csv"), ',') {
        let [mean, std, a, b] = numbers(&row[..4])?[..] else { return Err("short row".into()) };
        let (got, expected) = (value::truncated(row[4].parse()?, mean, std, a, b), row[5].parse::<f64>()?);
        assert!(a <= got && got <= b, "{row:?}");
        worst = worst.max((got - expected).abs() / (std + expected.abs()));
    }
    assert!(worst < 1e-15, "{worst:e}");
    Ok(())
}

#[test]
fn truncated_keeps_its_digits_at_the_centre() {
    let z = |w| value::truncated(w, 0.0, 1.0, -2.0, 2.0);
    assert!(relative(z(0x7FFF_FFFF), 2.785_325_081_373_118e-10) < 1e-15);
    assert_eq!(z(0xFFFF_FFFF), -z(0x7FFF_FFFF));
}

/// Without cuts the truncated distribution is the normal one, word by word.
#[test]
fn infinite_cuts_leave_the_normal_distribution() {
    for w in [0, 1, 1 << 20, 1 << 30, (1 << 31) - 1].into_iter().flat_map(|m| [m, m | 1 << 31]) {
        let uncut = value::truncated(w, 0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY);
        assert!(relative(uncut, value::normal(w, 0.0, 1.0)) < 1e-15, "{w:08x}");
    }
    let [mean, std, kurtosis] =
        Distribution::TruncatedNormal(1.0, 2.0, f64::NEG_INFINITY, f64::INFINITY).moments();
    assert!(mean == 1.0 && relative(std, 2.0) < 1e-15 && relative(kurtosis, 3.0) < 1e-15);
}

#[test]
fn uniform_is_symmetric_and_inside() {
    let (first, last) = (value::uniform(0, -1.0, 1.0), value::uniform(u32::MAX, -1.0, 1.0));
    assert_eq!((first, last), (-1.0 + 0.5_f64.powi(24), 1.0 - 0.5_f64.powi(24)));
    assert_eq!(value::uniform(255, 0.0, 16_777_216.0), 0.5);
    assert_eq!(value::uniform(256, 0.0, 16_777_216.0), 1.5);
}

fn distribution(name: &str, p: &[f64]) -> Result<Distribution, Box<dyn Error>> {
    match (name, p) {
        ("uniform", &[lo, up]) => Ok(Distribution::Uniform(lo, up)),
        ("normal", &[mean, std]) => Ok(Distribution::Normal(mean, std)),
        ("truncated_normal", &[mean, std, a, b]) => Ok(Distribution::TruncatedNormal(mean, std, a, b)),
        _ => Err(format!("no distribution {name} of {p:?}").into()),
    }
}

/// Where the cut holds the mean of the parent all digits stand; at 9 deviations from it, half of them.
#[test]
fn moments_agree_with_integration() -> Outcome {
    for row in rows(include_str!("../../../tests/data/law_moments.csv"), ',') {
        let parameters: Vec<_> = row[1..5].iter().copied().filter(|cell| !cell.is_empty()).collect();
        let distribution = distribution(row[0], &numbers(&parameters)?)?;
        let far =
            matches!(distribution, Distribution::TruncatedNormal(mean, _, a, b) if mean < a || b < mean);
        let limits = if far { [2e-14, 1e-10, 1e-7] } else { [1e-15; 3] };
        for ((got, expected), limit) in
            distribution.moments().into_iter().zip(numbers(&row[5..])?).zip(limits)
        {
            assert!(relative(got, expected) < limit, "{row:?}: {got}");
        }
    }
    Ok(())
}

/// 2¹⁶ evenly spaced words weigh each distribution by quadrature: its values have its moments, those of one 1 %
/// wider do not.
#[test]
fn values_have_the_moments_of_their_distribution() {
    let spread = |distribution: Distribution| {
        let values = || (0..1_u32 << 16).map(|k| distribution.value((k << 16) + (1 << 15)) / 65536.0);
        let mean: f64 = values().sum();
        (mean, values().map(|x| (x * 65536.0 - mean).powi(2) / 65536.0).sum::<f64>().sqrt())
    };
    let cut = |mean| Distribution::TruncatedNormal(mean, 1.0, -1.0, 3.0);
    for distribution in [
        Distribution::Const(0.5),
        Distribution::Uniform(-1.0, 2.0),
        Distribution::Normal(0.5, 0.1),
        cut(0.0),
        cut(-5.0),
    ] {
        let ((got_mean, got_std), [mean, std, _]) = (spread(distribution), distribution.moments());
        assert!(
            (got_mean - mean).abs() <= 1e-4 * std && (got_std - std).abs() <= 1e-3 * std,
            "{distribution:?}"
        );
    }
    assert!(relative(spread(Distribution::Normal(0.0, 1.01)).1, 1.0) > 5e-3);
}

/// `conv/2`, `transposed_conv/1:2:2` and so on, as the header of the data file tells.
fn layer<'a>(text: &str, stride: &'a mut Vec<usize>) -> Result<Layer<'a>, Box<dyn Error>> {
    let (kind, counts) = text.split_once('/').unwrap_or((text, "1"));
    let counts = counts.split(':').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    stride.extend(&counts[1..]);
    match kind {
        "linear" => Ok(Layer::Linear),
        "conv" => Ok(Layer::Conv(counts[0], stride)),
        "transposed_conv" => Ok(Layer::TransposedConv(counts[0], stride)),
        "embedding" => Ok(Layer::Embedding),
        "gates" => Ok(Layer::Gates(counts[0])),
        _ => Err(format!("no layer {text}").into()),
    }
}

/// The scheme of that name; `None` for factors that depth alone decides, which have no shape.
fn scheme(name: &str) -> Option<(Scaling, Form)> {
    Some(match name {
        "glorot_normal" => (Scaling::GLOROT, Form::Normal),
        "glorot_uniform" => (Scaling::GLOROT, Form::Uniform),
        "he_normal" => (Scaling::HE, Form::Normal),
        "he_uniform" => (Scaling::HE, Form::Uniform),
        "he_normal_fan_out" => (Scaling { scale: 2.0, fan: Fan::Out }, Form::Normal),
        "lecun_normal" => (Scaling::LECUN, Form::Normal),
        "lecun_uniform" => (Scaling::LECUN, Form::Uniform),
        "geometric_normal" => (Scaling { scale: 1.0, fan: Fan::Geometric }, Form::Normal),
        "he_truncated" => (Scaling::HE, Form::Truncated(2.0)),
        "torch_default_uniform" => (Scaling { scale: 1.0 / 3.0, fan: Fan::In }, Form::Uniform),
        "fixup_9" => (Scaling { scale: 2.0 / 9.0, fan: Fan::In }, Form::Normal),
        "siren_30" => (Scaling { scale: 2.0 / 900.0, fan: Fan::In }, Form::Uniform),
        "siren_first" => (Scaling { scale: 1.0 / 6.0, fan: Fan::In }, Form::Uniform),
        _ => return None,
    })
}

#[test]
fn golden_distributions_come_out() -> Outcome {
    for row in rows(include_str!("../../../tests/data/golden_laws.csv"), ',').filter(|row| !row[0].is_empty())
    {
        let shape = row[0].split('x').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let fans = fans(&shape, layer(row[1], &mut Vec::new())?).ok_or("no fans")?;
        let got = match (row[3], scheme(row[2]).map(|(scaling, form)| scaling.distribution(fans, form))) {
            ("fan_in", None) => fans.fan_in,
            ("fan_out", None) => fans.fan_out,
            ("std", Some(Distribution::Normal(_, std))) => std,
            ("bound", Some(Distribution::Uniform(_, up))) => up,
            ("parent_std", Some(Distribution::TruncatedNormal(_, std, ..))) => std,
            _ => return Err(format!("no such quantity: {row:?}").into()),
        };
        assert!(relative(got, row[4].parse()?) < 1e-15, "{row:?}: {got}");
    }
    Ok(())
}

/// Whatever the form, the standard deviation is the one asked for; the constant of the cut is its formula.
#[test]
fn every_form_keeps_the_variance() -> Outcome {
    let fans = fans(&[64, 32, 3, 3], Layer::Conv(1, &[])).ok_or("no fans")?;
    for form in [Form::Normal, Form::Truncated(2.0), Form::Uniform] {
        assert!(
            relative(Scaling::GLOROT.distribution(fans, form).moments()[1], Scaling::GLOROT.std(fans))
                < 1e-15
        );
    }
    let formula = (1.0 - 4.0 * gauss::density(2.0) / (2.0 * gauss::centred(2.0))).sqrt();
    assert!(relative(STD_CUT_AT_2, formula) < 1e-15);
    assert!(relative(Distribution::TruncatedNormal(0.0, 1.0, -2.0, 2.0).moments()[1], STD_CUT_AT_2) < 1e-15);
    Ok(())
}

#[test]
fn shapes_that_do_not_fit_have_no_fans() {
    let misfits: [(&[usize], Layer); 8] = [
        (&[], Layer::Linear),
        (&[5], Layer::Linear),
        (&[5, 5, 5], Layer::Linear),
        (&[5, 5], Layer::Conv(1, &[])),
        (&[5, 5, 3], Layer::Conv(2, &[])),
        (&[5, 5, 3], Layer::Conv(0, &[])),
        (&[5, 5, 3, 3], Layer::TransposedConv(1, &[2])),
        (&[5, 5], Layer::Gates(4)),
    ];
    for (shape, layer) in misfits {
        assert_eq!(fans(shape, layer), None, "{shape:?} {layer:?}");
    }
}
