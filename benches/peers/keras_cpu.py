"""Keras on JAX on the processor: keras.initializers called with a shape, as a layer calls them, and GPT-2 small.

Always fresh; no jit around them, as Keras has none there. The first call, which compiles, is in no row but the model's.
"""
import os

os.environ["JAX_PLATFORMS"] = "cpu"  # both before the import
os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras

import gpt2
import measure

DTYPES = {"f32": "float32", "bf16": "bfloat16"}
LAWS = {
    "uniform": keras.initializers.RandomUniform(-0.5, 0.5, seed=42),
    "normal": keras.initializers.RandomNormal(0.0, 0.5, seed=42),
    "truncated": keras.initializers.TruncatedNormal(0.0, 0.5, seed=42),  # always cut at two deviations
}


def row(rows, options, what, shape, draw):
    work = lambda: jax.block_until_ready(draw(shape, dtype=DTYPES[what[1]]))
    work()
    elements = shape[0] * shape[1]
    rows.add(*what, elements, "fresh", measure.ALL_THREADS, measure.best(work, options.patience))


def laws(rows, options):
    for dtype in DTYPES:
        for elements in options.sizes:
            for law, draw in LAWS.items():
                row(rows, options, (law, dtype), (elements // 64, 64), draw)


def orthogonal(rows, options):
    for size in options.matrices:
        row(rows, options, ("orthogonal", "f32"), (size, size), keras.initializers.Orthogonal(seed=42))


def model(dtype):
    """An initialiser without a seed takes a new one for each object, so each parameter has its own, as in a layer."""
    kind, init = DTYPES[dtype], keras.initializers
    gpt2.build({
        "normal": lambda shape: init.RandomNormal(0.0, 0.02)(shape, dtype=kind),
        "zeros": lambda shape: init.Zeros()(shape, dtype=kind),
        "ones": lambda shape: init.Ones()(shape, dtype=kind),
    }, jax.block_until_ready)


def main():
    options = measure.options(__doc__)
    if options.model:
        return model(options.model)
    rows = measure.Rows(options.json, "keras", f"{keras.__version__} on jax {jax.__version__}")
    laws(rows, options)
    orthogonal(rows, options)
    gpt2.in_fresh_processes(__file__, rows, measure.ALL_THREADS, options.runs)


main()
