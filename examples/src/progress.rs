//! Progress on the terminal: a bar while it runs, a line an epoch that stays.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::train::Epoch;

/// A bar on standard error, hidden where that is no terminal, and lines on standard output.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    epochs: Option<usize>,
}

impl Progress {
    /// A bar of `steps` steps that also prints a line for each of `epochs` epochs.
    #[must_use]
    pub fn with_lines(steps: usize, epochs: usize) -> Self {
        Self { bar: bar(steps, "training"), epochs: Some(epochs) }
    }

    /// A bar of `steps` steps alone, named `label`.
    #[must_use]
    pub fn quiet(steps: usize, label: &str) -> Self {
        Self { bar: bar(steps, label), epochs: None }
    }

    /// One step done, at this loss.
    pub fn step(&self, loss: f64) {
        self.bar.set_message(format!("loss {loss:.4}"));
        self.bar.inc(1);
    }

    /// One epoch done; `number` counts from 1.
    pub fn epoch(&self, number: usize, epoch: &Epoch) {
        let Some(epochs) = self.epochs else { return };
        let Epoch { loss, accuracy } = epoch;
        // A hidden bar would swallow lines printed through it.
        self.bar.suspend(|| {
            let digits = epochs.to_string().len();
            let percent = 100. * accuracy;
            println!("epoch {number:>digits$}/{epochs}  loss {loss:.9}  test accuracy {percent:6.2} %");
        });
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn bar(steps: usize, label: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    // The template is fixed; were it wrong, the default style would do.
    let template = "{prefix} [{bar:40}] {pos}/{len} steps, {msg}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
