//! What a rehearsal shows.

use std::fmt;

use candle_init_checkpoint::shown;
use serde::Serialize;

use crate::text::number::{percent, short};
use crate::text::table::table;

/// On so many batches losses are measured. That one net is better than another on all of them is chance once in 256.
pub(crate) const BATCHES: usize = 8;
/// From this share of what there is to gain on, a net learns: the half that the nets of `docs/probe.md` are judged by.
const LEARNS: f64 = 0.5;
/// Below this share it does not. Of the nets there that train, healthy or not, 1 in 662 gains less.
const FAILS: f64 = 0.1;

/// What some steps of training made of a model, beside the same model with other weights: the answer of
/// [`Probe::rehearse`](crate::Probe::rehearse).
///
/// It prints as a table of the three starts and the answer in one line.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rehearsal {
    /// How many steps each start was trained: those that were asked for, or twice as many where it did not learn in these.
    pub steps: usize,
    /// The model as it is.
    pub as_is: Course,
    /// The same with weights drawn anew.
    pub anew: Course,
    /// The same with weights that are zero and stay so: what is known without the input.
    pub blind: Course,
    /// The weights that hardly moved where those drawn anew did, or whose rows all are equal.
    pub stuck: Vec<String>,
}

/// The losses of one start, by batch: on batches that nothing was trained on. Infinite where they are not numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Course {
    /// Before training.
    pub before: Vec<f64>,
    /// After it.
    pub after: Vec<f64>,
}

/// What a rehearsal comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// It gains at least half of what there is to gain, and no weight is stuck.
    Learns,
    /// It gains less than half, but more than a tenth.
    Lags,
    /// It gains less than a tenth, diverges, or a weight is stuck.
    Fails,
    /// Neither its weights nor weights drawn anew learn anything in these steps, with this optimizer and these batches.
    Undecided,
}

impl Course {
    /// The mean loss before training.
    #[must_use]
    pub fn first(&self) -> f64 {
        mean(&self.before)
    }

    /// The mean loss after training.
    #[must_use]
    pub fn last(&self) -> f64 {
        mean(&self.after)
    }
}

impl Rehearsal {
    /// How much is gained of what there is to gain: `(b − l)/(b − m)`, where `l` is the last loss of the model as it is,
    /// `b` the least that it has without weights, and `m` the last loss of weights drawn anew, or `l` if that is less. 0
    /// is nothing, negative is worse than knowing nothing. None where nothing is to gain: a loss `m` that is not below `b`
    /// on every batch.
    #[must_use]
    pub fn gained(&self) -> Option<f64> {
        let (blind, best) = (self.without_weights(), least([&self.as_is.after, &self.anew.after]));
        let below = !best.is_empty() && best.iter().zip(blind).all(|(best, blind)| best < blind);
        let (blind, best) = (mean(blind), mean(best));
        (below && blind.is_finite() && best.is_finite()).then(|| (blind - self.as_is.last()) / (blind - best))
    }

    /// What it comes to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.gained() {
            // A loss that is lost is lost whatever others gain.
            _ if !self.as_is.last().is_finite() || !self.stuck.is_empty() => Outcome::Fails,
            None => Outcome::Undecided,
            Some(gained) if gained >= LEARNS => Outcome::Learns,
            Some(gained) if gained >= FAILS => Outcome::Lags,
            Some(_) => Outcome::Fails,
        }
    }

    /// Whether more steps might say more: it does not learn, and its loss is a number still.
    pub(crate) fn is_open(&self) -> bool {
        self.outcome() != Outcome::Learns && self.as_is.last().is_finite()
    }

    /// The answer in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let steps = format!("in {} step{}", self.steps, if self.steps == 1 { "" } else { "s" });
        let share = self.gained().map_or_else(String::new, |gained| percent(gained.clamp(0.0, 1.0)));
        let last = self.as_is.last();
        match self.outcome() {
            Outcome::Learns => {
                format!("it learns: {steps} it gains {share} of what there is to gain")
            }
            Outcome::Lags => {
                format!("it lags behind: {steps} it gains {share} of what weights drawn anew gain")
            }
            Outcome::Fails if !last.is_finite() && self.anew.last().is_finite() => {
                format!("it diverges {steps}, and weights drawn anew do not")
            }
            Outcome::Fails if !last.is_finite() => {
                format!("it diverges {steps}, as weights drawn anew do: give a smaller learning rate")
            }
            Outcome::Fails if !self.stuck.is_empty() => {
                format!("a part of it does not learn: {}", self.stuck())
            }
            Outcome::Fails => {
                format!("it does not learn: {steps} it gains {share} of what weights drawn anew gain")
            }
            Outcome::Undecided => format!(
                "undecided: {steps} neither its weights nor weights drawn anew learn; give more steps or another learning \
                 rate, and see that the batches and their targets belong together"
            ),
        }
    }

    /// Of each start what its weights are, and its losses before and after.
    pub(crate) fn rows(&self) -> [[String; 3]; 3] {
        let starts =
            [("as they are", &self.as_is), ("drawn anew", &self.anew), ("none, vectors alone", &self.blind)];
        starts.map(|(what, course)| [what.into(), short(course.first()), short(course.last())])
    }

    fn stuck(&self) -> String {
        const SHOWN: usize = 4;
        let names = self.stuck.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let more = match self.stuck.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let verb = if self.stuck.len() == 1 { "is" } else { "are" };
        format!("{}{more} {verb} stuck", names.join(", "))
    }

    /// The losses of a net that knows nothing of its input: the lower ones of before and after, or, where a net without
    /// weights has none, those of weights drawn anew before training.
    fn without_weights(&self) -> &[f64] {
        let blind = least([&self.blind.before, &self.blind.after]);
        if mean(blind).is_finite() { blind } else { &self.anew.before }
    }
}

fn least([a, b]: [&Vec<f64>; 2]) -> &[f64] {
    if mean(b) < mean(a) { b } else { a }
}

/// NaN for no losses.
fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// In a file the answer stands before what it rests on. Numbers that are not finite are `null` there.
impl Serialize for Rehearsal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Rehearsal", 8)?;
        fields.serialize_field("headline", &self.headline())?;
        fields.serialize_field("outcome", &self.outcome())?;
        fields.serialize_field("gained", &self.gained())?;
        fields.serialize_field("steps", &self.steps)?;
        fields.serialize_field("as_is", &self.as_is)?;
        fields.serialize_field("anew", &self.anew)?;
        fields.serialize_field("blind", &self.blind)?;
        fields.serialize_field("stuck", &self.stuck)?;
        fields.end()
    }
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = format!("loss after {}", self.steps);
        let header = ["weights", "loss at first", &last];
        writeln!(f, "{}", table(header, 1, self.rows().into_iter()))?;
        write!(f, "{}", shown(&self.headline()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(before: f64, after: f64) -> Course {
        Course { before: vec![before; BATCHES], after: vec![after; BATCHES] }
    }

    fn rehearsal(as_is: f64, anew: f64, blind: f64) -> Rehearsal {
        Rehearsal {
            steps: 100,
            as_is: course(2.0, as_is),
            anew: course(2.0, anew),
            blind: course(2.0, blind),
            stuck: Vec::new(),
        }
    }

    #[test]
    fn the_answer_is_the_share_of_what_there_is_to_gain() {
        let outcome = |as_is| rehearsal(as_is, 1.0, 2.0).outcome();
        assert_eq!(
            [0.2, 1.49, 1.51, 1.89, 1.91, 9.0].map(outcome),
            [Outcome::Learns, Outcome::Learns, Outcome::Lags, Outcome::Lags, Outcome::Fails, Outcome::Fails]
        );
        assert_eq!(rehearsal(1.5, 1.0, 2.0).gained(), Some(0.5));
        // Weights that learn where those drawn anew do not have gained all there is.
        assert_eq!(rehearsal(1.0, 3.0, 2.0).gained(), Some(1.0));
    }

    #[test]
    fn nothing_is_decided_where_nothing_learns() {
        assert_eq!(rehearsal(2.0, 2.0, 2.0).outcome(), Outcome::Undecided);
        let mut by_chance = rehearsal(2.0, 1.9, 2.0);
        by_chance.anew.after[3] = 2.1;
        assert_eq!(by_chance.outcome(), Outcome::Undecided);
    }

    #[test]
    fn what_diverges_or_is_stuck_fails_whatever_else_is() {
        let diverged = rehearsal(f64::INFINITY, 2.0, 2.0);
        assert_eq!(diverged.outcome(), Outcome::Fails);
        assert!(diverged.headline().contains("diverges"));
        let stuck = Rehearsal { stuck: vec!["fc.weight".into()], ..rehearsal(1.0, 1.0, 2.0) };
        assert_eq!(stuck.outcome(), Outcome::Fails);
        assert_eq!(stuck.headline(), "a part of it does not learn: `fc.weight` is stuck");
    }

    #[test]
    fn a_net_that_has_no_loss_without_weights_is_held_against_its_start() {
        let net = rehearsal(1.0, 1.0, f64::INFINITY);
        let net = Rehearsal { blind: course(f64::INFINITY, f64::INFINITY), ..net };
        assert_eq!((net.gained(), net.outcome()), (Some(1.0), Outcome::Learns));
    }

    #[test]
    fn a_rehearsal_of_nothing_decides_nothing() {
        assert_eq!(Rehearsal::default().gained(), None);
        assert!(!Rehearsal::default().to_string().is_empty());
    }
}
