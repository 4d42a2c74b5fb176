# Cleans the fetched packages into data/corpus.jsonl: one line a file, with package, path, language and split.
"""python -m train.corpus

What goes: vendored, minified, generated, compiled and test files, tables of data, exact and near duplicates (a file
most of whose lines were seen before), keys. E-mail addresses become user@example.com. The split is by package, and a
held-out file that repeats lines of training files is dropped too. Packages that are there for one expert only ("only" in
the manifest) come last, so that adding some changes neither held-out files nor what the other experts see. Of those for
`docs` declarations (.d.ts) are taken too, for their comments, and long files in parts; lists of changes and translations are not.
"""
import hashlib
import json
import re

from .fetch import HERE, MANIFEST, PACKAGES

CORPUS = HERE / "data" / "corpus.jsonl"
LANGUAGES = {
    ".ts": "typescript", ".mts": "typescript", ".tsx": "typescriptreact", ".js": "javascript", ".mjs": "javascript",
    ".cjs": "javascript", ".jsx": "javascriptreact", ".py": "python", ".css": "css", ".scss": "scss", ".html": "html",
    ".sh": "shellscript", ".sql": "sql", ".md": "markdown", ".rst": "restructuredtext",
}
SKIP = re.compile(
    r"(^|/)(tests?|testing|__tests__|specs?|e2e|benchmarks?|node_modules|vendor(ed)?|_vendor|third_party|externals?|extern|"
    r"dist|umd|cjs|_cjs|min|bundles?|lib\.commonjs|locales?|lang|fixtures|migrations|__pycache__|amd|browser-build|"
    r"[^/]*\.dist-info|compiled|idlelib/idle_test|lib2to3|pydecimal)(/|$)|\.min\.|\.d\.[mc]?ts$|_pb2|/test_|_test\.|\.test\.|\.spec\.|bundle",
    re.I,
)
# What is there for `docs` alone: declarations and prose count wherever a build put them, but lists of what changed are poor text,
# frames that Sphinx fills are no text, and some documentation has a licence of its own.
DECLARED = re.compile(r"\.d\.[mc]?ts$")
BUILT = re.compile(r"(^|/)(dist|umd|cjs)(?=/)|\.d(?=\.[mc]?ts$)")
CHANGES = re.compile(
    r"(^|/)(change|history|news|releas|what.?s.?new|prev_|authors|contributors|credits|thanks|licen[cs]e|notice|code_?of_?conduct|security|"
    r"third.?party|upgrad|migrat|requirements|opencollective|tidelift|_sources/|[^/]*(changelog|changes)|v?\d+\.\d+[^/]*\.\w+$)", re.I,
)
STUB = re.compile(r"^\.\. (auto\w+|currentmodule)::", re.M)
RST = re.compile(r"^(={4,}|-{4,})$|^\.\. ", re.M)
OTHERWISE = re.compile(r"creativecommons\.org/licenses|Creative Commons Attribution|CC[- ]BY", re.I)
GENERATED = re.compile(
    r"@generated|auto-?generated|do not edit|sourceMappingURL|__esModule|__webpack|"
    r"generated (by|from|with)|this file (was|is) (created|built|compiled) by", re.I,
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
KEY = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|gh[pousr]_\w{36}|sk-[A-Za-z0-9]{32,}|xox[bap]-\w{10,}")
TOKEN = re.compile(r"[\"'](?=[^\"']*\d)[A-Za-z0-9+/=_-]{40,}[\"']")


def worth(text, paragraphs=False):
    """Whether a text is written by hand: no long lines, unless they may be whole paragraphs, no tables of numbers, no compiled
    output, no keys."""
    lines = text.split("\n")
    longest, mean = (2000, 250) if paragraphs else (800, 90)
    if not 200 <= len(text) <= 80_000 or max(map(len, lines)) > longest or len(text) / len(lines) > mean:
        return False
    if GENERATED.search(text[:1500]) or "sourceMappingURL" in text[-400:] or KEY.search(text) or len(TOKEN.findall(text)) > 3:
        return False
    letters = sum(c.isalpha() for c in text)
    return letters > 0.35 * len(text) and sum(c.isdigit() for c in text) < 0.12 * len(text) and text.isascii() | (letters > 0.5 * len(text))


def parts(text):
    """A text that is too long for `worth` in parts that end where a paragraph or a declaration does."""
    while len(text) > 80_000:
        cut = text.rfind("\n\n", 0, 60_000) + 2
        cut = cut if cut > 1 else 60_000
        yield text[:cut]
        text = text[cut:]
    yield text


def is_prose(language):
    return language in ("markdown", "restructuredtext")


def good_prose(path, text):
    """Whether a text is written by hand in English under the licence of its package: no plain list, no frame that Sphinx fills."""
    return ((RST.search(text) or not path.endswith(".txt")) and not (len(text) < 1000 and STUB.search(text))
            and len(text.encode()) < 1.03 * len(text) and not OTHERWISE.search(text))


def files_of(entry):
    """(path as a header shows it, text, language) of a package's own sources, the most original folder first."""
    root = PACKAGES / (entry["from"] + "-" + entry["name"].replace("/", "_"))
    if not root.is_dir() or not any(root.iterdir()):
        raise SystemExit(f"{entry['name']} of manifest.json is not in {PACKAGES}: python -m train.fetch")
    base = root if entry["from"] == "pip" else next(p for p in root.iterdir() if p.is_dir())
    more = entry.get("only") == "docs"
    languages = {**LANGUAGES, ".mdx": "markdown", ".txt": "restructuredtext"} if more else LANGUAGES
    found = []
    for path in base.rglob("*"):
        inside = path.relative_to(base).as_posix()
        language = languages.get(path.suffix)
        if not language or not path.is_file() or path.suffix == ".txt" and entry["from"] != "sdist":
            continue
        declared, prose = more and bool(DECLARED.search(inside)), more and is_prose(language)
        where, most = (BUILT.sub("", inside), 4_000_000) if declared or prose else (inside, 100_000)
        if path.stat().st_size < most and not SKIP.search("/" + where) and not (prose and CHANGES.search(inside)):
            found.append((inside, path, language))
    for meta in root.glob("*.dist-info/METADATA"):
        found.append(("README.md", meta, "markdown"))
    typed, plain = (sum(p.stat().st_size for i, p, language in found if language.startswith(name) and not DECLARED.search(i))
                    for name in ("typescript", "javascript"))
    if typed > (plain / 10 if more else 20_000):
        found = [f for f in found if not f[2].startswith("javascript")]  # the scripts are compiled from the TypeScript
    found.sort(key=lambda f: (not f[0].startswith("src/"), not f[0].startswith("lib/"), f[0]))
    for inside, path, language in found:
        try:
            text = path.read_text("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
        if inside == "README.md" and path.name == "METADATA":
            text = text.partition("\n\n")[2].lstrip()
            if RST.search(text):
                inside, language = "README.rst", "restructuredtext"
        if not more or not (is_prose(language) or DECLARED.search(inside)):
            yield inside, text, language
        elif not is_prose(language) or good_prose(inside, text):
            yield from ((inside, part, language) for part in parts(text))


def main():
    entries = sorted(json.loads(MANIFEST.read_text("utf-8")), key=lambda e: (bool(e.get("only")), e["split"] != "train"))
    lines_seen, files_seen, size = set(), set(), {}
    CORPUS.parent.mkdir(exist_ok=True)
    # Beside it, so that a run that is stopped leaves no part of a corpus that looks like one.
    unfinished = CORPUS.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as out:
        for entry in entries:
            for path, text, language in files_of(entry):
                if not worth(text, "only" in entry and is_prose(language)):
                    continue
                text = EMAIL.sub("user@example.com", text)
                digest = hashlib.sha256(text.encode()).digest()
                marks = {hash(line.strip()) for line in text.split("\n") if len(line.strip()) > 15}
                if digest in files_seen or len(marks & lines_seen) > 0.5 * len(marks):
                    continue
                files_seen.add(digest)
                lines_seen |= marks
                workspace = entry["name"].split("/")[-1]
                row = {"package": entry["from"] + ":" + entry["name"], "workspace": workspace, "path": path,
                       "language": language, "split": entry["split"], "text": text}
                if "only" in entry:
                    row["only"] = entry["only"]
                out.write(json.dumps(row) + "\n")
                key = (entry["split"], language)
                size[key] = size.get(key, 0) + len(text)
    unfinished.replace(CORPUS)
    for key in sorted(size):
        print(*key, f"{size[key] / 1e6:.2f} MB")


def rows(split, *experts):
    """The cleaned files of one split, with those that are there for one of `experts` only."""
    if not CORPUS.exists():
        raise SystemExit("No corpus: run `python -m train.fetch`, then `python -m train.corpus`.")
    with CORPUS.open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["split"] == split and row.get("only") in (None, *experts)]


if __name__ == "__main__":
    main()
