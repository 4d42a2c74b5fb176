# The llama and qwen2 models in plain PyTorch, cut at the backbone.
"""Tensor shapes: B sequences, T tokens, H query heads, K key-value heads, D values a head, C hidden; 9, 3, 64 and 576 in the
embedded model."""
import torch
import torch.nn.functional as F
from torch import nn

MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


class Block(nn.Module):
    """One layer. Parameters carry the GGUF's names (attn_q, ffn_up, ...)."""

    def __init__(self, config, tensors, index):
        super().__init__()
        self.config = config
        self.attn_norm = nn.Parameter(tensors[f"blk.{index}.attn_norm.weight"])
        self.ffn_norm = nn.Parameter(tensors[f"blk.{index}.ffn_norm.weight"])
        for name in MATRICES:
            bias = tensors.get(f"blk.{index}.{name}.bias")  # qwen2 has them for queries, keys and values
            self.add_module(name, linear_of(tensors[f"blk.{index}.{name}.weight"], bias))

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
        x = x + self.attn_output(y.transpose(1, 2).reshape(B, T, c.heads * c.head_size))
        h = F.rms_norm(x, (c.hidden,), self.ffn_norm, c.epsilon)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


def linear_of(weight, bias=None):
    """A linear layer of these values."""
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    linear.weight = nn.Parameter(weight)
    linear.bias = None if bias is None else nn.Parameter(bias)
    return linear


def rotate(x, rope):
    """Half-split rotary embedding of x (B, heads, T, D)."""
    cos, sin = rope
    low, high = x.chunk(2, -1)
    return x * cos.to(x.dtype) + torch.cat((-high, low), -1) * sin.to(x.dtype)


def rope_of(config, positions):
    """(cos, sin), each (B, 1, T, D) float32, for positions (B, T)."""
    exponent = torch.arange(0, config.head_size, 2, device=positions.device, dtype=torch.float32) / config.head_size
    frequencies = config.rope_base ** -exponent
    if config.rope_factors:
        frequencies = frequencies / torch.tensor(config.rope_factors, device=positions.device)
    angle = positions[:, :, None].float() * frequencies
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
        self.output_norm = nn.Parameter(tensors["output_norm.weight"])

    def forward(self, x, positions, mask, caches=None):
        """Hidden states at the cut (B, T, C) -> normalised states for the head (B, T, C)."""
        rope = rope_of(self.config, positions)
        for at, block in enumerate(self.blocks):
            x = block(x, rope, mask, caches[at] if caches is not None else None)
        return F.rms_norm(x, (self.config.hidden,), self.output_norm, self.config.epsilon)


class Backbone(nn.Module):
    """Embedding and layers below `cut`, frozen: tokens (B, T) -> hidden states (B, T, C)."""

    def __init__(self, config, tensors, cut, dtype=torch.float32):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(tensors["token_embd.weight"].to(dtype), requires_grad=False)
        # One after the other, so that a large model is never in memory in float32.
        self.blocks = nn.ModuleList(Block(config, tensors, i).to(dtype) for i in range(cut))
        self.requires_grad_(False)

    def forward(self, tokens, positions, mask, caches=None):
        x, rope = F.embedding(tokens, self.embedding), rope_of(self.config, positions)
        for at, block in enumerate(self.blocks):
            x = block(x, rope, mask, caches[at] if caches is not None else None)
        return x


def head_of(tensors):
    """The output projection (V, C): a tensor of its own, or the embedding table."""
    return tensors["output.weight"] if "output.weight" in tensors else tensors["token_embd.weight"]


def chunk_loss(states, head, targets, weights, need):
    """(loss, gradient of the states if `need`, else None) of one chunk: states (N, C), head (V, C), targets (N,), weights (N,). The
    gradient of a softmax under a frozen head is (softmax - one hot) @ head."""
    logs = torch.log_softmax((states.to(head.dtype) @ head.T).float(), 1)
    loss = -(logs.gather(1, targets[:, None])[:, 0] * weights).sum()
    return loss, weights[:, None] * (logs.exp_().to(head.dtype) @ head - head[targets]).float() if need else None


def chunk_divergence(states, head, teacher, weights, need):
    """As `chunk_loss`, of the divergence from the teacher's distributions (Hinton et al., arXiv 1503.02531): teacher (N, C) are its
    states for the same head. The loss is the sum of KL(teacher || states); its gradient (softmax - teacher's softmax) @ head."""
    logs, wanted = (torch.log_softmax((each.to(head.dtype) @ head.T).float(), 1) for each in (states, teacher))
    chances = wanted.exp()
    loss = ((chances * (wanted - logs)).sum(1) * weights).sum()
    return loss, weights[:, None] * ((logs.exp_() - chances).to(head.dtype) @ head).float() if need else None


class HeadLoss(torch.autograd.Function):
    """Sum of weighted cross-entropies under the frozen head, made in chunks: no logits are kept, because with a frozen
    head the gradient of the states can be made in the forward pass."""

    @staticmethod
    def forward(ctx, states, head, targets, weights, chunk, one):
        """states (N, C), head (V, C), targets (N,) int64 or a teacher's states (N, C), weights (N,) float32, `one` does a chunk ->
        scalar float32."""
        need, total, grads = states.requires_grad, torch.zeros((), device=states.device), []
        for at in range(0, len(states), chunk):
            part = slice(at, at + chunk)
            loss, grad = one(states[part], head, targets[part], weights[part], need)
            total += loss
            grads.append(grad)
        ctx.grad = torch.cat(grads) if need and grads else torch.zeros_like(states)
        return total

    @staticmethod
    def backward(ctx, upstream):
        return ctx.grad * upstream, None, None, None, None, None


def head_loss(states, head, targets, weights, chunk=None, one=chunk_loss):
    """Summed loss in nats over the positions with a weight. states (B, T, C), targets (B, T) or a teacher's states (B, T, C),
    weights (B, T)."""
    chunk = chunk or (256 if states.device.type == "cpu" else 8192)  # on a CPU a chunk's logits should stay near the cache
    chosen = weights.reshape(-1) > 0
    with torch.autocast(states.device.type, enabled=False):
        return HeadLoss.apply(
            states.reshape(-1, states.shape[-1])[chosen], head, targets.flatten(0, 1)[chosen],
            weights.reshape(-1)[chosen].float(), chunk, one,
        )
