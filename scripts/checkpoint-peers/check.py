#!/usr/bin/env python3
"""Loads what the command line makes with transformers, by vLLM's rules and with torch's distributed checkpoints, and times it.

    venv/bin/python scripts/checkpoint-peers/check.py [target/release/candle-init] [loads] [engines] [shards] [speed] [family...]

README.md says what each part does and needs; without a part's name all run. Leaves with 1 where something is wrong, with 3 where
a library is missing.
"""

import importlib.metadata
import os
import pathlib
import shutil
import sys

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TQDM_DISABLE="1")

try:
    import safetensors  # noqa: F401
    import torch
    import transformers
except ImportError as missing:
    print(f"skipped: {missing}: pip install torch transformers", file=sys.stderr)
    sys.exit(3)

import engines
import loads
import shards
import speed
from common import ROOT, Failures, Program

PARTS = {"loads": loads.run, "engines": engines.run, "shards": shards.run, "speed": speed.run}


def main():
    arguments = sys.argv[1:]
    path = ROOT / "target/release/candle-init"
    if arguments and ("/" in arguments[0] or shutil.which(arguments[0])):
        path = pathlib.Path(shutil.which(arguments.pop(0)) or "/nowhere")
    if not path.exists():
        sys.exit(f"{path} is not there: cargo build --release -p candle-init-cli, or give its path")
    program, failures = Program(path.absolute()), Failures()
    packages = {package: importlib.metadata.version(package) for package in ["torch", "transformers", "safetensors"]}
    print(program("--version").strip(), packages)
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)  # the models are small
    chosen = [part for part in arguments if part in PARTS]
    families = [family for family in arguments if family not in PARTS]
    for part in chosen or PARTS:
        PARTS[part](program, families, failures)
    print(f"{len(failures)} wrong" + "".join(f"\n  {failure}" for failure in failures))
    sys.exit(1 if failures else 0)


main()
