//! Sweeps as pictures.

use crate::figure::line_chart::LineChart;
use crate::figure::series::Series;
use crate::sweeps::coordinates::CoordinateCheck;
use crate::sweeps::depth_sweep::DepthSweep;
use crate::sweeps::lines::Lines;

impl CoordinateCheck {
    /// The change of each layer's output by width, after `step` steps, on logarithmic axes: the lines of a stable
    /// recipe are flat (Yang et al. 2022, section on coordinate checking).
    #[must_use]
    pub fn chart(&self, step: usize) -> LineChart {
        LineChart {
            title: format!("Change of each layer's output after step {step}"),
            x: "width".into(),
            y: "root mean square".into(),
            log_x: true,
            log_y: true,
            series: series(self.change_series(step)),
            ..LineChart::default()
        }
    }
}

impl DepthSweep {
    /// What is left of the signal and of the error signal, by depth, on a logarithmic axis.
    #[must_use]
    pub fn chart(&self) -> LineChart {
        LineChart {
            title: "What is left of the signal".into(),
            x: "layers".into(),
            y: "size over the size where it starts".into(),
            log_y: true,
            series: series(self.series()),
            ..LineChart::default()
        }
    }
}

fn series(lines: Lines) -> Vec<Series> {
    lines.into_iter().map(|(label, points)| Series::new(label, points)).collect()
}
