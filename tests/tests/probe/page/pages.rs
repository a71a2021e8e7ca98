//! The pages that are opened: of nets that were probed, of values that no net has, of nothing, and a broken one.

use candle_core::{DType, Device, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::figure::{LineChart, Series};
use candle_init_probe::page::{Card, Page, Section, Table, Tone};
use candle_init_probe::{
    Band, Fault, Finding, Gradient, Inspection, LayerSignal, Moments, Parameter, Probe, Signal, Spectrum,
    Target, Verdict, Way, noise,
};
use candle_nn::{Linear, Module, VarMap, linear};

const HOSTILE: &str = "</title><script>alert('1')</script>&\"quoted\"";

/// Each page with its name and how many pictures it has.
pub(crate) fn sound() -> Vec<(&'static str, String, u64)> {
    vec![
        ("healthy", probed(init::HE_NORMAL, "layers").to_html("A deep ReLU net"), 3 + 9 + 18 + 9),
        (
            "vanishing",
            probed(Init::Randn { mean: 0.0, stdev: 0.001 }, HOSTILE).to_html(HOSTILE),
            3 + 9 + 18 + 9,
        ),
        ("huge", huge().to_html(&"a.very.long.title.without.a.place.to.break".repeat(4)), 3 + 64 + 64 + 64),
        ("nothing", Verdict::default().to_html("nothing"), 0),
        ("charts", charts().to_html(), 4),
        ("stored", stored().to_html(HOSTILE), 5),
    ]
}

/// A checkpoint in two files, as the command inspects it: weights of several kinds, zeros, and a hostile name.
fn stored() -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let normal = |seed: u64, std: f64| (noise((64, 64), seed, &Device::Cpu).unwrap() * std).unwrap();
    let zeros = Tensor::zeros((64, 64), DType::BF16, &Device::Cpu).unwrap();
    let first = [("a.weight", normal(1, 0.02)), ("b.weight", zeros), (HOSTILE, normal(2, 3.0))];
    let bias = Tensor::ones(64, DType::F32, &Device::Cpu).unwrap();
    let steps = Tensor::zeros((), DType::I64, &Device::Cpu).unwrap();
    for (number, tensors) in [&first[..], &[("a.bias", bias), ("a.steps", steps)]].into_iter().enumerate() {
        let file = folder.path().join(format!("model-0000{}-of-00002.safetensors", number + 1));
        candle_core::safetensors::save(&tensors.iter().cloned().collect(), file).unwrap();
    }
    Verdict::from(Inspection::of_file(folder.path()).unwrap())
}

/// A net of eight hidden layers that was run, with its parameters beside its signal.
fn probed(initializer: Init, prefix: &str) -> Verdict {
    let vars = VarMap::new();
    let initializer = Initializer::new(5).rule("*.bias", init::ZEROS).weights(initializer);
    let vb = initializer.var_builder(&vars, DType::F32, &Device::Cpu);
    let layer = |number: usize| linear(64, 64, vb.pp(format!("{prefix}{number}.fc"))).unwrap();
    let (layers, head): (Vec<Linear>, _) =
        ((0..8).map(layer).collect(), linear(64, 10, vb.pp("head")).unwrap());
    let batch = noise((64, 64), 3, &Device::Cpu).unwrap();
    let probe = Probe::new(&vars).initializer(&initializer).classes(10).learning_rate(0.1);
    let verdict = probe.check(&batch, |x| {
        let x = layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())?;
        head.forward(&x)?.sqr()?.mean_all()
    });
    verdict.unwrap()
}

fn moments(count: u64, std: f64) -> Moments {
    let mut moments = Moments::default();
    (moments.count, moments.std, moments.kurtosis) = (count, std, 3.0);
    moments
}

/// 200 layers and 400 parameters of numbers that overflowed, with long names and a finding each.
fn huge() -> Verdict {
    let odd = [f64::NAN, f64::INFINITY, 0.0, 1e-300, 1e300, -1.0, 1.0];
    let pick = |index: usize| odd[index % odd.len()];
    let name =
        |index| format!("encoder.layers.{index}.attention.output.dense.with.quite.a.long.name.{HOSTILE}");
    let (mut signal, mut inspection) = (Signal::default(), Inspection::default());
    (signal.loss, signal.classes) = (f64::NAN, Some(50_257));
    for index in 0..200 {
        let mut layer = LayerSignal::default();
        layer.name = name(index);
        (layer.output, layer.passed) = (moments(10, pick(index)), moments(10, pick(index + 1)));
        (layer.dead, layer.saturated, layer.correlation) = (pick(index), pick(index + 2), pick(index + 3));
        layer.error_rms = Some(pick(index + 4));
        layer.activation = Some("leaky_relu(slope=0.01)".into());
        let mut band = Band::default();
        (band.rms, band.lo, band.hi) = (1.0, pick(index), pick(index + 1));
        layer.predicted = Some(band);
        signal.layers.push(layer);
    }
    for index in 0..400 {
        let mut parameter = Parameter::default();
        (parameter.name, parameter.shape) = (format!("{}.weight", name(index)), vec![50_257, 12_288, 3, 3]);
        let (mut target, mut spectrum) = (Target::default(), Spectrum::default());
        (target.rule, target.std) =
            ("variance_scaling(scale=2, fan=average, distribution=normal)".into(), pick(index));
        spectrum.values = (0..2000).map(|value| pick(index + value)).collect();
        (parameter.target, parameter.spectrum) = (Some(target), Some(spectrum));
        inspection.parameters.push(parameter);
        let mut gradient = Gradient::default();
        gradient.name = format!("{}.weight", name(index));
        (gradient.moments, gradient.to_weight) =
            ((index % 2 == 0).then(|| moments(4, pick(index))), Some(pick(index)));
        signal.gradients.push(gradient);
    }
    let mut verdict = Verdict::default();
    verdict.findings = (0..200).map(|index| finding(name(index), pick(index), index)).collect();
    (verdict.signal, verdict.inspection) = (Some(signal), Some(inspection));
    verdict
}

fn finding(place: String, figure: f64, index: usize) -> Finding {
    let fault = match index % 5 {
        0 => Fault::Vanishing { way: Way::Backward, ratio: figure, limit: 1e-3 },
        1 => Fault::FirstLoss {
            loss: figure,
            members: Some(3),
            classes: 10,
            logits: Some(figure),
            width: Some(10),
        },
        2 => Fault::Copied { other: HOSTILE.repeat(3) },
        3 => Fault::FarAnswer { ratio: figure, limit: 10.0 },
        _ => Fault::Uninitialised { vector: false },
    };
    Finding::new(place, fault)
}

/// What a caller may make of the parts: a sweep over widths, many lines, long words, numbers of any size.
fn charts() -> Page {
    let widths = [64.0, 256.0, 1024.0, 4096.0];
    let sweep = |slope: f64| widths.map(|width: f64| (width, width.powf(slope))).to_vec();
    let long = "a.label.that.is.much.too.long.for.any.legend.to.hold.it.in.one.line.of.a.figure";
    let many =
        (0..14).map(|line| Series::by_layer(format!("layer {line}"), &[1.0, f64::from(line), 2.0])).collect();
    let sizes = |x: f64| (x, 10f64.powf(x * 40.0));
    let spread = Series::new("1e-300 to 1e300", (-7..=7).map(|x| sizes(f64::from(x))).collect());
    let sweeps = vec![
        Series::new("μP", sweep(0.0)),
        Series::new("standard", sweep(0.5)),
        Series::new(long, sweep(-1.0)),
    ];
    let chart = |title: &str, log_x, log_y, series| LineChart {
        title: title.into(),
        x: long.into(),
        y: long.into(),
        log_x,
        log_y,
        bounds: None,
        series,
    };
    let section = Section::new(long)
        .card(Card::new(Tone::Good, long).place(long).text(long).fact(long, long))
        .figure(&chart("Activations by width", true, true, sweeps))
        .figure(&chart(long, false, false, many))
        .figure(&chart("sizes", false, true, vec![spread]))
        .figure(&chart("nothing", true, true, vec![]))
        .table(Table::new(long, [long; 6]).row([long; 6]).row(["1", "2", "3", "4", "5", "6"]))
        .code(long.repeat(4));
    Page::new("Charts").lead(format!("`{long}{long}` {long}{long}")).section(section)
}

/// Wrong in every way that is looked for.
pub(crate) const BROKEN: &str = r##"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { background: #fff; color: #222; margin: 0 } svg { width: 300px; display: block }</style></head>
<body>
<script>console.log("from a script"); throw new Error("on purpose");</script>
<img src="picture.png" alt="">
<p style="width: 2000px">wide</p>
<p style="width: 30px; overflow: hidden; white-space: nowrap">narrow but long</p>
<p style="color: #aaa">pale</p>
<svg viewBox="0 0 300 100">
  <text x="280" y="50" font-size="16" fill="#222222">right</text>
  <text x="5" y="2" font-size="16" fill="#222222">top</text>
  <text x="5" y="90" font-size="6" fill="#222222">tiny</text>
  <text x="100" y="50" font-size="16" fill="#222222">lower</text>
  <text x="102" y="52" font-size="16" fill="#222222">upper</text>
  <text x="100" y="80" font-size="16" fill="#cccccc">faint in a picture</text>
  <polyline points="0,0 10,10" fill="none" stroke="#eeeeee" opacity="1"/>
</svg>
</body></html>"##;
