//! The exam of a kernel: each operation, and fills made of them, give the portable bits.
//!
//! Small, so that it also runs on an emulated processor; `tests/tests/stream/kernels.rs` has the long one.

use half::{bf16, f16};

use super::*;
use crate::distribution::Distribution;
use crate::element::Element;
use crate::error::Error;
use crate::philox::{LANES, Lanes};
use crate::stream::Stream;

/// Words where carries, signs and shifts begin and end.
const WORDS: Lanes<u32> = [
    0,
    1,
    2,
    0xff,
    0x100,
    0x7fff,
    0xffff,
    0x0001_0000,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xff80_0000,
    0xffff_0000,
    0xffff_fffe,
    u32::MAX,
    0xdead_beef,
];

/// Both zeros, subnormal numbers, the ends of the range, halves between two f16; no NaN, whose bits are free.
const FLOATS: Lanes<f32> = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1e-40,
    -1e-45,
    f32::MIN_POSITIVE,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    1.000_488_3,
    -65519.0,
    3e-6,
    0.1,
    -123.456,
];

/// What every operation gives, in order.
struct Operations<'a>(&'a mut Vec<u64>);

impl Operations<'_> {
    #[inline(always)]
    fn words<S: Simd>(&mut self, simd: S, words: S::Words) {
        let (mut low, mut high, mut bytes) = ([0; LANES], [0; LANES], [0; LANES]);
        simd.store_halves(words, &mut low);
        simd.store_halves(simd.shift(words, 16), &mut high);
        simd.store_bytes(words, &mut bytes);
        for l in 0..LANES {
            self.0.push(u64::from(high[l]) << 24 | u64::from(low[l]) << 8 | u64::from(bytes[l]));
        }
    }

    #[inline(always)]
    fn floats<S: Simd>(&mut self, simd: S, floats: S::Floats) {
        let (mut out, mut halves) = ([0.0; LANES], [0; LANES]);
        simd.store(floats, &mut out);
        simd.store_binary16(floats, &mut halves);
        for l in 0..LANES {
            if !out[l].is_nan() {
                self.0.push(u64::from(out[l].to_bits()) << 16 | u64::from(halves[l]));
            }
        }
    }

    #[inline(always)]
    fn doubles<S: Simd>(&mut self, simd: S, doubles: S::Doubles) {
        let mut out = [0.0; LANES];
        simd.store_doubles(doubles, &mut out);
        for l in 0..LANES {
            if !out[l].is_nan() {
                self.0.push(out[l].to_bits());
            }
        }
    }

    #[inline(always)]
    fn of_words<S: Simd>(&mut self, simd: S, a: S::Words, b: S::Words) {
        let mask = simd.signed_less(a, b);
        for words in [
            simd.word(7),
            simd.and(a, b),
            simd.or(a, b),
            simd.xor(a, b),
            simd.plus(a, b),
            simd.minus(a, b),
            simd.shift(a, 8),
            simd.signed_shift(a, 23),
            simd.smaller(a, b),
            simd.choose_word(mask, a, b),
        ] {
            self.words(simd, words);
        }
        self.0.push(u64::from(simd.any(mask)) << 1 | u64::from(simd.any(simd.signed_less(a, a))));
        self.floats(simd, simd.to_floats(a));
        self.doubles(simd, simd.to_doubles(a));
    }

    #[inline(always)]
    fn of_floats<S: Simd>(&mut self, simd: S, a: S::Floats, b: S::Floats) {
        self.words(simd, simd.bits(a));
        for floats in [
            simd.float(0.1),
            simd.add(a, b),
            simd.sub(a, b),
            simd.mul(a, b),
            simd.fma(a, b, simd.float(-1.0)),
            simd.max(a, b),
            simd.min(a, b),
            simd.choose(simd.less(a, b), a, b),
        ] {
            self.floats(simd, floats);
        }
    }

    #[inline(always)]
    fn of_doubles<S: Simd>(&mut self, simd: S, a: S::Doubles, b: S::Doubles, word: S::Words) {
        for doubles in [
            simd.double(0.1),
            simd.negate(a, word),
            simd.add_doubles(a, b),
            simd.sub_doubles(a, b),
            simd.mul_doubles(a, b),
            simd.div_doubles(a, b),
            simd.fma_doubles(a, b, simd.double(-1.0)),
            simd.max_doubles(a, b),
            simd.min_doubles(a, b),
            simd.choose_negative(a, b, simd.double(2.0)),
        ] {
            self.doubles(simd, doubles);
        }
    }
}

impl Job for Operations<'_> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        for turn in 0..LANES {
            let (mut words, mut floats, mut doubles) = (WORDS, FLOATS, FLOATS.map(f64::from));
            let (a, b) = (simd.load(&words), simd.of_bits(simd.load(&floats.map(f32::to_bits))));
            let c = simd.load_doubles(&doubles);
            words.rotate_left(turn);
            floats.rotate_left(turn);
            doubles.rotate_left(turn);
            self.of_words(simd, a, simd.load(&words));
            self.of_floats(simd, b, simd.of_bits(simd.load(&floats.map(f32::to_bits))));
            self.of_doubles(simd, c, simd.load_doubles(&doubles), simd.load(&words));
        }
    }
}

fn operations(kernel: Kernel) -> Vec<u64> {
    let mut out = Vec::new();
    kernel.run(Operations(&mut out));
    out
}

#[test]
fn every_operation_gives_the_portable_bits() {
    let expected = operations(Kernel::Portable);
    assert!(expected.len() > 7_000, "{}", expected.len());
    for kernel in Kernel::available() {
        let got = operations(kernel);
        let wrong = got.iter().zip(&expected).position(|(a, b)| a != b);
        assert!(wrong.is_none() && got.len() == expected.len(), "{}: value {wrong:?}", kernel.name());
    }
}

fn fills<T: Element>() -> Result<(), Error> {
    let distributions = [
        Distribution::uniform(-0.7, 1.3)?,
        Distribution::normal(0.25, 1.5)?,
        Distribution::truncated_normal(0.1, 1.0, -2.0, 1.75)?,
        Distribution::truncated_normal(0.0, 1.0, 6.0, f64::INFINITY)?,
    ];
    let length = if cfg!(miri) { 3 } else { 3000 };
    for distribution in distributions {
        let fill = |kernel| -> Result<Vec<u64>, Error> {
            let mut out = vec![T::nearest(0.0); length];
            Stream::new(9, "exam").fill_with(kernel, &distribution, (1 << 36) - 100, &mut out)?;
            Ok(out.iter().map(|v| v.widen().to_bits()).collect())
        };
        let expected = fill(Kernel::Portable)?;
        for kernel in Kernel::available() {
            assert!(fill(kernel)? == expected, "{} {} {distribution:?}", kernel.name(), T::NAME);
        }
    }
    Ok(())
}

#[test]
fn every_kernel_fills_with_the_portable_bits() -> Result<(), Error> {
    fills::<f32>()?;
    fills::<f64>()?;
    fills::<bf16>()?;
    fills::<f16>()?;
    fills::<float8::F8E4M3>()
}

/// A processor that has vectors uses them: without that the exams compare the portable kernel with itself.
#[test]
#[cfg(all(target_arch = "aarch64", not(miri)))]
fn neon_is_chosen() {
    assert_eq!(Kernel::detect().name(), "neon");
}

/// As the system's own list of the processor's features has it.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
fn vectors_are_chosen() -> std::io::Result<()> {
    let features = std::fs::read_to_string("/proc/cpuinfo")?;
    let has = |names: &[&str]| names.iter().all(|name| features.split_whitespace().any(|word| word == *name));
    let avx2 = has(&["avx2", "fma", "f16c"]);
    let avx512 = avx2 && has(&["avx512f", "avx512bw", "avx512dq", "avx512vl"]);
    let expected = [(true, "portable"), (avx2, "avx2+fma"), (avx512, "avx512")];
    let expected = expected.into_iter().filter(|(has, _)| *has).map(|(_, name)| name);
    assert!(Kernel::available().map(Kernel::name).eq(expected));
    assert_eq!(Some(Kernel::detect()), Kernel::available().last());
    Ok(())
}
