# The vocabulary of a model: text to ids as the engine makes them, control tokens by name. What it shares with the engine is in ../tokens.json.
import json
from dataclasses import dataclass
from pathlib import Path

from gguf import GGUFReader
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

SHARED = json.loads((Path(__file__).parent.parent / "tokens.json").read_text("utf-8"))
NORMAL, BYTE = 1, 6  # GGUF's token types that stand for text


@dataclass(frozen=True)
class Vocabulary:
    """Both tokenizers know no control tokens, so no text can forge one."""

    first: Tokenizer  # of a text that begins a prompt: some put a blank before it
    later: Tokenizer
    special: dict  # id of a control token by name
    eos: int
    bos: int | None  # what every prompt begins with
    infill: dict | None  # the control tokens before prefix, suffix and middle
    header: dict | None  # those before the name of a repository and the path of a file

    @property
    def chats(self):
        """Whether it has the control tokens of the embedded model's chat format."""
        return "<|im_start|>" in self.special and "<|im_end|>" in self.special


def vocabulary(tokens, first, later, special, eos, bos, infill=None):
    """Puts a Vocabulary together. tokens: id by name; special: names; infill: what the file itself says."""
    found = lambda several: next((each for each in several if all(name in tokens for name in each.values())), None)
    infill = infill or found(SHARED["infills"])
    meant = [*infill.values(), *(end for end in SHARED["ends"] if end in tokens)] if infill else []
    named = {name: tokens[name] for name in (*special, *meant)}
    return Vocabulary(first, later, named, eos, bos, infill, found(SHARED["headers"]))


def splitter(name):
    """One step of splitting text, by the name that it has in ../tokens.json. The last step writes bytes as characters."""
    if name == "gpt2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    if name == "digits":
        return pre_tokenizers.Digits(individual_digits=True)
    return pre_tokenizers.Split(Regex(SHARED["expressions"][name]), "isolated")


def bytewise(tokens, merges, special, steps, compose, whole):
    """A byte-level BPE. With `whole`, a piece that is a token is not put together by merges: then control tokens are kept out."""
    known = {token: at for token, at in tokens.items() if not (whole and token in special)}
    made = Tokenizer(models.BPE(known, merges, ignore_merges=whole))
    last = [] if "gpt2" in steps else [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    made.pre_tokenizer = pre_tokenizers.Sequence([*(splitter(step) for step in steps), *last])
    made.decoder = decoders.ByteLevel()
    if compose:
        made.normalizer = normalizers.NFC()
    return made


def piecewise(tokens, merges, unknown, prepends):
    """A SentencePiece-like BPE with tokens for bytes; a blank is written as a mark, and one more put in front where asked."""
    made = Tokenizer(models.BPE(tokens, merges, unk_token=unknown, byte_fallback=True, fuse_unk=True))
    steps = [normalizers.Prepend("▁")] if prepends else []
    made.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return made


def merges_of(tokens, types, scores):
    """SentencePiece gives tokens scores instead of merges: the pair whose token scores highest is merged first."""
    ids, found = {token: at for at, token in enumerate(tokens) if types[at] == NORMAL}, []
    for token, at in ids.items():
        for cut in range(1, len(token)):
            left, right = ids.get(token[:cut]), ids.get(token[cut:])
            if left is not None and right is not None:
                found.append((-scores[at], left, right, (token[:cut], token[cut:])))
    return [pair for *_, pair in sorted(found, key=lambda each: each[:3])]


def of_gguf(path):
    """The vocabulary in a GGUF file. Raises SystemExit for one that splits text in a way that is not known."""
    fields = GGUFReader(path).fields
    field = lambda name, default=None: fields[f"tokenizer.ggml.{name}"].contents() if f"tokenizer.ggml.{name}" in fields else default
    names, types, kind, pre = field("tokens"), field("token_type"), field("model"), field("pre", "default")
    tokens = {token: at for at, token in enumerate(names)}
    special = [token for token, kind_ in zip(names, types) if kind_ not in (NORMAL, BYTE)]
    steps = SHARED["splits"].get(pre)
    if kind not in ("gpt2", "llama") or (kind == "gpt2" and steps is None):
        raise SystemExit(f"{path}: its tokenizer ({kind}, {pre}) is not supported; choose another model.")
    llama3, bos = steps == ["llama3"] and kind == "gpt2", field("bos_token_id")
    adds = field("add_bos_token", kind == "llama" or llama3)
    parts = [next((at for at in (field(f"{name}_token_id") for name in pair) if at is not None), None)
             for pair in (("fim_pre", "prefix"), ("fim_suf", "suffix"), ("fim_mid", "middle"))]
    infill = None if None in parts else dict(zip(("prefix", "suffix", "middle"), (names[at] for at in parts)))
    if kind == "gpt2":
        merges = [tuple(pair.split(" ")) for pair in field("merges")]
        first = later = bytewise(tokens, merges, special, steps, steps == ["qwen2"], llama3)
    else:
        merges, unknown = merges_of(names, types, field("scores")), next((t for t, k in zip(names, types) if k == 2), None)
        first, later = (piecewise(tokens, merges, unknown, prepends) for prepends in (field("add_space_prefix", True), False))
    return vocabulary(tokens, first, later, special, field("eos_token_id"), bos if adds else None, infill)


def of_folder(folder):
    """The vocabulary of a safetensors model: tokenizer.json, with the ends that config.json and tokenizer_config.json name."""
    path = folder / "tokenizer.json"
    if not path.exists():
        raise SystemExit(f"{path}: there is no such file; give the folder of a whole model.")
    said = json.loads(path.read_text("utf-8"))
    beside = lambda name: json.loads((folder / name).read_text("utf-8")) if (folder / name).exists() else {}
    settings, config = beside("tokenizer_config.json"), beside("config.json")
    special = {token["content"]: token["id"] for token in said.get("added_tokens") or ()}
    tokens = {**said["model"]["vocab"], **special}
    content = lambda value: value.get("content") if isinstance(value, dict) else value
    eos = config.get("eos_token_id")
    eos = eos[0] if isinstance(eos, list) else eos
    bos = first_special(said)
    if bos is None and settings.get("add_bos_token"):
        bos = tokens.get(content(settings.get("bos_token")))
    first = without(said, special)
    later = first
    if said["model"].get("byte_fallback"):
        plain = {**said, "pre_tokenizer": None, "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}}
        later = without(plain, special)
    eos = tokens.get(content(settings.get("eos_token"))) if eos is None else eos
    return vocabulary(tokens, first, later, special, eos, None if settings.get("add_bos_token") is False else bos)


def without(said, special):
    """The tokenizer of a tokenizer.json, but for its control tokens."""
    known = {token: at for token, at in said["model"]["vocab"].items() if not (said["model"].get("ignore_merges") and token in special)}
    return Tokenizer.from_str(json.dumps({**said, "added_tokens": [], "post_processor": None, "model": {**said["model"], "vocab": known}}))


def first_special(said):
    """The id of the control token that a tokenizer.json puts before a text, or None."""
    steps = said.get("post_processor") or {}
    for step in steps.get("processors", [steps]):
        if step.get("type") == "TemplateProcessing" and "SpecialToken" in step["single"][0]:
            return step["special_tokens"][step["single"][0]["SpecialToken"]["id"]]["ids"][0]
    return None
