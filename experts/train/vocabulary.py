# Counts the words that the language itself and its common libraries bring: those that many packages use.
"""python -m train.vocabulary [--packages N]

Writes ../vocabulary.json from the training packages of data/corpus.jsonl: words of sources that stand in at least N packages. What
the extension finds neither there nor in open documents a model has probably made up.
"""
import argparse
import json
import re
from collections import defaultdict

from .corpus import rows
from .fetch import HERE

FAMILIES = {"typescript": "javascript", "typescriptreact": "javascript", "javascript": "javascript", "javascriptreact": "javascript",
            "python": "python"}
WORD = re.compile(r"[A-Za-z_$][\w$]{2,39}")
ABOUT = ("Words that are at home in a language: those that stand in many packages of the training corpus. Made by "
         "`python -m train.vocabulary`, read by server/vocabulary.ts.")


def vocabulary(files, fewest):
    """Words by family, sorted, those of at least `fewest` packages; `files` are rows of the corpus."""
    packages = defaultdict(lambda: defaultdict(set))
    for row in files:
        family = FAMILIES.get(row["language"])
        if family:
            for word in set(WORD.findall(row["text"])):
                packages[family][word].add(row["package"])
    return {family: sorted(word for word, found in words.items() if len(found) >= fewest) for family, words in sorted(packages.items())}


def main():
    parser = argparse.ArgumentParser(prog="python -m train.vocabulary", description="Counts the words of languages.")
    parser.add_argument("--packages", type=int, default=20, help="packages that a word must stand in")
    given = parser.parse_args()
    words = vocabulary(rows("train"), given.packages)
    file = {"about": ABOUT, "packages": given.packages, "words": {family: " ".join(found) for family, found in words.items()}}
    path = HERE.parent / "vocabulary.json"
    path.write_text(json.dumps(file, indent=2) + "\n", encoding="utf-8")
    print({family: len(found) for family, found in words.items()}, path)


if __name__ == "__main__":
    main()
