#!/usr/bin/env python3
"""Reads the blueprints by their rules and compares them with tests/data/blueprints.json: names, shapes and dtypes, in order; and
with the counts of tests/data/totals.json. Needs Python 3.11, nothing else. `check.py [family...]`; `-v` prints every difference.

README.md says the rules in words.
"""

import fnmatch
import functools
import json
import math
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLUEPRINTS = ROOT / "crates" / "models" / "blueprints"
DATA = ROOT / "tests" / "data"
DTYPES = {"float32": "F32", "bfloat16": "BF16", "float16": "F16", None: "F32"}


class Wrong(Exception):
    """A config or a blueprint that cannot be used."""


# Expressions: ("number", 3), ("name", "hidden"), ("call", "at", [...]), ("op", "+", [...]).

TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_][\w.]*)|'([^']*)'|\"([^\"]*)\"|(//|==|!=|<=|>=|[-+*/%<>(),]))")
LEVELS = [["or"], ["and"], ["not"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "//", "%"]]


@functools.cache
def parse(text):
    trees = parse_all(text)
    if len(trees) != 1:
        raise Wrong(f"{text!r} is not one expression")
    return trees[0]


@functools.cache
def parse_all(text):
    """Expressions, with commas between them; none is none."""
    tokens, at, trees = [], 0, []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise Wrong(f"{text!r}: cannot read {text[at:]!r}")
        at = match.end()
        digits, name, one, two, sign = match.groups()
        if digits:
            tokens.append(("number", int(digits)))
        elif name:
            tokens.append(("sign", name) if name in ("and", "or", "not") else ("name", name))
        elif sign:
            tokens.append(("sign", sign))
        else:
            tokens.append(("text", one if one is not None else two))
    tokens.append(("end", None))
    while tokens[0][0] != "end":
        tree, tokens = binary(tokens, 0)
        trees.append(tree)
        if tokens[0] == ("sign", ",") and tokens[1][0] != "end":
            tokens = tokens[1:]
        elif tokens[0][0] != "end":
            raise Wrong(f"{text!r}: unexpected {tokens[0][1]!r}")
    return trees


def binary(tokens, level):
    if level == len(LEVELS):
        return atom(tokens)
    if LEVELS[level] == ["not"]:
        if tokens[0] == ("sign", "not"):
            tree, tokens = binary(tokens[1:], level)
            return ("op", "not", [tree]), tokens
        return binary(tokens, level + 1)
    tree, tokens = binary(tokens, level + 1)
    while tokens[0][0] == "sign" and tokens[0][1] in LEVELS[level]:
        sign = tokens[0][1]
        right, tokens = binary(tokens[1:], level + 1)
        tree = ("op", sign, [tree, right])
    return tree, tokens


def atom(tokens):
    kind, value = tokens[0]
    if (kind, value) == ("sign", "-"):
        tree, tokens = atom(tokens[1:])
        return ("op", "-", [("number", 0), tree]), tokens
    if (kind, value) == ("sign", "("):
        tree, tokens = binary(tokens[1:], 0)
        return tree, expect(tokens, ")")
    if kind == "name" and tokens[1] == ("sign", "("):
        arguments, tokens = [], tokens[2:]
        while tokens[0] != ("sign", ")"):
            argument, tokens = binary(tokens, 0)
            arguments.append(argument)
            if tokens[0] == ("sign", ","):
                tokens = tokens[1:]
        return ("call", value, arguments), tokens[1:]
    if kind in ("number", "name", "text"):
        return (kind, value), tokens[1:]
    raise Wrong(f"unexpected {value!r}")


def expect(tokens, sign):
    if tokens[0] != ("sign", sign):
        raise Wrong(f"{sign!r} expected, not {tokens[0][1]!r}")
    return tokens[1:]


def exact(a, b):
    if b == 0 or a % b:
        raise Wrong(f"{a} / {b} is not whole")
    return a // b


OPERATIONS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": exact, "//": lambda a, b: a // b,
    "%": lambda a, b: a % b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}


def keys_of(tree):
    """The config keys that the calls of an expression read."""
    if tree[0] == "call":
        return ([] if tree[1] == "is_architecture" else [tree[2][0][1]]) + [k for t in tree[2][1:] for k in keys_of(t)]
    return [k for t in tree[2] for k in keys_of(t)] if tree[0] == "op" else []


class Blueprint:
    def __init__(self, path, common):
        self.file = tomllib.loads(path.read_text())
        self.named = {}
        for table in ("numbers", "flags"):
            for name, rule in self.file.get(table, {}).items():
                if name in self.named:
                    raise Wrong(f"{path.name}: {name} twice")
                self.named[name] = (table, rule)
        self.loops = self.file.get("loops", {})
        self.common = set(common)
        self.known = set(self.file.get("ignored", []))
        texts = list(self.loops.values())
        for _, rule in self.named.values():
            self.known |= set(rule.get("keys", [])) | set(rule.get("counts", []))
            texts += [rule[k] for k in ("default", "value", "when", "null") if isinstance(rule.get(k), str)]
        for line in self.file["tensors"]:
            texts += line[1:]
        for text in texts:
            self.known |= {key for tree in parse_all(text) for key in keys_of(tree)}

    def unknown(self, config, path=""):
        """Keys of the config of which the blueprint says nothing."""
        for key, value in config.items():
            whole = path + key
            if key in self.common or whole in self.known:
                continue
            if any(known.startswith(whole + ".") for known in self.known):
                if isinstance(value, dict):
                    yield from self.unknown(value, whole + ".")
            else:
                yield whole

    def read(self, config):
        return Reading(self, config).tensors()


ABSENT = object()


def lookup(config, key):
    """The value at a dotted key, an integer in it indexes a list."""
    for part in key.split("."):
        if isinstance(config, dict) and part in config:
            config = config[part]
        elif isinstance(config, list) and part.isdigit() and int(part) < len(config):
            config = config[int(part)]
        else:
            return ABSENT
    return config


class Reading:
    """One config read by one blueprint."""

    def __init__(self, blueprint, config):
        self.blueprint, self.config, self.values, self.busy = blueprint, config, {}, set()
        self.architecture = (config.get("architectures") or [blueprint.file["default_architecture"]])[0]
        if self.architecture not in blueprint.file["architectures"]:
            raise Wrong(f"architecture {self.architecture}")
        if unknown := list(blueprint.unknown(config)):
            raise Wrong(f"unknown keys {unknown}")
        for name in blueprint.named:
            self.named(name)

    def named(self, name):
        """A number or a flag."""
        if name not in self.values:
            if name in self.busy or name not in self.blueprint.named:
                raise Wrong(f"{name} is {'defined by itself' if name in self.busy else 'unknown'}")
            self.busy.add(name)
            self.values[name] = self.compute(name, *self.blueprint.named[name])
        return self.values[name]

    def compute(self, name, table, rule):
        kind = int if table == "numbers" else bool
        for key in rule.get("counts", []):
            found = lookup(self.config, key)
            if isinstance(found, (list, dict)):
                return len(found)
        value = ABSENT
        for key in rule.get("keys", []):
            found = lookup(self.config, key)
            if found is None and "null" in rule:
                value = rule["null"]
                break
            if found is not ABSENT and found is not None and found != "auto":
                if type(found) is not kind:
                    raise Wrong(f"{key} = {found!r}")
                return found
        if value is ABSENT:
            value = next((rule[k] for k in ("value", "when", "default") if k in rule), ABSENT)
        if value is ABSENT:
            raise Wrong(f"no {name}: {rule.get('counts', []) + rule.get('keys', [])}")
        value = self.evaluate(parse(value), {}) if isinstance(value, str) else value
        if type(value) is not kind:
            raise Wrong(f"{name} = {value!r}")
        return value

    def evaluate(self, tree, loops):
        kind = tree[0]
        if kind in ("number", "text"):
            return tree[1]
        if kind == "name":
            return loops[tree[1]] if tree[1] in loops else self.named(tree[1])
        if kind == "call":
            return self.call(tree[1], tree[2], loops)
        sign, arguments = tree[1], tree[2]
        if sign == "not":
            return not self.evaluate(arguments[0], loops)
        if sign in ("and", "or"):
            left = self.evaluate(arguments[0], loops)
            return self.evaluate(arguments[1], loops) if left == (sign == "and") else left
        return OPERATIONS[sign](*[self.evaluate(argument, loops) for argument in arguments])

    def call(self, name, arguments, loops):
        if name == "is_architecture":
            return self.architecture == arguments[0][1]
        value = lookup(self.config, arguments[0][1])
        rest = [self.evaluate(argument, loops) for argument in arguments[1:]]
        if name == "has":
            return value is not ABSENT and value is not None
        if name == "in":
            return isinstance(value, list) and rest[0] in value
        if name == "is":
            return value == rest[0]
        if name in ("at", "at_is"):
            if not isinstance(value, list) or not 0 <= rest[0] < len(value):
                raise Wrong(f"{arguments[0][1]} has no element {rest[0]}")
            return value[rest[0]] if name == "at" else value[rest[0]] == rest[1]
        raise Wrong(f"no function {name}")

    def tensors(self):
        rows = list(self.run(self.blueprint.file["tensors"], {}))
        prefix = self.blueprint.file.get("bases", {}).get(self.architecture)
        if prefix is not None:
            rows = [(name.removeprefix(prefix), shape, dtype) for name, shape, dtype in rows if name.startswith(prefix)]
        if len({name for name, _, _ in rows}) != len(rows):
            raise Wrong("a name twice")
        return rows

    def run(self, lines, loops):
        at = 0
        while at < len(lines):
            variable = self.variable(lines[at], loops)
            end = at + 1
            if variable is None:
                yield from self.line(lines[at], loops)
            else:
                while end < len(lines) and self.variable(lines[end], loops) == variable:
                    end += 1
                for i in range(self.evaluate(parse(self.blueprint.loops[variable]), loops)):
                    yield from self.run(lines[at:end], loops | {variable: i})
            at = end

    @staticmethod
    def variable(line, loops):
        """The first loop variable of a name that does not run yet."""
        return next((name for name in re.findall(r"\{(\w+)\}", line[0]) if name not in loops), None)

    def line(self, line, loops):
        if len(line) == 3 and not self.evaluate(parse(line[2]), loops):
            return
        name = re.sub(r"\{(\w+)\}", lambda match: str(loops[match.group(1)]), line[0])
        shape = [self.evaluate(side, loops) for side in parse_all(line[1])]
        model = self.config.get("dtype") or self.config.get("torch_dtype")
        dtype = next((d for pattern, d in self.blueprint.file.get("dtypes", []) if fnmatch.fnmatchcase(name, pattern)), DTYPES[model])
        yield name, shape, dtype


def blueprints():
    common = tomllib.loads((BLUEPRINTS / "common.toml").read_text())["ignored"]
    read = {path.stem: Blueprint(path, common) for path in sorted(BLUEPRINTS.glob("*.toml")) if path.stem != "common"}
    by_type = {}
    for name, blueprint in read.items():
        for model_type in blueprint.file["model_types"]:
            if model_type in by_type:
                raise Wrong(f"{model_type} in {name} and before")
            by_type[model_type] = blueprint
    return by_type


def compare(blueprint, model):
    """What differs, in words."""
    try:
        ours = [(name, shape, dtype) for name, shape, dtype in blueprint.read(model["config"])]
    except Wrong as error:
        return [str(error)]
    theirs = [tuple(row) for row in model["tensors"]]
    differ = [f"missing {row}" for row in theirs if row not in ours] + [f"extra {row}" for row in ours if row not in theirs]
    return differ or ([] if ours == theirs else [f"order: {o[0]} for {t[0]}" for o, t in zip(ours, theirs) if o != t][:1])


def main():
    verbose = "-v" in sys.argv
    chosen = [argument for argument in sys.argv[1:] if argument != "-v"]
    by_type = blueprints()
    failed = good = 0
    for number, model in enumerate(json.loads((DATA / "blueprints.json").read_text())):
        config = model["config"]
        if chosen and model["family"] not in chosen:
            continue
        blueprint = by_type.get(config["model_type"])
        differ = compare(blueprint, model) if blueprint else ["no blueprint"]
        failed, good = failed + bool(differ), good + (not differ)
        if differ:
            print(f"{model['family']}, model {number}, {config.get('architectures')}: {len(differ)} differences")
            print("\n".join("  " + line for line in (differ if verbose else differ[:4])))
    for model in json.loads((DATA / "totals.json").read_text()) if (DATA / "totals.json").exists() and not chosen else []:
        try:
            rows = by_type[model["config"]["model_type"]].read(model["config"])
            counts = {"names": len(rows), "elements": sum(math.prod(shape) for _, shape, _ in rows)}
        except (Wrong, KeyError) as error:
            counts = {"error": str(error)}
        if all(model[key] == counts.get(key) for key in ("names", "elements")):
            good += 1
        else:
            failed += 1
            print(f"{model['name']}: {counts}, not {model['names']} names, {model['elements']} elements")
    print(f"{good} good, {failed} wrong")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
