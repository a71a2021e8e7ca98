//! Nets that train beside others: pairs, players and what learns by comparison.

use candle_core::{D, Result, Tensor};
use candle_init::{Init, init};
use candle_nn::{Linear, loss};

use crate::corpus::parts::{binary, classify, glorot, he, linear, regress, stack, targets, teacher, through};
use crate::corpus::plant::{Plant, nan, off, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

const NET: &[Plant] = &[
    Plant { what: "a NaN", names: &["net.1.weight"], harm: nan },
    Plant { what: "all weights zero", names: &[], harm: zeros },
    Plant { what: "all units off", names: &["net.1.bias"], harm: off },
];

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("several", name, build, plants);
    vec![
        of("RankNet", ranked, NET),
        of("Siamese", siamese, &[NET[0], NET[2]]),
        of("contrastive, with a logit scale", contrastive, &[NET[0]]),
        of("VAE", vae, &[NET[0]]),
        of("GAN, the generator's step", generator, &[]),
        of("GAN, the discriminator's step", discriminator, &[]),
        of("policy gradient, actor and critic", actor_critic, &[NET[0]]),
        of("DDPG, the critic's step", critic, &[]),
        of("an average's copies in the map", averaged, &[NET[0]]),
        of("noise predictor, DDPM", denoiser, &[NET[0]]),
        of("coupling flow, last layers zero", flow, &[]),
        of("two heads", two_heads, NET),
    ]
}

const VECTORS: Batches = Batches::Vectors(64, 16);

fn ranked(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32, 1], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let (a, b) = (x.narrow(0, 0, 32)?, x.narrow(0, 32, 32)?);
            let score = |x: &Tensor| through(&net, x, Tensor::relu);
            let truth = |x: &Tensor| targets(x, 1);
            let better = truth(&a)?.gt(&truth(&b)?)?.to_dtype(x.dtype())?;
            binary(&(score(&a)? - score(&b)?)?, &better)
        }) as Loss)
    })?;
    Ok(trial)
}

/// Distances of pairs of one net's outputs against those of a teacher's.
fn siamese(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32, 8], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let (a, b) = (x.narrow(0, 0, 32)?, x.narrow(0, 32, 32)?);
            let code = |x: &Tensor| through(&net, x, Tensor::relu);
            let distance = |a: Tensor, b: Tensor| (a - b)?.sqr()?.mean(1);
            let truth = distance(targets(&a, 4)?, targets(&b, 4)?)?;
            loss::mse(&distance(code(&a)?, code(&b)?)?, &truth.detach())
        }) as Loss)
    })
}

fn contrastive(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("logit_scale", Init::Const(2.0));
    let trial = Trial::new(init, VECTORS, |vb| {
        let net = stack(&[16, 32, 16], &vb.pp("net"))?;
        let other = stack(&[16, 32, 16], &vb.pp("other"))?;
        let scale = vb.get((), "logit_scale")?;
        let mix = teacher("views", (16, 16))?.affine(0.25, 0.0)?;
        Ok(Box::new(move |x: &Tensor| {
            let unit = |x: Tensor| x.broadcast_div(&x.sqr()?.sum_keepdim(1)?.sqrt()?);
            let a = unit(through(&net, x, Tensor::relu)?)?;
            let b = unit(through(&other, &x.matmul(&mix)?, Tensor::relu)?)?;
            let logits = a.matmul(&b.t()?)?.broadcast_mul(&scale.exp()?)?;
            loss::cross_entropy(&logits, &Tensor::arange(0u32, 64, x.device())?)
        }) as Loss)
    })?;
    Ok(trial)
}

fn vae(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 8), |vb| {
        let (net, out) = (stack(&[8, 32, 32], &vb.pp("net"))?, stack(&[4, 32, 8], &vb.pp("out"))?);
        let (mean, spread) = (linear(32, 4, vb.pp("mean"))?, linear(32, 4, vb.pp("spread"))?);
        let mix = teacher("mix", (8, 8))?.narrow(0, 0, 3)?.contiguous()?;
        let noise = teacher("noise", (64, 4))?;
        Ok(Box::new(move |x: &Tensor| {
            let x = x.narrow(1, 0, 3)?.matmul(&mix)?;
            let h = through(&net, &x, Tensor::relu)?.relu()?;
            let (mean, log) = (h.apply(&mean)?, (h.apply(&spread)? * 0.1)?);
            let z = (&mean + ((&log * 0.5)?.exp()? * &noise)?)?;
            let error = loss::mse(&through(&out, &z, Tensor::relu)?, &x.detach())?;
            let divergence = ((mean.sqr()? + log.exp()?)? - &log)?.mean_all()?;
            error + (divergence * 0.01)?
        }) as Loss)
    })?;
    Ok(trial.rates(0.02, 3e-3))
}

/// The generator's step: the discriminator is in the map and fixed.
fn generator(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32, 8], &vb.pp("generator"))?;
        let judge = stack(&[8, 32, 1], &vb.pp("discriminator"))?;
        Ok(Box::new(move |x: &Tensor| {
            let score = through(&judge, &through(&net, x, Tensor::relu)?, Tensor::relu)?;
            binary(&score, &score.ones_like()?)
        }) as Loss)
    })?;
    Ok(trial.only("generator.*"))
}

/// The discriminator's step: what the generator made is cut off.
fn discriminator(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32, 8], &vb.pp("generator"))?;
        let judge = stack(&[8, 32, 1], &vb.pp("discriminator"))?;
        Ok(Box::new(move |x: &Tensor| {
            let made = through(&net, x, Tensor::relu)?.detach();
            let score = |x: &Tensor| through(&judge, x, Tensor::relu);
            let (fake, real) = (score(&made)?, score(&targets(x, 8)?)?);
            binary(&fake, &fake.zeros_like()?)? + binary(&real, &real.ones_like()?)?
        }) as Loss)
    })?;
    Ok(trial.only("discriminator.*"))
}

fn actor_critic(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("policy.weight", init::GLOROT_UNIFORM.times(0.01));
    let trial = Trial::new(init, VECTORS, |vb| {
        let net = stack(&[16, 32, 32], &vb.pp("net"))?;
        let (policy, value) = (linear(32, 4, vb.pp("policy"))?, linear(32, 1, vb.pp("value"))?);
        Ok(Box::new(move |x: &Tensor| {
            let h = through(&net, x, Tensor::tanh)?.tanh()?;
            // The return of the teacher's action is its value.
            let worth = targets(x, 1)?;
            let act = classify(&h.apply(&policy)?, x)?;
            act + loss::mse(&h.apply(&value)?, &worth)?
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 3e-3))
}

/// The critic's step of DDPG: the actor and the two targets are in the map and not in the loss's gradient.
fn critic(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let actor = stack(&[16, 32, 4], &vb.pp("actor"))?;
        let critic = stack(&[20, 32, 1], &vb.pp("critic"))?;
        let target = stack(&[20, 32, 1], &vb.pp("target_critic"))?;
        Ok(Box::new(move |x: &Tensor| {
            let action = through(&actor, x, Tensor::relu)?.tanh()?.detach();
            let both = Tensor::cat(&[x, &action], 1)?;
            let goal = (targets(x, 1)? + (through(&target, &both, Tensor::relu)?.detach() * 0.1)?)?;
            loss::mse(&through(&critic, &both, Tensor::relu)?, &goal)
        }) as Loss)
    })?;
    Ok(trial.only("critic.*"))
}

/// The moving average of a net, kept in the same map.
fn averaged(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32, 4], &vb.pp("net"))?;
        stack(&[16, 32, 32, 4], &vb.pp("ema"))?;
        Ok(Box::new(move |x: &Tensor| classify(&through(&net, x, Tensor::relu)?, x)) as Loss)
    })?;
    Ok(trial.classes(4).only("net.*"))
}

/// Predicts the noise in a point, given how much there is.
fn denoiser(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 8), |vb| {
        let (time, net) = (linear(8, 32, vb.pp("time"))?, stack(&[8, 32, 32, 8], &vb.pp("net"))?);
        let levels = teacher("levels", (64, 1))?.abs()?;
        let waves = teacher("waves", (1, 8))?;
        Ok(Box::new(move |x: &Tensor| {
            let features = levels.matmul(&waves)?.sin()?;
            let point = (targets(x, 8)? + x.broadcast_mul(&levels)?)?;
            let first = (point.apply(&net[0])? + features.apply(&time)?)?.relu()?;
            let y = first.apply(&net[1])?.relu()?.apply(&net[2])?;
            loss::mse(&y, &x.detach())
        }) as Loss)
    })?;
    Ok(trial)
}

/// RealNVP: affine couplings whose last layers start at zero.
fn flow(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("step.*.1.weight", init::ZEROS);
    let trial = Trial::new(init, Batches::Vectors(64, 8), |vb| {
        let steps = (0..3).map(|n| stack(&[4, 32, 8], &vb.pp("step").pp(n)));
        let steps = steps.collect::<Result<Vec<_>>>()?;
        let mix = teacher("mix", (8, 8))?.affine(0.4, 0.0)?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.matmul(&mix)?;
            let mut volume = Tensor::zeros(x.dim(0)?, x.dtype(), x.device())?;
            for step in &steps {
                let (a, b) = (y.narrow(1, 0, 4)?, y.narrow(1, 4, 4)?);
                let both = through(step, &a, Tensor::relu)?;
                let (scale, shift) = (both.narrow(1, 0, 4)?.tanh()?, both.narrow(1, 4, 4)?);
                volume = (volume + scale.sum(D::Minus1)?)?;
                y = Tensor::cat(&[&((b * scale.exp()?)? + shift)?, &a], 1)?;
            }
            ((y.sqr()?.sum(1)? * 0.5)? - volume)?.mean_all()
        }) as Loss)
    })?;
    Ok(trial.rates(0.01, 1e-2))
}

fn two_heads(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32], &vb.pp("net"))?;
        let heads: [Linear; 2] = [linear(32, 4, vb.pp("class"))?, linear(32, 2, vb.pp("place"))?];
        Ok(Box::new(move |x: &Tensor| {
            let h = through(&net, x, Tensor::relu)?.relu()?;
            classify(&h.apply(&heads[0])?, x)? + regress(&h.apply(&heads[1])?, x)?
        }) as Loss)
    })
}
