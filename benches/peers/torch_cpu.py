"""PyTorch on the processor: Tensor.uniform_ and .normal_, nn.init.trunc_normal_ and .orthogonal_, and GPT-2 small.

touched: into a tensor that exists. fresh: into a new torch.empty. By one thread and by all.
"""
import torch

import gpt2
import measure

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
LAWS = {
    "constant": lambda t: t.fill_(0.5),
    "uniform": lambda t: t.uniform_(-0.5, 0.5),
    "normal": lambda t: t.normal_(0.0, 0.5),
    "truncated": lambda t: torch.nn.init.trunc_normal_(t, 0.0, 0.5, -1.0, 1.0),
}
TRUNCATED_LARGEST = 2**22  # an element costs about the same beyond, and it costs a lot


def touched(rows, options, threads):
    for dtype, kind in DTYPES.items():
        for elements in options.sizes:
            memory = torch.ones(elements, dtype=kind)
            for law, draw in LAWS.items():
                if law != "truncated" or elements <= TRUNCATED_LARGEST:
                    rows.add(law, dtype, elements, "touched", threads,
                             measure.best(lambda: draw(memory), options.patience))


def fresh(rows, options, threads):
    sizes = options.sizes if options.test else sorted({*options.sizes, 2**24})
    for dtype, kind in DTYPES.items():
        for elements in sizes:
            for law in ("uniform", "normal"):
                draw = LAWS[law]
                rows.add(law, dtype, elements, "fresh", threads,
                         measure.best(lambda: draw(torch.empty(elements, dtype=kind)), options.patience))


def orthogonal(rows, options, threads):
    for size in options.matrices:
        work = lambda: torch.nn.init.orthogonal_(torch.empty(size, size))
        rows.add("orthogonal", "f32", size * size, "fresh", threads, measure.best(work, options.patience))


def model(dtype):
    kind, init = DTYPES[dtype], torch.nn.init
    gpt2.build({
        "normal": lambda shape: init.normal_(torch.empty(shape, dtype=kind), std=0.02),
        "zeros": lambda shape: init.zeros_(torch.empty(shape, dtype=kind)),
        "ones": lambda shape: init.ones_(torch.empty(shape, dtype=kind)),
    })


def main():
    options = measure.options(__doc__)
    if options.model:
        torch.set_num_threads(measure.ALL_THREADS)
        return model(options.model)
    rows = measure.Rows(options.json, "torch", torch.__version__)
    for threads in sorted({1, measure.ALL_THREADS}):
        torch.set_num_threads(threads)
        touched(rows, options, threads)
        fresh(rows, options, threads)
    orthogonal(rows, options, measure.ALL_THREADS)
    gpt2.in_fresh_processes(__file__, rows, measure.ALL_THREADS, options.runs)


main()
