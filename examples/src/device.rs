//! The device to compute on: never another than the one asked for.

use anyhow::{Context, Result, ensure};
use candle_core::{Device, utils::cuda_is_available};
use clap::ValueEnum;

/// A device as named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceName {
    /// The processor.
    Cpu,
    /// The first NVIDIA GPU; needs a build with `--features cuda`.
    Cuda,
}

impl DeviceName {
    /// Opens the device.
    ///
    /// # Errors
    /// If this build or this machine has no such device.
    pub fn open(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => cuda(),
        }
    }

    /// The name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

fn cuda() -> Result<Device> {
    ensure!(
        cuda_is_available(),
        "--device cuda: this program was built without CUDA; build it with `--features cuda`, or \
         leave --device out to run on the processor"
    );
    Device::new_cuda(0).context(
        "--device cuda: found no usable NVIDIA GPU; check that `nvidia-smi` lists one, or leave \
         --device out to run on the processor",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() {
        assert!(DeviceName::Cpu.open().unwrap().is_cpu());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn cuda_without_cuda_says_what_to_do() {
        let error = DeviceName::Cuda.open().unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
