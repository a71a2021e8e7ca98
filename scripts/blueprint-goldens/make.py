#!/usr/bin/env python3
"""Writes tests/data/blueprints.json: names, shapes and dtypes of all tensors that transformers would save of small models,
in the order in which it cuts them into files, and tests/data/totals.json: how many there are in models of real size.

Nothing is allocated: models are built on torch's meta device. `make.py saved [family...]` does allocate: it saves the small
models to disk and compares what lies there. `make.py [family...]` makes these families anew and keeps the others.
"""

import importlib.metadata
import json
import pathlib
import sys
import tempfile

import torch
import transformers
from safetensors import safe_open
from transformers.core_model_loading import revert_weight_conversion
from transformers.modeling_utils import remove_tied_weights_from_state_dict

from families import FAMILIES
from totals import TOTALS

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data"
DTYPES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int64: "I64"}


def config_of(architecture, fields):
    """A config of transformers, and the config.json: the fields themselves where they say their model type, else what
    transformers writes."""
    model_class = getattr(transformers, architecture)
    config = model_class.config_class.from_dict(json.loads(json.dumps(fields)))
    if "model_type" in fields:
        return config, fields
    config.architectures = [architecture]
    return config, json.loads(config.to_json_string())


def build(architecture, config, written, device):
    """A model. T5 is tied whatever its config says, but where that says untied the head is in the files that exist, and
    transformers unties when it loads them; so it is untied here."""
    with torch.device(device):
        model = getattr(transformers, architecture)._from_config(config)
    head = model.get_output_embeddings()
    if head is not None and written.get("tie_word_embeddings") is False and head.weight is model.get_input_embeddings().weight:
        head.weight = torch.nn.Parameter(head.weight.detach().clone())
    return model


def tensors(architecture, config, written):
    """(name, shape, dtype) of everything that save_pretrained would write, without memory."""
    model = build(architecture, config, written, "meta")
    ignored = set(model._keys_to_ignore_on_save or [])
    state = {name: tensor for name, tensor in model.state_dict().items() if name not in ignored}
    state = revert_weight_conversion(model, remove_tied_weights_from_state_dict(state, model))
    return [(name, list(tensor.shape), DTYPES[tensor.dtype]) for name, tensor in state.items()]


def saved(architecture, config, written):
    """The same, sorted, read from what save_pretrained writes."""
    with tempfile.TemporaryDirectory() as folder:
        build(architecture, config, written, "cpu").save_pretrained(folder)
        rows = []
        for file in pathlib.Path(folder).glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                for name in opened.keys():
                    part = opened.get_slice(name)
                    rows.append((name, part.get_shape(), part.get_dtype()))
        return sorted(rows)


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def small(chosen):
    """The models of families.py."""
    path = DATA / "blueprints.json"
    models = json.loads(path.read_text()) if path.exists() and chosen else []
    models = [model for model in models if model["family"] not in chosen]
    for family in chosen or FAMILIES:
        for architecture, fields in FAMILIES[family]:
            config, written = config_of(architecture, fields)
            models.append({"family": family, "config": written, "tensors": tensors(architecture, config, written)})
    order = list(FAMILIES)
    models.sort(key=lambda model: order.index(model["family"]))
    text = []
    for model in models:
        rows = ",\n".join(compact(row) for row in model["tensors"])
        text.append(f'{{"family":{compact(model["family"])},"config":{compact(model["config"])},"tensors":[\n{rows}]}}')
    path.write_text("[" + ",\n".join(text) + "]\n")


def large():
    """The models of totals.py."""
    text = []
    for name, architecture, fields in TOTALS:
        config, written = config_of(architecture, fields)
        rows = tensors(architecture, config, written)
        elements = sum(torch.Size(shape).numel() for _, shape, _ in rows)
        parameters = sum(parameter.numel() for parameter in build(architecture, config, written, "meta").parameters())
        text.append(compact({"name": name, "config": fields, "names": len(rows), "elements": elements, "parameters": parameters}))
        print(f"{name}: {len(rows):,} names, {elements:,} elements, of them {parameters:,} of parameters")
    (DATA / "totals.json").write_text("[" + ",\n".join(text) + "]\n")


def compare_saved(chosen):
    """Whether all is the same on disk."""
    same = True
    for family in chosen or FAMILIES:
        for architecture, fields in FAMILIES[family]:
            config, written = config_of(architecture, fields)
            there, here = saved(architecture, config, written), sorted(tensors(architecture, config, written))
            same &= there == here
            print(f"{family}, {architecture}: {'same' if there == here else 'DIFFERS'}")
            for row in there:
                if row not in here:
                    print(f"  only on disk: {row}")
            for row in here:
                if row not in there:
                    print(f"  not on disk: {row}")
    return same


def main():
    print({package: importlib.metadata.version(package) for package in ["torch", "transformers"]})
    chosen = sys.argv[1:]
    if chosen[:1] == ["saved"]:
        sys.exit(0 if compare_saved(chosen[1:]) else 1)
    if chosen != ["totals"]:
        small(chosen)
    if not chosen or chosen == ["totals"]:
        large()


if __name__ == "__main__":
    main()
