//! Plans and reports as comma-separated values, read back by the `csv` crate.

use std::error::Error;

use acceptance::catalogue::model;
use candle_core::{DType, Device};
use candle_init::{Initializer, Record, init};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn Error>>;

/// Cells with their columns.
type Row = Vec<(String, String)>;

/// The rows of a text, each with the columns of the header.
fn rows(text: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let pairs =
        |row: csv::StringRecord| header.iter().zip(row.iter()).map(|(a, b)| (a.into(), b.into())).collect();
    Ok(reader.records().map(|row| row.map(pairs)).collect::<Result<_, _>>()?)
}

/// What a row has to say of a record, number by number to the bit.
fn due(record: &Record) -> Row {
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let dims: Vec<_> = record.shape.dims().iter().map(ToString::to_string).collect();
    let cells = [
        ("name", record.name.clone()),
        ("shape", dims.join("x")),
        ("dtype", record.dtype.as_str().into()),
        ("reason", record.reason.to_string()),
        ("rule", record.rule.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("layer", record.layer.to_string()),
        ("fan_in", number(record.fans.map(|f| f.fan_in))),
        ("fan_out", number(record.fans.map(|f| f.fan_out))),
        ("expected_mean", number(record.expected.map(|m| m.mean))),
        ("expected_std", number(record.expected.map(|m| m.std))),
        ("measured_mean", number(record.measured.map(|m| m.mean))),
        ("measured_std", number(record.measured.map(|m| m.std))),
        ("frozen", record.frozen.to_string()),
    ];
    cells.map(|(column, cell)| (column.into(), cell)).into()
}

#[test]
fn rows_are_the_records() -> Outcome {
    let init = Initializer::new(3).weights(init::GLOROT_UNIFORM).frozen("0.*");
    let plan = init.plan(DType::F32, model)?;
    assert_eq!(rows(&plan.to_csv())?, plan.records().iter().map(due).collect::<Vec<_>>());
    let vars = VarMap::new();
    model(init.var_builder(&vars, DType::F32, &Device::Cpu))?;
    let report = init.report(&vars)?;
    assert_eq!(rows(&report.to_csv())?, report.records().iter().map(due).collect::<Vec<_>>());
    Ok(())
}

/// Rules have commas, and names may have anything.
#[test]
fn cells_are_quoted_where_they_must_be() -> Outcome {
    let name = "a \"b\",\nc";
    let one = |vb: VarBuilder<'static>| vb.get_with_hints(3, name, candle_nn::Init::Const(1.0)).map(drop);
    let plan = Initializer::new(1).rule("*", init::uniform(-1.0, 1.0)).plan(DType::F32, one)?;
    let read = rows(&plan.to_csv())?;
    assert_eq!((read.len(), read[0][0].1.as_str(), read[0][4].1.as_str()), (1, name, "uniform(lo=-1, up=1)"));
    assert_eq!(
        rows(&Initializer::new(1).plan(DType::F32, |_| candle_core::Result::Ok(()))?.to_csv())?.len(),
        0
    );
    Ok(())
}
