//! Models of candle-transformers ask in orders of their own (mimi's transposed convolutions for the bias first): each
//! parameter gets the same values, or the same error, in any order.

use acceptance::requests::{outcomes, requests};
use candle_init::{Framework, Initializer, init};

use crate::models::catalogue::MODELS;

#[test]
fn models_may_ask_in_any_order() -> Result<(), Box<dyn std::error::Error>> {
    let mut compared = 0;
    for model in MODELS {
        let Ok(asked) = requests(|vb| (model.run)(vb, false).map(|_| ())) else { continue };
        // A tied name is asked for twice, with two hints, of which the first counts.
        let mut seen = std::collections::HashSet::new();
        let asked: Vec<_> = asked.into_iter().filter(|(name, ..)| seen.insert(name.clone())).collect();
        let backwards: Vec<_> = asked.iter().rev().cloned().collect();
        let new = || Initializer::new(42).weights(init::GLOROT_NORMAL);
        for init in [new().lenient(), new(), Initializer::new(42).defaults(Framework::PyTorch).lenient()] {
            assert_eq!(outcomes(&init, &asked), outcomes(&init, &backwards), "{}", model.name);
        }
        compared += 1;
    }
    assert!(compared >= MODELS.len() / 2, "{compared} of {}", MODELS.len());
    Ok(())
}
