# Exercises beyond the ranges of exercises_number.py, for the expert math.
"""They are trained on, so that a user's own question is in reach, and are never part of what is measured."""
from fractions import Fraction

import sympy

from . import arithmetic as do
from .exercises_number import Exercise, calculate, exact, lowest, rooted, simplified


def longer(rng):
    """`order` with the product in front, of two products, or of three summands."""
    a, b, c, d = rng.randrange(2, 100), rng.randrange(2, 20), rng.randrange(2, 20), rng.randrange(2, 13)
    form, first = rng.randrange(3), [f"first {b} * {c} = {b * c}"] if b < 10 and c < 10 else ["first"] + do.multiply(b, c)[1]
    if form == 0:
        sign = rng.choice("+-")
        shown, lines = f"{b} * {c} {sign} {a}", first
        result, steps = (do.add if sign == "+" else do.subtract)(b * c, a)
    elif form == 1:
        shown, lines = f"{b} * {c} + {a} * {d}", first + do.multiply(a, d)[1]
        result, steps = do.add(b * c, a * d)
    else:
        total, lines = do.add(a, b)
        shown, (result, steps) = f"{a} + {b} + {c}", do.add(total, c)
    return Exercise((shown,), calculate(shown, f"Evaluate {shown}"), lines + steps, str(result), exact(shown))


def larger_root(rng):
    return rooted(rng.randrange(32, 100))


def larger_fraction(rng):
    """A sum, difference or product of fractions with a number above 12, worked with every product in steps."""
    a, c, b, d = rng.randrange(1, 60), rng.randrange(1, 60), rng.randrange(13, 60), rng.randrange(2, 60)
    sign = rng.choice("+*-")
    if sign == "-" and Fraction(a, b) <= Fraction(c, d):
        a, b, c, d = c, d, a, b
    bottom, below = do.multiply(b, d)
    if sign == "*":
        top, above = do.multiply(a, c)
        lines = ["numerator:"] + above + ["denominator:"] + below
    else:
        (one, first), (two, second) = do.multiply(a, d), do.multiply(c, b)
        top, last = (do.add if sign == "+" else do.subtract)(one, two)
        lines = first + second + below + last
    text, steps = lowest(top, bottom) if top else ("0", [f"0/{bottom} = 0"])
    value = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__}[sign](Fraction(a, b), Fraction(c, d))
    return Exercise((a, b, sign, c, d), calculate(f"{a}/{b} {sign} {c}/{d}"), lines + steps, text, sympy.Rational(value.numerator, value.denominator))


def larger_simplify(rng):
    return simplified(rng.randrange(2, 40), rng.randrange(20, 60), rng.randrange(2, 60))


# What is held out of a kind of exercises_number.py is held out of the wider one that stands before it.
WIDER = {longer: "order", larger_root: "power", larger_fraction: "fraction", larger_simplify: "simplify"}
