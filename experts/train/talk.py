# What the embedded model says by itself: texts on which the expert `general` is taught to go on as it did.
"""Nothing that the model was trained on is at hand, but it can be asked: from the first tokens of a conversation, or of any text, it
writes questions, answers and prose of the kinds that it was trained on (Magpie: Xu et al., arXiv 2406.08464)."""
import torch

from .base import WEIGHTS, read
from .generate import Model
from .layouts import encode, special
from .model import Backbone, Upper, head_of

TEMPERATURE, LIKELIEST = 0.9, 100  # of each next token's distribution only the likeliest are drawn
LENGTH = 384


def openings():
    """Token ids that a text begins with: the user's turn, or nothing but the mark between two texts."""
    return [[special("<|im_start|>"), *encode("user\n")], [special("<|endoftext|>")]]


@torch.no_grad()
def spoken(model, opening, count, length, generator):
    """Draws `count` continuations of one opening: token ids (count, opening and length)."""
    device = model.head.device
    tokens = torch.tensor([opening] * count, device=device)
    said, caches = [tokens], [[] for _ in range(len(model.backbone.blocks) + len(model.upper.blocks))]
    below, above = caches[:len(model.backbone.blocks)], caches[len(model.backbone.blocks):]
    positions = torch.arange(len(opening), device=device).expand(count, -1)
    mask = torch.ones(len(opening), len(opening), dtype=torch.bool, device=device).tril()[None, None]
    for _ in range(length):
        logits, ids = model.logits(tokens, positions, mask, below, above).topk(LIKELIEST)
        drawn = torch.multinomial(torch.softmax(logits / TEMPERATURE, 1), 1, generator=generator)
        tokens = ids.gather(1, drawn)
        said.append(tokens)
        positions = positions[:, -1:] + 1
        mask = torch.ones(1, 1, 1, int(positions[0, 0]) + 1, dtype=torch.bool, device=device)
    return torch.cat(said, 1).cpu()


def documents(split, size, most, rng):
    """Endless documents of the embedded model's own; every token counts. Texts end where the model ends them."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    base = read(WEIGHTS)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    tensors, cut = base.tensors, base.cut
    model = Model(Backbone(base.config, tensors, cut, dtype).to(device), Upper(base.config, tensors, cut).to(device),
                  head_of(tensors).to(device, dtype), device == "cuda")
    generator = torch.Generator(device).manual_seed(rng.randrange(1 << 31))
    end, count = special("<|endoftext|>"), 1024 if device == "cuda" else 8
    while True:
        for opening in openings():
            for row in spoken(model, opening, count, min(LENGTH, size - len(opening)), generator).tolist():
                begun = row[1:] if row[0] == end else row  # a packed document never begins with padding's token
                ids = begun[:begun.index(end) + 1] if end in begun else begun
                if len(ids) > 16:
                    yield ids, [1] * len(ids)
