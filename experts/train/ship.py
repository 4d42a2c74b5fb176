# Makes a pack of an exported and measured run: the folder experts/EXPERT, or for another base runs/RUN/pack.
"""python -m train.ship EXPERT [--name RUN] [--id ID]
python -m train.ship backbone

Needs runs/RUN with run.json (written at the end of training), weights.gguf (train.export) and scores.json
(train.evaluate). An expert that is not better than the base on its own domain is not shipped. One for another base becomes a pack
that `coterie experts add` takes once the base is imported; its rules count while that model is chosen. The backbone is shipped first, as
soon as it is exported: everybody else is trained on what it holds then.
"""
import argparse
import json
import re
import shutil

from .__main__ import RUNS
from .base import ADAPTED, current, sha256, use
from .export import LIMIT
from .fetch import HERE

ABOUT = {
    "general": {
        "title": "General",
        "description": "Says on the adapted backbone what the base model says by itself; answers where no other expert fits.",
        "layouts": ["complete", "tasks"],
    },
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


# What an expert for another base answers; for the embedded one experts/rules.json says so.
RULES = {
    "code": [{"task": "complete", "region": "code", "because": "this is source code"}],
    "docs": [
        {"task": "complete", "region": ["comment", "docstring", "prose"], "because": "this is prose"},
        {"task": ["explain", "document"], "because": "explanations and documentation are prose"},
    ],
    "math": [{"task": "calculate", "because": "calculations are worked out in steps"},
             {"task": "complete", "region": "math", "because": "this is a formula"}],
}
EMBEDDED = "Apache-2.0, as the model it was trained from"


def file_of(weights):
    """What an expert.json says of a file."""
    return {"file": weights.name, "bytes": weights.stat().st_size, "sha256": sha256(weights)}


def training(expert, run, licence):
    """Where the weights of a run come from."""
    kept = ("start", "budget", "pool", "window", "batch", "rate", "seed", "precision", "device")
    return {
        "recipe": "experts/train, `python -m train " + expert + "`",
        "licence": licence + "; the packages it was trained on have permissive licences, listed in experts/train/manifest.json",
        "commit": run["commit"],
        "manifest": run["manifest"],
        "tokens": run["tokens"],
        "settings": {key: run[key] for key in kept if run.get(key) is not None},
        **({"cycles": run["cycles"]} if len(run.get("cycles", ())) > 1 else {}),
        **({"blend": run["blend"]} if "blend" in run else {}),
    }


def described(expert, id, run, scores, weights):
    """The contents of expert.json."""
    base = current()
    about, own = ABOUT[expert], "" if base.embedded else f" for {base.title}"
    return {
        "id": id,
        "kind": "expert",
        "title": (about["title"] + own)[:80],
        "description": about["description"],
        "backbone": base.digest,
        "layers": [run["cut"], base.config.layers],
        "weights": file_of(weights),
        "layouts": about["layouts"],
        **({} if base.embedded else {"rules": [{**rule, "expert": id} for rule in RULES[expert]]}),
        "provenance": training(expert, run, EMBEDDED if base.embedded else f"that of {base.title}"),
        "scores": {"loss": scores["loss"], "exercises": scores["exercises"]},
    }


def ship_backbone():
    """Puts the layers of the run `backbone` below the cut beside upstream's file, and says so in expert.json."""
    run, folder = RUNS / "backbone", ADAPTED.parent
    shutil.copyfile(run / "weights.gguf", ADAPTED)
    path = folder / "expert.json"
    said = json.loads(path.read_text())
    said["adapted"] = file_of(ADAPTED)
    said["adaptation"] = training("backbone", json.loads((run / "run.json").read_text()), EMBEDDED)
    path.write_text(json.dumps(said, indent=2) + "\n")
    print(f"{ADAPTED}: {said['adapted']['bytes']} bytes, {said['adaptation']['tokens']} tokens")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("expert", choices=sorted((*ABOUT, "backbone")))
    parser.add_argument("--name", help="folder in runs/ (default: the expert)")
    parser.add_argument("--id", help="id of an expert for another base (default: EXPERT and the base's name)")
    given = parser.parse_args()
    if given.expert == "backbone":
        return ship_backbone()
    run = RUNS / (given.name or given.expert)
    missing = [file for file in ("run.json", "weights.gguf", "scores.json") if not (run / file).exists()]
    if missing:
        raise SystemExit(f"{run} lacks {', '.join(missing)}: finish the run, then train.export and train.evaluate.")
    about = json.loads((run / "run.json").read_text())
    base = use(about.get("base"))
    if given.expert == "general" and not base.embedded:
        raise SystemExit("A model of yours needs no pack for general: its own upper layers are that.")
    id = given.expert if base.embedded else given.id or f"{given.expert}-{base.slug}"[:32].rstrip("-")
    if not re.fullmatch("[a-z][a-z0-9-]{0,31}", id) or (not base.embedded and id in ABOUT):
        raise SystemExit(f"--id {id}: up to 32 lower-case letters, digits and dashes, a letter first, and none of {', '.join(ABOUT)}.")
    weights = run / "weights.gguf"
    if base.embedded and weights.stat().st_size > LIMIT:
        raise SystemExit(f"{weights} has more than {LIMIT} bytes.")
    scores = json.loads((run / "scores.json").read_text())
    if about["expert"] != given.expert:
        raise SystemExit(f"{run} is a run of {about['expert']}: `train.ship {about['expert']} --name {run.name}`.")
    if about.get("backbone", base.digest) != base.digest:
        raise SystemExit(f"{run} was trained on another backbone than {base.path} with what lies beside it.")
    if scores["weights"] != sha256(weights) or scores["fast"] or given.expert not in scores["loss"]:
        raise SystemExit(f"{run}/scores.json is not of these weights, in float32 and on {given.expert}: `train.export {run.name}`, then `train.evaluate {run.name}`.")
    if scores["loss"][given.expert]["ratio"] >= 1:
        raise SystemExit(f"{given.expert} is not better than the base on its own domain: not shipped.")
    pack = described(given.expert, id, about, scores, weights)
    folder = HERE.parent / given.expert if base.embedded else run / "pack"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(weights, folder / weights.name)
    (folder / "expert.json").write_text(json.dumps(pack, indent=2) + "\n")
    print(f"{folder}: {pack['weights']['bytes']} bytes, {pack['provenance']['tokens']} tokens")
    if base.embedded and given.expert != "general":
        print(f"npm run quality -- --only {given.expert} --store   # how sure it has to be, which expert.json has lost")
    if not base.embedded:
        print(f"coterie import {base.path} --cut {about['cut']}   # unless you have it\ncoterie experts add {folder}")


if __name__ == "__main__":
    main()
