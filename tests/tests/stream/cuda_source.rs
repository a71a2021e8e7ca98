//! The source of the GPU's kernels, run on the processor: the bits of the Rust kernels, and a program with one
//! mistake is found out.

use std::error::Error;
use std::path::{Path, PathBuf};

use acceptance::cuda_conformance::{LENGTHS, LONG, Launches, STARTS, distributions};
use acceptance::cuda_host::{Host, Mutant, compiler, skipped};
use acceptance::share::share;
use counter_rng::Element;
use float8::F8E4M3;
use half::{bf16, f16};

type Outcome = Result<(), Box<dyn Error>>;

/// The two texts that `#if` makes of the source.
const ARCHS: [u32; 2] = [750, 800];

/// Shifts of the output: aligned for every dtype; for none; aligned again where the range starts in a tile.
fn shifts(start: u64) -> [usize; 3] {
    [0, 1, (start % 64) as usize]
}

fn push<T: Element>(launches: &mut Launches) -> Outcome {
    let mut distributions_held = 0;
    for distribution in distributions()? {
        for start in STARTS {
            for length in LENGTHS {
                for shift in shifts(start) {
                    launches.push::<T>(&distribution, start, length, shift)?;
                }
            }
        }
        distributions_held += usize::from(launches.push::<T>(&distribution, 77, LONG, 13)?);
    }
    assert!(distributions_held >= 17, "{} holds {distributions_held} distributions", T::NAME);
    Ok(())
}

fn launches() -> Result<Launches, Box<dyn Error>> {
    let mut launches = Launches::default();
    push::<f32>(&mut launches)?;
    push::<bf16>(&mut launches)?;
    push::<f16>(&mut launches)?;
    push::<F8E4M3>(&mut launches)?;
    Ok(launches)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cuda").join(name)
}

/// What the conformance test says of the source, with a mutant in it or without.
fn verdict(
    compiler: &str,
    name: &str,
    arch: u32,
    mutant: Option<&Mutant>,
    launches: &Launches,
) -> Result<Option<String>, Box<dyn Error>> {
    let host = Host::new(compiler, &folder(name), arch, mutant)?;
    Ok(launches.first_wrong(host.run(&launches.input)?.as_deref()))
}

#[test]
fn the_source_gives_the_bits_of_the_rust_kernels() -> Outcome {
    let Some(compiler) = compiler() else {
        skipped("no C++ compiler, so the GPU's kernels were not run here; install g++, or name one in CXX");
        return Ok(());
    };
    let launches = launches()?;
    assert!(launches.len() > 30_000, "{}", launches.len());
    for arch in ARCHS {
        let wrong = verdict(&compiler, &format!("sm{arch}"), arch, None, &launches)?;
        assert_eq!(wrong, None, "{arch}");
    }
    Ok(())
}

const fn mutant(file: &'static str, from: &'static str, to: &'static str) -> Mutant {
    Mutant { file, from, to }
}

/// One mistake each, in a rounding, a round, a tail, an end of the range.
const MUTANTS: [Mutant; 17] = [
    mutant("philox.cuh", "round < 10", "round < 9"),
    mutant("philox.cuh", "static_cast<unsigned int>(block >> 32)", "0"),
    mutant(
        "quantile.cuh",
        "__fmaf_rn(horner(t, rest...), t, from_bits(c))",
        "__fadd_rn(__fmul_rn(horner(t, rest...), t), from_bits(c))",
    ),
    mutant("quantile.cuh", "0x40986a94u", "0x40986a95u"),
    mutant("quantile.cuh", "0x40f90afcu", "0x40f90afdu"),
    mutant("quantile.cuh", "CENTRE_ENDS = 0x1p-8f", "CENTRE_ENDS = 0x1p-9f"),
    mutant("distributions.cuh", "lower < upper ? lower : upper", "lower"),
    mutant("distributions.cuh", "__fmaf_rn(c, a.std, a.mean)", "__fadd_rn(__fmul_rn(c, a.std), a.mean)"),
    mutant("distributions.cuh", "if (a.clamp == COMPARISONS) {", "if (false) {"),
    mutant("distributions.cuh", "} else if (a.clamp == MIN_MAX) {", "} else if (false) {"),
    mutant("fill.cu", "if (place < count)", "if (place <= count)"),
    mutant("fill.cu", "a.count - at >= SPAN", "a.count - at >= SPAN - 1"),
    mutant("fill.cu", " - a.start % TILE * sizeof(typename D::Element)", ""),
    mutant("fill.cu", "- tile0 + 1) * QUADS", "- tile0) * QUADS"),
    mutant("fill.cu", "item += stride()", "item += 2 * stride()"),
    mutant("dtypes.cuh", "0x7fff + ((bits >> 16) & 1)", "0x8000"),
    mutant("dtypes.cuh", "0x7ffff + ((magnitude >> 20) & 1)", "0x80000"),
];

#[test]
fn one_mistake_is_found_out() -> Outcome {
    let Some(compiler) = compiler() else {
        skipped(
            "no C++ compiler, so no mistakes were made in the GPU's kernels; install g++, or name one in CXX",
        );
        return Ok(());
    };
    let launches = launches()?;
    let step = MUTANTS.len() / share(MUTANTS.len() as u32) as usize;
    for (i, mutant) in MUTANTS.iter().enumerate().step_by(step) {
        let wrong = verdict(&compiler, &format!("mutant{i}"), 750, Some(mutant), &launches)?;
        assert!(wrong.is_some(), "not found out: {mutant:?}");
    }
    Ok(())
}
