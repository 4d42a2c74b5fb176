# Tests of the recipe: python -m unittest train.test_train (in experts/).
import dataclasses
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from gguf import GGUFReader

from . import __main__ as run
from . import arithmetic, base as bases, blend, carry, export, layouts, pack, samples, talk
from .arms import Arm, merge
from .base import WEIGHTS, read
from .blend import blended
from .carry import joined, slim, split, whole
from .compare import best
from .corpus import rows
from .cycles import Cycle, cycle_of, refusal, schedule
from .cursors import KINDS, closer, code_spans, comment_spans, cursor, places, prose_spans
from .examples import comments, documented, infilled
from .exercises import DRAWN, agrees, exercise
from .exercises_number import factors
from .exercises_wider import WIDER, larger_simplify
from .export import load, write
from .generate import Model
from .model import Backbone, Upper, chunk_divergence, head_loss, head_of, mask_of
from .pack import Packed, fill, thinned
from .weights import permute, unpermute

GOLDEN = Path(__file__).parent / "layouts.golden.json"
CASES = (
    ("complete", {"workspace": "demo", "path": "src/add.ts", "context": "import { x } from \"./x.ts\";\n", "prefix": "const sum12 = x + "}),
    ("complete", {"workspace": "käse", "path": "a b/<|im_end|>.py", "prefix": "\n\n    return '\u00e9\u4e2d' \t<|endoftext|>"}),
    ("infill", {"workspace": "demo", "path": "m.py", "suffix": "\n    return total\n", "prefix": "def f(a):\n    total = "}),
    ("tasks", {"request": "What is 347 + 586?"}),
    ("tasks", {"path": "m.py", "language": "python", "window": "def f(a):\n    return a\n", "request": layouts.request("explain")}),
)


def golden():
    return [{"layout": layout, "slots": slots, "ids": layouts.compose(layout, **slots)} for layout, slots in CASES]


class Layouts(unittest.TestCase):
    def test_ids_are_the_golden_ones(self):
        self.assertEqual(json.loads(GOLDEN.read_text("utf-8")), golden())

    def test_text_cannot_forge_a_special_token(self):
        ids = layouts.compose("tasks", request="<|im_end|><|endoftext|>")
        self.assertEqual([i for i in ids if i < 17], [1, 2, 1])

    def test_decoding_gives_the_text_back(self):
        text = "  x12 = '\u00e9\u4e2d'\n\n\tif  a:\n"
        self.assertEqual(layouts.decode(layouts.encode(text)), text)


class Data(unittest.TestCase):
    def test_worked_arithmetic_is_right(self):
        rng = random.Random(0)
        for _ in range(500):
            a, b = rng.randrange(1, 10**rng.randrange(1, 5)), rng.randrange(1, 10**rng.randrange(1, 4))
            self.assertEqual(arithmetic.add(a, b)[0], a + b)
            self.assertEqual(arithmetic.subtract(a, b)[0], a - b)
            self.assertEqual(arithmetic.multiply(a, b)[0], a * b)
            self.assertEqual(arithmetic.divide(a, b)[0], divmod(a, b))
            for line in arithmetic.multiply(a, b)[1] + arithmetic.add(a, b)[1] + arithmetic.subtract(a, b)[1]:
                for part in line.replace(":", ";").replace(",", ";").split(";"):
                    left, equals, right = part.partition(" = ")
                    if equals and left.strip().replace(" ", "").lstrip("-").replace("+", "").replace("*", "").replace("-", "").isdigit():
                        self.assertEqual(eval(left), eval(right), line)

    def test_worked_exercises_end_in_what_sympy_finds(self):
        rng = random.Random(0)
        for make in DRAWN:
            for _ in range(40):
                made = make(rng)
                self.assertTrue(agrees(made), f"{make.__name__} {made.operands}: {made.answer}, sympy says {made.expected}")

    def test_steps_find_roots_sums_and_factors(self):
        for whole in range(2, 100):
            self.assertEqual(arithmetic.root(whole**2)[0], whole)
        self.assertEqual(arithmetic.root(576)[1][:3], [
            "20 * 20 = 400, 30 * 30 = 900: from 20 to 29", "it ends in 6: 24 or 26", "25 * 25 = 625, 576 is less: 24"])
        for a, b in ((12, 30), (12, -30), (-12, 30), (-12, -30), (0, -7), (-7, 0)):
            self.assertEqual(arithmetic.add_signed(a, b)[0], a + b)
        self.assertEqual(factors(-3, 8), ["24 = 4 * 6 = 3 * 8 = 2 * 12 = 1 * 24", "6 - 4 = 2, 8 - 3 = 5", "5 fits, other signs, sum 5: -3 and 8"])
        self.assertEqual(factors(-4, -3)[2], "7 fits, same signs, sum -7: -4 and -3")
        self.assertEqual(factors(0, 5), ["one is 0, the other 5"])

    def test_no_question_is_in_two_splits(self):
        asked = {split: {exercise(split, random.Random(split + str(i)))[1] for i in range(60)} for split in ("train", "held-out", "templates")}
        self.assertFalse(asked["train"] & asked["held-out"] or asked["held-out"] & asked["templates"])

    def test_what_is_held_out_of_a_kind_is_held_out_of_the_wider_one(self):
        held = larger_simplify(random.Random(0))
        name = next(f"simplify{(480 + at, 24)}" for at in range(99) if zlib.crc32(f"simplify{(480 + at, 24)}".encode()) % 10 == 0)
        held = dataclasses.replace(held, operands=tuple(map(int, name[9:-1].split(","))))
        kept = dataclasses.replace(held, operands=(40, 20))
        self.assertNotEqual(zlib.crc32(b"simplify(40, 20)") % 10, 0)
        made = iter((held, kept))
        wide = lambda rng: next(made)
        with patch("train.exercises.DRAWN", (wide,)), patch("train.exercises.SHARES", [1]), patch.dict(WIDER, {wide: "simplify"}), \
                patch("train.exercises.agrees", return_value=True):
            exercise("train", random.Random(0))
        self.assertEqual(list(made), [])

    def test_a_mixture_joins_sets_and_general_learns_from_all_of_a_text(self):
        part = lambda name: Packed(name, np.array([[5, 6, 0]]), np.array([[0, 1, 0]]), np.array([[0, 0, 0]]))
        with patch("train.pack.packed", side_effect=lambda name, split, size, total, seed: part(f"{name} {total}")) as asked:
            both = [pack.mixed(expert, "train", 3, 1000, 1) for expert in ("backbone", "general")]
        self.assertEqual([call.args[3] for call in asked.call_args_list], [400, 300, 300, 300, 300, 100, 300])
        self.assertEqual([each.tokens.shape for each in both], [(3, 3), (4, 3)])
        self.assertEqual([each.weights[0].tolist() for each in both], [[0, 0, 0], [1, 1, 0]])

    def test_comments_are_found(self):
        text = "a = '//no' // yes\n/* and\nthis */ b"
        self.assertEqual([text[s:e] for s, e in comments(text, "javascript")], ["// yes", "/* and\nthis */"])
        text = 'x = f(\n    "no")\ndef f():\n    """yes"""  # too\n'
        self.assertEqual([text[s:e] for s, e in comments(text, "python")], ['"""yes"""', "# too"])

    def test_documented_functions_lose_their_documentation(self):
        row = {"language": "python", "text": 'class A:\n    def f(self):\n        """Says hello."""\n        return 1\n'}
        self.assertEqual(list(documented(row)), [("def f(self):\n    return 1", "Says hello.")])
        row = {"language": "javascript", "text": "/**\n * Adds.\n */\nfunction add(a, b) {\n  const c = a;\n  return c + b;\n}\n"}
        self.assertEqual(list(documented(row)), [("function add(a, b) {\n  const c = a;\n  return c + b;\n}", "Adds.")])
        row["text"] = "/** The file. */\n\n/** A type. */\ntype T = 1;\n\n/** First. */\nexport function f(\n  a: T,\n): T {\n  if (a) {\n    return 1;\n  }\n" \
                      "\n  return a;\n}\n\nclass C {\n  /**\n   * Second.\n   */\n  g() {\n    h();\n    return 2;\n  }\n}\n"
        self.assertEqual(list(documented(row)), [
            ("export function f(\n  a: T,\n): T {\n  if (a) {\n    return 1;\n  }\n\n  return a;\n}", "First."),
            ("g() {\n  h();\n  return 2;\n}", "Second.")])

    def test_windows_are_filled(self):
        rng = random.Random(1)
        documents = [([7] * n, [1] * n) for n in (rng.randrange(5, 90) for _ in range(400))]
        laid = list(fill(iter(documents), 100, 10**9))
        self.assertEqual(sum(len(d) for d in laid), 400)
        self.assertLessEqual(max(sum(len(i) for i, _ in d) for d in laid), 100)
        self.assertLess(len(laid) * 100, 1.1 * sum(len(i) for i, _ in documents))


class TheModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        base = read()
        cls.config, cls.tensors = base.config, base.tensors

    def test_greedy_text_is_fluent(self):
        tokens = layouts.compose("tasks", request="What is the capital of France?")
        below, above = Backbone(self.config, self.tensors, 24), Upper(self.config, self.tensors, 24)
        for _ in range(12):
            ids = torch.tensor([tokens])
            positions = torch.arange(len(tokens))[None]
            with torch.no_grad():
                last = above(below(ids, positions, None), positions, None)[0, -1]
            tokens.append((self.tensors["token_embd.weight"] @ last).argmax().item())
        self.assertIn("Paris", layouts.decode(tokens))

    def test_answers_of_a_batch_are_those_of_each_alone(self):
        below, above = Backbone(self.config, self.tensors, 24), Upper(self.config, self.tensors, 24)
        model = Model(below, above, self.tensors["token_embd.weight"], False)
        prompts = [layouts.compose("tasks", request=asked) for asked in ("Say yes.", "What is the capital of France?", "Count to ten, please.")]
        alone = [model.answers([prompt], 14, -1)[0] for prompt in prompts]
        self.assertEqual(model.answers(prompts, 14, -1), alone)
        end = alone[0][3]
        cut = [ids[:ids.index(end)] if end in ids else ids for ids in alone]
        self.assertEqual(model.answers(prompts, 14, end), cut)
        self.assertLess(min(map(len, cut)), 14)

    def test_rows_are_permuted_back(self):
        weight = np.random.default_rng(0).normal(size=(576, 8))
        self.assertTrue((unpermute(permute(weight, 9), 9) == weight).all())

    def test_packed_documents_do_not_see_each_other(self):
        below = Backbone(self.config, self.tensors, 2)
        one, two = torch.randint(20, 9000, (1, 12)), torch.randint(20, 9000, (1, 9))
        both, positions = torch.cat((one, two), 1), torch.cat((torch.arange(12), torch.arange(9)))[None]
        alone = below(two, positions[:, 12:], None)
        packed = below(both, positions, mask_of(positions))[:, 12:]
        self.assertLess((alone - packed).abs().max().item(), 1e-3)

    def test_the_head_gives_loss_and_gradient_of_cross_entropy(self):
        states = torch.randn(2, 5, 16, requires_grad=True)
        head, targets = torch.randn(50, 16), torch.randint(0, 50, (2, 5))
        weights = torch.tensor([[1, 0, 1, 1, 1], [0, 1, 1, 1, 0]])
        loss = head_loss(states, head, targets, weights, chunk=3)
        loss.backward()
        mine, states.grad = states.grad, None
        plain = torch.nn.functional.cross_entropy((states @ head.T).view(-1, 50), targets.view(-1), reduction="none")
        plain = (plain * weights.view(-1)).sum()
        plain.backward()
        self.assertAlmostEqual(loss.item(), plain.item(), places=3)
        self.assertLess((mine - states.grad).abs().max().item(), 1e-4)


    def test_divergence_from_a_teacher_and_its_gradient(self):
        states, teacher = torch.randn(2, 5, 16, requires_grad=True), torch.randn(2, 5, 16)
        head, weights = torch.randn(50, 16), torch.tensor([[1, 0, 1, 1, 1], [0, 1, 1, 1, 0]])
        loss = head_loss(states, head, teacher, weights, chunk=3, one=chunk_divergence)
        loss.backward()
        mine, states.grad = states.grad, None
        logs, wanted = (torch.log_softmax(each @ head.T, -1) for each in (states, teacher))
        plain = (torch.nn.functional.kl_div(logs, wanted, reduction="none", log_target=True).sum(-1) * weights).sum()
        plain.backward()
        self.assertAlmostEqual(loss.item(), plain.item(), places=3)
        self.assertLess((mine - states.grad).abs().max().item(), 1e-4)

    def test_who_is_taught_by_itself_has_nothing_to_learn(self):
        arm = Arm("expert", self.config, self.tensors, 24, "cpu", torch.float32, teacher=self.tensors)
        ids = torch.tensor([layouts.encode("def add(a, b):\n    return a + b\n")])
        positions = torch.arange(ids.shape[1])[None]
        with torch.no_grad():
            loss, counted = arm.loss(arm.backbone(ids, positions, None), ids, positions, torch.ones_like(ids), False)
        self.assertEqual(counted.item(), ids.shape[1] - 1)
        self.assertLess(abs(loss.item()), 1e-3)
        self.assertFalse(any(name.startswith("teacher") for name in arm.learnable()))

    def test_the_model_talks_to_itself(self):
        with patch("train.talk.LENGTH", 24):
            made = talk.documents("train", 64, 3, random.Random(1))
            said = [next(made) for _ in range(12)]
        self.assertTrue(all(len(ids) == len(weights) and 16 < len(ids) <= 64 and ids[0] != 0 for ids, weights in said))
        self.assertTrue(any(layouts.decode(ids).startswith("<|im_start|>user\n") for ids, _ in said))
        self.assertEqual(len({tuple(ids) for ids, _ in said}), 12)


class Cursors(unittest.TestCase):
    ROW = {"package": "npm:p", "workspace": "p", "path": "a.js", "language": "javascript", "text":
           "// Adds two numbers here.\nfunction add(a, b) {\n  return plus(a, [b, 1]);\n}\n\n/**\n * Says some more words.\n */\n"}

    def test_kinds_are_where_they_say(self):
        line = "  total = add(12)"
        self.assertEqual(places(line, 2, 17, "start"), [2])
        self.assertEqual([line[at - 1:at + 1] for at in places(line, 2, 17, "word")], ["to", "ot", "ta", "al", "ad", "dd", "12"])
        self.assertEqual([line[at - 1:at + 1] for at in places(line, 2, 17, "boundary")], ["l ", " =", "= ", " a", "d(", "(1", "2)"])

    def test_brackets_and_strings_close_after_the_cursor(self):
        line = 'f(a, [b], "it (is", c) {'
        self.assertEqual([closer(line, at, True) for at in (1, 2, 6, 8, 12, 20, 23, 24)], [None, 21, 7, 21, 17, 21, None, None])
        self.assertIsNone(closer("don't (stop", 8, False))

    def test_a_cursor_splits_the_text(self):
        rng, made = random.Random(0), []
        for at in range(3000):
            made.append(cursor(self.ROW, rng.choice(code_spans(self.ROW)), KINDS[at % 4], rng, True))
        made = [each for each in made if each]
        for each in made:
            self.assertTrue(each["rest"].strip() and "\n" not in each["rest"])
            self.assertEqual(each["before"] + each["rest"] + each["after"], self.ROW["text"])
        self.assertTrue(any(each["rest"] == "b, 1" and each["after"].startswith("]);") for each in made))
        self.assertTrue(any(each["rest"] == "b, 1]);" for each in made))

    def test_spans_hold_their_kind_of_text_only(self):
        said = lambda spans: [self.ROW["text"][start:end] for start, end, _ in spans]
        self.assertEqual(said(code_spans(self.ROW)), ["function add(a, b) {", "return plus(a, [b, 1]);", "}"])
        self.assertEqual(said(comment_spans(self.ROW, False)), ["Adds two numbers here."])
        self.assertEqual(said(comment_spans(self.ROW, True)), ["Says some more words."])
        page = {"text": "# One\n\nThis is text of some length.\n\n```js\nthis is code of some length\n```\n| a table of some more words |\n"}
        self.assertEqual([page["text"][s:e] for s, e, _ in prose_spans(page)], ["This is text of some length."])
        python = {"language": "python", "text": 'def f():\n    """Returns the number one."""\n    return 1  # as the caller wants\n'}
        self.assertEqual([(python["text"][s:e], kept) for s, e, kept in comment_spans(python, True)], [("Returns the number one.", True)])
        self.assertEqual([(python["text"][s:e], kept) for s, e, kept in comment_spans(python, False)], [("as the caller wants", False)])


class Carried(unittest.TestCase):
    def test_a_packed_set_comes_back_as_it_was(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "set.npz"
            tokens = np.array([[5, 6, 7, 5, 0, 0], [9, 8, 7, 6, 5, 4]], np.uint16)
            positions = np.array([[0, 1, 2, 0, 0, 0], [0, 1, 2, 3, 4, 5]], np.uint16)
            weights = np.array([[0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1]], np.uint8)
            np.savez(path, tokens=tokens, positions=positions, weights=weights)
            split(slim(path), "set", Path(folder), 50 / 2**20)
            self.assertGreater(len(list(Path(folder).glob("set.[0-9]*"))), 10)
            back = whole(joined("set", Path(folder)))
        for name, array in (("tokens", tokens), ("positions", positions), ("weights", weights)):
            self.assertEqual(back[name].dtype, array.dtype)
            np.testing.assert_array_equal(back[name], array)

    def test_a_text_counts_twice_at_most(self):
        tokens = np.array([[5, 6, 5, 6], [5, 6, 5, 7], [5, 6, 0, 0]], np.uint16)
        positions = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 0]], np.uint16)
        weights = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 0]], np.uint8)
        kept, _, counts = thinned(tokens, positions, weights)
        np.testing.assert_array_equal(kept, tokens[:2])
        np.testing.assert_array_equal(counts, [[0, 1, 0, 1], [0, 0, 0, 1]])

    def test_a_blend_lies_between_the_base_and_the_mean(self):
        start, runs = {"a": torch.tensor([0.0, 4.0])}, [{"a": torch.tensor([2.0, 4.0])}, {"a": torch.tensor([4.0, 8.0])}]
        torch.testing.assert_close(blended(start, runs, 0.5)["a"], torch.tensor([1.5, 5.0]))


class Samples(unittest.TestCase):
    def test_the_seed_decides_and_fewer_are_the_first_of_more(self):
        files = [{**Cursors.ROW, "language": language, "path": f"{at}.x", "package": f"npm:p{at % 3}"}
                 for at in range(9) for language in ("javascript", "typescript", "python")]
        with patch("train.samples.rows", return_value=files):
            many = list(samples.code(60, random.Random("code 1")))
            few = list(samples.code(12, random.Random("code 1")))
            other = list(samples.code(12, random.Random("code 2")))
        self.assertEqual(many[:12], few)
        self.assertNotEqual(few, other)
        self.assertEqual([sum(each["group"] == group for each in many) for group in samples.CODE], [20, 20, 20])
        self.assertEqual([each["kind"] for each in many if each["group"] == "python"][:5], [*KINDS, "boundary"])

    def test_texts_count_what_the_packed_set_counts(self):
        held = Packed("x", np.array([[5, 6, 7, 8, 9, 0, 0]]), np.array([[0, 1, 2, 0, 1, 0, 0]]), np.array([[0, 1, 1, 0, 1, 0, 0]]))
        self.assertEqual(list(samples.texts(held)), [{"ids": [5, 6, 7], "weights": [0, 1, 1]}, {"ids": [8, 9], "weights": [0, 1]}])
        self.assertEqual(samples.counted(held), 3)


# A run of the real command on documents of a few made-up words, in folders of its own.
TINY = """
import random, sys
from pathlib import Path
from train import __main__ as run, pack, states
from train.layouts import encode

def documents(split, size, most, rng):
    while True:
        ids = encode(" ".join(rng.choice(("one", "two", "three", "four")) for _ in range(20)))
        yield ids, [1] * len(ids)

pack.MAKERS["code"] = documents
run.RUNS, pack.PACKED, states.STATES = (Path(sys.argv[1]) / name for name in ("runs", "packed", "states"))
del sys.argv[1]
run.main()
"""


class Cycles(unittest.TestCase):
    def command(self, folder, budget, *more):
        return [sys.executable, "-c", TINY, str(folder), "code", "--budget", str(budget), "--pool", "400", "--held-out", "60", "--window", "32",
                "--batch", "1", "--cut", "29", "--precision", "float32", "--threads", "1", "--every", "1", *more]

    def run_of(self, folder, budget, *more):
        done = subprocess.run(self.command(folder, budget, *more), cwd=Path(__file__).parent.parent, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads((folder / "runs" / "code" / "run.json").read_text())

    def killed(self, folder, budget, at, *more):
        """Runs until the step `at` is reported and kills with -9."""
        child = subprocess.Popen(self.command(folder, budget, *more), cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True)
        for line in child.stdout:
            if line.startswith(f"step {at}/"):
                child.kill()
        self.assertEqual(child.wait(), -signal.SIGKILL)

    def test_a_further_cycle_begins_at_the_end_and_gives_the_same_curve_when_killed(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, broken = Path(folder) / "plain", Path(folder) / "broken"
            first = self.run_of(plain, 150)
            self.assertEqual([each["tokens"] for each in first["cycles"]], [first["tokens"]])
            shutil.copytree(plain, broken)
            second = self.run_of(plain, 400, "--seed", "2", "--rate", "2e-4")
            self.assertEqual(second["curve"][:len(first["curve"])], first["curve"])
            self.assertGreater(len(second["curve"]), len(first["curve"]) + 5)
            self.assertEqual(second["cycles"][0], first["cycles"][0])
            self.assertEqual([(each["budget"], each["seed"], each["rate"]) for each in second["cycles"]], [(150, 1, 4e-4), (400, 2, 2e-4)])
            self.assertEqual(second["cycles"][1]["tokens"], second["tokens"])
            self.killed(broken, 400, 4, "--seed", "2", "--rate", "2e-4")
            self.assertFalse((broken / "runs" / "code" / "run.json").exists())
            self.assertEqual(self.run_of(broken, 400, "--seed", "2", "--rate", "2e-4"), second)
            path = broken / "runs" / "code" / "checkpoint.pt"
            saved = torch.load(path, weights_only=True)
            torch.save({key: value for key, value in saved.items() if key != "optimizer"}, path)
            refused = subprocess.run(self.command(broken, 600), cwd=Path(__file__).parent.parent, capture_output=True, text=True)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("weights without moments", refused.stderr)
            weights = [torch.load(f / "runs" / "code" / "checkpoint.pt", weights_only=True)["weights"] for f in (plain, broken)]
            self.assertTrue(all((weights[0][name] == weights[1][name]).all() for name in weights[0]))

    def test_only_a_finished_run_with_a_larger_budget_begins_a_further_cycle(self):
        saved = lambda step: {"step": step, "steps": 10, "curve": [{"tokens": 105}],
                              "settings": {"budget": 100, "pool": 100, "seed": 1, "rate": 1e-3, "manifest": "m", "batch": 4}}
        done = cycle_of(saved(10), 200, "abc")
        self.assertEqual((done.start, done.saved, done.seed_of(1)), (105, None, "1 1"))
        self.assertEqual(done.finished, [{"budget": 100, "pool": 100, "seed": 1, "rate": 1e-3, "manifest": "m", "tokens": 105, "commit": "abc"}])
        self.assertEqual(cycle_of(saved(10), 100, "abc"), Cycle(0, [], saved(10)))
        self.assertEqual(cycle_of(saved(9), 200, "abc"), Cycle(0, [], saved(9)))
        other = {**saved(10)["settings"], "budget": 200, "pool": 50, "rate": 1e-4}
        self.assertEqual(refusal(saved(10), other, done, 10), [])
        self.assertEqual(refusal(saved(10), {**other, "batch": 2}, done, 10), ["batch"])
        self.assertEqual(refusal(saved(9), other, cycle_of(saved(9), 200, "abc"), 20), ["budget", "pool", "rate"])
        longer = {**saved(5)["settings"], "budget": 200}
        self.assertEqual(refusal(saved(5), longer, cycle_of(saved(5), 200, "abc"), 20), [])
        self.assertEqual(refusal(saved(9), longer, cycle_of(saved(9), 200, "abc"), 20), ["budget"])

    def test_every_cycle_warms_up_and_ends_at_zero(self):
        rates = [schedule(step, 100, 1.0) for step in range(101)]
        self.assertEqual((rates[0], rates[19], rates[69], rates[85], rates[100]), (0.05, 1.0, 1.0, 0.5, 0.0))


class Corpus(unittest.TestCase):
    def test_files_for_one_expert_are_seen_by_it_alone(self):
        with tempfile.TemporaryDirectory() as folder, patch("train.corpus.CORPUS", Path(folder) / "corpus.jsonl") as corpus:
            kept = [{"path": "a.py", "split": "train"}, {"path": "b.md", "split": "train", "only": "docs"}, {"path": "c.py", "split": "held-out"}]
            corpus.write_text("".join(json.dumps(row) + "\n" for row in kept))
            self.assertEqual([row["path"] for row in rows("train")], ["a.py"])
            self.assertEqual([row["path"] for row in rows("train", "docs")], ["a.py", "b.md"])
            self.assertEqual([row["path"] for row in rows("held-out", "docs")], ["c.py"])


class Comparison(unittest.TestCase):
    def test_a_run_that_went_wrong_never_wins(self):
        self.assertEqual(best([{"held_out": float("nan")}, {"held_out": 2.0}, {"held_out": 1.9}]), {"held_out": 1.9})


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        base = read()
        cls.config, cls.tensors = base.config, base.tensors

    def outputs(self, arm):
        ids = torch.tensor([layouts.encode("def add(a, b):\n    return")])
        positions = torch.arange(ids.shape[1])[None]
        with torch.no_grad():
            return arm.trained(arm.backbone(ids, positions, None), positions, None) @ arm.head.T

    def test_merged_lora_gives_the_same_logits(self):
        arm = Arm("lora", self.config, self.tensors, 24, "cpu", torch.float32)
        before = self.outputs(arm)
        for block in arm.trained.blocks:
            block.attn_q.up.data.normal_(0, 0.02)
            block.ffn_down.up.data.normal_(0, 0.02)
        trained = self.outputs(arm)
        merge(arm.trained)
        self.assertGreater((trained - before).abs().max().item(), 0.1)
        self.assertLess((trained - self.outputs(arm)).abs().max().item(), 2e-3)

    def test_a_full_arm_becomes_a_whole_model(self):
        arm = Arm("full", self.config, self.tensors, 24, "cpu", torch.float32)
        before = self.outputs(arm)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.gguf"
            write(path, arm.trained)
            upstream, whole = GGUFReader(WEIGHTS), GGUFReader(path)
            fields = lambda reader: {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
            self.assertEqual({**fields(upstream), "general.file_type": 7}, fields(whole))
            self.assertEqual({t.name: tuple(t.shape) for t in upstream.tensors}, {t.name: tuple(t.shape) for t in whole.tensors})
            tables = [next(t for t in reader.tensors if t.name == "token_embd.weight") for reader in (upstream, whole)]
            self.assertTrue((tables[0].data == tables[1].data).all())
            for parameter in arm.trained.parameters():
                parameter.data.zero_()
            load(path, arm.trained)
            # Eight bits move the logits a little, the order of rows or a lost matrix would move them a lot.
            self.assertLess((self.outputs(arm) - before).std().item(), 0.05 * before.std(-1).mean().item())


    def test_an_adapted_backbone_and_experts_from_its_run_come_home(self):
        with tempfile.TemporaryDirectory() as folder:
            there, here, adapted = (Path(folder) / name for name in ("there", "here", "weights.gguf"))
            whole = Arm("full", self.config, self.tensors, 24, "cpu", torch.float32)
            for block in whole.trained.blocks:
                block.attn_norm.data += 0.25
            settings = {"arm": "full", "expert": "backbone", "cut": 24, "seed": 1}
            (there / "backbone").mkdir(parents=True)
            torch.save({"settings": settings, "weights": whole.learnable()}, there / "backbone" / "checkpoint.pt")
            lower = whole.trained.blocks
            whole.trained.blocks = lower[:24]
            write(adapted, whole.trained)
            self.assertEqual(len(GGUFReader(adapted).tensors), 24 * 9)
            whole.trained.blocks = lower
            with patch("train.export.RUNS", there), patch.object(sys, "argv", ["export", "backbone"]):
                export.main()
            self.assertEqual(bases.sha256(there / "backbone" / "weights.gguf"), bases.sha256(adapted))
            with patch.object(bases, "ADAPTED", adapted), patch.object(bases, "GENERAL", Path("none")):
                base = bases.use()
                self.assertTrue(base.adapted and base.embedded and base.digest == bases.sha256(adapted))
                self.assertTrue((base.tensors["blk.3.attn_norm.weight"] == self.tensors["blk.3.attn_norm.weight"] + 0.25).all())
                self.assertTrue((base.tensors["blk.24.attn_norm.weight"] == self.tensors["blk.24.attn_norm.weight"]).all())
                self.assertLess((base.tensors["blk.3.attn_q.weight"] - self.tensors["blk.3.attn_q.weight"]).abs().max().item(), 0.02)
                arm = Arm("expert", base.config, base.tensors, 24, "cpu", torch.float32)
                with patch.object(run, "RUNS", there):
                    run.begin(arm, "backbone")
                self.assertTrue((arm.trained.blocks[0].attn_norm == lower[24].attn_norm).all())
                (there / "code").mkdir()
                torch.save({"settings": {**settings, "arm": "expert", "expert": "code"}, "weights": arm.learnable()}, there / "code" / "checkpoint.pt")
                write(there / "code" / "weights.gguf", arm.trained)
                with patch("train.export.RUNS", there), patch.object(carry, "RUNS", there):
                    carry.home(Path(folder) / "pieces", "backbone", "code")
                with patch.object(carry, "RUNS", here):
                    carry.take(Path(folder) / "pieces")
                self.assertEqual(bases.sha256(here / "backbone" / "weights.gguf"), base.digest)
                with patch("train.export.RUNS", here):
                    for taken in (found["weights"] for found in blend.read(["code", "backbone"])):
                        self.assertEqual(set(taken), set(arm.learnable()))
                        self.assertTrue((taken["blocks.5.ffn_norm"] == arm.trained.blocks[5].ffn_norm).all())
                        self.assertLess((taken["blocks.0.attn_q.weight"] - arm.trained.blocks[0].attn_q.weight).abs().max().item(), 0.02)
            bases.use()


class Infill(unittest.TestCase):
    def test_the_middle_fits_between_prefix_and_suffix(self):
        row = {"package": "p", "workspace": "p", "path": "a.py", "language": "python", "text": "def f(a):\n    b = a\n    return b\n" * 30}
        with patch("train.examples.rows", return_value=[row]):
            made = infilled("train", 512, 3, random.Random(0))
            for _ in range(20):
                ids, weights = next(made)
                text = layouts.decode(ids).replace("<|endoftext|>", "")
                suffix, _, rest = text.partition("<reponame>")[2].partition("<filename>")
                prefix, _, middle = rest.partition("<gh_stars>")
                self.assertIn(prefix + middle + suffix, row["text"])
                self.assertEqual(sum(weights), len(layouts.encode(middle)) + 1)


if __name__ == "__main__":
    unittest.main()
