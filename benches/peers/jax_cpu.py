"""JAX on the processor: jax.random's laws under jit by its default generator, its orthogonal initialiser, GPT-2 small.

Always fresh, an array of JAX's is never written again; always by as many threads as XLA likes. Compilation is in no
row but the model's.
"""
import functools
import os

os.environ["JAX_PLATFORMS"] = "cpu"  # before the import: a GPU would be taken otherwise

import jax
import jax.numpy as jnp

import gpt2
import measure

DTYPES = {"f32": jnp.float32, "bf16": jnp.bfloat16}
LAWS = {
    "uniform": lambda key, shape, kind: jax.random.uniform(key, shape, kind, -0.5, 0.5),
    "normal": lambda key, shape, kind: jax.random.normal(key, shape, kind) * jnp.asarray(0.5, kind),
    "truncated": lambda key, shape, kind:
        jax.random.truncated_normal(key, -2.0, 2.0, shape, kind) * jnp.asarray(0.5, kind),
}


def row(rows, options, what, elements, draw):
    """Compiles `draw(key)`, then takes its time."""
    compiled, key = jax.jit(draw), jax.random.key(42)
    compiled(key).block_until_ready()
    seconds = measure.best(lambda: compiled(key).block_until_ready(), options.patience)
    rows.add(*what, elements, "fresh", measure.ALL_THREADS, seconds)


def laws(rows, options):
    for dtype, kind in DTYPES.items():
        for elements in options.sizes:
            for law, draw in LAWS.items():
                row(rows, options, (law, dtype), elements, lambda key: draw(key, (elements,), kind))


def orthogonal(rows, options):
    draw = jax.nn.initializers.orthogonal()
    for size in options.matrices:
        row(rows, options, ("orthogonal", "f32"), size * size, lambda key: draw(key, (size, size), jnp.float32))


def model(dtype):
    """One compilation for each shape; each parameter has a key of its own."""
    kind, key, number = DTYPES[dtype], jax.random.key(42), iter(range(1000))

    @functools.partial(jax.jit, static_argnums=1)
    def normal(number, shape):
        return jax.random.normal(jax.random.fold_in(key, number), shape, kind) * jnp.asarray(0.02, kind)

    gpt2.build({
        "normal": lambda shape: normal(next(number), shape),
        "zeros": lambda shape: jnp.zeros(shape, kind),
        "ones": lambda shape: jnp.ones(shape, kind),
    }, jax.block_until_ready)


def main():
    options = measure.options(__doc__)
    if options.model:
        return model(options.model)
    rows = measure.Rows(options.json, "jax", jax.__version__)
    laws(rows, options)
    orthogonal(rows, options)
    gpt2.in_fresh_processes(__file__, rows, measure.ALL_THREADS, options.runs)


main()
