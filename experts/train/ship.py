# Makes a pack of an exported and measured run: the folder experts/EXPERT with expert.json and weights.gguf.
"""python -m train.ship EXPERT [--name RUN]

Needs runs/RUN with run.json (written at the end of training), weights.gguf (train.export) and scores.json
(train.evaluate). An expert that is not better than the base on its own domain is not shipped.
"""
import argparse
import hashlib
import json
import shutil

from .__main__ import RUNS
from .export import LIMIT
from .fetch import HERE
from .model import WEIGHTS, read_gguf

ABOUT = {
    "code": {
        "title": "Code",
        "description": "Continues source code; trained on TypeScript, JavaScript and Python of well-known packages.",
        "layouts": ["complete"],
    },
    "docs": {
        "title": "Docs",
        "description": "Writes comments, docstrings and Markdown, explains and documents code; trained on the documentation of well-known packages.",
        "layouts": ["complete", "tasks"],
    },
    "math": {
        "title": "Math",
        "description": "Works out exercises in small steps and continues formulas and numeric code; trained on exercises that sympy has verified.",
        "layouts": ["complete", "tasks"],
    },
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def described(expert, run, scores, weights):
    """The contents of expert.json."""
    config, _ = read_gguf()
    kept = ("budget", "pool", "window", "batch", "rate", "seed", "precision", "device")
    return {
        "id": expert,
        "kind": "expert",
        "title": ABOUT[expert]["title"],
        "description": ABOUT[expert]["description"],
        "backbone": digest(WEIGHTS),
        "layers": [run["cut"], config.layers],
        "weights": {"file": weights.name, "bytes": weights.stat().st_size, "sha256": digest(weights)},
        "layouts": ABOUT[expert]["layouts"],
        "provenance": {
            "recipe": "experts/train, `python -m train " + expert + "`",
            "licence": "Apache-2.0, as the model it was trained from; the packages it was trained on have permissive licences, listed in experts/train/manifest.json",
            "commit": run["commit"],
            "manifest": run["manifest"],
            "tokens": run["tokens"],
            "settings": {key: run[key] for key in kept},
        },
        "scores": {"loss": scores["loss"], "exercises": scores["exercises"]},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("expert", choices=sorted(ABOUT))
    parser.add_argument("--name", help="folder in runs/ (default: the expert)")
    given = parser.parse_args()
    run = RUNS / (given.name or given.expert)
    missing = [file for file in ("run.json", "weights.gguf", "scores.json") if not (run / file).exists()]
    if missing:
        raise SystemExit(f"{run} lacks {', '.join(missing)}: finish the run, then train.export and train.evaluate.")
    weights = run / "weights.gguf"
    if weights.stat().st_size > LIMIT:
        raise SystemExit(f"{weights} has more than {LIMIT} bytes.")
    scores = json.loads((run / "scores.json").read_text())
    if scores["loss"][given.expert]["ratio"] >= 1:
        raise SystemExit(f"{given.expert} is not better than the base on its own domain: not shipped.")
    pack = described(given.expert, json.loads((run / "run.json").read_text()), scores, weights)
    folder = HERE.parent / given.expert
    folder.mkdir(exist_ok=True)
    shutil.copyfile(weights, folder / weights.name)
    (folder / "expert.json").write_text(json.dumps(pack, indent=2) + "\n")
    print(f"{folder}: {pack['weights']['bytes']} bytes, {pack['provenance']['tokens']} tokens")


if __name__ == "__main__":
    main()
