# Weights of the llama and qwen2 families: a GGUF file or the folder of a safetensors model, tensor by tensor as PyTorch has them.
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize

FAMILIES = ("llama", "qwen2")
FLOATS = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}
# By the name in a safetensors file: GGUF's name.
LAYER = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}
FRAME = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


@dataclass(frozen=True)
class Config:
    family: str
    layers: int
    hidden: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int
    rope_base: float
    rope_factors: tuple  # what the head_size / 2 rotary frequencies are divided by; empty: by nothing
    epsilon: float


class Tensors(Mapping):
    """name in GGUF -> float32 tensor, rows of q and k in half-split order. Read whenever it is asked for, so that a large
    model is never in memory as a whole."""

    def __init__(self, readers):
        self.readers = readers

    def __getitem__(self, name):
        return torch.from_numpy(np.ascontiguousarray(self.readers[name](), np.float32))

    def __iter__(self):
        return iter(self.readers)

    def __len__(self):
        return len(self.readers)


def unpermute(weight, heads):
    """Rows of attn_q or attn_k from GGUF order (interleaved rotary pairs) to half-split order, as PyTorch has them."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def permute(weight, heads):
    """The inverse of `unpermute`."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def permuted_heads(name, config):
    """The number of heads when a GGUF keeps the rows of this tensor as interleaved pairs, else None: only llama's does."""
    counts = {"attn_q": config.heads, "attn_k": config.kv_heads} if config.family == "llama" else {}
    return counts.get(name.split(".")[-2]) if name.endswith(".weight") else None


def known_family(path, family):
    if family not in FAMILIES:
        raise SystemExit(f"{path}: another architecture, {family!r}; choose a model of {' or '.join(FAMILIES)}.")
    return family


def read_gguf(path):
    """(Config, Tensors) of a GGUF file. Raises SystemExit for another architecture or what the engine does not support."""
    reader = GGUFReader(path)
    fields, tensors = reader.fields, {tensor.name: tensor for tensor in reader.tensors}
    family = known_family(path, fields["general.architecture"].contents())
    field = lambda name, default=None: fields[f"{family}.{name}"].contents() if f"{family}.{name}" in fields else default
    heads, hidden = field("attention.head_count"), field("embedding_length")
    head_size = field("attention.key_length", hidden // heads)
    scaling = field("rope.scaling.type", "none")
    if scaling not in ("none", "linear") or field("attention.sliding_window", 0) or field("expert_count", 0):
        raise SystemExit(f"{path}: `coterie import` does not support this model and says why; choose another one.")
    factors = ()
    if "rope_freqs.weight" in tensors:
        factors = tuple(values_of(tensors["rope_freqs.weight"]).tolist())
    elif scaling == "linear":
        factors = (field("rope.scaling.factor"),) * (head_size // 2)
    config = Config(
        family=family, layers=field("block_count"), hidden=hidden, feed_forward=field("feed_forward_length"), heads=heads,
        kv_heads=field("attention.head_count_kv", heads), head_size=head_size,
        vocabulary=int(tensors["token_embd.weight"].shape[1]), rope_base=field("rope.freq_base", 10000.0),
        rope_factors=factors, epsilon=field("attention.layer_norm_rms_epsilon"))

    return config, Tensors(gguf_readers(tensors.values(), config))


def values_of(tensor):
    """The values of a GGUF file's tensor, float32, rows as the file has them."""
    return dequantize(tensor.data, tensor.tensor_type).astype(np.float32)


def gguf_readers(tensors, config):
    """What reads each of a GGUF file's tensors, rows of q and k in half-split order: functions by name."""
    def reader_of(tensor):
        split = permuted_heads(tensor.name, config)
        return lambda: unpermute(values_of(tensor), split) if split else values_of(tensor)

    return {tensor.name: reader_of(tensor) for tensor in tensors}


def replaced(tensors, path, config):
    """`tensors` with those in their place that a GGUF file of some layers holds."""
    return Tensors({**tensors.readers, **gguf_readers(GGUFReader(path).tensors, config)})


def rope_factors(path, rope, base, half):
    """The divisors of the rotary frequencies, from the part of config.json about them."""
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind == "default":
        return ()
    if kind == "linear":
        return (float(rope["factor"]),) * half
    if kind != "llama3":
        raise SystemExit(f"{path}: rotary scaling {kind!r} is not supported; choose another model.")
    low, high, factor, original = (
        rope[name] for name in ("low_freq_factor", "high_freq_factor", "factor", "original_max_position_embeddings"))
    factors = []
    for i in range(half):
        length = 2 * math.pi * base ** (i / half)
        smooth = min(1, max(0, (original / length - low) / (high - low)))
        factors.append(1 / ((1 - smooth) / factor + smooth))
    return tuple(factors)


def weight_files(folder):
    """The files that the weights are in: those of the index, sorted, else the only one."""
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return [folder / "model.safetensors"]
    return [folder / name for name in sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))]


def gguf_name(name):
    """GGUF's name of a safetensors tensor, or None for what is no weight."""
    stem, _, kind = name.rpartition(".")
    if stem in FRAME:
        return f"{FRAME[stem]}.{kind}"
    parts = stem.split(".", 3)
    return f"blk.{parts[2]}.{LAYER[parts[3]]}.{kind}" if parts[0] == "model" and len(parts) == 4 and parts[3] in LAYER else None


def read_folder(folder):
    """(Config, Tensors) of a safetensors model. Raises SystemExit for another architecture or what the engine does not support."""
    path = folder / "config.json"
    if not path.exists():
        raise SystemExit(f"{path}: there is no such file; give a GGUF file or the folder of a whole model.")
    said = json.loads(path.read_text("utf-8"))
    family = known_family(path, said.get("model_type"))
    full = all(kind == "full_attention" for kind in said.get("layer_types") or ())
    if said.get("use_sliding_window") or not full or said.get("hidden_act", "silu") != "silu" or said.get("quantization_config"):
        raise SystemExit(f"{path}: `coterie import` does not support this model and says why; choose another one.")
    rope = said.get("rope_parameters") or said.get("rope_scaling") or {}
    heads = said["num_attention_heads"]
    base = (said.get("rope_parameters") or {}).get("rope_theta") or said.get("rope_theta") or 10000.0
    head_size = said.get("head_dim") or said["hidden_size"] // heads
    config = Config(
        family=family, layers=said["num_hidden_layers"], hidden=said["hidden_size"], feed_forward=said["intermediate_size"],
        heads=heads, kv_heads=said.get("num_key_value_heads") or heads, head_size=head_size, vocabulary=said["vocab_size"],
        rope_base=base, rope_factors=rope_factors(path, rope, base, head_size // 2), epsilon=said["rms_norm_eps"])
    readers = {}
    for file in weight_files(folder):
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(length))
        for name, entry in header.items():
            short = gguf_name(name)
            if short is None or (short == "output.weight" and said.get("tie_word_embeddings")):
                continue
            readers[short] = reader_at(file, 8 + length, entry)
    return config, Tensors(readers)


def reader_at(file, start, entry):
    """Reads one tensor of a safetensors file. bfloat16 is the upper half of a float32."""
    kind, first = FLOATS[entry["dtype"]], start + entry["data_offsets"][0]

    def read():
        raw = np.memmap(file, kind, "r", offset=first, shape=tuple(entry["shape"]))
        return (raw.astype(np.uint32) << 16).view(np.float32) if entry["dtype"] == "BF16" else raw.astype(np.float32)

    return read
