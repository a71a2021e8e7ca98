//! The runner that the programs share: from the command line to the figure.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use candle_core::DType;
use candle_init::Init;

use crate::activation::Activation;
use crate::args::Args;
use crate::compare::compare;
use crate::data::Dataset;
use crate::ending::{CALMER, Ending};
use crate::mlp::{Mlp, Shape};
use crate::pipe::end_with_the_reader;
use crate::progress::Progress;
use crate::runs::{self, Run};
use crate::threads::restarted;
use crate::train::{Epoch, Method};
use crate::trial::{Setting, Trial, rules};

/// Runs `activation`'s program on the command line's arguments.
///
/// # Errors
/// A missing device, data that cannot be used, a figure that cannot be written; each says what to
/// do.
pub fn run(activation: Activation) -> Result<ExitCode> {
    end_with_the_reader();
    let args = Args::parse_for(activation);
    match restarted(args.threads)? {
        Some(code) => Ok(code),
        None => train(activation, &args).map(|()| ExitCode::SUCCESS),
    }
}

fn train(activation: Activation, args: &Args) -> Result<()> {
    let device = args.device.open()?;
    // Before training, so that a folder that cannot be made costs no wait.
    let figure = figure_path(args, activation)?;
    let data = Dataset::load(args.data.as_deref(), args.seed)?;
    let shape = Shape { inputs: data.train.size, width: args.width, depth: args.depth() };
    let setting = Setting::new(activation, shape, args.recipe(), &data, &device)?;
    println!("{}", heading(args, &setting, &data));
    if args.compare {
        compare(&setting, data.test.chance(), &figure)?;
    } else {
        single(&setting, args.init.unwrap_or_else(|| activation.usual_initializer()), &figure)?;
    }
    println!("figure: {}", figure.display());
    Ok(())
}

fn figure_path(args: &Args, activation: Activation) -> Result<PathBuf> {
    fs::create_dir_all(&args.out).with_context(|| {
        format!("{}: cannot make the folder; give --out one that can be written", args.out.display())
    })?;
    let suffix = if args.compare { "-compare" } else { "" };
    Ok(args.out.join(format!("{}{suffix}.svg", activation.name())))
}

fn heading(args: &Args, setting: &Setting, data: &Dataset) -> String {
    let Setting { activation, shape, recipe, .. } = setting;
    let method = match recipe.method {
        Method::AdamW => "AdamW",
        Method::Sgd => "plain SGD",
    };
    format!(
        "{} hidden layers of {} {activation} units on {} ({} training, {} test images)\n\
         seed {}, {} epochs of {method}, learning rate {}, batches of {}, on {}",
        shape.depth,
        shape.width,
        data.name,
        data.train.len(),
        data.test.len(),
        recipe.seed,
        recipe.epochs,
        recipe.lr,
        recipe.batch,
        args.device.name()
    )
}

/// One network: plan, report, training, figure.
fn single(setting: &Setting, initializer: Init, figure: &std::path::Path) -> Result<()> {
    let Setting { shape, activation, .. } = *setting;
    let plan = rules(setting.recipe.seed, initializer);
    println!("\nplan\n{}", plan.plan(DType::F32, |vb| Mlp::new(vb, shape, activation))?);
    let trial = Trial::new(setting, initializer)?;
    println!("\nreport\n{}", trial.initializer.report(&trial.vars)?);
    println!("\nverdict: {}", trial.verdict);
    println!("first loss {:.9e}, before any step", trial.summary.loss);
    let page = figure.with_extension("html");
    trial.verdict.save_html(&page)?;
    println!("page: {}\n", page.display());
    let (start, progress) = (Instant::now(), Progress::with_lines(setting.steps()?, setting.recipe.epochs));
    let epochs = trial.train(setting, &progress)?;
    progress.finish();
    println!("{}, {:.1} s", last(&epochs), start.elapsed().as_secs_f64());
    let heading =
        format!("{} hidden layers of {} {activation} units, weights {initializer}", shape.depth, shape.width);
    let accuracy = epochs.last().map_or(0., |epoch| epoch.accuracy);
    let (losses, stds) = (trial.losses(&epochs), trial.summary.stds.clone());
    runs::save(figure, &heading, &[Run { initializer, losses, stds, accuracy }])?;
    let ending = Ending::of(&epochs, 0.);
    ensure!(!ending.is_diverged(), "{ending}; {CALMER}");
    Ok(())
}

/// The end in enough digits to tell two runs apart, and to the bit.
fn last(epochs: &[Epoch]) -> String {
    epochs.last().map_or_else(String::new, |Epoch { loss, accuracy }| {
        let (bits, percent) = (loss.to_bits(), 100. * accuracy);
        format!("final loss {loss:.9e} (bits {bits:016x}), test accuracy {percent:.2} %")
    })
}
