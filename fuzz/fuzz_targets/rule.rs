//! The text of a rule: what is read is printed and read back; its values are finite, and those of a slice are those of the
//! whole.
#![no_main]

use candle_core::{DType, Device};
use candle_init::{Initializer, Rule};
use candle_init_fuzz::{reads_back, says_something, text};
use libfuzzer_sys::fuzz_target;

const DIMS: (usize, usize) = (4, 6);

fuzz_target!(|bytes: &[u8]| {
    let Some(rule) = text(bytes).and_then(reads_back::<Rule>) else { return };
    let init = Initializer::new(1);
    let whole = match init.tensor("a.1.w", DIMS, rule.clone(), DType::F32, &Device::Cpu) {
        Err(error) => return says_something(&error),
        Ok(tensor) => tensor.flatten_all().and_then(|all| all.to_vec1::<f32>()).expect("f32"),
    };
    assert!(whole.iter().all(|value| value.is_finite()), "{rule}: {whole:?}");
    let mut three = [0; 12];
    let lazy = init.lazy("a.1.w", DIMS, rule.clone(), DType::F32).expect("what is drawn is drawn in parts");
    lazy.read(7, &mut three).expect("elements 7 to 9 of 24");
    let due: Vec<u8> = whole[7..10].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(three[..], due[..], "{rule}");
});
