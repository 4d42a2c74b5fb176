# Exercises about code: how often loops run, and LaTeX to and from Python expressions.
import re
from functools import cache

import sympy
from sympy.parsing.sympy_parser import parse_expr

from .exercises_number import Exercise, N

I, J = sympy.symbols("i j", positive=True, integer=True)
# (header, how often its body runs as a function of n, its factor in words)
OUTER = (
    ("for i in range(n):", N, "n"), ("for i in range(2 * n):", 2 * N, "n"), ("for i in range({k}):", None, "1"),
    ("for i in range(n // {k}):", N, "n"), ("i = n\nwhile i > 1:\n    i //= {k}", sympy.log(N), "log n"),
    ("i = 1\nwhile i < n:\n    i *= {k}", sympy.log(N), "log n"), ("for i in range(n * n):", N**2, "n^2"),
)
INNER = (
    ("for j in range(n):", N, "n"), ("for j in range(i):", "triangle", "n"), ("for j in range({k}):", None, "1"),
    ("j = n\nwhile j > 0:\n    j //= {k}", sympy.log(N), "log n"), (None, None, "1"),
)


@cache
def big_o(count):
    """The growth of an expression in n, found by comparing limits."""
    for power in (0, 1, 2, 3):
        for logs in (0, 1, 2):
            limit = sympy.limit(count / (N**power * sympy.log(N) ** logs), N, sympy.oo)
            if limit.is_finite and limit != 0:
                parts = [{1: "n"}.get(power, f"n^{power}")] * bool(power) + [{1: "log n"}.get(logs, f"(log n)^{logs}")] * bool(logs)
                return f"O({' '.join(parts) or '1'})"
    raise ValueError(f"no known growth: {count}")


def indent(text):
    return "\n".join("    " + line for line in text.split("\n"))


def complexity(rng):
    k, name = rng.randrange(2, 30), rng.choice(("total", "count", "steps", "s", "result", "hits", "work"))
    outer, inner = rng.choice(OUTER), rng.choice(INNER)
    if inner[1] == "triangle" and outer[0] != "for i in range(n):":
        inner = INNER[0]
    body = f"{name} += {rng.randrange(1, 10)}"
    within = body if inner[0] is None else inner[0].format(k=k) + "\n" + indent(body)
    code = f"{name} = 0\n" + outer[0].format(k=k) + "\n" + indent(within)
    times = sympy.Integer(k) if outer[1] is None else outer[1]
    inside = sympy.Integer(k) if inner[1] is None else N / 2 if inner[1] == "triangle" else inner[1]
    if inner[1] == "triangle":  # sum of i for i below n
        inside = sympy.summation(J, (J, 1, N)) / N
    names = [outer[2]] + ([inner[2]] if inner[0] else [])
    answer = big_o(sympy.expand(times * inside))
    lines = [f"outer loop: about {outer[2]} times" if outer[2] != "1" else "outer loop: a constant number of times"]
    if inner[0]:
        lines.append(f"inner loop: about {inner[2]} times" if inner[2] != "1" else "inner loop: a constant number of times")
    lines.append(" * ".join(names) + f" = {answer[2:-1]}")
    block = f"```python\n{code}\n```"
    wordings = (f"What is the time complexity of this code?\n{block}", f"Give the running time in O notation:\n{block}",
                f"{block}\nHow does the running time grow with n?", f"Time complexity?\n{block}", f"{block}\nState the order of growth of this loop.")
    return Exercise((code,), wordings, lines, answer, answer)


def expression(rng):
    """(Python text, LaTeX, sympy expression) of a small formula; a formula is built from parts."""
    a, b, c = (rng.randrange(2, 20) for _ in range(3))
    v, w = rng.sample("abcdkmnpqrstuvxyz", 2)
    parts = (
        (f"{a}*{v}**{b}", f"{a} {v}^{{{b}}}"), (f"sqrt({v} + {a})", f"\\sqrt{{{v} + {a}}}"),
        (f"{v}/({w} + {a})", f"\\frac{{{v}}}{{{w} + {a}}}"), (f"{a}*sin({b}*{v})", f"{a} \\sin({b} {v})"),
        (f"{a}*cos({v})", f"{a} \\cos({v})"), (f"exp(-{a}*{v})", f"e^{{-{a} {v}}}"), (f"log({v})", f"\\ln({v})"),
        (f"({v} + {a})**{b}", f"({v} + {a})^{{{b}}}"), (f"sqrt({v}**2 + {w}**2)", f"\\sqrt{{{v}^{{2}} + {w}^{{2}}}}"),
        (f"({v} - {w})/{c}", f"\\frac{{{v} - {w}}}{{{c}}}"), (f"pi*{v}**2", f"\\pi {v}^{{2}}"), (f"abs({v} - {w})", f"|{v} - {w}|"),
    )
    chosen = rng.sample(parts, rng.choice((1, 2, 2)))
    sign = rng.choice("+-")
    return f" {sign} ".join(p for p, _ in chosen), f" {sign} ".join(t for _, t in chosen)


def value_of(python):
    """What sympy reads in a Python expression (names are symbols, also those that mean something to sympy)."""
    return parse_expr(python, local_dict={name: sympy.Symbol(name) for name in "abcdkmnpqrstuvwxyz"} | {"abs": sympy.Abs})


def latex_value(latex):
    """What the LaTeX of `expression` means, read by rewriting it and not by looking at the Python text."""
    text = latex
    for _ in range(3):
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)", text)
    text = re.sub(r"\be\*\*", "E**", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text).replace("\\sin", "sin").replace("\\cos", "cos").replace("\\ln", "log").replace("\\pi", "pi")
    text = re.sub(r"(?<=[\di]) (?=[a-z(])", "*", text)
    return value_of(text)


def same(python, latex):
    difference = value_of(python) - latex_value(latex)
    if difference != 0 and sympy.simplify(difference) != 0:
        raise AssertionError(f"{python} is not {latex}")


def to_latex(rng):
    python, latex = expression(rng)
    same(python, latex)
    wordings = (f"Write {python} in LaTeX.", f"Convert this Python expression to LaTeX: {python}", f"LaTeX for `{python}`",
                f"Typeset {python} as a LaTeX formula.")
    return Exercise((python,), wordings, [], latex, latex)


def from_latex(rng):
    python, latex = expression(rng)
    same(python, latex)
    wordings = (f"Write ${latex}$ as a Python expression.", f"Convert this LaTeX to Python: {latex}", f"Python for ${latex}$",
                f"Turn the formula ${latex}$ into code.")
    return Exercise((latex,), wordings, [], python, python)
