//! Fills by each kernel, short enough for an emulated processor.

use half::{bf16, f16};

use crate::distribution::Distribution;
use crate::error::Error;
use crate::fill::Element;
use crate::kernel::Kernel;
use crate::stream::values::Stream;

fn fills<T: Element>() -> Result<(), Error> {
    let distributions = [
        Distribution::uniform(-0.7, 1.3)?,
        Distribution::normal(0.25, 1.5)?,
        Distribution::truncated_normal(0.1, 1.0, -2.0, 1.75)?,
        Distribution::truncated_normal(0.0, 1.0, 6.0, f64::INFINITY)?,
    ];
    let length = if cfg!(miri) { 3 } else { 3000 };
    // F8E4M3 is too coarse for the last one.
    for distribution in distributions.into_iter().filter(|distribution| distribution.fits::<T>().is_ok()) {
        let fill = |kernel| -> Result<Vec<u64>, Error> {
            let mut out = vec![T::nearest(0.0); length];
            Stream::new(9, "fills").fill_with(kernel, &distribution, (1 << 36) - 100, &mut out)?;
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
