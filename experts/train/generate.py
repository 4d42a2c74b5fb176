# Backbone, upper layers and head as one model that says what comes next.
import torch


class Model:
    """Backbone, upper layers and head for greedy generation and loss."""

    def __init__(self, backbone, upper, head, autocast):
        self.backbone, self.upper, self.head, self.autocast = backbone, upper, head, autocast

    def logits(self, tokens, positions, mask, below, above):
        """Logits (B, V) after the last token."""
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.autocast):
            states = self.upper(self.backbone(tokens, positions, mask, below).float(), positions, mask, above)
        return (states[:, -1].to(self.head.dtype) @ self.head.T).float()

    @torch.no_grad()
    def answers(self, prompts, most, end):
        """Greedy continuations (lists of ids, without `end`) of prompts, padded on the left to one batch."""
        longest = max(map(len, prompts))
        device = self.head.device
        pad = torch.tensor([longest - len(p) for p in prompts], device=device)
        tokens = torch.tensor([[0] * (longest - len(p)) + p for p in prompts], device=device)
        positions = (torch.arange(longest, device=device) - pad[:, None]).clamp(min=0)
        past = torch.arange(longest + most, device=device) >= pad[:, None]
        caches = [[] for _ in range(len(self.backbone.blocks) + len(self.upper.blocks))]
        below, above = caches[:len(self.backbone.blocks)], caches[len(self.backbone.blocks):]
        square = torch.ones(longest, longest, dtype=torch.bool, device=device).tril() & past[:, None, :longest]
        mask = (square | torch.eye(longest, dtype=torch.bool, device=device))[:, None]
        out, rows, running = [[] for _ in prompts], list(range(len(prompts))), torch.ones(len(prompts), dtype=torch.bool, device=device)
        for at in range(most):
            tokens = self.logits(tokens, positions, mask, below, above).argmax(-1, keepdim=True)
            running &= tokens[:, 0] != end
            if not running.any():
                break
            if 2 * running.sum() <= len(rows):  # the longest answers go on among themselves
                kept = running.nonzero()[:, 0]
                rows, running = [rows[row] for row in kept.tolist()], running[kept]
                tokens, positions, past = tokens[kept], positions[kept], past[kept]
                for cache in caches:
                    cache[:] = [part[kept] for part in cache]
            for row in running.nonzero()[:, 0].tolist():
                out[rows[row]].append(tokens[row, 0].item())
            positions = positions[:, -1:] + 1
            mask = past[:, None, None, :longest + at + 1]
        return out
