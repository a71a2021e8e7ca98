//! The same network from five initializations, side by side.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use candle_init::{Init, init};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::ending::Ending;
use crate::figure::{self, Run};
use crate::finding::Finding;
use crate::number::short;
use crate::probe::{Layer, Probe};
use crate::progress::Progress;
use crate::train::Epoch;
use crate::trial::{Setting, Trial};

/// The laws compared, worst first.
const LAWS: [Init; 5] = [
    init::ZEROS,
    Init::Randn { mean: 0., stdev: 0.001 },
    Init::Randn { mean: 0., stdev: 1. },
    init::GLOROT_UNIFORM,
    init::HE_NORMAL,
];

/// What became of one law.
struct Row {
    law: Init,
    probe: Probe,
    epochs: Vec<Epoch>,
    finding: Finding,
    ending: Ending,
    run: Run,
}

/// Trains all laws, prints a table and a verdict each, and draws the figure.
///
/// `chance` is the share of the commonest digit in the test set.
///
/// # Errors
/// As candle's own operations, or if the figure cannot be written.
pub fn compare(setting: &Setting, chance: f64, figure: &Path) -> Result<()> {
    let start = Instant::now();
    let rows = LAWS.iter().map(|&law| row(setting, law, chance)).collect::<Result<Vec<_>>>()?;
    println!("\n{}\n", table(&rows));
    for Row { law, finding, ending, .. } in &rows {
        println!("{law}\n    {finding}\n    after training: {ending}");
    }
    println!("\n{:.1} s in all", start.elapsed().as_secs_f64());
    let runs: Vec<_> = rows.into_iter().map(|row| row.run).collect();
    figure::save(figure, &heading(setting), &runs)
}

fn heading(setting: &Setting) -> String {
    let Setting { shape, activation, .. } = setting;
    format!(
        "The same {} hidden layers of {} {activation} units, initialized in five ways",
        shape.depth, shape.width
    )
}

fn row(setting: &Setting, law: Init, chance: f64) -> Result<Row> {
    let trial = Trial::new(setting, law)?;
    let progress = Progress::quiet(setting.steps()?, &law.to_string());
    let epochs = trial.train(setting, &progress)?;
    progress.finish();
    let (finding, ending) = (Finding::of(&trial.probe), Ending::of(&epochs, chance));
    let run = Run {
        label: label(law, &finding, &epochs),
        losses: trial.losses(&epochs),
        stds: trial.probe.activation_stds(),
    };
    Ok(Row { law, probe: trial.probe, epochs, finding, ending, run })
}

fn label(law: Init, finding: &Finding, epochs: &[Epoch]) -> String {
    let percent = epochs.last().map_or(0., |epoch| 100. * epoch.accuracy);
    format!("{law}: {}, test accuracy {percent:.1} %", finding.name())
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
    let Row { law, probe, epochs, .. } = row;
    let first = |measure: fn(&Layer) -> f64| probe.layers.first().map_or(f64::NAN, measure);
    let last = |measure: fn(&Layer) -> f64| probe.layers.last().map_or(f64::NAN, measure);
    let percent = |share: f64| format!("{:.0} %", 100. * share);
    let end = epochs.last().copied().unwrap_or(Epoch { loss: f64::NAN, accuracy: 0. });
    [
        law.to_string(),
        short(first(|layer| layer.activation_std)),
        short(last(|layer| layer.activation_std)),
        short(first(|layer| layer.gradient_std)),
        short(last(|layer| layer.gradient_std)),
        percent(probe.mean(|layer| layer.dead)),
        percent(probe.mean(|layer| layer.saturated)),
        if end.loss.is_finite() { format!("{:.6}", end.loss) } else { short(end.loss) },
        format!("{:.2} %", 100. * end.accuracy),
    ]
}
