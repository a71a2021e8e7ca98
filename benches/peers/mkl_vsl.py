"""Intel MKL's vector statistics library: Philox4x32-10, uniform and normal by the inverse distribution function, the
same generator and the same method as candle-init's. f32, by one thread, into memory that exists.

MKL chooses code by processor; the rows say which library it loaded.
"""
import ctypes
import glob
import importlib.metadata
import mmap
import os
import re
import sys

import measure

PHILOX4X32X10 = 16 << 20  # VSL_BRNG_PHILOX4X32X10 of mkl_vsl_defines.h
UNIFORM_STANDARD, GAUSSIAN_ICDF = 0, 2
SEQUENTIAL = 1  # MKL_THREADING_SEQUENTIAL


def check(status, what):
    if status:
        sys.exit(f"{what} returns {status}")


def load():
    """MKL by one thread, and a stream of it."""
    found = sorted(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*")))
    if not found:
        sys.exit(f"no libmkl_rt.so in {sys.prefix}/lib: is the package mkl installed?")
    mkl = ctypes.CDLL(found[-1], mode=ctypes.RTLD_GLOBAL)
    mkl.MKL_Set_Threading_Layer(SEQUENTIAL)
    stream = ctypes.c_void_p()
    check(mkl.vslNewStream(ctypes.byref(stream), PHILOX4X32X10, 42), "vslNewStream")
    return mkl, stream


def memory(elements):
    """Floats at a page's beginning, where no alignment is unlucky. Private, so that it is paged as malloc's is."""
    return mmap.mmap(-1, 4 * elements, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def laws(mkl, stream, elements, out):
    half, f = ctypes.c_float(0.5), ctypes.c_float
    return {
        "uniform": lambda: mkl.vsRngUniform(UNIFORM_STANDARD, stream, elements, out, f(-0.5), half),
        "normal": lambda: mkl.vsRngGaussian(GAUSSIAN_ICDF, stream, elements, out, f(0.0), half),
    }


def loaded_code():
    """The file of vector mathematics that this process has loaded, which names the kind of processor."""
    with open("/proc/self/maps") as maps:
        return ", ".join(sorted(set(re.findall(r"libmkl_vml_\w+\.so", maps.read())))) or "unknown"


def main():
    options = measure.options(__doc__)
    rows = measure.Rows(options.json, "mkl", importlib.metadata.version("mkl"))
    mkl, stream = load()
    for elements in options.sizes:
        held = memory(elements)
        out = (ctypes.c_float * elements).from_buffer(held)
        for law, draw in laws(mkl, stream, elements, ctypes.byref(out)).items():
            check(draw(), law)
            seconds = measure.best(draw, options.patience)
            rows.add(law, "f32", elements, "touched", 1, seconds, code=loaded_code())


main()
