# Writes the weights of a trained run as a GGUF file with upstream's tensor names.
"""python -m train.export NAME: runs/NAME/checkpoint.pt -> runs/NAME/weights.gguf

Matrices are Q8_0, norms and biases float32, rows of attn_q and attn_k permuted as in every llama GGUF file. An expert's file holds
its layers, at most 24 MiB for the embedded model; that of the run `backbone` the layers below the cut, beside upper.gguf with the others. A full or LoRA arm (merged into the matrices) becomes a whole model with the backbone's embedding,
tokenizer and metadata, so that the engine can run it for comparison.
"""
import argparse
import json

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.quants import quantize

from .__main__ import RUNS, base_of
from .arms import Arm, merge
from .base import WEIGHTS, current, sha256, use
from .weights import Tensors, gguf_readers, permute, permuted_heads

LIMIT = 24 * 2**20


def upper_names(arm):
    """name in GGUF -> parameter of the trained part, LoRA merged."""
    names = {"output_norm.weight": arm.output_norm} if len(arm.blocks) + arm.cut == arm.config.layers else {}
    for at, block in enumerate(arm.blocks):
        for name, parameter in block.named_parameters():
            stem, _, kind = name.partition(".")
            names[f"blk.{arm.cut + at}.{stem}.{kind or 'weight'}"] = parameter
    return names


def describe_layers(writer, trained):
    """The metadata of a file that holds some layers only."""
    config = trained.config
    writer.add_block_count(config.layers)
    writer.add_embedding_length(config.hidden)
    writer.add_feed_forward_length(config.feed_forward)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_layer_norm_rms_eps(config.epsilon)
    writer.add_key_length(config.head_size)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_rope_dimension_count(config.head_size)
    if trained.cut:
        writer.add_uint32("coterie.cut", trained.cut)
        writer.add_string("coterie.backbone.sha256", current().digest)


def copy_frame(writer):
    """What a whole model has besides its layers: metadata, tokenizer and embedding of the backbone's file, unchanged."""
    upstream = GGUFReader(WEIGHTS)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    for name, field in upstream.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):  # those are the writer's
            continue
        kind = field.types[0]
        writer.add_key_value(name, field.contents(), kind, field.types[-1] if kind == GGUFValueType.ARRAY else None)
    table = next(tensor for tensor in upstream.tensors if tensor.name == "token_embd.weight")
    writer.add_tensor(table.name, table.data, raw_dtype=table.tensor_type)


def write(path, trained):
    """Writes the layers of an Upper; a whole model when they are all layers. Raises SystemExit when a value is not finite."""
    writer = GGUFWriter(path, trained.config.family)
    if len(trained.blocks) == trained.config.layers:
        copy_frame(writer)
    else:
        describe_layers(writer, trained)
    for name, parameter in upper_names(trained).items():
        value = parameter.detach().float().cpu().numpy()
        if not np.isfinite(value).all():
            raise SystemExit(f"{name} is not finite: this run went wrong.")
        if heads := permuted_heads(name, trained.config):
            value = np.ascontiguousarray(permute(value, heads))
        if value.ndim == 1:
            writer.add_tensor(name, value)
        else:
            packed = quantize(value, GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load(path, trained):
    """Puts the tensors of a weights.gguf into the trained part of an arm. Raises ValueError when some are missing."""
    names = upper_names(trained)
    held = Tensors(gguf_readers(GGUFReader(path).tensors, trained.config))
    for name in held:
        if name != "token_embd.weight":  # of a whole model; it is frozen
            names.pop(name).data.copy_(held[name])
    if names:
        raise ValueError(f"{path} lacks {', '.join(names)}")


def checkpoint_of(name, device="cpu"):
    """What runs/NAME/checkpoint.pt holds. Raises SystemExit when there is none."""
    path = RUNS / name / "checkpoint.pt"
    if not path.exists():
        raise SystemExit(f"No checkpoint at {path}: train first.")
    return torch.load(path, map_location=device, weights_only=True)


def restore(name, device="cpu", dtype=torch.float32):
    """(arm with the weights of runs/NAME/checkpoint.pt, its frozen parts in `dtype`, settings of the run)."""
    saved = checkpoint_of(name, device)
    settings = saved["settings"]
    base = base_of(settings["arm"], settings.get("base"))
    if settings.get("backbone", base.digest) != base.digest and settings.get("base") is None and settings["expert"] != "backbone":
        # For a comparison an expert may have been trained on upstream's model as it comes. (The run `backbone` makes the other one.)
        base = use(WEIGHTS)
    if settings.get("backbone", base.digest) != base.digest:
        raise SystemExit(f"{base.path} is another model than the one that {name} was trained for: restore it.")
    arm = Arm(settings["arm"], base.config, base.tensors, settings["cut"], device, dtype, settings["seed"])
    for key, parameter in arm.learnable().items():
        parameter.data.copy_(saved["weights"][key])
    return arm, settings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    name = parser.parse_args().name
    arm, settings = restore(name)
    merge(arm.trained)
    if settings["expert"] == "backbone":
        cut, blocks = current().cut, arm.trained.blocks
        arm.trained.blocks, arm.trained.cut = blocks[cut:], cut
        write(RUNS / name / "upper.gguf", arm.trained)
        arm.trained.blocks, arm.trained.cut = blocks[:cut], 0
    path = RUNS / name / "weights.gguf"
    write(path, arm.trained)
    load(path, arm.trained)  # read back, so that a file that cannot be read is found here
    size = path.stat().st_size
    if settings["arm"] == "expert" and current().embedded and size > LIMIT:
        raise SystemExit(f"{path} has {size} bytes, more than {LIMIT}.")
    print(json.dumps({"file": str(path), "bytes": size, "sha256": sha256(path)}))


if __name__ == "__main__":
    main()
