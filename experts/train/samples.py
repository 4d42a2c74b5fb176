# Draws what `npm run quality` asks the product: cursors, documented functions, exercises and texts of held-out packages.
"""python -m train.samples [--code N] [--docs N] [--document N] [--exercises N] [--tokens N] [--seed N]

Writes data/quality/*.jsonl, one sample a line, and index.json. The same seed and corpus give the same samples, and fewer samples
are the first of more.
"""
import argparse
import hashlib
import json
import random
from itertools import zip_longest

from .corpus import CORPUS, rows
from .cursors import KINDS, code_spans, comment_spans, cursor, prose_spans
from .evaluate import counted, held_out
from .examples import GROUPS, documented, sample, unversioned
from .exercises import exercise
from .fetch import HERE
from .layouts import encode

FOLDER = HERE / "data" / "quality"
CODE = ("typescript", "javascript", "python")
DOMAINS = ("code", "docs", "math")


def source_files():
    """The held-out source files of each language."""
    held = rows("held-out")
    return {language: [row for row in held if GROUPS.get(row["language"]) == language] for language in CODE}


def cursors(groups, count, rng):
    """`count` different cursors of groups (name -> (files, their spans)), by turns; in a group the kinds take turns."""
    streams = {name: sample(files, lambda row: "all", {"all": 1}, random.Random(rng.random())) for name, (files, _) in groups.items()}
    spans, seen, made = {}, set(), 0
    for _ in range(1000 * count):
        if made == count:
            return
        name = list(groups)[made % len(groups)]
        row, kind = next(streams[name]), KINDS[made // len(groups) % len(KINDS)]
        where = (name, row["package"], row["path"])
        if where not in spans:
            spans[where] = groups[name][1](row)
        found = spans[where] and cursor(row, rng.choice(spans[where]), kind, rng, quotes=name in CODE)
        if found and (*where, found["before"]) not in seen:
            seen.add((*where, found["before"]))
            made += 1
            yield {"group": name, **found}
    raise SystemExit(f"The held-out files hold only {made} of the {count} cursors asked for.")


def code(count, rng):
    """Cursors in source code, in equal parts of each language."""
    return cursors({language: (files, code_spans) for language, files in source_files().items()}, count, rng)


def docs(count, rng):
    """Cursors in Markdown prose, comments and docstrings, in equal parts."""
    source = [row for files in source_files().values() for row in files]
    prose = [row for row in rows("held-out") if row["language"] == "markdown"]
    return cursors({"prose": (prose, prose_spans), "comment": (source, lambda row: comment_spans(row, False)),
                    "docstring": (source, lambda row: comment_spans(row, True))}, count, rng)


def document(count, rng):
    """Documented functions without their documentation, and what was written; languages by turns, at most three a file.
    There may be fewer than `count`."""
    found = {}
    for language, files in source_files().items():
        for row in rng.sample(files, len(files)):
            pairs = [(body, unversioned(doc)) for body, doc in documented(row)]
            fitting = [(body, doc) for body, doc in pairs if 30 <= len(doc) <= 900 and "```" not in body and len(encode(body)) <= 400]
            for body, doc in rng.sample(fitting, min(3, len(fitting))):
                found.setdefault(language, []).append({"group": language, "package": row["package"], "path": row["path"],
                                                       "language": row["language"], "code": body, "written": doc})
    turns = [each for some in zip_longest(*(found[language] for language in CODE)) for each in some if each]
    yield from turns[:count]


def exercises(count):
    """Exercises with held-out numbers and, by turns, with held-out wordings too: those that `evaluate` asks."""
    splits = {split: random.Random(f"exercises {split}") for split in ("held-out", "templates")}
    for _ in range(count):
        for split, rng in splits.items():
            kind, question, _, answer = exercise(split, rng)
            yield {"group": split, "kind": kind, "question": question, "answer": answer}


def texts(held):
    """The documents of a packed set: token ids, and for every token 1 where predicting it counts."""
    for tokens, positions, weights in zip(held.tokens.tolist(), held.positions.tolist(), held.weights.tolist()):
        starts = [at for at, position in enumerate(positions) if position == 0] + [len(tokens)]
        for start, end in zip(starts, starts[1:]):
            if any(weights[start:end]):  # padding counts nowhere
                yield {"ids": tokens[start:end], "weights": weights[start:end]}


def write(name, made):
    """Writes samples with ids to data/quality/NAME.jsonl; how many there are."""
    count = 0
    with (FOLDER / f"{name}.jsonl").open("w", encoding="utf-8") as out:
        for count, each in enumerate(made, 1):
            out.write(json.dumps({"id": f"{name}-{count:05}", **each}) + "\n")
    return count


def main():
    parser = argparse.ArgumentParser(prog="python -m train.samples", description="Draws the samples of `npm run quality`.")
    parser.add_argument("--code", type=int, default=900, help="cursors in code")
    parser.add_argument("--docs", type=int, default=450, help="cursors in prose, comments and docstrings")
    parser.add_argument("--document", type=int, default=90, help="functions to document")
    parser.add_argument("--exercises", type=int, default=100, help="exercises with held-out numbers, and with held-out wordings")
    parser.add_argument("--tokens", type=int, default=48_000, help="tokens of the losses of each domain, as for evaluate")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = lambda name: random.Random(f"{name} {given.seed}")
    samples = {"code": write("code", code(given.code, rng("code"))), "docs": write("docs", docs(given.docs, rng("docs"))),
               "document": write("document", document(given.document, rng("document"))),
               "exercises": write("exercises", exercises(given.exercises))}
    losses = {}
    for domain in DOMAINS:
        held = held_out(domain, tokens=given.tokens)
        losses[domain] = {"set": held.name, "counted": counted(held), "texts": write(f"loss-{domain}", texts(held))}
    index = {"seed": given.seed, "corpus": hashlib.sha256(CORPUS.read_bytes()).hexdigest(), "samples": samples, "losses": losses}
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(json.dumps(index["samples"]), FOLDER)


if __name__ == "__main__":
    main()
