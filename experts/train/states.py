# The backbone's hidden states of packed windows: made once, kept in float16 on disk, or on a GPU in its memory.
import hashlib

import numpy as np
import torch

from .base import current
from .fetch import HERE
from .model import Backbone, mask_of

STATES = HERE / "data" / "states"
CHUNK = 8  # windows made at a time, always the same ones together: so a state never depends on when it was made
CHUNK_CUDA = 64
SPARE = 24 * 2**30  # bytes of a GPU's memory that are left to training


class States:
    """Hidden states (B, T, C) at the cut for windows of a packed set. With `keep` each is made once (2 bytes a value, 1152
    a token of the embedded model): for a CPU they are kept on disk, where a chunk is marked done only after it was written,
    so a killed run loses nothing; for a GPU in its memory, if they fit."""

    def __init__(self, packed, backbone: Backbone, cut, device, keep):
        self.packed, self.backbone, self.device = packed, backbone, device
        self.shape = (len(packed), packed.tokens.shape[1], backbone.config.hidden)
        self.chunk = CHUNK if device == "cpu" else min(CHUNK_CUDA, len(packed))
        self.keep = keep and (device == "cpu" or 2 * int(np.prod(self.shape)) + SPARE < torch.cuda.mem_get_info()[0])
        chunks = -(-self.shape[0] // self.chunk)
        if self.keep and device == "cpu":
            STATES.mkdir(parents=True, exist_ok=True)
            # By what the states are of, not only by the set's name: after a change of the corpora that is another set.
            digest = hashlib.sha256(packed.tokens.tobytes() + packed.positions.tobytes()).hexdigest()[:8]
            name = f"{packed.name}-{digest}-{cut}-{backbone.embedding.dtype}"
            self.file = self.map(f"{name}.f16", np.float16, self.shape)
            self.values = torch.from_numpy(self.file)
            self.done = self.map(f"{name}.done", np.uint8, (chunks,))
        elif self.keep:
            self.values = torch.empty(self.shape, dtype=torch.float16, device=device)
            self.done = np.zeros(chunks, np.uint8)

    def map(self, name, dtype, shape):
        path = STATES / f"{current().digest[:8]}-{name}".replace("torch.", "")
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
        """The states of the windows with these indices, float32 when they are kept, else as the backbone gives them."""
        if not self.keep:
            return self.make(windows)
        for chunk in sorted({at // self.chunk for at in windows}):
            if not self.done[chunk]:
                end = min((chunk + 1) * self.chunk, self.shape[0])
                # On a GPU all chunks have one size, for which the layers are compiled: the last overlaps the one before.
                part = range(chunk * self.chunk if self.device == "cpu" else end - self.chunk, end)
                self.values[part.start:part.stop] = self.make(list(part)).to(torch.float16)
                if self.device == "cpu":
                    self.file.flush()
                self.done[chunk] = 1
        return self.values[windows].float().to(self.device)
