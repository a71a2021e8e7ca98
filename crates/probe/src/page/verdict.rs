//! The page of a verdict: the answer on top, then each finding, the figures, and every number.

use std::path::Path;

use super::{Card, Page, Section, Table, Tone};
use crate::figure::{self, Figure};
use crate::number::{percent, short};
use crate::write_whole::make_folder;
use crate::{
    Finding, Gradient, Inspection, LayerSignal, Parameter, Result, Severity, Signal, Verdict, write_whole,
};

/// So many findings have a card; the others are rows of a table.
const CARDS: usize = 30;

impl Verdict {
    /// One page of HTML under `title`: the answer, each finding with what mends it, the figures, every number.
    ///
    /// It is one file without scripts that loads nothing, is readable on a phone, and follows the reader's light or
    /// dark scheme.
    ///
    /// ```
    /// let html = candle_init_probe::Verdict::default().to_html("my <net>");
    /// assert!(html.contains("my &lt;net&gt;") && html.contains("Nothing was checked"));
    /// ```
    #[must_use]
    pub fn to_html(&self, title: &str) -> String {
        self.page(title).to_html()
    }

    /// Writes [`Verdict::to_html`] to `path`, whole or not at all. The title is the file's name.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if the path cannot be written; what stood there stays as it was.
    pub fn save_html(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let name = path.file_stem().map_or_else(|| "model".into(), |name| name.to_string_lossy());
        write_whole(path, &self.to_html(&name))
    }

    /// The page's figures as SVG documents, each with a name such as `activations`.
    #[must_use]
    pub fn figures(&self) -> Vec<(String, String)> {
        let named = |(name, figure): (&str, Figure)| (name.to_owned(), figure.svg());
        figure::of_verdict(self).into_iter().map(named).collect()
    }

    /// Writes [`Verdict::figures`] into `folder`, made if need be, as `activations.svg` and so on.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if the folder cannot be made or a file not written; each file is written
    /// whole or not at all.
    pub fn save_figures(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        make_folder(folder)?;
        self.figures().iter().try_for_each(|(name, svg)| write_whole(folder.join(format!("{name}.svg")), svg))
    }

    fn page(&self, title: &str) -> Page {
        let mut page = Page::new(title).lead("Will it train? What was measured before the first step.");
        page = page.section(answer(self)).section(figures(self));
        if let Some(signal) = &self.signal {
            page = page.section(signal_tables(signal));
        }
        if let Some(inspection) = &self.inspection {
            page = page.section(Section::new("Every parameter").table(parameters(inspection)));
        }
        page
    }
}

fn answer(verdict: &Verdict) -> Section {
    let (tone, text) = headline(verdict);
    let top = Card::new(tone, text).text(checked(verdict));
    let cards = verdict.findings.iter().take(CARDS).map(card);
    let section = cards.fold(Section::new("").card(top), Section::card);
    match verdict.findings.get(CARDS..) {
        None | Some([]) => section,
        Some(rest) => section.table(findings(rest)),
    }
}

/// The answer in one line.
fn headline(verdict: &Verdict) -> (Tone, String) {
    let count = |severity| verdict.findings.iter().filter(|finding| finding.severity() == severity).count();
    let (faults, warnings) = (count(Severity::Fault), count(Severity::Warning));
    let nothing = verdict.inspection.is_none() && verdict.signal.is_none();
    match (faults, warnings) {
        (0, 0) if nothing => (Tone::Note, "Nothing was checked".into()),
        (0, 0) => (Tone::Good, "Healthy: nothing was found that keeps it from training".into()),
        (0, _) => (Tone::Warning, format!("Will train, with {}", counted(warnings, "warning"))),
        (_, 0) => (Tone::Fault, format!("Will not train: {}", counted(faults, "fault"))),
        _ => (
            Tone::Fault,
            format!("Will not train: {} and {}", counted(faults, "fault"), counted(warnings, "warning")),
        ),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What the answer rests on.
fn checked(verdict: &Verdict) -> String {
    let parameters = verdict.inspection.as_ref().map(|inspection| {
        let values: u64 = inspection.parameters.iter().map(|parameter| parameter.moments.count).sum();
        format!("{} with {values} values", counted(inspection.parameters.len(), "parameter"))
    });
    let signal = verdict.signal.as_ref().map(|signal| {
        let chance =
            signal.classes.map(|classes| format!(", where ln({classes}) = {}", short((classes as f64).ln())));
        let (layers, loss) = (counted(signal.layers.len(), "layer"), short(signal.loss));
        format!("one pass forward and back through {layers}, loss {loss}{}", chance.unwrap_or_default())
    });
    let parts: Vec<_> = parameters.into_iter().chain(signal).collect();
    if parts.is_empty() {
        "No parameters, no pass.".into()
    } else {
        format!("Checked: {}.", parts.join("; "))
    }
}

fn card(finding: &Finding) -> Card {
    let limit = finding.limit();
    Card::new(finding.severity().into(), finding.name())
        .place(&finding.place)
        .text(sentence(&finding.what()))
        .fact("measured", short(finding.measured()))
        .fact("limit", format!("{}: {}", short(limit.value), limit.source))
        .fact("mend it", sentence(&finding.advice()))
}

/// The same with a capital at its start and a stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

fn findings(rest: &[Finding]) -> Table {
    let table = Table::new("More findings", ["place", "finding", "measured", "limit", "mend it"]).folded();
    rest.iter().fold(table, |table, finding| {
        let numbers = [finding.measured(), finding.limit().value].map(short);
        let [measured, limit] = numbers;
        table.row([finding.place.clone(), finding.name().into(), measured, limit, finding.advice()])
    })
}

fn figures(verdict: &Verdict) -> Section {
    let figures = figure::of_verdict(verdict);
    let section = Section::new(if figures.is_empty() { "" } else { "Figures" });
    figures.into_iter().fold(section, |section, (_, figure)| section.figure(figure))
}

fn signal_tables(signal: &Signal) -> Section {
    let header = [
        "#",
        "layer",
        "activation",
        "reads (rms)",
        "output (rms)",
        "expected",
        "passes on (std)",
        "dead",
        "saturated",
        "correlation",
        "error (rms)",
    ];
    let layers = Table::new("Layers, in the order in which the signal meets them", header);
    let layers =
        signal.layers.iter().enumerate().fold(layers, |table, (index, layer)| table.row(row(index, layer)));
    let header = ["parameter", "gradient (std)", "gradient to weight", "update to weight"];
    let gradients = Table::new("Gradients, by parameter", header).folded();
    let gradients =
        signal.gradients.iter().fold(gradients, |table, gradient| table.row(gradient_row(gradient)));
    Section::new("Every layer").table(layers).table(gradients)
}

fn row(index: usize, layer: &LayerSignal) -> [String; 11] {
    let expected = layer.predicted.map(|band| format!("{} to {}", short(band.lo), short(band.hi)));
    [
        (index + 1).to_string(),
        layer.name.clone(),
        layer.activation.clone().unwrap_or_else(none),
        known(layer.input_rms),
        short(layer.output.rms()),
        expected.unwrap_or_else(none),
        short(layer.passed.std),
        percent(layer.dead),
        percent(layer.saturated),
        known(layer.correlation),
        layer.error_rms.map_or_else(none, short),
    ]
}

fn gradient_row(gradient: &Gradient) -> [String; 4] {
    [
        gradient.name.clone(),
        gradient.moments.map_or_else(|| "none reaches it".into(), |moments| short(moments.std)),
        gradient.to_weight.map_or_else(none, short),
        gradient.update.map_or_else(none, short),
    ]
}

fn parameters(inspection: &Inspection) -> Table {
    let header =
        ["parameter", "shape", "dtype", "law", "target std", "std", "mean", "smallest", "largest", "zeros"];
    let table = Table::new("Parameters", header);
    let long = inspection.parameters.len() > 40;
    let table = if long { table.folded() } else { table };
    inspection.parameters.iter().fold(table, |table, parameter| table.row(parameter_row(parameter)))
}

fn parameter_row(parameter: &Parameter) -> [String; 10] {
    let moments = &parameter.moments;
    let shape: Vec<_> = parameter.shape.iter().map(usize::to_string).collect();
    [
        parameter.name.clone(),
        format!("({})", shape.join(", ")),
        parameter.dtype.clone(),
        parameter.target.as_ref().map_or_else(none, |target| target.law.clone()),
        parameter.target.as_ref().map_or_else(none, |target| short(target.std)),
        short(moments.std),
        short(moments.mean),
        short(moments.min),
        short(moments.max),
        percent(moments.zero_share()),
    ]
}

fn none() -> String {
    "–".into()
}

/// A number that may be unknown, which NaN says.
fn known(value: f64) -> String {
    if value.is_nan() { none() } else { short(value) }
}
