# Exercises for the expert math: generated, worked in small steps and verified with sympy.
"""Every kind is a function rng -> Exercise. An answer ends in a line "Answer: ..." that can be compared as text.

Held out are numbers (a tenth of all operands, by a checksum) and templates (the last wording of every kind). Split
"train" has neither, "held-out" has held-out numbers in trained wordings, "templates" has both held out.
"""
import random
import re
import zlib

import sympy
from sympy.parsing.sympy_parser import parse_expr

from .corpus import rows
from .examples import sample, windows
from .exercises_code import complexity, from_latex, to_latex
from .exercises_number import KINDS, N, X
from .exercises_wider import WIDER
from .layouts import compose, reply

MAKERS = (*KINDS, complexity, to_latex, from_latex)
# How often a kind is drilled, where not once: what takes many steps more often, what is soon learnt less. Every kind is asked alike.
DRILLED = {"product": 3, "power": 2.5, "quadratic": 2, "linear": 2, "decimals": 1.5, "percentage": 1.5, "quotient": 1.5, "fraction": 1.5,
           "order": 1.5, "subtraction": 1.5, "complexity": 0.5, "to_latex": 0.5, "from_latex": 0.5}
DRAWN = (*MAKERS, *WIDER)
SHARES = [DRILLED.get(make.__name__, 1) for make in DRAWN]


def agrees(exercise):
    """Whether sympy finds the same answer as the worked steps."""
    expected, answer = exercise.expected, exercise.answer
    if isinstance(expected, str):
        return answer == expected
    if isinstance(expected, (set, frozenset)):
        return {sympy.Rational(part.split("=")[1].strip()) for part in answer.split(" or ")} == expected
    value = parse_expr(answer, local_dict={"x": X, "n": N})
    return value == expected or sympy.simplify(value - expected) == 0


def exercise(split, rng):
    """(kind, question, reply, answer) of one verified exercise of a split."""
    while True:
        make = rng.choices(DRAWN, SHARES)[0] if split == "train" else rng.choice(MAKERS)
        made = make(rng)
        key = f"{WIDER.get(make, make.__name__)}{made.operands}"
        held = zlib.crc32(key.encode()) % 10 == 0
        if held != (split != "train"):
            continue
        if not agrees(made):
            raise AssertionError(f"{key}: the steps say {made.answer}, sympy says {made.expected}")
        question = made.wordings[-1] if split == "templates" else rng.choice(made.wordings[:-1])
        return make.__name__, question, "\n".join(made.lines + [f"Answer: {made.answer}"]), made.answer


def asked(question):
    """Token ids of the prompt for a question."""
    return compose("tasks", request=question)


FORMULA = re.compile(r"\.\. math::|:math:`|\\frac|\\sum|\\int|\bMath\.(sqrt|pow|sin|cos|atan2|log|exp|hypot)|\bnp\.(sqrt|exp|log|dot|sum|linalg)")


def formulas(split, size, most, rng):
    """Endless windows of numeric code and of docstrings with formulas, in layout "complete"."""
    files = [row for row in rows(split) if len(FORMULA.findall(row["text"])) >= 3]
    for row in sample(files, lambda row: "all", {"all": 1}, rng):
        for ids, places, text in windows(row, size, most, rng):
            if FORMULA.search(text):
                yield ids, [int(place >= 0) for place in places]


def math(split, size, most, rng):
    """Endless documents for `math`: exercises, and one part in five of all tokens formulas and numeric code."""
    code, exercised, coded = formulas("train" if split == "train" else "held-out", size, most, random.Random(rng.random())), 0, 0
    while True:
        if coded * 4 < exercised:
            ids, weights = next(code)
            coded += len(ids)
        else:
            _, question, worked, _ = exercise(split, rng)
            prompt, answer = asked(question), reply("tasks", worked)
            ids, weights = prompt + answer, [0] * len(prompt) + [1] * len(answer)
            if len(ids) > size:
                continue
            exercised += len(ids)
        yield ids, weights
