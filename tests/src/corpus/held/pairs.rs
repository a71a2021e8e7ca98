//! Nets that learn by comparison: of views, of classes, of a teacher.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::ops::{log_softmax, softmax};
use candle_nn::{BatchNorm, Linear, loss};

use crate::corpus::held::{NORMED, RELU, VECTORS, held};
use crate::corpus::parts::{bn, classify, he, linear, stack, targets, teacher, through};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        held("prototypes of few examples", prototypes, RELU),
        held("two towers, items of the batch as negatives", towers, RELU),
        held("a student of a fixed teacher", student, RELU),
        held("views that predict each other, BYOL", views, NORMED),
    ]
}

/// Snell et al. 2017: the class of a query is that of the nearest mean of examples.
fn prototypes(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let head = linear(32, 16, vb.pp("head"))?;
        // Four classes; what tells them apart is in few of the inputs' directions.
        let means = (teacher("means", (4, 16))? * 0.6)?;
        let hide = (teacher("hide", (16, 16))? * 0.25)?;
        Ok(Box::new(move |x: &Tensor| {
            let x = (x.reshape((4, 16, 16))?.broadcast_add(&means.unsqueeze(1)?)?).flatten_to(1)?;
            let x = x.matmul(&hide)?;
            let code = x.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&head)?.reshape((4, 16, 16))?;
            let nearest = code.narrow(1, 0, 8)?.mean(1)?;
            let queries = code.narrow(1, 8, 8)?.reshape((32, 1, 16))?;
            let far = queries.broadcast_sub(&nearest.unsqueeze(0)?)?.sqr()?.sum(2)?;
            let right = Tensor::arange(0u32, 4, x.device())?.unsqueeze(1)?.broadcast_as((4, 8))?;
            loss::cross_entropy(&far.neg()?, &right.flatten_all()?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.01, 3e-3))
}

/// A user's tower and an item's; the loss is the softmax over all items of the batch at a temperature.
fn towers(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (user, first) = (stack(&[16, 32, 16], &vb.pp("user"))?, linear(6, 32, vb.pp("first"))?);
        let (mid, last) = (linear(32, 32, vb.pp("mid"))?, linear(32, 16, vb.pp("last"))?);
        Ok(Box::new(move |x: &Tensor| {
            let unit = |y: Tensor| y.broadcast_div(&(y.sqr()?.sum_keepdim(1)? + 1e-8)?.sqrt()?);
            let item = (targets(x, 6)? * 2.0)?;
            let a = unit(through(&user, x, Tensor::relu)?)?;
            let b = unit(item.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&last)?)?;
            let scores = (a.matmul(&b.t()?)? / 0.2)?;
            loss::cross_entropy(&scores, &Tensor::arange(0u32, 64, x.device())?)
        }) as Loss)
    })?;
    Ok(trial.classes(64))
}

/// Hinton et al. 2015: the teacher's softened answers beside the labels; the teacher is in the map and fixed.
fn student(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let master = stack(&[16, 48, 4], &vb.pp("master"))?;
        let (first, mid) = (linear(16, 24, vb.pp("student.first"))?, linear(24, 24, vb.pp("student.mid"))?);
        let head = linear(24, 4, vb.pp("student.head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let soft = softmax(&(through(&master, x, Tensor::relu)? / 2.0)?, D::Minus1)?.detach();
            let y = x.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&head)?;
            let like = (soft * log_softmax(&(&y / 2.0)?, D::Minus1)?)?.sum(1)?.mean_all()?.neg()?;
            like * 2.0 + classify(&y, x)?
        }) as Loss)
    })?;
    Ok(trial.only("student.*"))
}

struct Encoder(Linear, BatchNorm, Linear);

impl Encoder {
    fn of(&self, x: &Tensor) -> Result<Tensor> {
        self.1.forward_train(&x.apply(&self.0)?)?.relu()?.apply(&self.2)
    }
}

/// Grill et al. 2020: one view's prediction of the other's code, which is cut off.
fn views(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let encoder =
            Encoder(linear(16, 32, vb.pp("mid"))?, bn(32, vb.pp("norm"))?, linear(32, 16, vb.pp("code"))?);
        let guess = Encoder(
            linear(16, 32, vb.pp("guess.first"))?,
            bn(32, vb.pp("guess.bn"))?,
            linear(32, 16, vb.pp("guess.last"))?,
        );
        let unit = |y: Tensor| y.broadcast_div(&(y.sqr()?.sum_keepdim(1)? + 1e-8)?.sqrt()?);
        let blur = (teacher("blur", (64, 16))? * 0.3)?;
        Ok(Box::new(move |x: &Tensor| {
            let (a, b) = (encoder.of(&(x + &blur)?)?, encoder.of(&(x - &blur)?)?);
            let like = |from: &Tensor, to: &Tensor| {
                (unit(guess.of(from)?)? * unit(to.detach())?)?.sum(1)?.mean_all()?.affine(-1.0, 1.0)
            };
            (like(&a, &b)? + like(&b, &a)?)?.to_dtype(DType::F32)
        }) as Loss)
    })
}
