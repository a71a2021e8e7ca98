//! The best of many runs: other load on a machine only adds time.

use std::time::{Duration, Instant};

/// The shortest time of `work`, run three times at least and for `patience` in all.
pub fn best(patience: Duration, mut work: impl FnMut()) -> Duration {
    let (begin, mut best, mut runs) = (Instant::now(), Duration::MAX, 0);
    while runs < 3 || begin.elapsed() < patience {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
        runs += 1;
    }
    best
}

/// The shortest times of several pieces of work that take turns, so that what slows the machine slows all of them.
pub fn best_of_each<const N: usize>(
    patience: Duration,
    mut works: [&mut (dyn FnMut() + Send); N],
) -> [Duration; N] {
    let (begin, mut bests, mut runs) = (Instant::now(), [Duration::MAX; N], 0);
    while runs < 3 || begin.elapsed() < patience {
        for (best, work) in bests.iter_mut().zip(&mut works) {
            let start = Instant::now();
            work();
            *best = start.elapsed().min(*best);
        }
        runs += 1;
    }
    bests
}

/// Nanoseconds an element.
#[must_use]
pub fn nanoseconds(time: Duration, elements: usize) -> f64 {
    time.as_secs_f64() * 1e9 / elements as f64
}

/// The most memory that this process had at once, MiB, where the system says.
#[must_use]
pub fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
