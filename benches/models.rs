//! Whole models through the `VarBuilder`, each first build in a process of its own: seconds and peak memory.
//!
//! `cargo bench --bench models` takes about two minutes and 10 GB; `-- gpt2-small` keeps one model, `-- --json FILE`
//! also writes the rows.

use candle_init_benches::model::{MODELS, best_in_fresh_processes as best, did_task};
use candle_init_benches::row::{self, Row};

fn print(ours: &Row, candle: &Row) {
    let [a, b] = [ours, candle].map(|row| (row.seconds.unwrap_or(0.0), row.peak_mib.unwrap_or(0.0)));
    println!(
        "{:<12} {:<5} {:>11} {:>13.3} {:>10.0} {:>10.3} {:>10.0} {:>8.1}",
        ours.model.as_deref().unwrap_or(""),
        ours.dtype,
        ours.elements,
        a.0,
        a.1,
        b.0,
        b.1,
        b.0 / a.0
    );
}

fn main() -> anyhow::Result<()> {
    if did_task()? {
        return Ok(());
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let test = arguments.iter().any(|a| a == "--test");
    let json = arguments.iter().position(|a| a == "--json").and_then(|at| arguments.get(at + 1));
    let named = MODELS.iter().filter(|m| arguments.iter().any(|a| a == m.name)).collect::<Vec<_>>();
    let models = if named.is_empty() { MODELS.iter().collect() } else { named };
    println!("a first build in a fresh process, {} threads, best of 5", rayon::current_num_threads());
    println!(
        "{:<12} {:<5} {:>11} {:>13} {:>10} {:>10} {:>10} {:>8}",
        "model", "dtype", "parameters", "candle-init s", "peak MiB", "candle s", "peak MiB", "ratio"
    );
    let mut rows = Vec::new();
    for model in models.into_iter().take(if test { 1 } else { MODELS.len() }) {
        for dtype in ["f32", "bf16"] {
            let runs = if test { 1 } else { 5 };
            let pair =
                [best(model.name, dtype, "candle-init", runs)?, best(model.name, dtype, "candle", runs)?];
            print(&pair[0], &pair[1]);
            rows.extend(pair);
        }
    }
    if let Some(path) = json {
        row::write(&rows, path.as_ref())?;
    }
    Ok(())
}
