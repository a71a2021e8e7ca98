//! A model's life on a GPU beside the same on the processor: loaded, judged, tuned, with dropout, its gradients. What is
//! drawn or read is the same to the bit; what candle computes of it agrees as far as sums in another order do.

use acceptance::scratch::Scratch;
use acceptance::values::{all_bits, bits, values};
use candle_core::{D, DType, Device, IndexOp, Module, Result, Tensor};
use candle_init::differentiable::{self, LayerNorm, ops, rotary_emb};
use candle_init::{Checkpoint, Init, Initializer, Noise, init, named_vars, trainable_vars};
use candle_init_probe::{Probe, Verdict, noise, tokens, unit_variance, verify};
use candle_nn::{Embedding, Linear, ModuleT, VarBuilder, VarMap, linear, loss};

use crate::cuda_device::{Outcome, devices};

const CPU: Device = Device::Cpu;
const WIDTH: usize = 32;
const LENGTH: usize = 16;
const VOCABULARY: usize = 50;
/// How far sums in another order go apart, in parts of a number, after some layers in f32.
const TOLERANCE: f64 = 1e-3;

/// A transformer block between an embedding and a head, by candle's fused operations.
struct Net {
    table: Embedding,
    norms: [LayerNorm; 2],
    qkv: Linear,
    out: Linear,
    up: Linear,
    down: Linear,
    head: Linear,
    angles: [Tensor; 2],
}

impl Net {
    fn new(vb: VarBuilder) -> Result<Self> {
        let angles = Tensor::arange(0u32, (LENGTH * WIDTH / 2) as u32, vb.device())?.to_dtype(DType::F32)?;
        let angles = (angles / 100.0)?.reshape((LENGTH, WIDTH / 2))?;
        Ok(Self {
            table: candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?,
            norms: [
                differentiable::layer_norm(WIDTH, 1e-5, vb.pp("ln_1"))?,
                differentiable::layer_norm(WIDTH, 1e-5, vb.pp("ln_2"))?,
            ],
            qkv: linear(WIDTH, 3 * WIDTH, vb.pp("qkv"))?,
            out: linear(WIDTH, WIDTH, vb.pp("out"))?,
            up: linear(WIDTH, 4 * WIDTH, vb.pp("up"))?,
            down: linear(4 * WIDTH, WIDTH, vb.pp("down"))?,
            head: linear(WIDTH, VOCABULARY, vb.pp("head"))?,
            angles: [angles.cos()?, angles.sin()?],
        })
    }

    fn turned(&self, x: &Tensor) -> Result<Tensor> {
        rotary_emb::rope(&x.unsqueeze(1)?.contiguous()?, &self.angles[0], &self.angles[1])?.squeeze(1)
    }

    fn loss(&self, batch: &Tensor) -> Result<Tensor> {
        let x = self.table.forward(batch)?;
        let parts = self.norms[0].forward(&x)?.apply(&self.qkv)?.chunk(3, D::Minus1)?;
        let scores =
            (self.turned(&parts[0])?.matmul(&self.turned(&parts[1])?.t()?)? / (WIDTH as f64).sqrt())?;
        let mixed = ops::softmax_last_dim(&scores)?.matmul(&parts[2].contiguous()?)?;
        let x = (x + mixed.apply(&self.out)?)?;
        let inner = self.norms[1].forward(&x)?.apply(&self.up)?.gelu_erf()?;
        let logits = (&x + inner.apply(&self.down)?)?.apply(&self.head)?;
        loss::cross_entropy(&logits.flatten_to(1)?, &batch.flatten_all()?)
    }
}

fn rules(seed: u64) -> Initializer {
    let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
    Initializer::new(seed).rule("*.bias", init::ZEROS).rule("qkv.weight", init::ORTHOGONAL).weights(normal)
}

fn built(init: &Initializer, device: &Device) -> Result<(VarMap, Net)> {
    let vars = VarMap::new();
    let net = Net::new(init.var_builder(&vars, DType::F32, device))?;
    Ok((vars, net))
}

fn batch(device: &Device) -> candle_init_probe::Result<Tensor> {
    tokens((4, LENGTH), VOCABULARY as u32, 7, device)
}

/// Numbers that are alike, the size of the largest of them as the measure.
fn alike(what: &str, there: &Tensor, here: &Tensor) -> Outcome {
    let (there, here) = (values(&there.to_device(&CPU)?)?, values(here)?);
    let size = here.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
    assert_eq!(there.len(), here.len(), "{what}");
    for (there, here) in there.iter().zip(&here) {
        assert!((there - here).abs() <= TOLERANCE * size, "{what}: {there} on the GPU, {here} here");
    }
    Ok(())
}

/// Operations with candle's fused kernels on the way forward and ours on the way back.
#[test]
fn loss_and_gradients_as_on_the_processor() -> Outcome {
    for device in devices()? {
        let ((there, net), (here, twin)) = (built(&rules(1), &device)?, built(&rules(1), &CPU)?);
        let (loss, due) = (net.loss(&batch(&device)?)?, twin.loss(&batch(&CPU)?)?);
        alike("the loss", &loss, &due)?;
        let (gradients, due) = (loss.backward()?, due.backward()?);
        for ((name, there), (_, here)) in named_vars(&there).iter().zip(named_vars(&here)) {
            let (Some(there), Some(here)) = (gradients.get(there), due.get(&here)) else {
                return Err(format!("{name} has no gradient").into());
            };
            alike(name, there, here)?;
        }
    }
    Ok(())
}

fn judged(init: &Initializer, device: &Device) -> std::result::Result<Verdict, Box<dyn std::error::Error>> {
    let (vars, net) = built(init, device)?;
    let before = all_bits_here(&vars)?;
    let verdict = Probe::new(&vars).initializer(init).check(&batch(device)?, |x| net.loss(x))?;
    assert_eq!(before, all_bits_here(&vars)?, "the model is not what it was");
    Ok(verdict)
}

fn all_bits_here(vars: &VarMap) -> Result<Vec<Vec<u64>>> {
    named_vars(vars).iter().map(|(_, var)| bits(&var.to_device(&CPU)?)).collect()
}

/// The same findings, of a net that trains and of three that do not.
#[test]
fn a_verdict_as_on_the_processor() -> Outcome {
    let faults = [
        ("none", rules(3)),
        ("zeros", Initializer::new(3).rule("{up,down}.*", init::ZEROS).weights(init::HE_NORMAL)),
        ("ones", Initializer::new(3).rule("{up,down}.*", init::ONES).weights(init::HE_NORMAL)),
        ("wide", Initializer::new(3).rule("up.weight", init::normal(0.0, 40.0)).weights(init::HE_NORMAL)),
    ];
    for device in devices()? {
        for (fault, init) in &faults {
            let (there, here) = (judged(init, &device)?, judged(init, &CPU)?);
            let said = |verdict: &Verdict| -> Vec<(String, String)> {
                verdict.findings.iter().map(|f| (f.name().into(), f.place.clone())).collect()
            };
            assert_eq!(said(&there), said(&here), "{fault}");
            assert_eq!(there.is_trainable(), here.is_trainable(), "{fault}");
            assert!(*fault == "none" || !there.is_trainable(), "{fault}: {there}");
        }
    }
    Ok(())
}

/// From a file onto the device, and from the device into a file that seed and rules explain.
#[test]
fn files_as_on_the_processor() -> Outcome {
    for device in devices()? {
        let (file, (vars, _)) = (Scratch::new(), built(&rules(5), &device)?);
        vars.save(file.path())?;
        assert!(verify(file.path(), &rules(5), Net::new)?.is_exact());
        assert!(!verify(file.path(), &rules(6), Net::new)?.is_exact());
        let load = Initializer::new(9).load(Checkpoint::open(file.path())?);
        let (loaded, _) = built(&load, &device)?;
        assert!(named_vars(&loaded).iter().all(|(_, var)| var.device().same_device(&device)));
        assert_eq!(all_bits_here(&loaded)?, all_bits_here(&vars)?);
        assert_eq!(
            all_bits_here(&vars)?,
            all_bits(&built(&rules(5), &CPU)?.0)?.into_values().collect::<Vec<_>>()
        );
        let part = rules(5).lazy("up.weight", (4 * WIDTH, WIDTH), init::HE_NORMAL, DType::BF16)?;
        assert_eq!(bits(&part.tensor(&device)?.to_device(&CPU)?)?, bits(&part.tensor(&CPU)?)?);
    }
    Ok(())
}

/// Numbers of training steps are the same bits; what is dropped is the same too.
#[test]
fn noise_as_on_the_processor() -> Outcome {
    let source = Noise::new(5);
    source.set_step(3);
    let dropout = source.dropout("drop", 0.3)?;
    for device in devices()? {
        for dtype in [DType::F32, DType::BF16, DType::F16, DType::F64] {
            let drawn = |device: &Device| -> std::result::Result<_, Box<dyn std::error::Error>> {
                let x = Tensor::ones((7, 301), dtype, device)?;
                let all = [source.normal_like("n", &x)?, dropout.forward_t(&x, true)?];
                Ok(all.iter().map(|t| bits(&t.to_device(&CPU)?)).collect::<Result<Vec<_>>>()?)
            };
            assert_eq!(drawn(&device)?, drawn(&CPU)?, "{dtype:?}");
        }
        let there = noise((5, 77), 7, &device)?.to_device(&CPU)?;
        assert_eq!(bits(&there)?, bits(&noise((5, 77), 7, &CPU)?)?);
    }
    Ok(())
}

/// A deep net of one width, started far too small.
fn deep(device: &Device) -> Result<(VarMap, Vec<Linear>)> {
    let vars = VarMap::new();
    let small = Initializer::new(3).weights(init::normal(0.0, 0.01)).rule("*.bias", init::ZEROS);
    let vb = small.var_builder(&vars, DType::F32, device);
    let layers = (0..8).map(|layer| linear(WIDTH, WIDTH, vb.pp(layer))).collect::<Result<_>>()?;
    Ok((vars, layers))
}

fn outputs(layers: &[Linear], x: &Tensor) -> Result<Tensor> {
    layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())
}

#[test]
fn lsuv_as_on_the_processor() -> Outcome {
    for device in devices()? {
        let tuned = |device: &Device| -> std::result::Result<_, Box<dyn std::error::Error>> {
            let (vars, layers) = deep(device)?;
            let x = noise((64, WIDTH), 7, device)?;
            unit_variance(&vars, &x, |x| outputs(&layers, x))?;
            Ok((vars, outputs(&layers, &x)?))
        };
        let ((there, found), (here, due)) = (tuned(&device)?, tuned(&CPU)?);
        alike("the output", &found, &due)?;
        for (there, here) in trainable_vars(&there).iter().zip(trainable_vars(&here)) {
            alike("a weight", there, &here)?;
        }
        assert!(due.i(0)?.sqr()?.mean_all()?.to_scalar::<f32>()? > 0.01);
    }
    Ok(())
}
