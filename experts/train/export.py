# Writes the weights of a trained expert as a GGUF file with upstream's tensor names.
"""python -m train.export NAME: runs/NAME/checkpoint.pt -> runs/NAME/weights.gguf

Matrices are Q8_0, norms float32, rows of attn_q and attn_k permuted as in every llama GGUF file. At most 24 MiB.
"""
import argparse
import hashlib
import json

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import dequantize, quantize

from .__main__ import RUNS
from .arms import Arm
from .model import WEIGHTS, permute, read_gguf, unpermute

LIMIT = 24 * 2**20


def upper_names(arm):
    """name in GGUF -> parameter of the trained part."""
    names = {"output_norm.weight": arm.output_norm}
    for at, block in enumerate(arm.blocks):
        for name, parameter in block.named_parameters():
            names[f"blk.{arm.cut + at}.{name.removesuffix('.weight')}.weight"] = parameter
    return names


def heads_of(name, config):
    return {"attn_q": config.heads, "attn_k": config.kv_heads}.get(name.split(".")[-2])


def write(path, trained):
    """Writes the trained layers."""
    config = trained.config
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(config.layers)
    writer.add_embedding_length(config.hidden)
    writer.add_feed_forward_length(config.feed_forward)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_layer_norm_rms_eps(config.epsilon)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_rope_dimension_count(config.head_size)
    writer.add_uint32("coterie.cut", trained.cut)
    writer.add_string("coterie.backbone.sha256", hashlib.sha256(WEIGHTS.read_bytes()).hexdigest())
    for name, parameter in upper_names(trained).items():
        value = parameter.detach().float().cpu().numpy()
        if not np.isfinite(value).all():
            raise SystemExit(f"{name} is not finite: this run went wrong.")
        if heads := heads_of(name, config):
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
    """Puts the tensors of a weights.gguf into the trained part of an arm."""
    names = upper_names(trained)
    for tensor in GGUFReader(path).tensors:
        value = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if heads := heads_of(tensor.name, trained.config):
            value = unpermute(value, heads)
        names.pop(tensor.name).data.copy_(torch.from_numpy(np.ascontiguousarray(value)))
    if names:
        raise ValueError(f"{path} lacks {', '.join(names)}")


def restore(name, device="cpu", dtype=torch.float32):
    """(arm with the weights of runs/NAME/checkpoint.pt, its frozen parts in `dtype`, settings of the run)."""
    path = RUNS / name / "checkpoint.pt"
    if not path.exists():
        raise SystemExit(f"No checkpoint at {path}: train first.")
    saved = torch.load(path, map_location=device, weights_only=True)
    settings = saved["settings"]
    config, tensors = read_gguf()
    arm = Arm(settings["arm"], config, tensors, settings["cut"], device, dtype, settings["seed"])
    for key, parameter in arm.learnable().items():
        parameter.data.copy_(saved["weights"][key])
    return arm, settings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    name = parser.parse_args().name
    arm, settings = restore(name)
    if settings["arm"] != "expert":
        raise SystemExit("Only an expert is exported: the other arms are there to be measured.")
    path = RUNS / name / "weights.gguf"
    write(path, arm.trained)
    load(path, arm.trained)  # read back, so that a file that cannot be read is found here
    size = path.stat().st_size
    if size > LIMIT:
        raise SystemExit(f"{path} has {size} bytes, more than {LIMIT}.")
    print(json.dumps({"file": str(path), "bytes": size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}))


if __name__ == "__main__":
    main()
