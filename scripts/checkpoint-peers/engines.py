"""What engines take of a folder, by the rules of their own loaders.

vLLM is not installed for this: it is large and wants a GPU. Its rules are those of `DefaultModelLoader._prepare_weights`
(vllm/model_executor/model_loader/default_loader.py at 00b5ad0, 2026), `filter_duplicate_safetensors_files` and
`safetensors_weights_iterator` (weight_utils.py beside it), said again here.
"""

import json
import pathlib
import tempfile

from safetensors import safe_open

from common import SEED, small_models, table, write
from loads import tensors, unlike


def vllm_files(folder):
    """The files that vLLM reads by `--load-format auto`, and why it would read others or none."""
    if any(folder.glob("consolidated*.safetensors")):
        return [], "consolidated files, which are taken for Mistral's own format"
    files = sorted(folder.glob("*.safetensors"))
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        named = set(json.loads(index.read_text())["weight_map"].values())
        if lost := named - {file.name for file in files}:
            return [], f"files that the index names are not there: {sorted(lost)}"
        files = [file for file in files if file.name in named]
    return files, None if files else "no weights"


def vllm_weights(folder):
    """The tensors as vLLM's model gets them, one by one, and what is wrong with that: a name that comes twice is loaded twice."""
    files, wrong = vllm_files(folder)
    found, twice = {}, []
    for file in files:
        with safe_open(file, framework="pt") as opened:
            for name in opened.keys():
                twice += [name] if name in found else []
                found[name] = opened.get_tensor(name)
    return found, wrong or (f"these come twice: {twice[:3]}" if twice else None)


def vllm_config(folder):
    """vLLM chooses the model's class by the config alone."""
    config = json.loads((folder / "config.json").read_text())
    lacks = [key for key in ("model_type", "architectures") if not config.get(key)]
    return f"the config says no {' and no '.join(lacks)}" if lacks else None


def check(program, family, config, failures):
    """One model in one file and in three: vLLM gets each tensor once, with the bits of the whole."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        path, whole = write(folder, config), None
        for files in (1, 3):
            out, what = folder / str(files), f"{family} in {files} files, vLLM"
            program("make", path, "--seed", SEED, "--files", files, "--output", out, "--quiet")
            found, wrong = vllm_weights(out)
            whole = whole or tensors(out)
            if wrong := wrong or vllm_config(out):
                failures.add(f"{what}: {wrong}")
            if names := unlike(whole, found):
                failures.add(f"{what}: not these tensors: {names[:3]}")
        # That the rules can fail: a consolidated file, a file that is gone, and one that no index names but the glob finds.
        (out / "consolidated.safetensors").write_bytes(next(out.glob("model-*")).read_bytes())
        seen = vllm_files(out)[1] is not None
        (out / "consolidated.safetensors").rename(out / "other.safetensors")
        seen = seen and len(vllm_files(out)[0]) == 3
        (out / "model.safetensors.index.json").unlink()
        seen = seen and "twice" in (vllm_weights(out)[1] or "")
        if not seen:
            failures.add(f"{family}: the check of vLLM's rules sees nothing")
        return len(whole)


def run(program, families, failures):
    models = {}
    for family, config in small_models():
        # vLLM needs a class, which some of the small configs leave to transformers.
        if config.get("architectures") and (not families or family in families):
            models.setdefault(family, config)
    counts = {}
    for family, config in models.items():
        try:
            counts[family] = check(program, family, config, failures)
        except Exception as error:  # the others are checked all the same
            failures.add(f"{family}: {type(error).__name__}: {str(error)[:400]}")
    print("\n## vLLM's loader takes each tensor once, in one file and in three\n")
    table(["families", "tensors"], [[len(counts), sum(counts.values())]])
