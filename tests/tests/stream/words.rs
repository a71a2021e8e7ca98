//! The words of the stream: the recorded ones, the oracle's, and those of the seekable generator.

use std::error::Error;

use counter_rng::rand_core::Rng;
use counter_rng::{Purpose, Stream};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

const PURPOSES: [Purpose; 4] = [Purpose::Values, Purpose::LowWords, Purpose::Permutation, Purpose::Auxiliary];

/// An index near the places where a lane, a tile, a 32-bit count or the whole range ends, or any other.
fn index() -> impl Strategy<Value = u64> {
    let edges = prop::sample::select(vec![0_u64, 64, 1 << 31, 1 << 32, 1 << 34, 1 << 36, u64::MAX - 200]);
    prop_oneof![any::<u64>(), 0..10_000_u64, (edges, 0..200_u64).prop_map(|(edge, by)| edge + by)]
}

#[test]
fn every_recorded_word() -> Outcome {
    let rows = include_str!("../../data/stream_v1.csv").lines().filter(|row| !row.starts_with('#')).skip(1);
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let (purpose, index) = (PURPOSES[cells[1].parse::<usize>()?], cells[3].parse()?);
        let got = Stream::with_purpose(cells[0].parse()?, cells[2], purpose).word(index);
        assert_eq!(got, u32::from_str_radix(cells[4], 16)?, "{row}");
        count += 1;
    }
    assert!(count >= 340, "{count} rows: the file is cut");
    Ok(())
}

proptest! {
    #[test]
    fn words_are_the_oracles(seed: u64, name in ".{0,40}", index in index()) {
        for (number, purpose) in (0_u8..).zip(PURPOSES) {
            let got = Stream::with_purpose(seed, &name, purpose).word(index);
            prop_assert_eq!(got, reference::word(seed, &name, number, index));
        }
    }

    /// From any position on: the next words are those of the next elements; going back repeats them.
    #[test]
    fn generator_gives_the_words(seed: u64, name in ".{0,8}", start in index(), back in 0..300_u64) {
        let start = start.min(u64::MAX - 400);
        let (stream, mut rng) = (Stream::new(seed, &name), Stream::new(seed, &name).rng());
        for from in [start, start.saturating_sub(back), start + back] {
            rng.set_position(from);
            for element in from..from + 70 {
                prop_assert_eq!(rng.position(), element);
                prop_assert_eq!(rng.next_u32(), stream.word(element));
            }
        }
    }

    /// The wider draws: the low word first, bytes in little-endian order, the rest of a last word dropped.
    #[test]
    fn generator_joins_words(seed: u64, start in 0..1000_u64, length in 0..40_usize) {
        let (stream, mut rng) = (Stream::new(seed, "joined"), Stream::new(seed, "joined").rng());
        rng.set_position(start);
        let pair = [0, 1].map(|i| u64::from(stream.word(start + i)));
        prop_assert_eq!(rng.next_u64(), pair[0] | pair[1] << 32);
        let mut bytes = vec![0; length];
        rng.fill_bytes(&mut bytes);
        let expected = (start + 2..).flat_map(|i| stream.word(i).to_le_bytes());
        prop_assert_eq!(&bytes, &expected.take(length).collect::<Vec<_>>());
        prop_assert_eq!(rng.position(), start + 2 + length.div_ceil(4) as u64);
    }
}

/// Seeds, names and purposes that a careless key would confuse have nothing in common.
#[test]
fn neighbouring_keys_share_no_word() {
    let names = ["", "a", "b", "ab", "a.b", "a\0", "aa", "A", "a ", "weight", "weight.0", "0.weight"];
    let seeds = [0, 1, 2, 1 << 32, 1 << 63, u64::MAX, u64::from(b'a')];
    let mut firsts = std::collections::BTreeSet::new();
    for (seed, name) in seeds.into_iter().flat_map(|seed| names.map(|name| (seed, name))) {
        for purpose in PURPOSES {
            let stream = Stream::with_purpose(seed, name, purpose);
            firsts.insert([0, 1, 16, 64].map(|i| stream.word(i)));
        }
    }
    assert_eq!(firsts.len(), 4 * names.len() * seeds.len());
}

/// Past the last element the position begins again at zero.
#[test]
fn generator_wraps_at_the_end() {
    let stream = Stream::new(5, "end");
    let mut rng = stream.rng();
    rng.set_position(u64::MAX);
    assert_eq!([rng.next_u32(), rng.next_u32()], [stream.word(u64::MAX), stream.word(0)]);
    assert_eq!(rng.position(), 1);
}
