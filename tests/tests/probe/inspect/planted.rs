//! Each fault alone in a net of twelve layers.

use acceptance::planted::{LAYERS, Plant, net};
use candle_init_probe::{Finding, Inspect, Inspection, Side};

use super::{Outcome, found, from_file};

/// Every fault in every layer, seen with an initializer's targets, without, and from a bare file: one
/// finding, of that name, at that place. What was planted against what was found is printed.
#[test]
fn each_is_named_at_its_place() -> Outcome {
    println!("{:>14} {:>16} {:>16} {:>16}", "planted", "with targets", "from the map", "from a file");
    for (plant, due) in Plant::ALL {
        let mut right = [0; 3];
        for layer in 0..LAYERS {
            let (vars, init) = net(40 + layer as u64)?;
            let place = format!("layers.{layer}.weight");
            plant.into(&vars, &place)?;
            let seen = [
                Inspection::with_targets(&vars, &init)?,
                Inspect::new().spectra(0).vars(&vars)?,
                from_file(&vars)?,
            ];
            for (inspection, right) in seen.iter().zip(&mut right) {
                assert_eq!(found(inspection), [(place.clone(), due)], "{plant:?}\n{inspection}");
                *right += 1;
            }
        }
        let share = right.map(|right| format!("{right} of {LAYERS}"));
        println!("{:>14} {:>16} {:>16} {:>16}  {due}", format!("{plant:?}"), share[0], share[1], share[2]);
    }
    Ok(())
}

fn only(plant: Plant) -> Result<Finding, Box<dyn std::error::Error>> {
    let (vars, init) = net(1)?;
    plant.into(&vars, "layers.4.weight")?;
    let mut findings = Inspection::with_targets(&vars, &init)?.findings;
    Ok(findings.pop().ok_or("nothing found")?)
}

/// Figures and limits are those of the weight: `layers.4.weight` is 160 × 96, its initializer's std √(2/96).
#[test]
fn figures_are_those_of_the_weight() -> Outcome {
    let due = (2.0 / 96.0_f64).sqrt();
    for (plant, factor) in [(Plant::Tenth, 0.1), (Plant::Tenfold, 10.0), (Plant::Swapped, 0.6_f64.sqrt())] {
        let finding = only(plant)?;
        assert!((finding.measured() / (due * factor) - 1.0).abs() < 0.02, "{finding}");
        assert!(finding.what().contains("0.144"), "{finding}");
    }
    // 15360 values: 7.13 standard errors of 1/√(2n) are 4.1 %.
    let limit = only(Plant::Tenfold)?.limit().value;
    assert!((limit / due - 1.041).abs() < 0.002, "{limit}");
    let twins =
        candle_init_probe::Fault::Symmetric { side: Side::Rows, pair: (4, 9), count: 1, of: 160, stay: None };
    assert_eq!(only(Plant::Twins)?.fault, twins);
    let nan = candle_init_probe::Fault::NotFinite { nan: 1, infinite: 0 };
    assert_eq!(only(Plant::Nan)?.fault, nan);
    Ok(())
}
