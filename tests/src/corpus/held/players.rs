//! Nets that act.

use candle_core::{D, DType, Result, Tensor};
use candle_init::{Initializer, init};
use candle_nn::loss;
use candle_nn::ops::log_softmax;

use crate::corpus::held::{FLAT, RELU, VECTORS, held};
use crate::corpus::parts::{he, labels, linear, stack, targets, through};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        held("PPO: clipped ratio, value, entropy", clipped, FLAT),
        held("dueling heads, a target net, Huber's loss", dueling, RELU),
        held("soft actor of a Gaussian", gaussian, RELU),
    ]
}

/// The log-probability of the actions that were taken.
fn taken(logits: &Tensor, actions: &Tensor) -> Result<Tensor> {
    log_softmax(logits, D::Minus1)?.gather(&actions.unsqueeze(1)?, 1)?.squeeze(1)
}

/// Orthogonal weights of √2, a policy of 0.01; the advantage is 1 where the action was the teacher's.
fn clipped(seed: u64) -> anyhow::Result<Trial> {
    let open = Initializer::new(seed).rule("policy.weight", init::ORTHOGONAL.times(0.01));
    let init = open.rule("*.bias", init::ZEROS).weights(init::ORTHOGONAL.times(std::f64::consts::SQRT_2));
    let trial = Trial::new(init, VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (policy, value) = (linear(32, 4, vb.pp("policy"))?, linear(32, 1, vb.pp("value"))?);
        Ok(Box::new(move |x: &Tensor| {
            let h = x.apply(&first)?.tanh()?.apply(&mid)?.tanh()?;
            let logits = h.apply(&policy)?;
            // Who acted chose at random, as an untrained policy does.
            let actions = Tensor::from_iter((0..x.dim(0)? as u32).map(|n| n % 4), x.device())?;
            let right = labels(x, 4)?.eq(&actions)?.to_dtype(DType::F32)?;
            let gain = ((right * 4.0)? - 1.0)?;
            let ratio = (taken(&logits, &actions)? + 4f64.ln())?.exp()?;
            let clip = ratio.clamp(0.5f32, 2f32)?;
            let act = (&ratio * &gain)?.minimum(&(clip * &gain)?)?.mean_all()?.neg()?;
            let log = log_softmax(&logits, D::Minus1)?;
            let order = (log.exp()? * log)?.sum(1)?.mean_all()?;
            let worth = loss::mse(&h.apply(&value)?, &targets(x, 1)?)?;
            (act + (worth * 0.5)?)? + (order * 0.01)?
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 3e-3))
}

/// `V + A − mean A` against a reward and what a fixed copy says of the next state.
fn dueling(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("online.first"))?, linear(32, 32, vb.pp("online.mid"))?);
        let (value, gain) = (linear(32, 1, vb.pp("online.value"))?, linear(32, 4, vb.pp("online.gain"))?);
        let target = stack(&[16, 32, 4], &vb.pp("target"))?;
        Ok(Box::new(move |x: &Tensor| {
            let h = x.apply(&first)?.relu()?.apply(&mid)?.relu()?;
            let gain = h.apply(&gain)?;
            let q = gain.broadcast_sub(&gain.mean_keepdim(1)?)?.broadcast_add(&h.apply(&value)?)?;
            let actions = Tensor::from_iter((0..x.dim(0)? as u32).map(|n| n % 4), x.device())?;
            let q = q.gather(&actions.unsqueeze(1)?, 1)?.squeeze(1)?;
            let reward = targets(x, 4)?.gather(&actions.unsqueeze(1)?, 1)?.squeeze(1)?;
            let next = through(&target, &(x * 0.3)?, Tensor::relu)?.max(1)?.detach();
            loss::huber(&q, &(reward + (next * 0.2)?)?, 1.0)
        }) as Loss)
    })?;
    Ok(trial.only("online.*"))
}

/// A mean and a spread, an action by a fixed noise, squashed; its worth is what a fixed judge in the map says.
fn gaussian(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("actor.first"))?, linear(32, 32, vb.pp("actor.mid"))?);
        let (mean, log) = (linear(32, 2, vb.pp("actor.mean"))?, linear(32, 2, vb.pp("actor.log"))?);
        let noise = crate::corpus::parts::teacher("noise", (64, 2))?;
        Ok(Box::new(move |x: &Tensor| {
            let h = x.apply(&first)?.relu()?.apply(&mid)?.relu()?;
            let (mean, log) = (h.apply(&mean)?, h.apply(&log)?.clamp(-5f32, 2f32)?);
            let action = (mean + (log.exp()? * &noise)?)?.tanh()?;
            // The judge likes what the teacher would do.
            let worth = (action - targets(x, 2)?)?.sqr()?.sum(1)?;
            (worth - (log.sum(1)? * 0.02)?)?.mean_all()
        }) as Loss)
    })?;
    Ok(trial.only("actor.*"))
}
