//! The figures, by file, and what no test sees.

use std::collections::BTreeMap;

use crate::judge::Outcome;
use crate::schema::Mutant;

/// Prints a table of the files and a list of what survived of the changes there was time for; the share that is caught.
pub(crate) fn print(judged: &[(&Mutant, Outcome)], chosen: usize) -> f64 {
    let mut files: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (mutant, outcome) in judged {
        let reached = *outcome != Outcome::Unreached;
        let counts = [true, reached, outcome.is_caught()].map(usize::from);
        let file = files.entry(&mutant.file).or_default();
        *file = std::array::from_fn(|i| file[i] + counts[i]);
    }
    println!("{:<60} {:>8} {:>8} {:>8}", "file", "changes", "reached", "caught");
    for (file, [all, reached, caught]) in &files {
        println!("{file:<60} {all:>8} {reached:>8} {caught:>8}");
    }
    let caught = judged.iter().filter(|(_, outcome)| outcome.is_caught()).count();
    println!("\nnot caught:");
    for (mutant, outcome) in judged.iter().filter(|(_, outcome)| !outcome.is_caught()) {
        println!("{}:{} {}: {}: {outcome:?}", mutant.file, mutant.line, mutant.function, mutant.what);
    }
    let share = 100.0 * caught as f64 / judged.len().max(1) as f64;
    println!("\n{caught} of {} caught: {share:.1} %", judged.len());
    if judged.len() < chosen {
        println!("{} more were not tried: the time was over", chosen - judged.len());
    }
    share
}
