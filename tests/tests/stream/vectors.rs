//! The recorded values, made by a program in another language from the text of docs/stream.md alone.

use std::error::Error;

use counter_rng::{Distribution, Element, Stream};
use float8::F8E4M3;
use half::{bf16, f16};

type Outcome<T> = Result<T, Box<dyn Error>>;

const TABLE: &str = include_str!("../../data/stream_v1_values.csv");

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().filter(|row| !row.starts_with('#')).skip(1).map(|row| row.split(',').collect())
}

fn distribution(row: &[&str]) -> Outcome<Distribution> {
    named(row[3], &row[4..8])
}

fn named(name: &str, parameters: &[&str]) -> Outcome<Distribution> {
    let p: Vec<f64> =
        parameters.iter().filter(|p| !p.is_empty()).map(|p| p.parse()).collect::<Result<_, _>>()?;
    Ok(match (name, p.as_slice()) {
        ("constant", &[value]) => Distribution::constant(value)?,
        ("uniform", &[lo, up]) => Distribution::uniform(lo, up)?,
        ("normal", &[mean, std]) => Distribution::normal(mean, std)?,
        ("truncated_normal", &[mean, std, lo, up]) => Distribution::truncated_normal(mean, std, lo, up)?,
        _ => return Err(format!("no distribution {name}").into()),
    })
}

/// The element of a row by the way that weights take.
fn element<T: Element>(row: &[&str]) -> Outcome<T> {
    let (seed, index) = (row[0].parse()?, row[8].parse()?);
    let mut out = [T::zeroed()];
    Stream::new(seed, row[1]).fill(&distribution(row)?, index, &mut out)?;
    Ok(out[0])
}

fn bits(row: &[&str]) -> Outcome<String> {
    if let Err(counter_rng::Error::SpreadLost { .. }) = fits(row[2], &distribution(row)?)? {
        return Ok("refused".into());
    }
    Ok(match row[2] {
        "f64" => format!("{:016x}", element::<f64>(row)?.to_bits()),
        "f32" => format!("{:08x}", element::<f32>(row)?.to_bits()),
        "bf16" => format!("{:04x}", element::<bf16>(row)?.to_bits()),
        "f16" => format!("{:04x}", element::<f16>(row)?.to_bits()),
        "f8e4m3" => format!("{:02x}", element::<F8E4M3>(row)?.to_bits()),
        other => return Err(format!("no dtype {other}").into()),
    })
}

#[test]
fn every_recorded_value() -> Outcome<()> {
    let mut wrong = Vec::new();
    for row in rows() {
        let got = bits(&row)?;
        if got != row[9] {
            wrong.push(format!("{row:?}: {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows().count(), wrong.join("\n"));
    assert!(rows().count() >= 672, "the file is cut");
    Ok(())
}

/// The table is not of one kind: each dtype and distribution is there, and most values differ from each other.
#[test]
fn the_table_covers_the_contract() {
    for dtype in ["f64", "f32", "bf16", "f16", "f8e4m3"] {
        for distribution in ["constant", "uniform", "normal", "truncated_normal"] {
            assert!(rows().any(|row| row[2] == dtype && row[3] == distribution), "{dtype} {distribution}");
        }
    }
    let distinct: std::collections::HashSet<_> =
        rows().filter(|row| row[2] == "f32").map(|row| row[9]).collect();
    assert!(distinct.len() > 130, "{}", distinct.len());
}

/// What the dtype of a row makes of the standard deviation.
fn fits(dtype: &str, distribution: &Distribution) -> Outcome<Result<(), counter_rng::Error>> {
    Ok(match dtype {
        "f64" => distribution.fits::<f64>(),
        "f32" => distribution.fits::<f32>(),
        "bf16" => distribution.fits::<bf16>(),
        "f16" => distribution.fits::<f16>(),
        "f8e4m3" => distribution.fits::<F8E4M3>(),
        other => return Err(format!("no dtype {other}").into()),
    })
}

/// Standard deviations that the dtype keeps or loses, summed over its values by the other program.
#[test]
fn every_recorded_spread() -> Outcome<()> {
    let table = include_str!("../../data/stream_v1_spreads.csv");
    let rows = table.lines().filter(|row| !row.starts_with('#')).skip(1);
    let mut counts = [0, 0];
    for row in rows.map(|row| row.split(',').collect::<Vec<_>>()) {
        let (std, rounded): (f64, f64) = (row[6].parse()?, row[7].parse()?);
        let near = |got: f64, expected: f64| (got - expected).abs() <= 1e-6 * std;
        match fits(row[0], &named(row[1], &row[2..6])?)? {
            Ok(()) => {
                assert_eq!(row[8], "kept", "{row:?}");
                counts[0] += 1;
            }
            Err(counter_rng::Error::SpreadLost { std: asked, rounded: got, .. }) => {
                assert!(row[8] == "lost" && near(asked, std) && near(got, rounded), "{row:?}: {asked} {got}");
                counts[1] += 1;
            }
            other => return Err(format!("{row:?}: {other:?}").into()),
        }
    }
    assert!(counts[0] > 80 && counts[1] > 80, "{counts:?}");
    Ok(())
}
