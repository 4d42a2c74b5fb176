# The backbone's hidden states of packed windows: made once, kept on disk in float16.
import numpy as np
import torch

from .fetch import HERE
from .model import Backbone, mask_of

STATES = HERE / "data" / "states"
CHUNK = 8  # windows made at a time, always the same ones together: so a state never depends on when it was made


class States:
    """Hidden states (B, T, C) at the cut for windows of a packed set. With `keep` they are kept on disk (2 bytes a
    value, 1152 a token of the embedded model); a chunk is marked done only after it was written, so a killed run loses nothing."""

    def __init__(self, packed, backbone: Backbone, cut, device, keep):
        self.packed, self.backbone, self.device, self.keep = packed, backbone, device, keep
        self.shape = (len(packed), packed.tokens.shape[1], backbone.config.hidden)
        if keep:
            STATES.mkdir(parents=True, exist_ok=True)
            self.values = self.map(f"{packed.name}-{cut}-{backbone.embedding.dtype}.f16", np.float16, self.shape)
            self.done = self.map(f"{packed.name}-{cut}-{backbone.embedding.dtype}.done", np.uint8, (-(-self.shape[0] // CHUNK),))

    def map(self, name, dtype, shape):
        path = STATES / name.replace("torch.", "")
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        fresh = not path.exists() or path.stat().st_size != size
        return np.memmap(path, dtype, "w+" if fresh else "r+", shape=shape)

    @torch.no_grad()
    def make(self, windows):
        tokens, positions = (self.tensor(a[windows]) for a in (self.packed.tokens, self.packed.positions))
        return self.backbone(tokens, positions, mask_of(positions))

    def tensor(self, array):
        return torch.from_numpy(array.astype(np.int64)).to(self.device)

    def get(self, windows):
        """The states of the windows with these indices, float32 when kept on disk, else as the backbone gives them."""
        if not self.keep:
            return self.make(windows)
        for chunk in sorted({at // CHUNK for at in windows}):
            if not self.done[chunk]:
                part = range(chunk * CHUNK, min((chunk + 1) * CHUNK, self.shape[0]))
                self.values[part.start:part.stop] = self.make(list(part)).to(torch.float16).cpu().numpy()
                self.values.flush()
                self.done[chunk] = 1
        return torch.from_numpy(self.values[windows].astype(np.float32)).to(self.device)
