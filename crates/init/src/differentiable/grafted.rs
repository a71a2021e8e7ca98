//! A value that is there already, as an operation with a gradient.

use candle_core::{
    CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, Layout, MetalStorage, Result, Shape, Storage,
    Tensor, bail,
};

/// What an operation of `N` arguments does on the way back.
pub(super) trait Backward<const N: usize>: Send + Sync + 'static {
    /// What candle's errors call the operation.
    const NAME: &'static str;

    /// The gradient of each argument, from that of the result; none where an argument is not asked for.
    fn gradients(
        &self,
        arguments: [&Tensor; N],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]>;
}

/// An operation whose result was computed before. A custom operation is the only node that candle lets others put into its
/// record, and it is given storages, which no operation of candle takes: so candle computes first, and this hands out a copy.
struct Grafted<B> {
    value: Tensor,
    backward: B,
}

/// `value`, which was computed from `x`, with its gradient.
pub(super) fn graft1(x: &Tensor, value: Tensor, backward: impl Backward<1>) -> Result<Tensor> {
    if x.track_op() { x.apply_op1(Grafted { value, backward }) } else { Ok(value) }
}

/// `value`, which was computed from two tensors, with its gradients.
pub(super) fn graft2([x, y]: [&Tensor; 2], value: Tensor, backward: impl Backward<2>) -> Result<Tensor> {
    let tracked = x.track_op() || y.track_op();
    if tracked { x.apply_op2(y, Grafted { value, backward }) } else { Ok(value) }
}

/// `value`, which was computed from three tensors, with its gradients.
pub(super) fn graft3([x, y, z]: [&Tensor; 3], value: Tensor, backward: impl Backward<3>) -> Result<Tensor> {
    let tracked = x.track_op() || y.track_op() || z.track_op();
    if tracked { x.apply_op3(y, z, Grafted { value, backward }) } else { Ok(value) }
}

impl<B> Grafted<B> {
    fn copy(&self) -> Result<(Storage, Shape)> {
        let (storage, layout) = self.value.storage_and_layout();
        Ok((storage.try_clone(layout)?, layout.shape().clone()))
    }

    fn on_cpu(&self) -> Result<(CpuStorage, Shape)> {
        match self.copy()? {
            (Storage::Cpu(storage), shape) => Ok((storage, shape)),
            _ => bail!("the result is not on the CPU, where its arguments are"),
        }
    }

    fn on_cuda(&self) -> Result<(CudaStorage, Shape)> {
        match self.copy()? {
            (Storage::Cuda(storage), shape) => Ok((storage, shape)),
            _ => bail!("the result is not on the CUDA device, where its arguments are"),
        }
    }

    fn on_metal(&self) -> Result<(MetalStorage, Shape)> {
        match self.copy()? {
            (Storage::Metal(storage), shape) => Ok((storage, shape)),
            _ => bail!("the result is not on the Metal device, where its arguments are"),
        }
    }
}

impl<B: Backward<1>> CustomOp1 for Grafted<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn metal_fwd(&self, _: &MetalStorage, _: &Layout) -> Result<(MetalStorage, Shape)> {
        self.on_metal()
    }

    fn bwd(&self, x: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [x] = self.backward.gradients([x], result, gradient)?;
        Ok(x)
    }
}

impl<B: Backward<2>> CustomOp2 for Grafted<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn metal_fwd(
        &self,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
    ) -> Result<(MetalStorage, Shape)> {
        self.on_metal()
    }

    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        self.backward.gradients([x, y], result, gradient).map(Into::into)
    }
}

impl<B: Backward<3>> CustomOp3 for Grafted<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn metal_fwd(
        &self,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
    ) -> Result<(MetalStorage, Shape)> {
        self.on_metal()
    }

    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        z: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        self.backward.gradients([x, y, z], result, gradient).map(Into::into)
    }
}
