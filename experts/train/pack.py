# Packs documents into windows of one size and keeps them on disk.
"""A packed set is three arrays of N windows x T tokens: tokens uint16 (uint32 for large vocabularies), positions uint16 (0 where
a document starts, so the mask can keep documents apart) and weights uint8 (1 where predicting this token counts)."""
import random
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import examples, exercises, talk
from .base import current, sha256
from .fetch import HERE, MANIFEST

PACKED = HERE / "data" / "packed"
MAKERS = {"code": examples.code, "code-infill": examples.code_infill, "docs": examples.docs, "math": exercises.math, "talk": talk.documents}
# What is trained on several sets: of each its share.
MIXED = {"backbone": {"code": 0.4, "docs": 0.3, "math": 0.3}, "general": {"code": 0.3, "docs": 0.3, "math": 0.1, "talk": 0.3}}


def maker_of(expert):
    """What makes an expert's documents. A base with tokens for filling in is asked to fill in: its code is trained on both."""
    base = current()
    fills = expert == "code" and not base.embedded and base.vocabulary.infill is not None
    return MAKERS["code-infill" if fills else expert]


@dataclass(frozen=True)
class Packed:
    name: str
    tokens: np.ndarray
    positions: np.ndarray
    weights: np.ndarray

    def __len__(self):
        return len(self.tokens)

    @property
    def padding(self):
        """Padding tokens of every window. Padding is token 0 at position 0; a document never is."""
        return ((self.tokens == 0) & (self.positions == 0)).sum(1)


def fill(documents, size, total, open_windows=48):
    """Lays documents into windows of `size` tokens, each into the fullest open window that has room for it, until
    `total` tokens are laid. Yields lists of documents."""
    bins, laid = [], 0
    for ids, weights in documents:
        ids, weights = ids[:size], weights[:size]
        fitting = [b for b in bins if sum(len(i) for i, _ in b) + len(ids) <= size]
        if fitting:
            max(fitting, key=lambda b: sum(len(i) for i, _ in b)).append((ids, weights))
        else:
            bins.append([(ids, weights)])
        if len(bins) > open_windows:
            fullest = max(bins, key=lambda b: sum(len(i) for i, _ in b))
            bins.remove(fullest)
            yield fullest
        laid += len(ids)
        if laid >= total:
            break
    yield from bins


def thinned(tokens, positions, weights, most=2):
    """The arrays of a packed set in which no document counts more than `most` times, without windows that count nothing: of
    what there is little of, a large pool would hold many copies, which are learnt by heart."""
    flat, counts = tokens.ravel(), weights.copy().ravel()
    starts = np.flatnonzero(positions.ravel() == 0)  # every window begins with one
    seen = {}
    for start, end in zip(starts.tolist(), np.append(starts[1:], flat.size).tolist()):
        text = flat[start:end].tobytes()
        seen[text] = seen.get(text, 0) + 1
        if seen[text] > most:
            counts[start:end] = 0
    counts = counts.reshape(tokens.shape)
    kept = counts.any(1)
    return tokens[kept], positions[kept], counts[kept]


def mixed(expert, split, size, total, seed):
    """The sets of a mixture as one."""
    sets = [packed(part, split, size, round(share * total), seed) for part, share in MIXED[expert].items()]
    tokens, positions, weights = (np.concatenate([getattr(each, name) for each in sets]) for name in ("tokens", "positions", "weights"))
    joined = Packed(f"{expert}-{split}-{size}-{total}-{seed}", tokens, positions, weights)
    # Who is taught by a model learns from all of a text, also from what an expert's loss leaves out.
    return replace(joined, weights=((tokens != 0) | (positions != 0)).astype(np.uint8)) if expert == "general" else joined


def packed(expert, split, size, total, seed=1):
    """The packed set of about `total` tokens for an expert and split, made once and then read from disk."""
    if expert in MIXED:
        return mixed(expert, split, size, total, seed)
    name = f"{expert}-{split}-{size}-{total}-{seed}{current().suffix}"
    path = PACKED / f"{name}.npz"
    if not path.exists():
        rng = random.Random(zlib.crc32(name.encode()))
        large = total >= 5_000_000
        laid = list(fill(maker_of(expert)(split, size, 40 if large else 3, rng), size, total))
        rng.shuffle(laid)
        wide = np.uint16 if current().config.vocabulary <= 1 << 16 else np.uint32
        tokens, positions, weights = (np.zeros((len(laid), size), t) for t in (wide, np.uint16, np.uint8))
        for at, documents in enumerate(laid):
            start = 0
            for ids, marks in documents:
                end = start + len(ids)
                tokens[at, start:end], positions[at, start:end], weights[at, start:end] = ids, range(len(ids)), marks
                start = end
        weights[positions == 0] = 0  # the first token of a document has nothing before it
        if large:
            tokens, positions, weights = thinned(tokens, positions, weights)
        PACKED.mkdir(parents=True, exist_ok=True)
        temporary = Path(str(path) + ".tmp.npz")
        np.savez(temporary, tokens=tokens, positions=positions, weights=weights, manifest=sha256(MANIFEST))
        temporary.replace(path)
    arrays = np.load(path)
    if "manifest" in arrays and str(arrays["manifest"]) != sha256(MANIFEST):
        raise SystemExit(f"{path} was made from another manifest.json: delete {PACKED} and {PACKED.parent / 'states'} to make it anew.")
    return Packed(name, arrays["tokens"], arrays["positions"], arrays["weights"])
