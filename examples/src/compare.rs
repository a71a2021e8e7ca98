//! The same network from five initializations, side by side.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use candle_init::{Init, init};
use candle_init_probe::Verdict;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::ending::{CALMER, Ending};
use crate::number::short;
use crate::progress::Progress;
use crate::runs::{self, Run};
use crate::summary::Summary;
use crate::train::Epoch;
use crate::trial::{Setting, Trial};

/// The initializers compared, worst first.
const INITIALIZERS: [Init; 5] = [
    init::ZEROS,
    Init::Randn { mean: 0., stdev: 0.001 },
    Init::Randn { mean: 0., stdev: 1. },
    init::GLOROT_UNIFORM,
    init::HE_NORMAL,
];

/// What became of one initializer.
struct Row {
    initializer: Init,
    verdict: Verdict,
    summary: Summary,
    epochs: Vec<Epoch>,
    ending: Ending,
    run: Run,
}

/// Trains all initializers, prints a table and a verdict each, and draws the figure.
///
/// `chance` is the share of the commonest digit in the test set.
///
/// # Errors
/// As candle's own operations, if the figure cannot be written, or where no loss stayed finite.
pub fn compare(setting: &Setting, chance: f64, figure: &Path) -> Result<()> {
    let start = Instant::now();
    let rows = INITIALIZERS
        .iter()
        .map(|&initializer| row(setting, initializer, chance))
        .collect::<Result<Vec<_>>>()?;
    println!("\n{}\n", table(&rows));
    for Row { initializer, verdict, ending, .. } in &rows {
        println!("{initializer}\n    {}\n    after training: {ending}", reason(verdict));
    }
    println!("\n{:.1} s in all", start.elapsed().as_secs_f64());
    // That some weights blow up is what a comparison shows; that all do is no comparison.
    let is_shown = rows.iter().any(|row| !row.ending.is_diverged());
    let runs: Vec<_> = rows.into_iter().map(|row| row.run).collect();
    runs::save(figure, &heading(setting), &runs)?;
    ensure!(is_shown, "with none of the weights the loss stayed finite; {CALMER}");
    Ok(())
}

fn heading(setting: &Setting) -> String {
    let Setting { shape, activation, .. } = setting;
    format!(
        "The same {} hidden layers of {} {activation} units, initialized in five ways",
        shape.depth, shape.width
    )
}

fn row(setting: &Setting, initializer: Init, chance: f64) -> Result<Row> {
    let trial = Trial::new(setting, initializer)?;
    let progress = Progress::quiet(setting.steps()?, &initializer.to_string());
    let epochs = trial.train(setting, &progress)?;
    progress.finish();
    let ending = Ending::of(&epochs, chance);
    let run = Run {
        initializer,
        losses: trial.losses(&epochs),
        stds: trial.summary.stds.clone(),
        accuracy: epochs.last().map_or(0., |epoch| epoch.accuracy),
    };
    Ok(Row { initializer, verdict: trial.verdict, summary: trial.summary, epochs, ending, run })
}

/// What the verdict found first, where, and by which figure.
fn reason(verdict: &Verdict) -> String {
    match verdict.findings.first() {
        None => verdict.headline(),
        Some(finding) => format!("{} · `{}`: {}", finding.name(), finding.place, finding.what()),
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    // The table's width does not depend on the terminal's, so that two runs print the same.
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "weights",
        "activation std\nfirst",
        "\nlast",
        "gradient std\nfirst",
        "\nlast",
        "dead\nunits",
        "satu-\nrated",
        "final\nloss",
        "test\naccuracy",
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.add_rows(rows.iter().map(cells));
    table
}

fn cells(row: &Row) -> [String; 9] {
    let Row { initializer, summary, epochs, .. } = row;
    let std = |std: Option<&f64>| short(std.copied().unwrap_or(f64::NAN));
    let percent = |share: f64| format!("{:.0} %", 100. * share);
    let end = epochs.last().copied().unwrap_or(Epoch { loss: f64::NAN, accuracy: 0. });
    [
        initializer.to_string(),
        std(summary.stds.first()),
        std(summary.stds.last()),
        short(summary.gradients.0),
        short(summary.gradients.1),
        percent(summary.dead),
        percent(summary.saturated),
        if end.loss.is_finite() { format!("{:.6}", end.loss) } else { short(end.loss) },
        format!("{:.2} %", 100. * end.accuracy),
    ]
}
