# The kinds of exercises about numbers and equations, for the expert math.
from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy.parsing.sympy_parser import parse_expr

from . import arithmetic as do

X, N = sympy.Symbol("x"), sympy.Symbol("n", positive=True)


@dataclass(frozen=True)
class Exercise:
    operands: tuple  # what makes it this exercise and no other
    wordings: tuple  # questions; the last one is held out
    lines: list  # the worked steps
    answer: str
    expected: object  # a sympy expression, or a set of solutions, found by sympy and not by the steps


def calculate(expression, *more):
    """Wordings for the value of an expression; the last one is held out."""
    return (f"Calculate {expression}.", f"What is {expression}?", f"{expression} =", f"Compute {expression}", *more,
            f"Find the value of {expression}, please.")


def number(rng, *sizes):
    size = rng.choice(sizes)
    return rng.randrange(10 ** (size - 1) if size > 1 else 2, 10 ** size)


def exact(text):
    return parse_expr(text, evaluate=True)


def rational(text):
    return sympy.Rational(text)


def addition(rng):
    a, b = number(rng, 2, 3, 3, 4), number(rng, 2, 3, 3, 4)
    result, lines = do.add(a, b)
    return Exercise((a, b), calculate(f"{a} + {b}", f"Add {a} and {b}."), lines, str(result), exact(f"{a} + {b}"))


def subtraction(rng):
    a, b = number(rng, 2, 3, 3, 4), number(rng, 2, 3, 3)
    result, lines = do.subtract(a, b)
    return Exercise((a, b), calculate(f"{a} - {b}", f"Subtract {b} from {a}."), lines, str(result), exact(f"{a} - {b}"))


def product(rng):
    a, b = (number(rng, 2, 3, 4), number(rng, 1)) if rng.random() < 0.5 else (number(rng, 2, 3), number(rng, 2))
    result, lines = do.multiply(a, b)
    return Exercise((a, b), calculate(f"{a} * {b}", f"Multiply {a} by {b}."), lines, str(result), exact(f"{a} * {b}"))


def quotient(rng):
    d = number(rng, 1, 1, 2)
    a = number(rng, 2, 3, 4) if d < 10 else number(rng, 3, 4)
    (whole, rest), lines = do.divide(a, d)
    answer = str(whole) + (f" remainder {rest}" if rest else "")
    found = sympy.Integer(a) // d, sympy.Mod(a, d)
    wordings = (f"Divide {a} by {d}.", f"What is {a} divided by {d}?", f"Divide {a} by {d} with remainder.",
                f"How often does {d} go into {a}, and what is left?")
    return Exercise((a, d), wordings, lines, answer, str(found[0]) + (f" remainder {found[1]}" if found[1] else ""))


def decimal(value, places):
    """An integer number of units of 10^-places as a decimal without needless zeros."""
    text = f"{abs(value):0{places + 1}d}"
    text = (text[:-places] + "." + text[-places:]).rstrip("0").rstrip(".") if places else text
    return ("-" if value < 0 else "") + text


def decimals(rng):
    places, sign = rng.choice((1, 2)), rng.choice("+-*")
    if sign == "*":
        a, b = number(rng, 2, 3), number(rng, 1)
        result, lines = do.multiply(a, b)
        one, two = decimal(a, places), decimal(b, 0)
    else:
        a, b = sorted((number(rng, 2, 3, 4), number(rng, 2, 3)), reverse=True)
        result, lines = (do.add if sign == "+" else do.subtract)(a, b)
        one, two = decimal(a, places), decimal(b, places)
    answer = decimal(result, places)
    unit = "0." + "0" * (places - 1) + "1"
    lines = [f"In units of {unit}: {a} {sign} {b}"] + lines + [f"{result} units of {unit} = {answer}"]
    expected = {"+": rational(one) + rational(two), "-": rational(one) - rational(two), "*": rational(one) * rational(two)}[sign]
    return Exercise((one, sign, two), calculate(f"{one} {sign} {two}"), lines, answer, expected)


def lowest(top, bottom):
    """(text of the fraction in lowest terms, lines)."""
    divisor, lines = do.gcd(top, bottom)
    p, q = top // divisor, bottom // divisor
    text = str(p) if q == 1 else f"{p}/{q}"
    return text, lines + [f"{top}/{bottom} = {text}"]


def fraction(rng):
    a, c, b, d = rng.randrange(1, 12), rng.randrange(1, 12), rng.randrange(2, 13), rng.randrange(2, 13)
    sign = rng.choice("+*-")
    if sign == "-" and Fraction(a, b) <= Fraction(c, d):
        a, b, c, d = c, d, a, b
    if sign == "*":
        top, bottom = a * c, b * d
        lines = [f"numerator: {a} * {c} = {top}", f"denominator: {b} * {d} = {bottom}"]
    else:
        one, two, bottom = a * d, c * b, b * d
        top = one + two if sign == "+" else one - two
        lines = [f"{a} * {d} = {one}", f"{c} * {b} = {two}", f"{b} * {d} = {bottom}", f"{one} {sign} {two} = {top}"]
    if top == 0:
        text, steps = "0", [f"0/{bottom} = 0"]
    else:
        text, steps = lowest(top, bottom)
    return Exercise((a, b, sign, c, d), calculate(f"{a}/{b} {sign} {c}/{d}"), lines + steps, text,
                    {"+": rational(f"{a}/{b}") + rational(f"{c}/{d}"), "-": rational(f"{a}/{b}") - rational(f"{c}/{d}"),
                     "*": rational(f"{a}/{b}") * rational(f"{c}/{d}")}[sign])


def simplified(factor, p, q):
    text, lines = lowest(p * factor, q * factor)
    shown = f"{p * factor}/{q * factor}"
    return Exercise((p * factor, q * factor), (f"Simplify {shown}.", f"Reduce {shown} to lowest terms.",
                    f"Write {shown} as a fraction in lowest terms.", f"Cancel the fraction {shown}."), lines, text, rational(shown))


def simplify(rng):
    return simplified(rng.randrange(2, 16), rng.randrange(1, 20), rng.randrange(2, 20))


def percentage(rng):
    rate, base = rng.choice((5, 10, 15, 20, 25, 30, 40, 60, 75, 12, 18, 8)), number(rng, 2, 2, 3) * rng.choice((1, 10))
    if rng.random() < 0.6:
        total, lines = do.multiply(base, rate)
        answer = decimal(total, 2)
        lines = [f"{rate}% of {base} = {base} * {rate} / 100"] + lines + [f"{total} / 100 = {answer}"]
        return Exercise((rate, base), (f"What is {rate}% of {base}?", f"Calculate {rate}% of {base}.", f"{rate}% of {base} =",
                        f"Find {rate} percent of {base}.", f"How much is {rate} per cent of {base}?"), lines, answer,
                        sympy.Rational(rate * base, 100))
    stay = 100 - rate
    total, lines = do.multiply(base, stay)
    answer = decimal(total, 2)
    lines = [f"100% - {rate}% = {stay}% stay", f"{stay}% of {base} = {base} * {stay} / 100"] + lines + [f"{total} / 100 = {answer}"]
    return Exercise((rate, base, "off"), (f"A price of {base} is lowered by {rate}%. What is the new price?",
                    f"Decrease {base} by {rate}%.", f"{base} minus {rate}% is what?", f"What does an item of {base} cost with {rate}% off?"),
                    lines, answer, base - sympy.Rational(rate * base, 100))


UNITS = (("km", "m", 1000), ("m", "cm", 100), ("kg", "g", 1000), ("h", "min", 60), ("min", "s", 60), ("l", "ml", 1000),
         ("days", "h", 24), ("KiB", "bytes", 1024), ("cm", "mm", 10), ("s", "ms", 1000))


def units(rng):
    large, small, factor = rng.choice(UNITS)
    a = number(rng, 1, 2, 2)
    if rng.random() < 0.5:
        result, lines = do.multiply(a, factor)
        source, target, lines = f"{a} {large}", small, [f"1 {large} = {factor} {small}"] + lines
    else:
        if factor > 100 and factor != 1000:
            return units(rng)
        result = a
        source, target, lines = f"{a * factor} {small}", large, [f"1 {large} = {factor} {small}", f"{a * factor} / {factor} = {a}"]
    answer = f"{result} {target}"
    expected = f"{sympy.Integer(a) * factor if target == small else sympy.Integer(a * factor) / factor} {target}"
    return Exercise((source, target), (f"Convert {source} to {target}.", f"How many {target} are {source}?", f"{source} in {target}",
                    f"Express {source} in {target}."), lines, answer, expected)


def signed(value, first=False):
    if first:
        return str(value)
    return f"+ {value}" if value >= 0 else f"- {-value}"


def linear(rng):
    a, x, b = rng.randrange(2, 13), rng.randrange(-15, 16), rng.randrange(-40, 41) or 7
    c = a * x + b
    shown = f"{a}*x {signed(b)} = {c}"
    rest, steps = do.add_signed(c, -b)
    lines = [f"{a}*x = {c} {signed(-b)}"] + steps + [f"{a}*x = {rest}", f"x = {rest} / {a}"]
    lines += (do.divide(abs(rest), a)[1] if abs(rest) > 9 else []) + [f"x = {x}"]
    return Exercise((a, b, c), (f"Solve {shown} for x.", f"Solve the equation {shown}.", f"Find x: {shown}", f"{shown}, x = ?",
                    f"For which x does {shown} hold?"), lines, f"x = {x}", set(sympy.solve(sympy.Eq(a * X + b, c), X)))


def terms(coefficients):
    """Text of a polynomial in x, highest power first."""
    text, top = "", len(coefficients) - 1
    for at, c in enumerate(coefficients):
        if not c:
            continue
        power = top - at
        body = {0: "", 1: "x"}.get(power, f"x**{power}")
        size = str(abs(c)) if not body else (body if abs(c) == 1 else f"{abs(c)}*{body}")
        text += (("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")) + size
    return text or "0"


def factors(p, q):
    """Steps that find p <= q from their sum and product: the pairs of factors, and what each pair gives."""
    total, product = p + q, abs(p * q)
    if not product:
        return [f"one is 0, the other {total}"]
    pairs = [(d, product // d) for d in range(1, 13) if product % d == 0 and d * d <= product]
    same = p * q > 0
    sign = "+" if same else "-"
    gives = [(f"{b} {sign} {a} = {b + a if same else b - a}", b + a if same else b - a) for a, b in reversed(pairs)]
    tried = gives[:[value for _, value in gives].index(abs(total)) + 1]
    return [f"{product} = {' = '.join(f'{a} * {b}' for a, b in reversed(pairs))}", ", ".join(text for text, _ in tried),
            f"{abs(total)} fits, {'same signs' if same else 'other signs'}, sum {total}: {p} and {q}"]


def quadratic(rng):
    p, q = sorted((rng.randrange(-12, 13), rng.randrange(-12, 13)))
    b, c = -(p + q), p * q
    shown = f"{terms((1, b, c))} = 0"
    answer = f"x = {p}" if p == q else f"x = {p} or x = {q}"
    lines = [f"two numbers with sum {-b} and product {c}"] + factors(p, q) + [f"{p} {signed(q)} = {p + q}", f"{p} * {q} = {c}"]
    return Exercise((p, q), (f"Solve {shown}.", f"Find the roots of {terms((1, b, c))}.", f"Solve the quadratic equation {shown}.",
                    f"Which x satisfy {shown}?"), lines, answer, set(sympy.solve(X**2 + b * X + c, X)))


def derivative(rng):
    if rng.random() < 0.7:
        size = rng.randrange(2, 5)
        coefficients = [rng.randrange(1, 10)] + [rng.randrange(-9, 10) for _ in range(size)]
        shown, lines, top = terms(coefficients), [], size
        slopes = [c * (top - at) for at, c in enumerate(coefficients[:-1])]
        for at, c in enumerate(coefficients):
            if c:
                one = terms((c,) + (0,) * (top - at))
                lines.append(f"({one})' = {terms((slopes[at],) + (0,) * (top - at - 1)) if at < top else 0}")
        answer = terms(slopes)
    else:
        k, f = rng.randrange(2, 13), rng.choice(("sin", "cos", "exp", "log"))
        a = rng.randrange(2, 10)
        inner = f"{k}*x"
        outer = {"sin": f"cos({inner})", "cos": f"-sin({inner})", "exp": f"exp({inner})", "log": f"1/({inner})"}[f]
        shown = f"{a}*{f}({inner})"
        answer = {"sin": f"{a * k}*cos({inner})", "cos": f"-{a * k}*sin({inner})", "exp": f"{a * k}*exp({inner})", "log": f"{a}/x"}[f]
        lines = [f"inner: ({inner})' = {k}", f"outer: {f}' gives {outer}"] + ([f"{a} * {k} = {a * k}"] if f != "log" else [f"{a} * {k} / ({inner}) = {a}/x"])
    return Exercise((shown,), (f"Differentiate {shown}.", f"What is the derivative of {shown}?", f"d/dx ({shown}) =",
                    f"Find f'(x) for f(x) = {shown}.", f"Give the slope function of f(x) = {shown}."), lines, answer, sympy.diff(parse_expr(shown, local_dict={"x": X}), X))


def rooted(root):
    return Exercise(("root", root), (f"What is the square root of {root * root}?", f"Calculate sqrt({root * root}).", f"sqrt({root * root}) =",
                    f"Take the root of {root * root}."), do.root(root * root)[1], str(root), sympy.sqrt(root * root))


def power(rng):
    if rng.random() < 0.5:
        return rooted(rng.randrange(2, 32))
    base, exponent = rng.choice([(b, e) for b in range(2, 13) for e in range(2, 9) if b ** e < 5000] + [(b, 2) for b in range(13, 60)])
    value, lines = base, []
    for at in range(2, exponent + 1):
        value, steps = do.multiply(value, base)
        lines += steps[:-1] + [f"{base}**{at} = {value}"]
    return Exercise((base, exponent), calculate(f"{base}**{exponent}", f"Raise {base} to the power {exponent}."), lines, str(value), sympy.Integer(base) ** exponent)


def order(rng):
    a, b, c = rng.randrange(2, 60), rng.randrange(2, 13), rng.randrange(2, 13)
    if rng.random() < 0.5:
        sign, inner = rng.choice("+-"), b * c
        shown, lines = f"{a} {sign} {b} * {c}", [f"first {b} * {c} = {inner}"]
        result, steps = (do.add if sign == "+" else do.subtract)(a, inner)
    else:
        inner, shown = a + b, f"({a} + {b}) * {c}"
        lines = ["first"] + do.add(a, b)[1]
        result, steps = do.multiply(inner, c)
    return Exercise((shown,), calculate(shown, f"Evaluate {shown}"), lines + steps, str(result), exact(shown))


KINDS = (addition, subtraction, product, quotient, decimals, fraction, simplify, percentage, units, linear, quadratic,
         derivative, power, order)
