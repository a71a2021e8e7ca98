"""torch's distributed checkpoints read what `candle-init shards` writes."""

import pathlib
import tempfile

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint import HuggingFaceStorageReader
from torch.distributed.checkpoint._consolidate_hf_safetensors import consolidate_safetensors_files
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from torch.testing._internal.distributed.fake_pg import FakeStore

from common import SEED, small_models, table, write
from loads import tensors, unlike

# What torch 2.15 does not join, of its own files either: it leaves a scalar zero, and asks floats' sizes of integers.
SCALAR, INTEGER = ["logit_scale"], "TypeError: torch.finfo"


def first(family, **fields):
    """The config of the first small model of a family, with other fields."""
    return next(config for name, config in small_models() if name == family) | fields


def cases():
    """What is split: a text, a config or shapes, how, over how many ranks, and what torch is known not to join."""
    # The small models have 211 words, which no number of ranks divides.
    llama = first("llama", vocab_size=216)
    tied = first("llama", vocab_size=216, tie_word_embeddings=True)
    mixtral = first("mixtral", vocab_size=216, num_local_experts=12)
    phi3 = first("phi3", vocab_size=216)
    short = {"two.weight": [2, 5], "ten.weight": [10, 3]}
    repeated = first("llama", vocab_size=216, intermediate_size=96)
    own = ["--tp", 4, "--split", "*.gate_proj.weight=1", "--split", "*.down_proj.weight=0"]
    return [
        ("llama", llama, ["--tp", 2], 2, None),
        ("llama, tied", tied, ["--tp", 2], 2, None),
        ("llama, own splits", llama, own, 4, None),
        ("llama", llama, ["--fsdp", 3], 3, None),
        ("llama, each of its two kv heads on three ranks", repeated, ["--tp", 6], 6, None),
        ("llama, fully sharded over tensor parallel", llama, ["--tp", 2, "--fsdp", 3], 6, None),
        ("llama, 211 words and zeros", first("llama"), ["--tp", 2, "--pad-vocab"], 2, None),
        ("llama, stages", llama | {"num_hidden_layers": 4}, ["--tp", 2, "--pp", 2, "--layers", "3,1"], 2, None),
        ("phi3, several projections in one", phi3, ["--tp", 2], 2, None),
        ("phi3, several in one, fully sharded", phi3, ["--tp", 2, "--fsdp", 3], 6, None),
        ("mixtral", mixtral, ["--tp", 2], 2, None),
        ("mixtral, whole experts", mixtral, ["--ep", 2], 2, None),
        ("mixtral, whole experts, the rest tensor parallel, fully sharded", mixtral, ["--tp", 2, "--ep", 2, "--fsdp", 3], 6, None),
        ("gpt_oss, stacked experts", first("gpt_oss", num_local_experts=4), ["--ep", 2, "--fsdp", 2], 4, None),
        ("gpt2", first("gpt2"), ["--fsdp", 3], 3, None),
        ("clip, which has a scalar", first("clip"), ["--fsdp", 3], 3, SCALAR),
        ("resnet, which has integers", first("resnet"), ["--fsdp", 3], 3, INTEGER),
        ("more ranks than rows", short, ["--fsdp", 6], 6, None),
        ("ranks with nothing", {"two.weight": [2, 5], "one.bias": [1]}, ["--fsdp", 4], 4, None),
    ]


def read(folder):
    """All tensors of a folder of shards, as one process reads them."""
    of = HuggingFaceStorageReader(str(folder)).read_metadata().state_dict_metadata
    state = {name: torch.empty(stored.size, dtype=stored.properties.dtype) for name, stored in of.items()}
    dcp.load(state, storage_reader=HuggingFaceStorageReader(str(folder)), no_dist=True)
    return state


def cut(found, expected):
    """Without the rows of zeros that `--pad-vocab` adds. Any others stay, so that the shape is another."""
    for name, tensor in found.items():
        rows = len(expected.get(name, tensor)) if tensor.dim() else 0
        if tensor.dim() and not tensor[rows:].any():
            found[name] = tensor[:rows]
    return found


def joined(folder, out, names, files):
    """The same, as torch joins them to files of its own."""
    out.mkdir()
    index = {name: 1 + at % files for at, name in enumerate(sorted(names))}
    consolidate_safetensors_files(str(folder), str(out), index)
    return tensors(out)


def attempt(failures, what, expected, make, known=None):
    """Whether what `make` gives has the expected bits, in words. A known failure of torch is one where it does not fail so."""
    try:
        found = unlike(expected, cut(make(), expected))
    except Exception as error:
        found = f"{type(error).__name__}: {str(error)[:300]}"
    if known is not None and (found[: len(known)] == known):
        return "torch cannot"
    if found or known is not None:
        failures.add(f"{what}: differs: {found}, and {known or 'nothing'} was expected")
    return "differs" if found else "same bits"


def planned(program, folder, source):
    """The path of the plan of a config or of shapes."""
    path, plan = write(folder, source), folder / "plan.json"
    rest = [path] if "model_type" in source else ["--shapes", path, "--rule", "*=normal"]
    plan.write_text(program("plan", *rest, "--seed", SEED, "--json"))
    return plan


def check(program, what, source, split, ranks, known, failures):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plan, whole, shards = planned(program, folder, source), folder / "whole", folder / "shards"
        program("make", plan, "--output", whole, "--quiet")
        stages = split[split.index("--pp") + 1] if "--pp" in split else 0
        for stage in [["--stage", stage] for stage in range(stages)] or [[]]:
            for rank in range(ranks):
                program("shards", plan, *split, *stage, "--rank", rank, "--output", shards, "--quiet")
        files = list(shards.glob("*.safetensors"))
        expected = tensors(whole)
        what = f"{what}, {' '.join(map(str, split))}"
        row = [what, len(expected), len(files), attempt(failures, f"{what}, read", expected, lambda: read(shards))]
        for number in (1, 2):
            join = lambda: joined(shards, folder / f"joined{number}", expected, number)
            row.append(attempt(failures, f"{what}, joined to {number}", expected, join, known))
        return row


class Net(torch.nn.ModuleDict):
    def __init__(self, shapes):
        linear = lambda shape: torch.nn.Linear(shape[1], shape[0], bias=False)
        whole = lambda shape: linear(shape) if len(shape) == 2 else torch.nn.RMSNorm(shape)
        super().__init__({name.removesuffix(".weight"): whole(shape) for name, shape in shapes.items()})

    def forward(self, x):
        return x


def local(shapes, whole, rank, tp, fsdp):
    """What a rank has when torch itself makes a net tensor parallel and then fully sharded: its own pieces of `whole`."""
    dist.init_process_group("fake", rank=rank, world_size=tp * fsdp, store=FakeStore())
    try:
        mesh = init_device_mesh("cpu", (fsdp, tp), mesh_dim_names=("fsdp", "tp"))
        net = Net(shapes)
        net.load_state_dict(whole)
        styles = {"up": ColwiseParallel(), "down": RowwiseParallel()}
        # No rank sends another anything: each cuts what it has.
        parallelize_module(net, mesh["tp"], styles, src_data_rank=None)
        fully_shard(net, mesh=mesh["fsdp"])
        return {name: parameter.to_local().detach() for name, parameter in net.named_parameters()}
    finally:
        dist.destroy_process_group()


def strided(program, failures):
    """FSDP over tensor parallelism: each rank's file has what torch leaves that rank of the whole model."""
    shapes, (tp, fsdp) = {"up.weight": [172, 64], "down.weight": [64, 172], "norm.weight": [5]}, (2, 4)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plan = planned(program, folder, shapes)
        program("make", plan, "--output", folder / "whole", "--quiet")
        whole, wrong = tensors(folder / "whole"), []
        splits = ["--tp", tp, "--split", "up.weight=0", "--split", "down.weight=1", "--fsdp", fsdp]
        for rank in range(tp * fsdp):
            out = folder / str(rank)
            program("shards", plan, *splits, "--rank", rank, "--output", out, "--quiet")
            # A rank with no rows has no entry, and of what is not split the first of the tensor parallel ranks has the copy.
            has = lambda name, part: part.numel() > 0 and (name != "norm.weight" or rank % tp == 0)
            theirs = {name: part for name, part in local(shapes, whole, rank, tp, fsdp).items() if has(name, part)}
            wrong += [(rank, name) for name in unlike(tensors(out), theirs)]
    if wrong:
        failures.add(f"fully sharded over tensor parallel: not what torch leaves these ranks: {wrong[:4]}")
    print(f"\nfsdp {fsdp} over tp {tp}: {'differs' if wrong else 'same bits'} as torch's own pieces on each of {tp * fsdp} ranks")


def run(program, families, failures):
    rows = []
    for what, source, split, ranks, known in cases():
        try:
            rows.append(check(program, what, source, split, ranks, known, failures))
        except Exception as error:  # the others are checked all the same
            failures.add(f"{what}: {type(error).__name__}: {str(error)[:400]}")
    print("\n## torch's distributed checkpoints read the shards\n")
    table(["model", "tensors", "files", "HuggingFaceStorageReader", "joined to one file", "to two"], rows)
    strided(program, failures)
