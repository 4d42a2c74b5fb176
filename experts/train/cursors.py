# Where an editor may ask for a completion: cursors in lines of code, prose, comments and docstrings, with the true rest of the line.
"""A span is (start, end, kept): characters of one line of a file's text, and whether what follows them on the line has been
written already (the mark that closes a comment)."""
import re

from .examples import comments

BEFORE, AFTER = 4000, 500  # characters of context
# Where in a line: twice between two tokens, once inside a word, once where the line begins after its indentation.
KINDS = ("boundary", "word", "boundary", "start")
PAIRS = {"(": ")", "[": "]", "{": "}"}
QUOTES = "'\"`"
MARK = re.compile(r"(/\*\*?|\*|//+|#+|r?\"\"\"|'''|\")?[ \t]*")


def places(line, start, end, kind):
    """Indices in line[start:end] where a cursor of this kind may be; what is right of it is not only blank."""
    if kind == "start":
        return [start] if start < end else []
    between = lambda at: bool(re.match(r"\w\w", line[at - 1:at + 1]))
    if kind == "word":
        return [at for at in range(start + 1, end) if between(at)]
    return [at for at in range(start + 1, end) if not between(at) and not line[at - 1:at + 1].isspace()]


def closer(line, at, quotes):
    """Where the innermost bracket (or string, with `quotes`) around the index `at` closes on this line, or None."""
    open_, best = [], None
    for i, char in enumerate(line):
        top = open_[-1][0] if open_ else None
        if top is not None and top in QUOTES:
            closes = char == top and line[i - 1] != "\\"
        else:
            closes = PAIRS.get(top) == char
            if not closes and (char in PAIRS or quotes and char in QUOTES):
                open_.append((char, i))
        if closes:
            _, opened = open_.pop()
            if opened < at <= i and (best is None or opened > best[0]):
                best = (opened, i)
    return best and best[1]


def cursor(row, span, kind, rng, quotes):
    """A cursor of this kind in a span of a file, or None where there is none with anything left to write. In half of all
    places inside brackets or a string their end stands after the cursor, as an editor puts it there."""
    start, end, kept = span
    text = row["text"]
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start:line_end if line_end >= 0 else len(text)]
    found = places(line, start - line_start, end - line_start, kind)
    if not found:
        return None
    at = rng.choice(found)
    stop = end - line_start if kept else len(line)
    inner = closer(line, at, quotes) if rng.random() < 0.5 else None
    at, stop = line_start + at, line_start + min(stop, inner if inner is not None else stop)
    first = max(0, at - BEFORE)
    first = first if first == 0 else text.find("\n", first) + 1  # from a whole line on
    rest = text[at:stop].rstrip()
    if not rest.strip() or first > at:
        return None
    return {"kind": kind, "package": row["package"], "workspace": row["workspace"], "path": row["path"], "language": row["language"],
            "before": text[first:at], "rest": rest, "after": text[stop:stop + AFTER]}


def lines_of(text):
    """(start, end) of the text of every line, without indentation and blanks at its end; blank lines are left out."""
    return [m.span() for m in re.finditer(r"[^\s](?:.*[^\s])?", text)]


def words(text, least):
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= least


def code_spans(row):
    """The lines of a source file in which no comment or docstring is."""
    marked = comments(row["text"], row["language"])
    return [(s, e, False) for s, e in lines_of(row["text"]) if not any(s < end and start < e for start, end in marked)]


def prose_spans(row):
    """The lines of running text in a Markdown file: no code, table, image, link alone or markup."""
    fenced, found = False, []
    for start, end in lines_of(row["text"]):
        line = row["text"][start:end]
        if line.startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and words(line, 5) and line[0] not in "|<[!":
            found.append((start, end, False))
    return found


def comment_spans(row, docstring):
    """The lines of a source file's comments, or of its docstrings, without their marks."""
    text, found = row["text"], []
    for start, end in comments(text, row["language"]):
        whole = text[start:end]
        if whole.startswith(("/**", '"""', "'''", 'r"""', '"')) != docstring:
            continue
        closing = None if whole.startswith(("//", "#")) else re.search(r"\s*(\*/|\"\"\"|'''|\")$", whole)
        last = end - len(closing.group()) if closing else end
        for s, e in lines_of(text[start:last]):
            s, e = start + s, start + e
            s += len(MARK.match(text[s:e]).group())
            if words(text[s:e], 3):
                found.append((s, e, e == last and last < end))
    return found
