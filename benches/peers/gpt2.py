"""The parameters of GPT-2 small (124 M), and the time and memory that drawing all of them takes in a fresh process."""
import json
import math
import subprocess
import sys
import time

NAME = "gpt2-small"
WIDTH = 768


def parameters():
    """Shape and law of each: normal is N(0, 0.02²)."""
    block = []
    for inputs, outputs in ((WIDTH, 3 * WIDTH), (WIDTH, WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH, WIDTH)):
        block += [((inputs, outputs), "normal"), ((outputs,), "zeros")]
    norm = [((WIDTH,), "ones"), ((WIDTH,), "zeros")]
    return [((50257, WIDTH), "normal"), ((1024, WIDTH), "normal")] + 12 * (2 * norm + block) + norm


def peak_mib():
    """The most memory this process had at once. Not ru_maxrss: a child begins with its parent's there."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def build(laws, wait=lambda tensors: None):
    """Draws every parameter by `laws[law](shape)`, waits for them, and prints what that took. The peer's import came
    before and is not in the seconds; compilation and whatever else a first call does are. The import is in the peak."""
    start = time.perf_counter()
    tensors = [laws[law](shape) for shape, law in parameters()]
    wait(tensors)
    seconds = time.perf_counter() - start
    elements = sum(math.prod(shape) for shape, _ in parameters())
    print(json.dumps({"elements": elements, "seconds": seconds, "peak_mib": peak_mib()}))


def in_fresh_processes(script, rows, threads, runs):
    """The quickest of some first builds by `script --model DTYPE`, each in a process of its own."""
    for dtype in ("f32", "bf16"):
        command = [sys.executable, script, "--model", dtype]
        outputs = [subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout for _ in range(runs)]
        took = min(map(json.loads, outputs), key=lambda one: one["seconds"])
        rows.add("model", dtype, took["elements"], "fresh", threads, took["seconds"],
                 model=NAME, peak_mib=took["peak_mib"])
