# What is trained: an expert on a shared backbone, taught by texts or by another model; the full model; LoRA.
import torch
from torch import nn

from .model import MATRICES, Backbone, Upper, chunk_divergence, chunk_loss, head_loss, head_of, linear_of, mask_of


class Lora(nn.Module):
    """A frozen linear layer plus a trained product of rank `rank` (arXiv 2106.09685), scaled by 2."""

    def __init__(self, linear, rank, generator):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        rows, columns = linear.weight.shape
        self.down = nn.Parameter(torch.randn(rank, columns, generator=generator) / columns ** 0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, x):
        return self.linear(x) + 2 * (x @ self.down.T @ self.up.T)

    def merged(self):
        """One linear layer that does the same."""
        bias = self.linear.bias
        weight = self.linear.weight.detach() + 2 * (self.up.detach() @ self.down.detach())
        return linear_of(weight, None if bias is None else bias.detach())


def merge(trained):
    """Puts every product of LoRA into the matrix beside it, in place: a plain model of the same outputs."""
    for block in trained.blocks:
        for name in MATRICES:
            layer = getattr(block, name)
            if isinstance(layer, Lora):
                setattr(block, name, layer.merged())


def upper_of(saved, cut):
    """The weights above the cut of a run's checkpoint, by the names that they have in an expert."""
    if saved["settings"]["arm"] == "expert":
        return saved["weights"]
    found = {name: value for name, value in saved["weights"].items() if not name.startswith("blocks.")}
    for name, value in saved["weights"].items():
        head, _, rest = name.partition(".")
        layer, _, rest = rest.partition(".")
        if head == "blocks" and int(layer) >= cut:
            found[f"blocks.{int(layer) - cut}.{rest}"] = value
    return found


class Arm(nn.Module):
    """What one training run holds: a frozen part in front (the states' source), a trained part, the frozen head. With the tensors of
    a teacher the trained part learns to say what that model says, and not what comes next."""

    def __init__(self, kind, config, tensors, cut, device, frozen_dtype, seed=1, teacher=None):
        super().__init__()
        self.kind, self.cut = kind, cut if kind == "expert" else 0
        self.backbone = Backbone(config, tensors, self.cut, frozen_dtype).to(device)
        self.trained = Upper(config, tensors, self.cut).to(device)
        if kind == "lora":
            generator = torch.Generator().manual_seed(seed)
            self.trained.requires_grad_(False)
            for block in self.trained.blocks:
                for name in MATRICES:
                    setattr(block, name, Lora(getattr(block, name), 16, generator).to(device))
        # "full" trains all layers and the final norm; embedding and head stay as they are, as for the others.
        self.register_buffer("head", head_of(tensors).to(device, frozen_dtype), persistent=False)
        self.teacher = None if teacher is None else nn.ModuleList((
            Backbone(config, teacher, cut, frozen_dtype), Upper(config, teacher, cut).to(frozen_dtype))).requires_grad_(False).to(device)
        self.chunk_loss = chunk_divergence if teacher else chunk_loss

    def compile(self):
        """Compiles what a GPU runs: one layer, which serves them all, and a chunk of the loss. Only for windows and batches of one size."""
        taught = [block for part in self.teacher or () for block in part.blocks]
        for block in (*self.backbone.blocks, *self.trained.blocks, *taught):
            block.compile(dynamic=False)
        self.chunk_loss = torch.compile(self.chunk_loss, dynamic=True)

    def learnable(self):
        return {name: p for name, p in self.trained.named_parameters() if p.requires_grad}

    def loss(self, states, tokens, positions, weights, autocast):
        """(summed loss in nats, number of positions it counts) of windows; all (B, T), states (B, T, C)."""
        mask = mask_of(positions)
        with torch.autocast(states.device.type, torch.bfloat16, enabled=autocast):
            out = self.trained(states.float(), positions, mask)
        counted, targets = weights[:, 1:], tokens[:, 1:]
        if self.teacher is not None:
            lower, upper = self.teacher
            with torch.no_grad():
                targets = upper(lower(tokens, positions, mask), positions, mask)[:, :-1]
        return head_loss(out[:, :-1], self.head, targets, counted, one=self.chunk_loss), counted.sum()
