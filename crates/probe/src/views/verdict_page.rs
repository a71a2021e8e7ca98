//! The page of a verdict: the answer on top, then each finding, the figures, and every number.

use std::path::Path;

use crate::answer::verdict::{Verdict, counted, groups};
use crate::error::Result;
use crate::figure::drawn::Figure;
use crate::findings::finding::Finding;
use crate::findings::severity::Severity;
use crate::page::card::{Card, Tone};
use crate::page::document::Page;
use crate::page::section::Section;
use crate::page::table::Table;
use crate::parameters::report::inspection::Inspection;
use crate::parameters::report::parameter::{NOT_MEASURED, Parameter};
use crate::rehearsal::report::{Outcome, Rehearsal};
use crate::signals::report::signal::{Gradient, LayerSignal, Signal};
use crate::text::number::{percent, short};
use crate::text::table::shape;
use crate::views::verdict_figures;
use crate::whole::{make_folder, write_whole};

/// So many places are named on a card.
const PLACES: usize = 100;

impl Verdict {
    /// One page of HTML under `title`: the answer, each finding with the way out, the figures, every number.
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
        verdict_figures::figures(self).into_iter().map(named).collect()
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
        let mut page = Page::new(title).lead(match self.signal {
            Some(_) => "Will it train? What was measured before the first step.",
            None => "What is in its parameters. No data went through it.",
        });
        page = page.section(answer(self));
        if let Some(rehearsal) = &self.rehearsal {
            page = page.section(Section::new("The rehearsal").table(starts(rehearsal)));
        }
        page = page.section(figures(self));
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
    let cards = groups(&verdict.findings).into_iter().map(|(first, others)| card(first, &others));
    cards.fold(Section::new("").card(top), Section::card)
}

/// The answer in one line, and how it is meant.
fn headline(verdict: &Verdict) -> (Tone, String) {
    let worst = verdict.findings.iter().map(Finding::severity).max();
    let rehearsed = verdict.rehearsed_as();
    let worst = match rehearsed {
        Some(Outcome::Lags | Outcome::Fails) => Some(Severity::Fault),
        Some(Outcome::Learns) => worst.map(|severity| severity.min(Severity::Warning)),
        Some(Outcome::Undecided) => worst.max(Some(Severity::Warning)),
        _ => worst,
    };
    let nothing = verdict.inspection.is_none() && verdict.signal.is_none() && verdict.rehearsal.is_none();
    match worst {
        None if nothing => (Tone::Note, "Nothing was checked".into()),
        None | Some(Severity::Note) => (Tone::Good, capital(&verdict.headline())),
        Some(severity) => (severity.into(), capital(&verdict.headline())),
    }
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
    let rehearsal = verdict.rehearsal.as_ref();
    let rehearsal = rehearsal.map(|rehearsal| format!("rehearsed for {}", counted(rehearsal.steps, "step")));
    let parts: Vec<_> = parameters.into_iter().chain(signal).chain(rehearsal).collect();
    if parts.is_empty() {
        "No parameters, no pass.".into()
    } else {
        format!("Checked: {}.", parts.join("; "))
    }
}

/// One card for all findings of a kind: the first with its figures, the others by their places.
fn card(finding: &Finding, others: &[&str]) -> Card {
    let limit = finding.limit();
    let card = Card::new(finding.severity().into(), finding.name())
        .place(&finding.place)
        .text(sentence(&finding.what()))
        .fact("measured", short(finding.measured()))
        .fact("limit", format!("{}: {}", short(limit.value), limit.source))
        .fact("way out", sentence(&finding.advice()));
    if others.is_empty() {
        return card;
    }
    let more = match others.len().saturating_sub(PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = others.iter().take(PLACES).copied().collect::<Vec<_>>().join(", ");
    card.fact("likewise", format!("{shown}{more}"))
}

/// The same as a sentence: with a capital at its start and a stop at its end.
fn sentence(text: &str) -> String {
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{stop}", capital(text))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The losses of each start.
fn starts(rehearsal: &Rehearsal) -> Table {
    let last = format!("after {}", counted(rehearsal.steps, "step"));
    let table = Table::new("The loss of the same training from three starts", ["weights", "at first", &last]);
    rehearsal.rows().into_iter().fold(table, Table::row)
}

fn figures(verdict: &Verdict) -> Section {
    let figures = verdict_figures::figures(verdict);
    let section = Section::new(if figures.is_empty() { "" } else { "Figures" });
    figures.into_iter().fold(section, |section, (_, figure)| section.figure(figure))
}

fn signal_tables(signal: &Signal) -> Section {
    let header = [
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

fn row(index: usize, layer: &LayerSignal) -> [String; 10] {
    let expected = layer.predicted.map(|band| format!("{} to {}", short(band.lo), short(band.hi)));
    [
        format!("{}. {}", index + 1, layer.name),
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
        gradient.to_weight.map_or_else(none, known),
        gradient.update.map_or_else(none, known),
    ]
}

fn parameters(inspection: &Inspection) -> Table {
    let header =
        ["parameter", "shape", "dtype", "rule", "target std", "std", "mean", "smallest", "largest", "zeros"];
    let table = Table::new("Parameters", header);
    let long = inspection.parameters.len() > 40;
    let table = if long { table.folded() } else { table };
    inspection.parameters.iter().fold(table, |table, parameter| table.row(parameter_row(parameter)))
}

fn parameter_row(parameter: &Parameter) -> [String; 10] {
    let moments = &parameter.moments;
    let [std, mean, min, max, zeros] = if parameter.is_measured() {
        let zeros = percent(moments.zero_share());
        [short(moments.std), short(moments.mean), short(moments.min), short(moments.max), zeros]
    } else {
        [NOT_MEASURED.into(), none(), none(), none(), none()]
    };
    [
        parameter.name.clone(),
        shape(&parameter.shape),
        parameter.dtype.clone(),
        parameter.target.as_ref().map_or_else(none, |target| target.rule.clone()),
        parameter.target.as_ref().map_or_else(none, |target| short(target.std)),
        std,
        mean,
        min,
        max,
        zeros,
    ]
}

fn none() -> String {
    "–".into()
}

/// A number that may be unknown, which NaN says, or a ratio to zero.
fn known(value: f64) -> String {
    if value.is_finite() { short(value) } else { none() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::fault::Fault;
    use crate::statistics::histogram::Histogram;
    use crate::statistics::moments::Moments;

    fn verdict(faults: &[Fault]) -> Verdict {
        let findings = faults.iter().map(|fault| Finding::new("fc1.weight", fault.clone())).collect();
        Verdict { findings, inspection: Some(Inspection::default()), ..Verdict::default() }
    }

    fn copied() -> Fault {
        Fault::Copied { other: "fc2.weight".into() }
    }

    #[test]
    fn the_answer_counts_what_was_found() {
        let headline_of = |faults: &[Fault]| headline(&verdict(faults)).1;
        assert_eq!(headline_of(&[]), "Nothing is wrong with the parameters");
        assert_eq!(headline_of(&[copied()]), "No fault in the parameters, but 1 warning");
        let passed = |faults: &[Fault]| Verdict { signal: Some(Signal::default()), ..verdict(faults) };
        assert_eq!(headline(&passed(&[])).1, "Healthy: it will train");
        assert_eq!(headline(&passed(&[copied()])).1, "It will train, with 1 warning");
        let all = [Fault::Uninitialised { vector: false }, Fault::ZeroGradient, copied()];
        assert_eq!(headline_of(&all), "It will not train as it stands: 2 faults, 1 warning");
        assert_eq!(headline(&verdict(&all)).0, Tone::Fault);
        assert_eq!(headline(&Verdict::default()).1, "Nothing was checked");
    }

    #[test]
    fn the_answer_and_all_of_each_finding_stand_above_the_figures() {
        let mut verdict = verdict(&[copied()]);
        verdict.inspection = Some(Inspection { parameters: vec![parameter("fc1.weight")], findings: vec![] });
        let html = verdict.to_html("net");
        let at = |text: &str| html.find(text).unwrap();
        let limit = verdict.findings[0].limit();
        for text in ["fc1.weight", "fc2.weight", limit.source, "Share one variable", "copied"] {
            assert!(
                at("No fault in the parameters, but 1 warning") < at(text) && at(text) < at("<svg"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_hundred_findings_are_all_there() {
        let mut verdict = verdict(&[]);
        verdict.findings = (0..100)
            .map(|n| Finding::new(format!("place{n}."), Fault::Uninitialised { vector: false }))
            .collect();
        let html = verdict.to_html("net");
        assert!((0..100).all(|number| html.contains(&format!("place{number}."))));
        assert_eq!(html.matches("<article").count(), 2);
    }

    fn parameter(name: &str) -> Parameter {
        let histogram = Histogram::new(&[0.0, 1.0, 2.0], 4);
        Parameter { name: name.into(), histogram, moments: Moments::default(), ..Parameter::default() }
    }

    #[test]
    fn figures_are_files_of_their_own() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("new").join("figures");
        let mut verdict = verdict(&[]);
        verdict.inspection = Some(Inspection { parameters: vec![parameter("a")], findings: vec![] });
        verdict.signal = Some(Signal { layers: vec![LayerSignal::default()], ..Signal::default() });
        verdict.save_figures(&folder).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["activations.svg", "gradients.svg", "signal.svg", "units.svg", "weights.svg"]);
        let svg = std::fs::read_to_string(folder.join("weights.svg")).unwrap();
        assert!(
            svg.starts_with("<svg xmlns=") && svg.contains("fill=\"#FFFFFF\"") && svg.ends_with("</svg>")
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_leaves_what_stood_there() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("report.html");
        std::fs::create_dir(&folder).unwrap();
        let error = verdict(&[]).save_html(&folder).unwrap_err().to_string();
        assert!(error.contains("report.html") && error.contains("can be written"), "{error}");
        let file = scratch.path().join("file");
        write_whole(&file, "old").unwrap();
        let error = verdict(&[]).save_figures(&file).unwrap_err().to_string();
        assert!(error.contains("the folder cannot be made"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 2);
    }
}
