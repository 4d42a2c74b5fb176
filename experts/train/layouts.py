# Token ids of prompts: the tokenizer of the embedded weights and the layouts of experts/layouts.json.
import json
from functools import cache
from pathlib import Path

from gguf import GGUFReader
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from .model import WEIGHTS

DEFINITIONS = json.loads((Path(__file__).parent.parent / "layouts.json").read_text("utf-8"))


@cache
def tokenizer():
    """Byte-level BPE, every digit its own token. It knows no special tokens, so no text can forge one."""
    fields = GGUFReader(WEIGHTS).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ")) for pair in fields["tokenizer.ggml.merges"].contents()]
    bpe = Tokenizer(models.BPE({token: at for at, token in enumerate(tokens)}, merges))
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    return bpe


def special(name):
    """Id of a special token, by the name that it has in the vocabulary."""
    at = tokenizer().token_to_id(name)
    if at is None or at > 16:
        raise ValueError(f"{name!r} is not a special token of the vocabulary")
    return at


def encode(text):
    return tokenizer().encode(text, add_special_tokens=False).ids


def decode(ids):
    return tokenizer().decode(ids, skip_special_tokens=False)


def stop(layout):
    """Id of the token that ends a generation in `layout`."""
    return special(DEFINITIONS["layouts"][layout]["stop"])


def request(task):
    """The words in which the product asks for a task."""
    return DEFINITIONS["requests"][task]


def compose(layout, **slots):
    """Token ids of a prompt. A slot that is not given is empty. Raises TypeError for a slot the layout does not have."""
    ids, text, used = [], "", set()

    def walk(pieces):
        nonlocal ids, text
        for piece in pieces:
            if "special" in piece:
                ids += (encode(text) if text else []) + [special(piece["special"])]
                text = ""
            elif "slot" in piece:
                used.add(piece["slot"])
                text += slots.get(piece["slot"], "")
            elif "if" not in piece:
                text += piece["text"]
            elif slots.get(piece["if"]):
                walk(piece["pieces"])

    walk(DEFINITIONS["layouts"][layout]["pieces"])
    if set(slots) - used - {"path", "language", "window"}:
        raise TypeError(f"layout {layout!r} has no slot {sorted(set(slots) - used)}")
    return ids + (encode(text) if text else [])
