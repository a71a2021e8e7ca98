"""What the checks share: the program, the models, and a list of what went wrong."""

import json
import pathlib
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = "42"


class Failures(list):
    """What is not as it should be, said as soon as it is found."""

    def add(self, what):
        self.append(what)
        print(f"  WRONG: {what}", flush=True)


class Program:
    """The command line."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments):
        """What it prints. Its own words are the error where it fails."""
        done = subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"candle-init {arguments[0]} leaves with {done.returncode}: {done.stderr.strip()}")
        return done.stdout


def small_models():
    """Family and config.json of the small models."""
    rows = json.loads((ROOT / "tests/data/blueprints.json").read_text())
    return [(row["family"], row["config"]) for row in rows]


def large_config(name):
    """The config.json of a model of real size."""
    rows = json.loads((ROOT / "tests/data/totals.json").read_text())
    return next(row["config"] for row in rows if row["name"] == name)


# What transformers 5 calls a class that old configs name.
RENAMED = {"T5WithLMHeadModel": "T5ForConditionalGeneration"}


def architecture(family, config):
    """The class that a config is for."""
    named = (config.get("architectures") or [None])[0]
    if named is None:
        blueprint = ROOT / "crates/models/blueprints" / f"{family}.toml"
        named = tomllib.loads(blueprint.read_text())["default_architecture"]
    return RENAMED.get(named, named)


def write(folder, config):
    """The path of a config.json in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return path


def table(head, rows):
    """Prints rows under their heads as a table of Markdown."""
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)
