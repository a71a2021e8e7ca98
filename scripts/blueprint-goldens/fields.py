#!/usr/bin/env python3
"""Changes every number and every boolean of the small configs, makes every field null and leaves it out, one at a time, and
compares what the blueprint says with what transformers builds: so a size taken for another shows, a field that is ignored
wrongly, and a wrong default. Needs what make.py needs. `fields.py [family...]`; "N changes" says how many were compared.

Passed over is a change that transformers refuses, a size that the blueprint divides and transformers rounds, and a missing field
that the blueprint wants.
"""

import copy
import json
import sys

import check
import make


ABSENT = object()


def changes(config, path=()):
    """(path, new value) of all that can be changed."""
    for key, value in list(config.items()):
        here = (*path, key)
        if key not in ("architectures", "model_type"):
            yield here, ABSENT
            if value is not None:
                yield here, None
        if isinstance(value, bool):
            yield here, not value
        elif isinstance(value, int):
            yield from ((here, other) for other in (value * 2, value + 1, value * 3, 1) if other != value)
        elif isinstance(value, list) and value and all(type(item) is int for item in value):
            yield from ((here, [*value[:i], value[i] * 2, *value[i + 1 :]]) for i in range(len(value)))
            yield here, [value[0] + 1, *value[1:]]
        elif isinstance(value, dict) and key.endswith("_config"):
            yield from changes(value, here)


def changed(config, path, value):
    config = copy.deepcopy(config)
    inner = config
    for key in path[:-1]:
        inner = inner[key]
    if value is ABSENT:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return config


def main():
    by_type = check.blueprints()
    compared = failed = 0
    for model in json.loads((make.DATA / "blueprints.json").read_text()):
        if sys.argv[1:] and model["family"] not in sys.argv[1:]:
            continue
        blueprint = by_type[model["config"]["model_type"]]
        for path, value in changes(model["config"]):
            config = changed(model["config"], path, value)
            architecture = check.Reading(blueprint, model["config"]).architecture
            if architecture.endswith("EncoderModel") and path == ("is_decoder",):  # not meant, though T5 builds it
                continue
            try:
                built, _ = make.config_of(ALIASES.get(architecture, architecture), config)
                tensors = make.tensors(ALIASES.get(architecture, architecture), built, config)
            except Exception:
                continue
            differ = check.compare(blueprint, {"config": config, "tensors": tensors})
            if differ and "is not whole" in differ[0]:
                continue
            if differ and value in (None, ABSENT) and (differ[0].startswith("no ") or "has no element" in differ[0]):
                continue
            compared += 1
            if differ:
                failed += 1
                print(f"{model['family']}, {architecture}, {'.'.join(path)} = {'absent' if value is ABSENT else value}: {len(differ)} differences: {differ[:2]}")
    print(f"{compared} changes, {failed} wrong")
    sys.exit(1 if failed else 0)


ALIASES = {"T5WithLMHeadModel": "T5ForConditionalGeneration"}

if __name__ == "__main__":
    main()
