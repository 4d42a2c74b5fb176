"""Makes tokenizer_digest.json from Python's `tokenizers`, and compares ours with it on the standard library's sources.

Needs `pip install tokenizers gguf` and, for the comparison, Node with this repository's packages. Run it from the
repository's root: python test/engine/reference/tokenizer_digest.py
"""

import hashlib
import json
import re
import struct
import subprocess
import sysconfig
from pathlib import Path

import tokenizers
from gguf import GGUFReader
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

HERE = Path(__file__).parent
WEIGHTS = Path("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf")
STRINGS = json.loads((HERE / "tokenizer_strings.json").read_text("utf-8"))
MASK = 0xFFFFFFFF


def open_tokenizer() -> Tokenizer:
    """The tokenizer as upstream configures it, without added tokens: control look-alikes are plain text."""
    fields = GGUFReader(WEIGHTS).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    vocabulary = {token: id for id, (token, kind) in enumerate(zip(tokens, kinds)) if kind == 1}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def mulberry32(seed):
    state = seed & MASK

    def step() -> int:
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        mixed = ((state ^ (state >> 15)) * (state | 1)) & MASK
        mixed = ((mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61) & MASK)) & MASK) ^ mixed
        return (mixed ^ (mixed >> 14)) & MASK

    return step


def fragment(step) -> str:
    def pick(items):
        return items[step() % len(items)]

    def run(most, make):
        return "".join(make() for _ in range(1 + step() % most))

    def within(span):
        first, last = span
        return run(8, lambda: chr(first + step() % (last - first + 1)))

    kind = step() % 14
    if kind == 0:
        return pick(STRINGS["words"])
    if kind == 1:
        return " " + pick(STRINGS["words"])
    if kind == 2:
        return pick(STRINGS["code"])
    if kind == 3:
        return pick(STRINGS["blanks"]) * (1 + step() % 9)
    if kind == 4:
        return pick(STRINGS["blanks"])
    if kind == 5:
        return pick(STRINGS["controls"])
    if kind == 6:
        return pick(STRINGS["emoji"])
    if kind == 7:
        return pick(STRINGS["numerals"])
    if kind == 8:
        return run(7, lambda: pick(STRINGS["punctuation"]))
    if kind == 9:
        zero = pick(STRINGS["digits"])
        return run(6, lambda: chr(zero + step() % 10))
    if kind == 10:
        return within(pick(STRINGS["letters"]))
    if kind == 11:
        return " " + within(pick(STRINGS["letters"]))
    if kind == 12:
        return within(pick(STRINGS["others"]))
    return chr(0xD800 + step() % 0x800)


def well_formed(text: str) -> str:
    """Joins surrogates that meet as a pair, as UTF-16 does, and replaces the lone ones."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return re.sub("[\ud800-\udfff]", "\ufffd", joined)


def test_strings():
    step = mulberry32(STRINGS["seed"])
    for _ in range(STRINGS["count"]):
        yield well_formed("".join(fragment(step) for _ in range(1 + step() % 6)))


def digest(tokenizer: Tokenizer) -> dict:
    """SHA-256 over each string's ids as little-endian 32-bit numbers, then FFFFFFFF."""
    sha = hashlib.sha256()
    total = 0
    for text in test_strings():
        ids = tokenizer.encode(text).ids
        total += len(ids)
        sha.update(struct.pack(f"<{len(ids)}I", *ids) + b"\xff" * 4)
    return {"tokenizers": tokenizers.__version__, "strings": STRINGS["count"], "ids": total, "sha256": sha.hexdigest()}


def compare_sources(tokenizer: Tokenizer) -> None:
    """Encodes every readable source of the standard library on both sides; stops at the first difference."""
    texts = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        try:
            texts.append((path.name, path.read_bytes().decode("utf-8")))
        except UnicodeDecodeError:
            continue  # a few of the library's own tests are in other encodings
    feed = "".join(json.dumps(text) + "\n" for _, text in texts)
    ours = subprocess.run(
        ["node", "--import", "tsx", str(HERE / "tokenizer_encode.ts"), str(WEIGHTS)],
        input=feed.encode(), stdout=subprocess.PIPE, check=True,
    ).stdout.splitlines()
    assert len(ours) == len(texts), f"{len(ours)} answers to {len(texts)} texts"
    total = 0
    for (name, text), line in zip(texts, ours):
        expected = tokenizer.encode(text).ids
        total += len(expected)
        assert json.loads(line) == expected, f"{name}: ids differ"
    characters = sum(len(text) for _, text in texts)
    print(f"standard library: {len(texts)} files, {characters} characters, {total} ids, all equal")


if __name__ == "__main__":
    reference = open_tokenizer()
    made = digest(reference)
    (HERE / "tokenizer_digest.json").write_text(json.dumps(made, indent=2) + "\n")
    print(made)
    compare_sources(reference)
