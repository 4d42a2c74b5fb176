# Worked steps of schoolbook arithmetic: every step is one that a small model can look up.
"""Each function returns (result, lines). Numbers are non-negative integers unless said otherwise."""
from math import isqrt

COLUMNS = ("ones", "tens", "hundreds", "thousands", "ten thousands", "hundred thousands", "millions", "ten millions")


def digits(number):
    """Digits from the ones upward."""
    return [int(c) for c in reversed(str(number))]


def add(a, b):
    if a < 10 and b < 10:
        return a + b, [f"{a} + {b} = {a + b}"]
    lines, carry, written = [f"{a} + {b}:"], 0, []
    x, y = digits(a), digits(b)
    for at in range(max(len(x), len(y))):
        terms = [d[at] for d in (x, y) if at < len(d)] + ([carry] if carry else [])
        total = sum(terms)
        carry = total // 10
        written.append(total % 10)
        left = " + ".join(map(str, terms))
        lines.append(f"{COLUMNS[at]}: {left} = {total}, write {total % 10}" + (f", carry {carry}" if carry else ""))
        if len(terms) == 1:
            lines[-1] = f"{COLUMNS[at]}: write {total}"
    if carry:
        lines.append(f"write {carry}")
    lines.append(f"{a} + {b} = {a + b}")
    return a + b, lines


def subtract(a, b):
    """a - b, also when it is negative."""
    if a < b:
        result, lines = subtract(b, a)
        return -result, [f"{a} - {b} = -({b} - {a})"] + lines + [f"{a} - {b} = {-result}"]
    if a < 10:
        return a - b, [f"{a} - {b} = {a - b}"]
    lines, borrow, y = [f"{a} - {b}:"], 0, digits(b)
    for at, top in enumerate(digits(a)):
        low = y[at] if at < len(y) else 0
        value = top - borrow
        note = f"{top} - 1 = {value}, " if borrow else ""
        borrow = int(value < low)
        taken = f"borrow, {value + 10} - {low} = {value + 10 - low}" if borrow else f"{value} - {low} = {value - low}"
        lines.append(f"{COLUMNS[at]}: {note}{taken}")
    lines.append(f"{a} - {b} = {a - b}")
    return a - b, lines


def add_signed(a, b):
    """a + b of any integers, by adding or subtracting their sizes; a negative b is shown as subtracted."""
    shown = f"{a} + {b}" if b >= 0 else f"{a} - {-b}"
    if a >= 0:
        result, lines = add(a, b) if b >= 0 else subtract(a, -b)
        return result, lines
    if b >= 0:
        result, lines = subtract(b, -a)
        return result, [f"{shown} = {b} - {-a}"] + lines + [f"{shown} = {result}"]
    result, lines = add(-a, -b)
    return -result, [f"{shown} = -({-a} + {-b})"] + lines + [f"{shown} = {-result}"]


def times_digit(a, d):
    """a * d for one digit d, in one line."""
    if a < 10:
        return a * d, [f"{a} * {d} = {a * d}"]
    parts, carry = [], 0
    for digit in digits(a):
        product = digit * d
        part = f"{digit} * {d} = {product}"
        if carry:
            part += f", {product} + {carry} = {product + carry}"
        carry, write = divmod(product + carry, 10)
        parts.append(f"{part}, write {write}" + (f", carry {carry}" if carry else ""))
    if carry:
        parts.append(f"write {carry}")
    return a * d, ["; ".join(parts), f"{a} * {d} = {a * d}"]


def multiply(a, b):
    """a * b; the number with fewer digits is taken digit by digit, zeros at the end are set aside."""
    zeros = [len(str(n)) - len(str(n).rstrip("0")) for n in (a, b)]
    if sum(zeros):
        small, lines = multiply(a // 10 ** zeros[0], b // 10 ** zeros[1])
        return a * b, lines * (1 not in (a // 10 ** zeros[0], b // 10 ** zeros[1])) + [f"{a} * {b} = {a * b}"]
    if len(str(b)) > len(str(a)):
        a, b = b, a
    if b < 10:
        return times_digit(a, b)
    lines, total = [], None
    for at, digit in enumerate(digits(b)):
        if not digit:
            continue
        product, steps = times_digit(a, digit)
        lines += steps
        part = product * 10 ** at
        if at:
            lines.append(f"{a} * {digit * 10 ** at} = {part}")
        if total is None:
            total = part
        else:
            total, steps = add(part, total)
            lines += steps
    return total, lines + [f"{a} * {b} = {total}"]


def divide(a, d):
    """((quotient, remainder), lines) of long division."""
    lines, rest, quotient = [f"{a} / {d}:"], 0, ""
    for at, digit in enumerate(str(a), 1):
        value = rest * 10 + int(digit)
        if not quotient and value < d and at < len(str(a)):
            rest = value
            continue
        part, rest = divmod(value, d)
        quotient += str(part)
        lines.append(f"{value} / {d} = {part} remainder {rest}" if d < 10 or part == 0 else
                     f"{value} / {d}: {d} * {part} = {d * part}, {value} - {d * part} = {rest}")
    lines.append(f"{a} / {d} = {int(quotient)}" + (f" remainder {rest}" if rest else ""))
    return (int(quotient), rest), lines


def gcd(a, b):
    """Euclid's algorithm."""
    lines = [f"gcd({a}, {b}):"]
    while b:
        lines.append(f"{a} mod {b} = {a % b}")
        a, b = b, a % b
    return a, lines + [f"gcd = {a}"]


def root(square):
    """The root of a square number below 10,000: between two tens, then by its last digit, then tried."""
    whole = isqrt(square)
    if whole < 10:
        return whole, [f"{whole} * {whole} = {square}"]
    ten = whole // 10 * 10
    lines = [f"{ten} * {ten} = {ten * ten}, {ten + 10} * {ten + 10} = {(ten + 10) ** 2}: from {ten} to {ten + 9}"]
    ends = [d for d in range(10) if d * d % 10 == square % 10]
    last = sorted({whole % 10, -whole % 10})
    lines.append(f"it ends in {square % 10}: {' or '.join(str(ten + digit) for digit in last)}")
    if len(last) == 2:
        middle = (ten + 5) ** 2
        lines.append(f"{ten + 5} * {ten + 5} = {middle}, {square} is {'less' if square < middle else 'more'}: {whole}")
    return whole, lines + multiply(whole, whole)[1]
