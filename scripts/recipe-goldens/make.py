#!/usr/bin/env python3
"""Writes tests/data/recipes.json: what transformers, timm and diffusers give every parameter of small models, under its name
on disk.

Needs torch (CPU) and these, of the versions that the recipes name. `make.py [family...]` prints what failed.
"""

import importlib.metadata
import json
import pathlib
import re
import sys
import tempfile

import diffusers
import timm
import torch
import transformers
from safetensors.torch import load_file

import diffusers_models
import timm_models
import transformers_models

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
SILENT = ("pretrained_cfg", "id2label", "label2id", "transformers_version", "task_specific_params", "rope_parameters")
NOISE = r"dropout|eps$|_act$|_activation|dtype|use_cache|bos_|eos_|sep_|cls_|drop_|apply_spec|mask_|ctc_|task|loss"


def ends(parameters):
    """Of parameters that differ by a number that is a part of their path only the last, and the first of those that are the
    same from seed to seed, since they may follow from the number: so the file stays small. A bias and the
    length of a weight may follow from others of their layer, which stay with them."""
    rows = {name: statistics(*pair) for name, pair in parameters.items()}
    groups = {}
    for name in rows:
        place = ".".join("#" if part.isdigit() else part for part in name.split("."))
        groups.setdefault((place, len(rows[name][0]), len(rows[name])), []).append(name)
    last = {max(names, key=numbers) for names in groups.values()}
    first = {min(names, key=numbers) for names in groups.values()}
    kept = last | {name for name in first if len(rows[name]) == 8}
    drawn = [name for name in kept if len(rows[name]) > 2]
    layers = tuple(re.sub(r"bias$|original0$", "", name) for name in drawn if name.endswith((".bias", ".original0")))
    return {name: rows[name] for name in sorted(kept | {name for name in rows if name.startswith(layers)})}


def numbers(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def relevant(config):
    keep = lambda key: key not in SILENT and not re.search(NOISE, key)
    return {k: relevant(v) if isinstance(v, dict) else v for k, v in config.items() if keep(k)}


def of_transformers(folder, model_class, config_class, differs):
    getattr(transformers, model_class)(getattr(transformers, config_class)(**differs)).save_pretrained(folder)


def of_timm(folder, name, differs):
    timm.models.save_for_hf(timm.create_model(name, **differs), folder, model_args=differs, safe_serialization=True)


def of_diffusers(folder, model_class, differs):
    getattr(diffusers, model_class)(**differs).save_pretrained(folder)


# What saves a model of each family into a folder.
MAKERS = {
    name: (maker, model)
    for maker, models in [(of_transformers, transformers_models), (of_timm, timm_models), (of_diffusers, diffusers_models)]
    for name, model in models.FAMILIES.items()
}


def saved(maker, model, seed):
    """The config and the tensors of a model as they lie on disk."""
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        maker(folder, *model)
        files = pathlib.Path(folder).glob("*.safetensors")
        tensors = {name: tensor for file in files for name, tensor in load_file(file).items()}
        return json.loads((pathlib.Path(folder) / "config.json").read_text()), tensors


def family(name):
    (config, tensors), (_, again) = (saved(*MAKERS[name], seed) for seed in (0, 1))
    # Of one number that the seed decides nothing is known.
    says = lambda t, other: t.numel() > 1 or (t.numel() == 1 and torch.equal(t, other))
    pairs = {
        n: (t, again[n])
        for n, t in tensors.items()
        if t.is_floating_point() and says(t, again[n]) and n not in diffusers_models.LEFT_OUT
    }
    return {"config": relevant(config), "parameters": ends(pairs)}


def main():
    all_families = json.loads(OUT.read_text())["families"] if OUT.exists() and sys.argv[1:] else {}
    for name in sys.argv[1:] or MAKERS:
        try:
            all_families[name] = family(name)
        except Exception as error:  # a family that this version does not have is said, and the others are made
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
    versions = {package: importlib.metadata.version(package) for package in ["torch", "transformers", "timm", "diffusers"]}
    lines = [f'{{"versions": {json.dumps(versions)}, "families": {{']
    for i, (name, made) in enumerate(sorted(all_families.items())):
        lines.append(("," if i else "") + f'"{name}": {{"config": {json.dumps(made["config"], separators=(",", ":"))}, "parameters": {{')
        rows = [f"{json.dumps(p)}:{json.dumps(s, separators=(',', ':'))}" for p, s in made["parameters"].items()]
        lines.append(",\n".join(rows) + "}}")
    OUT.write_text("\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
