//! Verdicts and sweeps as figures and pages.

mod sweep_charts;
mod verdict_figures;
mod verdict_page;
