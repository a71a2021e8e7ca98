"""torch's distributed checkpoints read what `candle-init shards` writes."""

import pathlib
import tempfile

import torch
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint import HuggingFaceStorageReader
from torch.distributed.checkpoint._consolidate_hf_safetensors import consolidate_safetensors_files

from common import SEED, small_models, table, write
from loads import tensors, unlike

# What torch 2.15 does not join, of its own files either: it leaves a scalar zero, and asks floats' sizes of integers.
SCALAR, INTEGER = ["logit_scale"], "TypeError: torch.finfo"


def first(family, **fields):
    """The config of the first small model of a family, with other fields."""
    return next(config for name, config in small_models() if name == family) | fields


def cases():
    """What is split: a text, a config or shapes, how, and what torch is known not to join."""
    # The small models have 211 words, which no number of ranks divides.
    llama = first("llama", vocab_size=216)
    tied = first("llama", vocab_size=216, tie_word_embeddings=True)
    short = {"two.weight": [2, 5], "ten.weight": [10, 3]}
    return [
        ("llama", llama, ["--tp", 2], None),
        ("llama, tied", tied, ["--tp", 2], None),
        ("llama, own splits", llama, ["--tp", 4, "--split", "*.gate_proj.weight=1", "--split", "*.down_proj.weight=0"], None),
        ("llama", llama, ["--fsdp", 3], None),
        ("llama, each of its two kv heads on three ranks", first("llama", vocab_size=216, intermediate_size=96), ["--tp", 6], None),
        ("mixtral", first("mixtral", vocab_size=216), ["--tp", 2], None),
        ("gpt2", first("gpt2"), ["--fsdp", 3], None),
        ("clip, which has a scalar", first("clip"), ["--fsdp", 3], SCALAR),
        ("resnet, which has integers", first("resnet"), ["--fsdp", 3], INTEGER),
        ("more ranks than rows", short, ["--fsdp", 6], None),
        ("ranks with nothing", {"two.weight": [2, 5], "one.bias": [1]}, ["--fsdp", 4], None),
    ]


def read(folder):
    """All tensors of a folder of shards, as one process reads them."""
    of = HuggingFaceStorageReader(str(folder)).read_metadata().state_dict_metadata
    state = {name: torch.empty(stored.size, dtype=stored.properties.dtype) for name, stored in of.items()}
    dcp.load(state, storage_reader=HuggingFaceStorageReader(str(folder)), no_dist=True)
    return state


def joined(folder, out, names, files):
    """The same, as torch joins them to files of its own."""
    out.mkdir()
    index = {name: 1 + at % files for at, name in enumerate(sorted(names))}
    consolidate_safetensors_files(str(folder), str(out), index)
    return tensors(out)


def attempt(failures, what, expected, make, known=None):
    """Whether what `make` gives has the expected bits, in words. A known failure of torch is one where it does not fail so."""
    try:
        found = unlike(expected, make())
    except Exception as error:
        found = f"{type(error).__name__}: {str(error)[:300]}"
    if known is not None and (found[: len(known)] == known):
        return "torch cannot"
    if found or known is not None:
        failures.add(f"{what}: differs: {found}, and {known or 'nothing'} was expected")
    return "differs" if found else "same bits"


def check(program, what, source, split, known, failures):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        path = write(folder, source)
        if "model_type" in source:
            arguments = [path, "--seed", SEED]
        else:
            arguments = ["--shapes", path, "--rule", "*=normal", "--seed", SEED]
        plan, whole, shards = folder / "plan.json", folder / "whole", folder / "shards"
        plan.write_text(program("plan", *arguments, "--json"))
        program("make", plan, "--output", whole, "--quiet")
        for rank in range(split[1]):
            program("shards", plan, *split, "--rank", rank, "--output", shards, "--quiet")
        files = list(shards.iterdir())
        expected = tensors(whole)
        what = f"{what}, {split[0]} {split[1]}"
        row = [what, len(expected), len(files), attempt(failures, f"{what}, read", expected, lambda: read(shards))]
        for number in (1, 2):
            join = lambda: joined(shards, folder / f"joined{number}", expected, number)
            row.append(attempt(failures, f"{what}, joined to {number}", expected, join, known))
        return row


def run(program, families, failures):
    rows = []
    for what, source, split, known in cases():
        try:
            rows.append(check(program, what, source, split, known, failures))
        except Exception as error:  # the others are checked all the same
            failures.add(f"{what}: {type(error).__name__}: {str(error)[:400]}")
    print("\n## torch's distributed checkpoints read the shards\n")
    table(["model", "tensors", "files", "HuggingFaceStorageReader", "joined to one file", "to two"], rows)
