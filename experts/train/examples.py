# Turns cleaned files into training documents for the experts code and docs.
"""A document is (ids, weights): token ids, and for every token 1 where predicting it counts in the loss, else 0."""
import ast
import io
import random
import re
import tokenize

from .corpus import DECLARED, is_prose, rows
from .layouts import compose, laid_out, reply, request, stop, tokenizer

GROUPS = {"typescript": "typescript", "typescriptreact": "typescript", "javascript": "javascript", "python": "python",
          "css": "other", "scss": "other", "html": "other", "shellscript": "other", "sql": "other"}
SHARES = {"typescript": 0.34, "javascript": 0.3, "python": 0.34, "other": 0.02}
IMPORT = re.compile(r"^(import |from \S+ import |export .* from |(const|var|let) .*\brequire\()")
TOKENS = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", re.S)
# A comment that documents, and the function or class below it: lines indented further, brackets that close at its own depth.
DOCUMENTED = re.compile(
    r"^([ \t]*)/\*\*((?:(?!\*/)[\s\S])*)\*/\n(\1[^\s/*].*\n(?:\1[ \t]+\S.*\n|[ \t]*\n)*"
    r"(?:\1[})\]].*[{([]\n(?:\1[ \t]+\S.*\n|[ \t]*\n)*)*(?:\1[})\]].*\n)?)", re.M)
ABOUT_FILE = re.compile(r"@(license|preserve|file|module|packageDocumentation)|Copyright", re.I)
SECTION = re.compile(r"^\s*(@\w|Parameters\b|Args:|Arguments:|Returns?\b|Raises\b|Yields\b|Examples?\b|Notes?\b|:\w+.*:|>>>|\.\. |-{4,})", re.M)


def by_size(files):
    return sum(len(row["text"]) for row in files) ** 0.5


def by_files(files):
    return len(files) ** 0.75


def weighing(split):
    """How `docs` weighs packages. Every draw takes one file, so weights near the number of files repeat little; held-out sets keep
    the weights that they have always had."""
    return by_files if split == "train" else by_size


def sample(files, group_of, shares, rng, weigh=by_size):
    """Endless files: group by its share, then package by its weight, then a file of it without repetition until all were
    had."""
    packages = {}
    for row in files:
        packages.setdefault(group_of(row), {}).setdefault(row["package"], []).append(row)
    groups = [g for g in shares if g in packages]
    names = {g: sorted(packages[g]) for g in groups}
    weights, queues = {g: [weigh(packages[g][n]) for n in names[g]] for g in groups}, {}
    while groups:
        group = rng.choices(groups, [shares[g] for g in groups])[0]
        name = rng.choices(names[group], weights[group])[0]
        queue = queues.setdefault((group, name), [])
        if not queue:
            queue += rng.sample(packages[group][name], len(packages[group][name]))
        yield queue.pop()


def imports(text):
    """The import lines at the top level of a file, at most 400 characters: what stands for the frozen context."""
    found = list(dict.fromkeys(line for line in text.split("\n") if len(line) < 120 and IMPORT.match(line)))
    while len("\n".join(found)) > 400:
        found.pop()
    return "\n".join(found) + "\n" if found else ""


def windows(row, size, most, rng):
    """Up to `most` documents of at most `size` tokens from one file in layout "complete". The first begins with the
    file, later ones with its imports and then a line. Yields (ids, places, text): for every token the index in `text`
    of its last character, -1 in the prompt before the text, len(text) for the stop token."""
    lines = row["text"].split("\n")
    lengths = [len(e.ids) + 1 for e in tokenizer().encode_batch_fast(lines, add_special_tokens=False)]
    context = "" if is_prose(row["language"]) else imports(row["text"])
    pieces, at = [], 0
    while at < len(lines):
        given = "" if at == 0 else context
        head = compose("complete", workspace=row["workspace"], path=row["path"], context=given)
        end, room = at, size - len(head) - 1
        while end < len(lines) and room >= lengths[end]:
            room -= lengths[end]
            end += 1
        end = max(end, at + 1)
        pieces.append((given, "\n".join(lines[at:end]) + ("\n" if end < len(lines) else ""), end == len(lines)))
        at = end
    first = rng.randrange(max(1, len(pieces) - most + 1)) if rng.random() < 0.6 else 0
    for given, text, last in pieces[first:first + most]:
        ids, ends, tail = laid_out("complete", workspace=row["workspace"], path=row["path"], context=given, prefix=text)
        places = [max(-1, end - 1 - len(tail) + len(text)) for end in ends]
        places = [-1] * (len(ids) - len(places)) + places
        if last:
            ids, places = ids + [stop("complete")], places + [len(text)]
        yield ids[:size], places[:size], text


def code(split, size, most, rng):
    """Endless documents for `code`: windows of source files, the loss on all of the text."""
    files = [row for row in rows(split, "code", "docs") if row["language"] in GROUPS and not DECLARED.search(row["path"])]
    for row in sample(files, lambda row: GROUPS[row["language"]], SHARES, rng):
        for ids, places, _ in windows(row, size, most, rng):
            yield ids, [int(place >= 0) for place in places]


def comments(text, language):
    """Character spans (start, end) of comments and docstrings."""
    if language != "python":
        return [m.span("comment") for m in TOKENS.finditer(text) if m.group("comment")]
    starts, spans, previous = [0], [], None
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            doc = token.type == tokenize.STRING and previous in (None, tokenize.INDENT, tokenize.NEWLINE)
            if token.type == tokenize.COMMENT or doc:
                spans.append((starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]))
            if token.type not in (tokenize.NL, tokenize.COMMENT):
                previous = token.type
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass  # a window may end inside a bracket: the spans so far are right
    return spans


def commented(split, size, most, rng):
    """Endless windows of well commented source, the loss on comments and docstrings only."""
    files = [row for row in rows(split, "docs") if GROUPS.get(row["language"], "other") != "other"]
    for row in sample(files, lambda row: GROUPS[row["language"]], SHARES, rng, weighing(split)):
        for ids, places, text in windows(row, size, most, rng):
            inside = bytearray(len(text))
            for start, end in comments(text, row["language"]):
                inside[start:end] = b"\1" * (end - start)
            if sum(inside) < 0.3 * len(text):
                continue
            yield ids, [int(0 <= place < len(text) and inside[place]) for place in places]


def prose(split, size, most, rng):
    """Endless windows of Markdown and reStructuredText, the loss on all of the text. There is twice as much of the latter to train
    on, though people write the former; held-out sets keep the shares that they have always had."""
    shares = {"markdown": 0.6, "restructuredtext": 0.4} if split == "train" else {"markdown": 0.9, "restructuredtext": 0.1}
    files = [row for row in rows(split, "docs") if is_prose(row["language"])]
    for row in sample(files, lambda row: row["language"], shares, rng, weighing(split)):
        for ids, places, _ in windows(row, size, most, rng):
            yield ids, [int(place >= 0) for place in places]


def documented(row):
    """(code without its documentation, documentation) of the functions and classes of one file."""
    text = row["text"]
    if row["language"] == "python":
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        lines = text.split("\n")
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or not ast.get_docstring(node) or len(node.body) < 2:
                continue
            doc, first, last = node.body[0], min([node.lineno] + [d.lineno for d in node.decorator_list]), node.end_lineno
            body = lines[first - 1:doc.lineno - 1] + lines[doc.end_lineno:last]
            indent = len(body[0]) - len(body[0].lstrip())
            yield "\n".join(line[indent:] for line in body), ast.get_docstring(node)
        return
    for found in DOCUMENTED.finditer(text):
        indent, doc, body = found.groups()
        if "(" in body.split("\n")[0] and body.count("\n") > 2:
            plain = "\n".join(re.sub(r"^\s*\* ?", "", line) for line in doc.strip().split("\n")).strip()
            if not ABOUT_FILE.match(plain):
                yield "\n".join(line[len(indent):] for line in body.rstrip().split("\n")), plain


def written(doc, language):
    """A documentation comment in the syntax of its language."""
    if language == "python":
        return f'"""{doc}"""' if "\n" not in doc else f'"""{doc}\n"""'
    return f"/** {doc} */" if "\n" not in doc else "/**\n" + "\n".join((" * " + line).rstrip() for line in doc.split("\n")) + "\n */"


def unversioned(doc):
    """A documentation without its notes about versions."""
    return re.split(r"\n\s*\.\. version", doc)[0].strip()


def described(split, size, most, rng):
    """Endless requests "explain" and "document" in layout "tasks", made from documented functions; the loss on the
    answer. An explanation is the documentation's text before its sections."""
    files = [row for row in rows(split, "docs") if GROUPS.get(row["language"], "other") != "other"]
    for row in sample(files, lambda row: GROUPS[row["language"]], SHARES, rng, weighing(split)):
        pairs = list(documented(row))
        for body, doc in rng.sample(pairs, min(most, len(pairs))):
            doc = unversioned(doc)
            section = SECTION.search(doc)
            brief = re.sub(r"\s*\n\s*", " ", doc[:section.start()] if section else doc).replace("``", "`").strip()
            task = "explain" if rng.random() < 0.5 and len(brief) > 60 else "document"
            answer = brief if task == "explain" else written(doc, row["language"])
            if not 30 <= len(answer) <= 900 or "`" * 3 in body:
                continue
            prompt = compose("tasks", path=row["path"], language=row["language"], window=body, request=request(task))
            said = reply("tasks", answer)
            if len(prompt) + len(said) <= size:
                yield prompt + said, [0] * len(prompt) + [1] * len(said)


def docs(split, size, most, rng):
    """Endless documents for `docs`: prose, comments in code, and requests, at 4 : 3 : 3."""
    sources = [maker(split, size, most, random.Random(rng.random())) for maker in (prose, commented, described)]
    while True:
        yield next(rng.choices(sources, (4, 3, 3))[0])


def infilled(split, size, most, rng):
    """Endless documents in layout "infill": spans as an editor asks for them (the rest of a line, one line, two to four
    lines, the body of a block), cut between any two characters; the loss on the middle and its end."""
    files = [row for row in rows(split) if GROUPS.get(row["language"], "other") != "other"]
    for row in sample(files, lambda row: GROUPS[row["language"]], SHARES, rng):
        text = row["text"]
        for _ in range(most):
            start = rng.randrange(len(text))
            ends = [m.start() for m in re.finditer("\n", text[start:start + 1500])]
            if not ends:
                continue
            kind, stop_at = rng.random(), ends[0]
            if kind > 0.85:  # to the line before the first one that is indented less: the rest of a block
                depth = len(re.match(r"[ \t]*", text[text.rfind("\n", 0, start) + 1:]).group())
                outer = [m.start() for m in re.finditer(r"\n(?=[ \t]*\S)", text[start:start + 1500])
                         if len(re.match(r"[ \t]*", text[start + m.start() + 1:]).group()) < depth]
                stop_at = outer[0] if outer else ends[0]
            elif kind > 0.6:
                stop_at = ends[min(len(ends) - 1, rng.randrange(1, 4))]
            elif kind > 0.4:
                start = text.rfind("\n", 0, start) + 1
            middle = text[start:start + stop_at] if kind <= 0.4 or kind > 0.6 else text[start:text.find("\n", start)]
            if not middle.strip():
                continue
            room = 2 * size  # characters before the cursor; a window that is still too long is left out
            prefix = text[max(0, start - rng.randrange(100, room)):start]
            prefix = prefix if len(prefix) == start else prefix.partition("\n")[2]
            after = text[start + len(middle):][:400]
            prompt = compose("infill", workspace=row["workspace"], path=row["path"], context="" if len(prefix) == start else imports(text),
                             suffix=after, prefix=prefix)
            said = reply("infill", middle)
            if len(prompt) + len(said) <= size:
                yield prompt + said, [0] * len(prompt) + [1] * len(said)


def code_infill(split, size, most, rng):
    """Endless documents for a `code` that can also fill in: layouts "complete" and "infill" by turns."""
    yield from (document for pair in zip(code(split, size, most, random.Random(rng.random())),
                                         infilled(split, size, most, random.Random(rng.random()))) for document in pair)
