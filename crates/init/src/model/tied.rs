//! Tables that are heads too, and start too wide for that.

use std::collections::{BTreeMap, BTreeSet};

use candle_nn::Init as Hint;

use crate::initializers::Init;
use crate::model::record::Record;
use crate::model::table::number;
use crate::policy::Reason;

/// The standard deviation of logits beyond which the first loss is far above ln V: of normal logits of deviation s it is
/// ln V + s²/2, 8 above it here. The widest models there are stay below: 0.02·√16384 = 2.6.
const WIDEST: f64 = 4.0;

/// What parameters were asked for as: each hint once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses(BTreeMap<String, Vec<Init>>);

impl Uses {
    pub(crate) fn note(&mut self, name: &str, hint: Hint) {
        let (hints, hint) = (self.0.entry(name.into()).or_default(), Init::from(hint));
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }

    /// Whether layers of different kinds asked for it.
    fn is_shared(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|hints| hints.len() > 1)
    }
}

/// A line for each table that is a head by a tie or by two requests, and makes logits that are too wide. What a recipe or a
/// checkpoint gives is the authors' own.
pub(crate) fn warnings(records: &[Record], uses: &Uses, tied: &BTreeSet<&str>) -> Vec<String> {
    let shared = |record: &&Record| tied.contains(record.name.as_str()) || uses.is_shared(&record.name);
    records.iter().filter(shared).filter_map(warning).collect()
}

fn warning(record: &Record) -> Option<String> {
    let own =
        matches!(record.reason, Reason::Rule { .. } | Reason::Weights | Reason::Framework(_) | Reason::Hint);
    let (&[_, width], Some(moments), true) = (record.shape.dims(), record.expected, own) else { return None };
    let logits = moments.mean.hypot(moments.std) * (width as f64).sqrt();
    (logits > WIDEST).then(|| {
        let (name, std, logits) = (&record.name, number(Some(moments.std)), number(Some(logits)));
        format!(
            "`{name}` is a table and a head: with a std of {std} its logits have one of {logits}, and the first loss is far \
             above ln V, unless the model scales them; GPT-2 and BERT have .rule({name:?}, init::normal(0.0, 0.02))"
        )
    })
}
