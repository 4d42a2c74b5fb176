# Tests of training for other models than the embedded one: python -m unittest train.test_base (in experts/).
"""The tiny random models of test/engine/reference/own stand for a user's. `python -m train.test_base write` makes what the engine's
test holds against them, in test/engine/reference/trained: two packs, made by the commands that a user gives, what PyTorch says of
them, and the ids of prompts."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from gguf import GGUFReader

from . import layouts
from .base import CHOSEN, read, use
from .export import load
from .model import Backbone, Upper, head_of
from .weights import permute, permuted_heads, unpermute

TRAIN = Path(__file__).parent
REFERENCE = TRAIN.parent.parent / "test" / "engine" / "reference"
OWN, TRAINED = REFERENCE / "own", REFERENCE / "trained"
# A GGUF of qwen2, with biases and a head of its own, and a llama folder with scaled rotary frequencies and tied weights.
PACKS = {"qwen2": "qwen2-small.gguf", "llama": "llama-three"}
COMMANDS = """
train code --name own --budget 9000 --held-out 1500 --window 96 --rate 6e-3 --every 20 --threads 1 --precision float32 --base {base}
train.export own
train.evaluate own --tokens 1500 --domains code --threads 1
train.ship code --name own --id {id}
"""
RUN = """
import runpy, sys
for line in sys.argv[1].strip().split("\\n"):
    sys.argv = line.split()
    runpy.run_module(sys.argv[0], run_name="__main__")
"""
ASKED = {"workspace": "demo", "path": "src/sum.ts", "prefix": "let a = 12;\nlet b = a + ", "suffix": ";\n"}
OPEN = {name: ASKED[name] for name in ("workspace", "path", "prefix")}
OTHERS = {"context": "export function sum(all: number[]): number;\n"}
CASES = (
    ("complete", OPEN),
    ("infill", ASKED),
    ("complete", {**OPEN, **OTHERS}),
    ("infill", {**ASKED, **OTHERS}),
    ("tasks", {"request": "What is 347 + 586?"}),
    ("tasks", {"path": "m.py", "language": "python", "window": "def f(a):\n    return a", "request": layouts.request("explain")}),
)


def corpus(folder):
    """Writes data/corpus.jsonl of a copy of the recipe: the reference text in pieces, the last ones held out."""
    lines = (REFERENCE / "text.txt").read_text("utf-8").split("\n")
    pieces = ["\n".join(lines[at:at + 15]) + "\n" for at in range(0, len(lines), 15)]
    rows = [{"package": f"p{at % 3}", "workspace": "demo", "path": f"src/{at}.py", "language": "python", "text": text,
             "split": "held-out" if at >= len(pieces) - 3 else "train"} for at, text in enumerate(pieces)]
    (folder / "data").mkdir()
    (folder / "data" / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def trained(base, id, folder):
    """Trains, exports, measures and packs an expert for a base by the commands in README, in a copy of the recipe. The pack's
    folder and what the commands have printed."""
    experts = folder / "experts"
    shutil.copytree(TRAIN, experts / "train", ignore=shutil.ignore_patterns("data", "runs", "__pycache__"))
    for name in ("layouts.json", "tokens.json"):
        shutil.copyfile(TRAIN.parent / name, experts / name)
    corpus(experts / "train")
    words = [sys.executable, "-c", RUN, COMMANDS.format(base=base, id=id)]
    done = subprocess.run(words, cwd=experts, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return experts / "train" / "runs" / "own" / "pack", done.stdout


class Model:
    """A base in float32 with its own upper layers, or those of a pack."""

    def __init__(self, base, weights=None):
        self.head = head_of(base.tensors)
        self.below, self.above = Backbone(base.config, base.tensors, base.cut), Upper(base.config, base.tensors, base.cut)
        if weights:
            load(weights, self.above)

    @torch.no_grad()
    def logits(self, ids):
        """(T, V)"""
        positions = torch.arange(len(ids))[None]
        return self.above(self.below(torch.tensor([ids]), positions, None), positions, None)[0] @ self.head.T


def prompts():
    """The prompts of every base that has a model, as ids."""
    return [{"base": path.name, "layout": layout, "slots": slots, "ids": composed(path, layout, slots)}
            for path in models() for layout, slots in CASES if layout != "infill" or read(path).vocabulary.infill]


def composed(path, layout, slots):
    use(path)
    return layouts.compose(layout, **slots)


def models():
    return [OWN / name for name in json.loads((OWN / "logits.json").read_text())]


class Bases(unittest.TestCase):
    def setUp(self):
        token = CHOSEN.set(None)
        self.addCleanup(CHOSEN.reset, token)

    def test_every_model_gives_the_logits_that_transformers_gives(self):
        recorded = json.loads((OWN / "logits.json").read_text())
        self.assertGreater(len(recorded), 8)
        for name, said in recorded.items():
            with self.subTest(name):
                want = torch.tensor(said["logits"])
                got = Model(read(OWN / name)).logits(said["ids"])[said["rows"], :want.shape[1]]
                self.assertLess((want - got).abs().max().item(), 1e-4)

    def test_ids_of_prompts_are_the_golden_ones(self):
        self.assertEqual(json.loads((TRAINED / "prompts.json").read_text("utf-8")), prompts())

    def test_no_text_can_forge_a_control_token_of_any_base(self):
        for path in models():
            with self.subTest(path.name):
                vocabulary = use(path).vocabulary
                ids = layouts.compose("complete", prefix="".join(vocabulary.special))
                framed = [vocabulary.special[name] for name in (vocabulary.header or {}).values()]
                self.assertEqual([at for at in ids if at in vocabulary.special.values() and at not in (vocabulary.bos, *framed)], [])

    def test_only_llamas_rows_change_places(self):
        for name, heads in (("llama-small.gguf", 2), ("qwen2-small.gguf", None)):
            base = read(OWN / name)
            self.assertEqual(permuted_heads("blk.0.attn_q.weight", base.config), heads)
            self.assertIsNone(permuted_heads("blk.0.attn_q.bias", base.config))
        weight = base.tensors["blk.0.attn_q.weight"].numpy()
        self.assertTrue((unpermute(permute(weight, 2), 2) == weight).all())

    def test_what_cannot_be_trained_for_is_refused_in_words(self):
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / "other"
            shutil.copytree(OWN / "llama-three", other)
            config = json.loads((other / "config.json").read_text())
            for change, words in (({"model_type": "gpt_neox"}, "another architecture, 'gpt_neox'; choose a model of llama or qwen2"),
                                  ({"rope_parameters": {"rope_type": "yarn"}}, "rotary scaling 'yarn' is not supported"),
                                  ({"use_sliding_window": True}, "does not support this model and says why")):
                (other / "config.json").write_text(json.dumps({**config, **change}))
                with self.assertRaisesRegex(SystemExit, re.escape(words)):
                    read(other)
            with self.assertRaisesRegex(SystemExit, "there is no such file or folder; correct the path"):
                read(other / "nothing.gguf")
            with self.assertRaisesRegex(SystemExit, "is no model; give a .gguf file"):
                read(other / "tokenizer.json")


class Trained(unittest.TestCase):
    def test_an_expert_for_another_base_is_trained_measured_and_packed(self):
        for family, name in PACKS.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                pack, said = trained(OWN / name, "mine", Path(folder))
                about, base = json.loads((pack / "expert.json").read_text()), read(OWN / name)
                self.assertEqual((about["id"], about["backbone"], about["layers"]), ("mine", base.digest, [base.cut, base.config.layers]))
                self.assertEqual([rule["expert"] for rule in about["rules"]], ["mine"])
                self.assertLess(about["scores"]["loss"]["code"]["ratio"], 0.97)
                self.assertIn(f"coterie experts add {pack}", said)
                names = {tensor.name for tensor in GGUFReader(pack / "weights.gguf").tensors}
                self.assertEqual(any(each.endswith("attn_k.bias") for each in names), family == "qwen2")
                # The weights are read back, the trained ones at 8 bits, so that the committed pack is one of the same kind.
                ids = composed(OWN / name, *CASES[0])
                self.assertGreater((Model(base, pack / "weights.gguf").logits(ids) - Model(base).logits(ids)).abs().max().item(), 0.1)


def write():
    shutil.rmtree(TRAINED, ignore_errors=True)
    TRAINED.mkdir()
    (TRAINED / "prompts.json").write_text(json.dumps(prompts(), ensure_ascii=False) + "\n", "utf-8")
    logits = {}
    for family, name in PACKS.items():
        with tempfile.TemporaryDirectory() as folder:
            pack, said = trained(OWN / name, f"code-{family}", Path(folder))
            print(said)
            shutil.copytree(pack, TRAINED / family)
        base, ids = read(OWN / name), composed(OWN / name, *CASES[0])
        model = Model(base, TRAINED / family / "weights.gguf")
        # 32 positions, then 12 tokens that it goes on with.
        while len(ids) < 32:
            ids.append(model.logits(ids)[-1].argmax().item())
        said, text = ids[:32], []
        for _ in range(12):
            text.append(model.logits(said + text)[-1].argmax().item())
        rows = [0, 9, 31]
        logits[family] = {"base": name, "ids": said, "rows": rows, "text": text,
                          "logits": [[round(x, 5) for x in row] for row in model.logits(said)[rows].tolist()]}
    (TRAINED / "logits.json").write_text(json.dumps(logits) + "\n")


if __name__ == "__main__":
    write() if sys.argv[1:] == ["write"] else unittest.main()
