"""transformers loads what the command line makes."""

import math
import pathlib
import statistics
import tempfile

import torch
import transformers
from safetensors.torch import load_file
from torch.nn import functional

from common import SEED, architecture, small_models, table, write

# Of each loss this many draws of tokens, and of transformers' own start as many seeds.
DRAWS = 4
# Some families start far from ln V, as their own start does. Then the two must agree: over small random models the mean of a
# few draws is good to about this share.
SHARE = 0.25
# How far a start may be from ln V.
NEAR = 0.5
# The small configs of these families have sizes that no forward pass can use: fields of one more that has others.
RUNS = {
    "deepseek_v2": {"qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8},
    "helium": {"head_dim": 8, "num_attention_heads": 6, "num_key_value_heads": 6},
}
HEADS = ("ForCausalLM", "LMHeadModel", "ForMaskedLM", "ForConditionalGeneration")


def tensors(folder):
    """All tensors of a folder by their names on disk."""
    return {name: tensor for file in folder.glob("*.safetensors") for name, tensor in load_file(file).items()}


def unlike(ours, theirs):
    """Names that one has and the other has not, and those whose bits differ."""
    bits = lambda tensor: tensor.contiguous().flatten().view(torch.uint8)
    same = lambda a, b: a.dtype == b.dtype and a.shape == b.shape and torch.equal(bits(a), bits(b))
    return sorted((ours.keys() ^ theirs.keys()) | {n for n in ours.keys() & theirs.keys() if not same(ours[n], theirs[n])})


def load(model_class, folder, failures, what):
    """The model; that all its tensors came from the folder, and all of the folder's went into it, is checked."""
    model, report = model_class.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    for kind, names in report.items():
        if names:
            failures.add(f"{what}: {kind}: {sorted(map(str, names))[:3]}")
    return model.eval()


def inputs(model, tokens):
    """What the model takes: tokens, and for one that hears sounds too."""
    config = model.config
    if config.model_type == "whisper":
        sound = torch.randn(len(tokens), config.num_mel_bins, 2 * config.max_source_positions)
        return {"input_features": sound, "decoder_input_ids": tokens}
    return {"input_ids": tokens} | ({"decoder_input_ids": tokens} if config.is_encoder_decoder else {})


@torch.no_grad()
def loss(model, vocabulary, seed):
    """The loss of a model on random tokens, whose labels are random too: a start can know nothing of them."""
    torch.manual_seed(seed)
    longest = getattr(model.config, "max_position_embeddings", None) or 64
    tokens, labels = torch.randint(vocabulary, (2, 8, max(2, min(16, longest // 2))))
    if model._can_set_experts_implementation():
        model.set_experts_implementation("eager")  # the others want sizes that are multiples of 16 bytes
    logits = model(**inputs(model, tokens)).logits.float()
    return functional.cross_entropy(logits.flatten(0, -2), labels.flatten()).item()


def tied(model):
    return model.get_output_embeddings().weight is model.get_input_embeddings().weight


def own_start(model_class, loaded, vocabulary):
    """The loss of a start by transformers: the mean over seeds. T5 starts tied whatever its config says, and loads untied where
    the files have a head; so it is untied here, with another draw of the same law for the head."""
    config, losses = loaded.config, []
    for seed in range(DRAWS):
        torch.manual_seed(seed)
        model = model_class._from_config(config, dtype=torch.float32).eval()
        if tied(model) and not tied(loaded):
            other = model_class._from_config(config, dtype=torch.float32)
            model.get_output_embeddings().weight = torch.nn.Parameter(other.get_output_embeddings().weight.detach())
        losses.append(loss(model, vocabulary, seed))
    return statistics.fmean(losses)


def losses(model_class, model, failures, what):
    """ln V, the loss of our start and that of theirs, or nothing for a model without a head over a vocabulary."""
    if not model_class.__name__.endswith(HEADS):
        return None
    vocabulary = model.get_output_embeddings().weight.shape[0]
    try:
        theirs, even = own_start(model_class, model, vocabulary), math.log(vocabulary)
    except Exception as error:  # some small configs have shapes and no sense
        print(f"  {what}: transformers does not run its own start: {str(error)[:100]}", flush=True)
        return None
    ours = statistics.fmean(loss(model, vocabulary, seed) for seed in range(DRAWS))
    if not (abs(ours - even) < NEAR or abs(ours - theirs) < SHARE * theirs):
        failures.add(f"{what}: first loss {ours:.2f}, ln V {even:.2f}, transformers' own start {theirs:.2f}")
    return even, ours, theirs


def check(program, family, config, failures, what, split):
    """One model: loaded, saved again, and its first loss. With `split`, in three files too."""
    model_class = getattr(transformers, architecture(family, config))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        made, again = folder / "made", folder / "again"
        path = write(folder, config)
        program("make", path, "--seed", SEED, "--dtype", "F32", "--output", made, "--quiet")
        model = load(model_class, made, failures, what)
        model.save_pretrained(again)
        bits = tensors(made)
        if names := unlike(bits, tensors(again)):
            failures.add(f"{what}: saved again, {len(names)} tensors of {len(bits)} differ: {names[:3]}")
        if split:
            parts = folder / "parts"
            program("make", path, "--seed", SEED, "--dtype", "F32", "--files", 3, "--output", parts, "--quiet")
            if len(list(parts.glob("model-0000?-of-00003.safetensors"))) != 3 or unlike(bits, tensors(parts)):
                failures.add(f"{what}: three files have other bits than one")
            load(model_class, parts, failures, f"{what} in three files")
        return len(bits), losses(model_class, model, failures, what)


def row(family, found):
    """A family's line: the first model with a head stands for it, and the worst differences of all."""
    with_loss = [losses for _, losses in found if losses]
    cells = [family, len(found), sum(count for count, _ in found)]
    if not with_loss:
        return cells + [""] * 5
    even, ours, theirs = with_loss[0]
    from_even = max((ours - even for even, ours, _ in with_loss), key=abs)
    from_theirs = max((ours - theirs for _, ours, theirs in with_loss), key=abs)
    return cells + [f"{even:.2f}", f"{ours:.2f}", f"{theirs:.2f}", f"{from_even:+.2f}", f"{from_theirs:+.2f}"]


def run(program, families, failures):
    found, split = {}, set()
    models = small_models()
    models += [(family, next(c for f, c in models if f == family) | fields) for family, fields in RUNS.items()]
    for number, (family, config) in enumerate(models):
        if families and family not in families:
            continue
        what = f"{family}, model {number}"
        found.setdefault(family, [])
        try:
            # One model of each family is also made in three files.
            found[family].append(check(program, family, config, failures, what, family not in split))
            split.add(family)
        except Exception as error:  # the others are checked all the same
            failures.add(f"{what}: {type(error).__name__}: {str(error)[:400]}")
    print("\n## transformers loads it, and saves the same bits\n")
    head = ["family", "models", "tensors", "ln V", "first loss", "their own start", "worst from ln V", "worst from theirs"]
    table(head, [row(family, models) for family, models in found.items()])
