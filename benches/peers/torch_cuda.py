"""PyTorch's in-place laws on the first CUDA device, as a share of a memset of the same bytes: the peer of benches/cuda.rs.

`python3 benches/peers/torch_cuda.py [--quick]`. The best of several rounds of several launches, each round ended by
one wait for the device; prints a table to paste.
"""
import sys
import time

import torch

ROUNDS = 5
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
LAWS = {
    "uniform": lambda t: t.uniform_(-0.5, 0.5),
    "normal": lambda t: t.normal_(0.0, 0.5),
    "truncated": lambda t: torch.nn.init.trunc_normal_(t, 0.0, 0.5, -1.0, 1.0),
}


def best(work, launches):
    work()
    least = float("inf")
    for _ in range(ROUNDS):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(launches):
            work()
        torch.cuda.synchronize()
        least = min(least, (time.perf_counter() - start) / launches)
    return least * 1e6


def main():
    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no CUDA device")
    quick = "--quick" in sys.argv
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name(0)}\n")
    print("| elements | distribution | dtype | memset, µs | PyTorch, µs | share of memset |\n|---|---|---|---|---|---|")
    for bits in (20, 24, 28) if quick else (20, 24, 28, 30, 32):
        launches = min(50, max(2, 2**28 >> bits))
        for law, draw in LAWS.items():
            for name, dtype in DTYPES.items():
                label = f"| {2 ** (bits - 20)} Mi | {law} | {name} |"
                try:
                    memory = torch.empty(2**bits, dtype=dtype, device="cuda")
                    memset, here = best(memory.zero_, launches), best(lambda: draw(memory), launches)
                except (RuntimeError, NotImplementedError) as error:
                    print(label, str(error).splitlines()[0], "| | |")
                    continue
                print(label, f"{memset:.1f} | {here:.1f} | {memset / here:.3f} |")


main()
