//! One conformance test for every kernel, thread count and slice: the same bits, and nothing else touched.

use std::error::Error as StdError;

use counter_rng::{Distribution, Element, Error, Kernel, Stream};
use float8::F8E4M3;
use half::{bf16, f16};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn StdError>>;

/// Where a tile, a 32-bit element or block number, or the range of indices begins or ends.
const STARTS: [u64; 9] = [0, 1, 63, 64, 65, (1 << 34) - 1, 1 << 34, (1 << 36) - 64, u64::MAX - 4096];
/// Around the lanes of a register and the elements of a tile.
const LENGTHS: [usize; 17] = [0, 1, 2, 3, 15, 16, 17, 31, 48, 63, 64, 65, 127, 128, 129, 192, 195];
/// Six parts of 512 tiles and a ragged end: the first length that is shared out.
const SHARED: usize = 6 * 512 * 64 + 83;
/// Elements around each output that no fill may touch.
const GUARD: usize = 5;

/// A distribution of each kind; the truncated ones reach every polynomial of the quantile.
fn distributions() -> Result<[Distribution; 7], Error> {
    let open = f64::INFINITY;
    Ok([
        Distribution::constant(0.3)?,
        Distribution::uniform(-0.7, 1.3)?,
        Distribution::normal(0.25, 1.5)?,
        Distribution::truncated_normal(0.1, 1.0, -2.0, 1.75)?,
        Distribution::truncated_normal(0.0, 1.0, 5.0, 6.0)?,
        Distribution::truncated_normal(0.0, 1.0, 6.0, open)?,
        Distribution::truncated_normal(1.0, 0.5, -open, open)?,
    ])
}

/// A value that no distribution of these gives, to see what was written.
fn poison<T: Element>() -> T {
    T::nearest(-208.0)
}

/// Bits behind a value: its exact `f64` tells all apart, the zeros too.
fn bits<T: Element>(values: &[T]) -> Vec<u64> {
    values.iter().map(|v| v.widen().to_bits()).collect()
}

/// A fill of the middle of a poisoned buffer; its ends must stay as they were.
fn filled<T: Element>(
    kernel: Kernel,
    distribution: &Distribution,
    start: u64,
    length: usize,
) -> Result<Vec<u64>, Error> {
    let mut buffer = vec![poison::<T>(); length + 2 * GUARD];
    Stream::new(9, "exam").fill_with(kernel, distribution, start, &mut buffer[GUARD..GUARD + length])?;
    let (head, rest) = buffer.split_at(GUARD);
    let (middle, tail) = rest.split_at(length);
    assert!(head.iter().chain(tail).all(|v| *v == poison()), "written outside");
    assert!(middle.iter().all(|v| *v != poison()), "not all written");
    Ok(bits(middle))
}

fn same_everywhere<T: Element>(start: u64, length: usize) -> Outcome {
    // F8E4M3 is too coarse for windows far out.
    let fitting = distributions()?.into_iter().filter(|distribution| distribution.fits::<T>().is_ok());
    for distribution in fitting {
        let expected = filled::<T>(Kernel::Portable, &distribution, start, length)?;
        for kernel in Kernel::available() {
            let got = filled::<T>(kernel, &distribution, start, length)?;
            assert!(got == expected, "{} {} {distribution:?} {start} {length}", kernel.name(), T::NAME);
        }
    }
    Ok(())
}

fn conforms<T: Element>() -> Outcome {
    for start in STARTS {
        LENGTHS.into_iter().try_for_each(|length| same_everywhere::<T>(start, length))?;
    }
    same_everywhere::<T>(77, SHARED)
}

#[test]
fn every_kernel_gives_the_portable_bits() -> Outcome {
    conforms::<f32>()?;
    conforms::<f64>()?;
    conforms::<bf16>()?;
    conforms::<f16>()?;
    conforms::<F8E4M3>()
}

/// The test sees a difference: another start, another distribution, one bit.
#[test]
fn the_exam_is_not_blind() -> Outcome {
    let distribution = Distribution::normal(0.0, 1.0)?;
    let expected = filled::<f32>(Kernel::detect(), &distribution, 64, 65)?;
    assert_ne!(expected, filled::<f32>(Kernel::detect(), &distribution, 65, 65)?);
    assert_ne!(expected, filled::<f32>(Kernel::detect(), &Distribution::normal(0.0, 1.0 + 1e-6)?, 64, 65)?);
    assert_ne!(bits(&[0.0_f32]), bits(&[-0.0_f32]));
    Ok(())
}

#[test]
fn every_thread_count_gives_the_same_bits() -> Outcome {
    for distribution in distributions()? {
        let fill = || filled::<f32>(Kernel::detect(), &distribution, 3, 3 * SHARED);
        let expected = fill()?;
        for threads in 1..=3 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            assert!(pool.install(fill)? == expected, "{threads} threads, {distribution:?}");
        }
    }
    Ok(())
}

/// Memory that no page of exists yet, in huge pages where the system has them, gets what memory in use gets, whoever
/// fills it: 24 MiB, so that several huge pages and their ragged ends are among it.
#[test]
fn fresh_memory_gets_the_same_bits() -> Outcome {
    let (stream, length) = (Stream::new(9, "fresh"), 6_291_456 + 321);
    for distribution in [Distribution::uniform(-0.7, 1.3)?, Distribution::normal(0.25, 1.5)?] {
        let mut touched = vec![poison::<f32>(); length];
        stream.fill_with(Kernel::Portable, &distribution, 5, &mut touched)?;
        for threads in 1..=2 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let fresh = pool.install(|| stream.vec::<f32>(&distribution, 5..5 + length as u64))?;
            assert!(bits(&fresh) == bits(&touched), "{threads} threads, {distribution:?}");
        }
    }
    Ok(())
}

/// A constant is the same value at every length that is written another way.
#[test]
fn constants_of_every_length() -> Outcome {
    let distribution = Distribution::constant(0.3)?;
    for length in [0, 1, 100_000, (64 << 20) / 2 - 1, (64 << 20) / 2 + 7] {
        let values = distribution.constant_vec::<bf16>(length).transpose()?.unwrap_or_default();
        assert_eq!(values.len() as u64, length);
        assert!(values.iter().all(|value| *value == bf16::from_f32(0.3)), "{length}");
    }
    Ok(())
}

/// A fill in parts that each stay on one thread is the fill that is shared out.
#[test]
fn shared_and_single_fills_agree() -> Outcome {
    for distribution in distributions()? {
        let whole = filled::<bf16>(Kernel::detect(), &distribution, 40, SHARED)?;
        for (part, at) in whole.chunks(10_007).zip((40..).step_by(10_007)) {
            assert!(
                filled::<bf16>(Kernel::detect(), &distribution, at, part.len())? == part,
                "{distribution:?} {at}"
            );
        }
    }
    Ok(())
}

fn slice_of_whole<T: Element>(seed: u64, from: usize, length: usize) -> Result<(), TestCaseError> {
    let stream = Stream::new(seed, "sliced");
    for distribution in distributions().map_err(|e| TestCaseError::fail(e.to_string()))? {
        let whole = stream.vec::<T>(&distribution, 0..(from + length) as u64);
        let slice = stream.vec::<T>(&distribution, from as u64..(from + length) as u64);
        prop_assert_eq!(whole.map(|v| bits(&v[from..])), slice.map(|v| bits(&v)));
    }
    Ok(())
}

proptest! {
    #[test]
    fn slices_are_the_whole_cut(seed: u64, from in 0..700_usize, length in 0..400_usize) {
        slice_of_whole::<f32>(seed, from, length)?;
        slice_of_whole::<f64>(seed, from, length)?;
        slice_of_whole::<bf16>(seed, from, length)?;
        slice_of_whole::<f16>(seed, from, length)?;
        slice_of_whole::<F8E4M3>(seed, from, length)?;
    }

    /// Cut anywhere, in any order, a range far out is what one fill makes of it.
    #[test]
    fn cuts_do_not_matter(start in 0..u64::MAX - 5000, length in 1..3000_usize, cut in 0..3000_usize) {
        let (stream, distribution) = (Stream::new(1, "cut"), Distribution::normal(0.0, 1.0));
        let distribution = distribution.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let cut = cut.min(length);
        let (mut whole, mut parts) = (vec![0_f32; length], vec![0_f32; length]);
        let (head, tail) = parts.split_at_mut(cut);
        let fills = [
            stream.fill(&distribution, start, &mut whole),
            stream.fill(&distribution, start + cut as u64, tail),
            stream.fill(&distribution, start, head),
        ];
        prop_assert_eq!(fills, [Ok(()), Ok(()), Ok(())]);
        prop_assert_eq!(bits(&whole), bits(&parts));
    }

    /// The values that given words stand for are those of the stream that gives the words.
    #[test]
    fn words_stand_for_the_values(seed: u64, from in 0..1000_u64, length in 0..200_u64) {
        let stream = Stream::new(seed, "words");
        let words: Vec<u64> = (from..from + length).map(|i| stream.long_word(i)).collect();
        for distribution in distributions().map_err(|e| TestCaseError::fail(e.to_string()))? {
            prop_assert_eq!(distribution.values_of::<f32>(&words), stream.vec::<f32>(&distribution, from..from + length));
            prop_assert_eq!(distribution.values_of::<f64>(&words), stream.vec::<f64>(&distribution, from..from + length));
            prop_assert_eq!(distribution.values_of::<bf16>(&words), stream.vec::<bf16>(&distribution, from..from + length));
        }
    }
}

#[test]
fn a_range_past_the_end_is_refused_and_leaves_the_buffer() -> Outcome {
    let (stream, distribution) = (Stream::new(2, "end"), Distribution::normal(0.0, 1.0)?);
    for (start, count) in [(u64::MAX, 1), (u64::MAX - 63, 64), (u64::MAX - 10, 20)] {
        let mut out = vec![7.0_f32; count as usize];
        assert_eq!(stream.fill(&distribution, start, &mut out), Err(Error::IndexOverflow { start, count }));
        assert!(out.iter().all(|v| *v == 7.0), "{start} {count}");
    }
    let mut last = [7.0_f32; 64];
    stream.fill(&distribution, u64::MAX - 64, &mut last)?;
    assert!(last.iter().all(|v| *v != 7.0));
    let (from, to) = (10, 3);
    assert!(stream.vec::<f32>(&distribution, from..to)?.is_empty());
    Ok(())
}
