# Tests of the recipe: python -m unittest train.test_train (in experts/).
import json
import random
import unittest
from pathlib import Path

import numpy as np
import torch

from . import arithmetic, layouts
from .examples import comments, documented, infilled
from .exercises import exercise
from .model import Backbone, Upper, head_loss, mask_of, permute, read_gguf, unpermute
from .pack import fill

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

    def test_no_question_is_in_two_splits(self):
        asked = {split: {exercise(split, random.Random(split + str(i)))[1] for i in range(60)} for split in ("train", "held-out", "templates")}
        self.assertFalse(asked["train"] & asked["held-out"] or asked["held-out"] & asked["templates"])

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
        cls.config, cls.tensors = read_gguf()

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


class Infill(unittest.TestCase):
    def test_the_middle_fits_between_prefix_and_suffix(self):
        row = {"package": "p", "workspace": "p", "path": "a.py", "language": "python", "text": "def f(a):\n    b = a\n    return b\n" * 30}
        from unittest.mock import patch
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
