//! Fine-tunes a backbone from a file: the file's tensors under other names and in bf16, a new head, the first layer frozen,
//! dropout that is seeded. `cargo run --release --example fine_tune`
//!
//! First the backbone learns the ten digits and is saved. Then a net with another task, whether a digit is even, loads it.

use anyhow::Result;
use candle_core::{D, DType, Device, Tensor};
use candle_init::{Checkpoint, Initializer, Noise, init};
use candle_init_examples::{data::Dataset, pipe::end_with_the_reader, set::Set};
use candle_nn::{AdamW, Linear, Module, ModuleT, Optimizer, ParamsAdamW, VarBuilder, VarMap, linear, loss};

const WIDTH: usize = 64;

struct Net {
    layers: [Linear; 2],
    dropout: candle_init::Dropout,
    head: Linear,
}

impl Net {
    /// The backbone under one path, the head under another.
    fn new(vb: VarBuilder, path: &str, pixels: usize, classes: usize, noise: &Noise) -> Result<Self> {
        let backbone = vb.pp(path);
        Ok(Self {
            layers: [linear(pixels, WIDTH, backbone.pp("fc0"))?, linear(WIDTH, WIDTH, backbone.pp("fc1"))?],
            dropout: noise.dropout("fc1", 0.1)?,
            head: linear(WIDTH, classes, vb.pp("head"))?,
        })
    }

    fn forward(&self, images: &Tensor, train: bool) -> candle_core::Result<Tensor> {
        let hidden = self.layers[0].forward(images)?.relu()?;
        let hidden = self.layers[1].forward(&hidden)?.relu()?;
        self.head.forward(&self.dropout.forward_t(&hidden, train)?)
    }
}

/// Trains for some epochs and returns the share of test images that are classed rightly.
fn train(
    net: &Net,
    vars: Vec<candle_core::Var>,
    [train, test]: [&Set; 2],
    noise: &Noise,
    epochs: u64,
) -> Result<f32> {
    let mut optimizer = AdamW::new(vars, ParamsAdamW { lr: 2e-3, ..Default::default() })?;
    let count = train.count()? as u32;
    let batches = u64::from(count).div_ceil(64);
    for epoch in 0..epochs {
        noise.set_step(epoch * batches);
        let order = noise.permutation("batches", count);
        for (batch, step) in order.chunks(64).zip(epoch * batches..) {
            noise.set_step(step);
            let batch = train.pick(batch)?;
            optimizer
                .backward_step(&loss::cross_entropy(&net.forward(&batch.images, true)?, &batch.labels)?)?;
        }
    }
    let right = net.forward(&test.images, false)?.argmax(D::Minus1)?.eq(&test.labels)?;
    Ok(right.to_dtype(DType::F32)?.mean_all()?.to_scalar()?)
}

/// The same images with another question: whether the digit is even.
fn even(set: &Set) -> Result<Set> {
    let labels = set.labels.to_vec1::<u32>()?.into_iter().map(|digit| 1 - digit % 2).collect::<Vec<_>>();
    Ok(Set { images: set.images.clone(), labels: Tensor::new(labels, set.labels.device())? })
}

fn main() -> Result<()> {
    end_with_the_reader();
    let device = Device::Cpu;
    let data = Dataset::load(None, 1)?;
    let (digits, test) = (Set::new(&data.train, &device)?, Set::new(&data.test, &device)?);
    let pixels = data.train.size;

    // A backbone as others would publish it: in bf16, under names of its own.
    let file = std::env::temp_dir().join(format!("fine-tune-{}.safetensors", std::process::id()));
    let (vars, noise) = (VarMap::new(), Noise::new(7));
    let init = Initializer::new(7).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS);
    let net = Net::new(init.var_builder(&vars, DType::F32, &device), "encoder", pixels, 10, &noise)?;
    let accuracy = train(&net, init.trainable(&vars), [&digits, &test], &noise, 10)?;
    println!("backbone: {:.2} % of ten digits", 100.0 * accuracy);
    let named = candle_init::named_vars(&vars);
    let narrow = named.iter().map(|(name, var)| Ok((name.clone(), var.to_dtype(DType::BF16)?)));
    candle_core::safetensors::save(&narrow.collect::<Result<std::collections::HashMap<_, _>>>()?, &file)?;

    // The net that is fine-tuned: what the file has is loaded, the head is new, the first layer stays as it is.
    let checkpoint = Checkpoint::open(&file)?.rename("encoder.*", "model.*")?.skip("head.*")?;
    let init = Initializer::new(42)
        .load(checkpoint)
        .rule("head.weight", init::GLOROT_UNIFORM)
        .rule("head.bias", init::ZEROS)
        .frozen("model.fc0.*");
    let (vars, noise) = (VarMap::new(), Noise::new(42));
    let build = |vb: VarBuilder<'static>| Net::new(vb, "model", pixels, 2, &noise);
    let net = init.build(&vars, DType::F32, &device, build)?;
    println!("{}", init.report(&vars)?);

    // Before the first step, a checkpoint of it is what file and seed say, to the bit.
    let start = file.with_extension("start.safetensors");
    vars.save(&start)?;
    println!("{}", candle_init_probe::verify(&start, &init, build)?);
    let accuracy = train(&net, init.trainable(&vars), [&even(&digits)?, &even(&test)?], &noise, 5)?;
    println!("fine-tuned: {:.2} % of even and odd", 100.0 * accuracy);
    std::fs::remove_file(file).and(std::fs::remove_file(start))?;
    Ok(())
}
