//! What transformers stores, against what blueprints say.

use serde_json::Value;

use crate::blueprint::Blueprint;

const GOLDENS: &str = include_str!("../../../../tests/data/blueprints.json");
const TOTALS: &str = include_str!("../../../../tests/data/totals.json");

#[test]
fn tmp_goldens() {
    let models: Vec<Value> = serde_json::from_str(GOLDENS).unwrap();
    for model in &models {
        let read = Blueprint::from_config(&model["config"].to_string()).and_then(|b| b.tensors());
        let ours = match read {
            Ok(t) => t,
            Err(e) => {
                println!("{}: {e}", model["family"]);
                continue;
            }
        };
        let ours: Vec<Value> = ours.iter().map(|t| serde_json::json!([t.name, t.shape, t.dtype])).collect();
        let same = model["tensors"].as_array().unwrap() == &ours;
        println!("{} {} {same}", model["family"], ours.len());
    }
    let totals: Vec<Value> = serde_json::from_str(TOTALS).unwrap();
    for model in &totals {
        let t0 = std::time::Instant::now();
        let read = Blueprint::from_config(&model["config"].to_string()).and_then(|b| b.tensors());
        match read {
            Ok(t) => println!(
                "{} {} {} {} {:?}",
                model["name"],
                t.len(),
                t.iter().map(|t| t.shape.iter().product::<usize>()).sum::<usize>(),
                model["parameters"],
                t0.elapsed()
            ),
            Err(e) => println!("{e}"),
        };
    }
}
