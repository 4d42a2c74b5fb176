# Token ids of prompts: the layouts of experts/layouts.json for the embedded model, for other bases what server/prompt.ts asks them.
import json
from pathlib import Path

from .base import current

DEFINITIONS = json.loads((Path(__file__).parent.parent / "layouts.json").read_text("utf-8"))
QUESTION = "Question: "


def tokenizer():
    """Of the base that was chosen. It knows no special tokens, so no text can forge one."""
    return current().vocabulary.later


def special(name):
    """Id of a special token, by the name that it has in the vocabulary."""
    known = current().vocabulary.special
    if name not in known:
        raise ValueError(f"{name!r} is not a special token of the vocabulary")
    return known[name]


def encode(text):
    return tokenizer().encode(text, add_special_tokens=False).ids


def decode(ids):
    return tokenizer().decode(ids, skip_special_tokens=False)


def plain(layout):
    """Whether the base is asked in plain text, as what comes next: it was not trained on the layout's special tokens."""
    base = current()
    return not base.embedded and not (layout == "tasks" and base.vocabulary.chats)


def stop(layout):
    """Id of the token that ends a generation in `layout`."""
    return current().vocabulary.eos if plain(layout) else special(DEFINITIONS["layouts"][layout]["stop"])


def request(task):
    """The words in which the product asks for a task."""
    return DEFINITIONS["requests"][task]


def reply(layout, text):
    """Ids of a whole reply: in plain text a blank goes before its first word."""
    return encode(f" {text}" if layout == "tasks" and plain(layout) else text) + [stop(layout)]


def filled(layout, slots):
    """The pieces of a prompt in order, neighbouring texts joined: strings and {"special": name}. Raises TypeError for a slot
    that the layout does not have."""
    pieces, used = [], set()

    def add(text):
        if pieces and isinstance(pieces[-1], str):
            pieces[-1] += text
        elif text:
            pieces.append(text)

    def walk(definition):
        for piece in definition:
            if "special" in piece:
                pieces.append(piece)
            elif "slot" in piece:
                used.add(piece["slot"])
                add(slots.get(piece["slot"], ""))
            elif "if" not in piece:
                add(piece["text"])
            elif slots.get(piece["if"]):
                walk(piece["pieces"])

    walk(in_plain(layout, slots) if plain(layout) else DEFINITIONS["layouts"][layout]["pieces"])
    if set(slots) - used - {"path", "language", "window", "workspace"}:
        raise TypeError(f"layout {layout!r} has no slot {sorted(set(slots) - used)}")
    return pieces


def in_plain(layout, slots):
    """The definition of a layout for another base: its own control tokens for files and for filling in, or none."""
    slot, text = (lambda name: {"slot": name}), (lambda said: {"text": said})
    if layout == "tasks":
        window = [slot("path"), text("\n\n```"), slot("language"), text("\n"), slot("window"), text("\n```\n\n")]
        return [{"if": "window", "pieces": window}, text(QUESTION), slot("request"), text("\n\nAnswer:")]
    header, infill = current().vocabulary.header, current().vocabulary.infill
    front = []
    if header:
        named = [{"special": header["repository"]}, slot("workspace"), {"special": header["file"]}]
        front = [*named, slot("path"), text("\n")]
    if layout == "complete":
        return [*front, slot("context"), slot("prefix")]
    if infill is None:
        raise ValueError(f"{current().title} has no tokens for filling in")
    marked = {name: {"special": infill[name]} for name in infill}
    return [*front, marked["prefix"], slot("context"), slot("prefix"), marked["suffix"], slot("suffix"), marked["middle"]]


def laid_out(layout, **slots):
    """Token ids of a prompt; for each token of its last text where it ends in that; and the last text. A slot that is not
    given is empty."""
    vocabulary, pieces, encoded = current().vocabulary, filled(layout, slots), None
    ids = [] if vocabulary.bos is None else [vocabulary.bos]
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            encoded = (vocabulary.later if at else vocabulary.first).encode(piece, add_special_tokens=False)
            ids += encoded.ids
        else:
            ids.append(special(piece["special"]))
    if not pieces or not isinstance(pieces[-1], str):
        return ids, [], ""
    return ids, [end for _, end in encoded.offsets], pieces[-1]


def compose(layout, **slots):
    """Token ids of a prompt, as the engine makes them."""
    return laid_out(layout, **slots)[0]
