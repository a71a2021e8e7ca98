//! Files that wait, that write to the terminal, and that list more than they hold.

use std::path::Path;

use acceptance::scratch::Scratch;
use candle_core::DType;
use candle_init::{Init, Initializer, Recipe, init};
use candle_init_checkpoint::Checkpoint;
use candle_init_probe::{Inspection, Verdict, unmoved};

use super::{Outcome, assert_small, file, refusal};

/// What every road to a file says of one.
fn said(path: &Path) -> Vec<String> {
    let errors = [
        Checkpoint::open(path).err().map(|error| error.to_string()),
        Inspection::of_file(path).err().map(|error| error.to_string()),
        unmoved(path, path).err().map(|error| error.to_string()),
    ];
    errors.into_iter().flatten().collect()
}

/// To open a pipe is to wait for a writer who may never come.
#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() -> Outcome {
    let folder = tempfile::tempdir()?;
    for name in ["model.safetensors", "model.safetensors.index.json"] {
        let path = folder.path().join(name);
        if !std::process::Command::new("mkfifo").arg(&path).status()?.success() {
            return Err("no pipe could be made".into());
        }
        let said = said(&path);
        assert!(
            said.len() == 3 && said.iter().all(|said| said.contains("is a pipe or a device")),
            "{said:?}"
        );
    }
    Ok(())
}

/// A name that clears the screen, ends a string and a line, and turns what follows.
const NAME: &str = "a\u{1b}[2J\0\n\u{202e}b";
const SHOWN: &str = r"a\u{1b}[2J\0\n\u{202e}b";

fn with_tensor(name: &str, dtype: &str, data: usize) -> Vec<u8> {
    let name = serde_json::Value::from(name).to_string();
    file(&format!(r#"{{{name}:{{"dtype":"{dtype}","shape":[8,8],"data_offsets":[0,{data}]}}}}"#), data)
}

/// In errors, findings, tables and accounts.
#[test]
fn names_of_a_file_move_no_cursor() -> Outcome {
    let damaged = refusal(&with_tensor(NAME, "F32", 255))?;
    let sound = Scratch::of(&with_tensor(NAME, "U8", 64))?;
    let inspection = Inspection::of_file(sound.path())?;
    let checkpoint = Checkpoint::open(sound.path())?;
    let init = Initializer::new(1).load(checkpoint.clone()).rule("w", init::ZEROS);
    let model = |vb: candle_nn::VarBuilder<'static>| vb.get(2, "w");
    let texts = [
        damaged,
        inspection.to_string(),
        Verdict::from(inspection).to_string(),
        format!("{:?}", checkpoint.tensor(NAME)?),
        checkpoint.tensor(&NAME.replace('J', "K")).err().ok_or("found")?.to_string(),
        init.plan(DType::F32, model).err().ok_or("loaded")?.to_string(),
        init.lenient().plan(DType::F32, model)?.to_string(),
    ];
    for text in texts {
        assert!(text.contains(SHOWN) && !text.contains(['\u{1b}', '\0', '\u{202e}']), "{text:?}");
    }
    Ok(())
}

/// What is said of a header that is broken behind a name, of a config and of rules is one line each.
#[test]
fn texts_of_others_stay_in_their_line() -> Outcome {
    let json = serde_json::Value::from(NAME);
    let config = format!("{{\"model_type\": {json}}}");
    let header = refusal(&file(&format!("{{{json}:{{\"dtype\"):\"I64\"}}}}"), 0))?;
    let texts = [
        header,
        Recipe::from_config(&config).err().ok_or("a recipe")?.to_string(),
        NAME.parse::<Init>().err().ok_or("an initializer")?.to_string(),
        Initializer::new(1)
            .rule(NAME, init::ZEROS)
            .plan(DType::F32, |vb| vb.get(2, "w"))
            .err()
            .ok_or("used")?
            .to_string(),
    ];
    for text in texts {
        assert!(text.contains(SHOWN) && !text.contains(char::is_control), "{text:?}");
    }
    Ok(())
}

/// Twelve bits are no whole bytes, whatever there is.
#[test]
fn elements_that_are_no_whole_bytes_are_said_so() -> Outcome {
    for data in [1, 2] {
        let header = format!(r#"{{"a":{{"dtype":"F4","shape":[3],"data_offsets":[0,{data}]}}}}"#);
        let said = refusal(&file(&header, data))?;
        assert!(said.contains("`a` [3] of F4 has 12 bits, which are no whole bytes"), "{said}");
    }
    Ok(())
}

/// 3 MiB of tensors without elements: a kilobyte for each would be too much.
#[test]
fn a_header_of_many_tensors_takes_a_few_times_its_length() -> Outcome {
    let one = |i: usize| format!(r#""{i:05}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
    let each: Vec<_> = (0..55_000).map(one).collect();
    let many = Scratch::of(&file(&format!("{{{}}}", each.join(",")), 0))?;
    drop(each);
    assert_eq!(Checkpoint::open(many.path())?.tensors().len(), 55_000);
    assert_small();
    Ok(())
}
