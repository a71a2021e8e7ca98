#!/usr/bin/env python3
"""Writes tests/data/recipes.json: what transformers gives every parameter of small models, under its name on disk.

Needs torch (CPU) and transformers, of the versions that the recipes name. `make.py [family...]` prints what failed.
"""

import importlib.metadata
import json
import pathlib
import re
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file

from families import FAMILIES

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "recipes.json"


def digits(x, n=4):
    """A number in few digits."""
    return float(f"{float(x):.{n}g}")


def statistics(tensor, again):
    """Shape and value of a constant; of others shape, mean, std, kurtosis, smallest, largest, rows of zeros, and, where
    another seed gives the same, values at eight indices."""
    x = tensor.to(torch.float64)
    shape, mean, var = list(x.shape), x.mean(), x.var(unbiased=False)
    if var == 0:
        return [shape, digits(mean, 8)]
    kurtosis = ((x - mean) ** 4).mean() / var**2
    rows = torch.nonzero((x == 0).all(dim=1)).flatten().tolist() if x.dim() == 2 else []
    row = [shape, digits(mean), digits(var.sqrt()), digits(kurtosis), digits(x.min()), digits(x.max()), rows]
    if torch.equal(tensor, again):
        flat = x.flatten()
        row.append({index: digits(flat[index], 6) for index in (i * (len(flat) - 1) // 7 for i in range(8))})
    return row


# Of a config, what says nothing of a start.
SILENT = ("id2label", "label2id", "transformers_version", "task_specific_params", "rope_parameters")
NOISE = r"dropout|eps$|_act$|_activation|dtype|use_cache|bos_|eos_|sep_|cls_|drop_|apply_spec|mask_|ctc_|task|loss"


def ends(parameters):
    """Of parameters that differ by the numbers in their path only the last, and the first of those that are the same from
    seed to seed, since they may follow from the number: so the file stays small."""
    rows = {name: statistics(*pair) for name, pair in parameters.items()}
    groups = {}
    for name, row in rows.items():
        groups.setdefault((re.sub(r"\d+", "#", name), len(row[0])), []).append(name)
    last = {max(names, key=numbers) for names in groups.values()}
    first = {min(names, key=numbers) for names in groups.values()}
    return {name: rows[name] for name in sorted(last | {name for name in first if len(rows[name]) == 8})}


def numbers(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def relevant(config):
    keep = lambda key: key not in SILENT and not re.search(NOISE, key)
    return {k: relevant(v) if isinstance(v, dict) else v for k, v in config.items() if keep(k)}


def saved(model_class, config_class, differs, seed):
    """The config and the tensors of a model as they lie on disk."""
    torch.manual_seed(seed)
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**differs))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        files = pathlib.Path(folder).glob("*.safetensors")
        tensors = {name: tensor for file in files for name, tensor in load_file(file).items()}
        return json.loads((pathlib.Path(folder) / "config.json").read_text()), tensors


def family(*model):
    (config, tensors), (_, again) = saved(*model, 0), saved(*model, 1)
    pairs = {n: (t, again[n]) for n, t in tensors.items() if t.is_floating_point() and t.numel() > 0}
    return {"config": relevant(config), "parameters": ends(pairs)}


def main():
    all_families = json.loads(OUT.read_text())["families"] if OUT.exists() and sys.argv[1:] else {}
    for name in sys.argv[1:] or FAMILIES:
        try:
            all_families[name] = family(*FAMILIES[name])
        except Exception as error:  # a family that this version does not have is said, and the others are made
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
    versions = {package: importlib.metadata.version(package) for package in ["torch", "transformers"]}
    lines = [f'{{"versions": {json.dumps(versions)}, "families": {{']
    for i, (name, made) in enumerate(sorted(all_families.items())):
        lines.append(("," if i else "") + f'"{name}": {{"config": {json.dumps(made["config"], separators=(",", ":"))}, "parameters": {{')
        rows = [f"{json.dumps(p)}:{json.dumps(s, separators=(',', ':'))}" for p, s in made["parameters"].items()]
        lines.append(",\n".join(rows) + "}}")
    OUT.write_text("\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
