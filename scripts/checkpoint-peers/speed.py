"""A model of real size by the command line, by transformers, and as many bytes by `dd`."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from common import SEED, large_config, table, write

NAME = "Qwen2-0.5B"
ROUNDS = 3
# What a user of transformers writes to have a start on disk.
OWN = """
import json, pathlib, sys, torch, transformers
config = transformers.Qwen2Config.from_dict(json.loads(pathlib.Path(sys.argv[1]).read_text()))
torch.manual_seed(42)
model = transformers.Qwen2ForCausalLM._from_config(config, dtype=torch.bfloat16)
model.save_pretrained(sys.argv[2])
"""


def timed(arguments):
    """Seconds by the clock, seconds of processor time, and the most memory in MiB of a program that has to succeed."""
    start = time.perf_counter()
    process = subprocess.Popen([str(argument) for argument in arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # What the system counts for a finished child is at least what this process has; so the child's own peak is read while it
    # runs. It never falls, so that the last reading is the most but for the last hundredth of a second.
    peak, ended = 0, 0
    while not ended:
        peak = peak_memory(process.pid) or peak
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        time.sleep(0.01)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{arguments[:2]} leaves with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, peak / 1024


def peak_memory(pid):
    """The peak of a process in KiB, or nothing of one that has ended."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), None)


def settle():
    """Nothing that was written before is still on its way to the disk."""
    os.sync()


def run(program, families, failures):
    if families:
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        config, out = write(folder, large_config(NAME) | {"dtype": "bfloat16"}), folder / "out"
        own = [sys.executable, "-c", OWN, config, out]
        ours = [program.path, "make", config, "--seed", SEED, "--dtype", "BF16", "--output", out, "--quiet"]
        program(*ours[1:])
        size = sum(file.stat().st_size for file in out.glob("*.safetensors"))
        copy = ["dd", "if=/dev/zero", f"of={folder / 'zeros'}", "bs=1M", "count=" + str(-(-size // 2**20)), "conv=fsync"]
        ways = {"candle-init make": ours, "dd conv=fsync": copy, "from_config, save_pretrained": own}
        results = {way: [] for way in ways}
        for _ in range(ROUNDS):  # in turn, so that what else the machine does meets all of them
            for way, arguments in ways.items():
                shutil.rmtree(out, ignore_errors=True)
                (folder / "zeros").unlink(missing_ok=True)
                settle()
                results[way].append(timed(arguments))
        print(f"\n## {NAME} in BF16, {size / 1e9:.3f} GB, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f}\n")
        rows = []
        for way, found in results.items():
            walls = [f"{wall:.1f}" for wall, _, _ in found]
            best = min(wall for wall, _, _ in found)
            most = max(memory for _, _, memory in found)
            cpu = min(cpu for _, cpu, _ in found)
            rows.append([way, ", ".join(walls), f"{size / best / 1e6:.0f}", f"{cpu:.1f}", f"{most:.0f}"])
        table(["by", "wall, s", "best, MB/s", "processor, s", "peak memory, MiB"], rows)
        most = max(memory for _, _, memory in results["candle-init make"])
        if most > 64:
            failures.add(f"candle-init needs {most:.0f} MiB, and 64 are promised")
