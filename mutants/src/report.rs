//! The figures, by file, and what no test sees.

use std::collections::BTreeMap;

use crate::judge::Outcome;
use crate::schema::Mutant;

/// Prints a table of the files and a list of what survived; the share that is caught.
pub(crate) fn print(judged: &[(&Mutant, Outcome)]) -> f64 {
    let mut files: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (mutant, outcome) in judged {
        let (all, caught) = files.entry(&mutant.file).or_default();
        *all += 1;
        *caught += usize::from(outcome.is_caught());
    }
    println!("{:<60} {:>8} {:>8}", "file", "changes", "caught");
    files.iter().for_each(|(file, (all, caught))| println!("{file:<60} {all:>8} {caught:>8}"));
    let caught = judged.iter().filter(|(_, outcome)| outcome.is_caught()).count();
    println!("\nnot caught:");
    for (mutant, outcome) in judged.iter().filter(|(_, outcome)| !outcome.is_caught()) {
        println!("{}:{} {}: {}: {outcome:?}", mutant.file, mutant.line, mutant.function, mutant.what);
    }
    let share = 100.0 * caught as f64 / judged.len().max(1) as f64;
    println!("\n{caught} of {} caught: {share:.1} %", judged.len());
    share
}
