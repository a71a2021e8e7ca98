//! A model from a file, each in a process of its own: seconds and peak memory beside candle's own mapped builder.
//!
//! `cargo bench --bench load` takes a minute and 1 GB of disk. The file is in the system's cache, as for a second run.

use candle_init_benches::model::{best_in_fresh_processes as best, did_task, save};

fn main() -> anyhow::Result<()> {
    if did_task()? {
        return Ok(());
    }
    let test = std::env::args().any(|argument| argument == "--test");
    let folder = tempfile::tempdir()?;
    println!("GPT-2 small from a file in a fresh process, best of {}", if test { 1 } else { 9 });
    println!("{:<14} {:<12} {:>8} {:>9}", "file → model", "who", "seconds", "peak MiB");
    for (stored, asked) in [("f32", "f32"), ("bf16", "bf16"), ("bf16", "f32")] {
        let file = folder.path().join(format!("{stored}.safetensors"));
        save("gpt2-small", stored, &file)?;
        for who in ["candle-init", "candle"] {
            let task = format!("{who} {}", file.display());
            let row = best("gpt2-small", asked, &task, if test { 1 } else { 9 })?;
            let (seconds, peak) = (row.seconds.unwrap_or(0.0), row.peak_mib.unwrap_or(0.0));
            println!("{:<14} {who:<12} {seconds:>8.3} {peak:>9.0}", format!("{stored} → {asked}"));
        }
    }
    Ok(())
}
