//! The verdict against training, over the nets of `tests/src/corpus`: what training made of each stands in
//! `tests/data/corpus.json`, from `cargo run -p acceptance --example corpus -- train 2`.

use acceptance::corpus::{Case, Matrix, Rehearsed, Run, Tally, alarms, runs, subjects};
use rayon::prelude::*;

/// Where verdict and training do not agree, by net and fault; `docs/probe.md` says why.
const KNOWN: [(&str, &str); 13] = [
    ("Llama-like: RMS norms, SwiGLU", "all weights × 30"),
    ("cross-attention from queries to a series", "one weight × 30"),
    ("gated convolutions, tanh by sigmoid", "all weights one number"),
    ("matrix factorization", "all weights one number"),
    ("matrix factorization", "one weight × 30"),
    ("one layer run eight times with a skip", "all weights one number"),
    ("one layer run eight times with a skip", "one weight × 30"),
    ("autoregressive density, masked layers", "one weight × 30"),
    ("graph attention over a fixed graph", "one weight × 30"),
    ("radial basis functions", "all weights × 30"),
    ("radial basis functions", "one weight × 30"),
    ("simple recurrent units", "all weights one number"),
    ("two towers, items of the batch as negatives", "all weights × 30"),
];

/// The same of the nets of `fresh`: as they were at first sight, for no rule was made on them.
const FRESH: [(&str, &str); 20] = [
    ("Barlow twins", "all weights × 30"),
    ("Barlow twins", "one weight × 30"),
    ("Kolmogorov-Arnold layers of bumps", "all weights zero"),
    ("VQ-VAE, straight through", "one weight / 30"),
    ("VQ-VAE, straight through", "one weight zero"),
    ("diagonal state spaces, gated, RMS norm", "all weights / 30"),
    ("diagonal state spaces, gated, RMS norm", "all weights one number"),
    ("diagonal state spaces, gated, RMS norm", "one weight / 30"),
    ("hinge of several classes, candle's defaults", "all weights one number"),
    ("hinge of several classes, candle's defaults", "one weight / 30"),
    ("hinge of several classes, candle's defaults", "one weight zero"),
    ("levels in order, learned cuts", "all weights × 30"),
    ("masked words, head tied to the table", "all weights one number"),
    ("masked words, head tied to the table", "one weight one number"),
    ("masked words, head tied to the table", "queries and keys × 30"),
    ("pointer network that sorts", "one weight × 30"),
    ("set transformer, induced points", "queries and keys × 30"),
    ("three quantiles, pinball loss, softplus", "all weights one number"),
    ("three quantiles, pinball loss, softplus", "one weight / 30"),
    ("three quantiles, pinball loss, softplus", "one weight zero"),
];

fn recorded() -> anyhow::Result<Vec<Run>> {
    Ok(serde_json::from_str(include_str!("../../data/corpus.json"))?)
}

#[test]
fn the_verdict_agrees_with_training() -> anyhow::Result<()> {
    let subjects = subjects();
    let cases =
        recorded()?.par_iter().map(|run| Case::of(&subjects, run)).collect::<anyhow::Result<Vec<_>>>()?;
    println!("{}", Matrix::of(&cases));
    let expected = [&KNOWN[..], &FRESH].concat();
    let known =
        |case: &&Case| expected.contains(&(&case.run.net, case.run.plant.as_deref().unwrap_or_default()));
    // What is no longer wrong must leave the list.
    for &(net, plant) in &expected {
        let still = |case: &&Case| case.run.net == net && case.run.plant.as_deref() == Some(plant);
        assert!(cases.iter().filter(still).any(|case| !case.is_right()), "{net} · {plant} is right now");
    }
    let wrong: Vec<_> = cases.iter().filter(|case| !case.is_right() && !known(case)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // With rehearsals, as they are recorded: what `docs/probe.md` says.
    let rehearsed: Vec<Rehearsed> = serde_json::from_str(include_str!("../../data/rehearsals.json"))?;
    let of = |choose: fn(&str) -> bool| Tally::of(&cases, &rehearsed, |case| choose(&case.run.family));
    let made_on = of(|family| !["held out", "fresh"].contains(&family));
    assert_eq!(made_on, Tally { train: [662, 12, 2, 2], fail: [960, 14, 21, 11] });
    assert_eq!(of(|family| family == "held out"), Tally { train: [476, 6, 7, 7], fail: [556, 10, 5, 1] });
    assert_eq!(of(|family| family == "fresh"), Tally { train: [306, 48, 6, 8], fail: [272, 20, 1, 1] });
    Ok(())
}

/// Every net that trains, under seeds that no rule was tried on.
#[test]
fn healthy_nets_of_the_corpus_raise_no_alarm() -> anyhow::Result<()> {
    assert_eq!(alarms(&subjects(), 1000..1005)?, [""; 0]);
    Ok(())
}

/// The record is what training gives: small nets are trained again.
#[test]
fn the_record_is_what_training_gives() -> anyhow::Result<()> {
    let recorded = recorded()?;
    for subject in subjects().iter().filter(|subject| subject.name.starts_with("tutorial")) {
        let again = runs(subject, 0, 0)?;
        let of_net: Vec<_> = recorded.iter().filter(|run| run.net == subject.name && run.seed == 0).collect();
        // Another machine's arithmetic may differ in the last digits of a loss.
        let what = |run: &Run| (run.plant.clone(), run.trains, run.stuck);
        assert_eq!(
            again.iter().map(what).collect::<Vec<_>>(),
            of_net.into_iter().map(what).collect::<Vec<_>>()
        );
    }
    Ok(())
}
