//! An initializer in a file, JSON or TOML: what is read is written and read back in both, and plans the same.
#![no_main]

use candle_core::DType;
use candle_init::checkpoint::shown;
use candle_init::{Error, Initializer, Plan};
use candle_init_fuzz::{says_something, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let read = if text.trim_start().starts_with('{') {
        serde_json::from_str::<Initializer>(text).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string())
    };
    let init = match read {
        // Around our words are those of the format, which shows keys and lines as they are.
        Err(said) => return says_something(&shown(&said)),
        Ok(init) => init,
    };
    let json = |init: &Initializer| serde_json::to_string(init).expect("what was read can be written");
    let again: Initializer = serde_json::from_str(&json(&init)).expect("what was written can be read");
    assert_eq!(json(&again), json(&init));
    let toml = toml::to_string(&init).expect("what was read can be written");
    let third: Initializer = toml::from_str(&toml).expect("what was written can be read");
    assert_eq!(json(&third), json(&init));
    match (plan(&init), plan(&again)) {
        (Ok(one), Ok(other)) => assert_eq!(one.to_string(), other.to_string()),
        (Err(one), Err(other)) => {
            says_something(&one);
            assert_eq!(one.to_string(), other.to_string());
        }
        (one, other) => panic!("{:?} and {:?} of one initializer", one.err(), other.err()),
    }
});

fn plan(init: &Initializer) -> Result<Plan, Error> {
    init.plan(DType::BF16, |vb| {
        for (name, shape) in [("a.weight", &[4, 6][..]), ("a.bias", &[4]), ("rnn.weight_hh_l0", &[8, 2])] {
            vb.get(shape, name)?;
        }
        vb.get(&[3, 2, 5][..], "conv.weight")
    })
}
