# Measures a trained run against the base: loss on held-out packages, exact answers of held-out exercises.
"""python -m train.evaluate NAME [--exercises N] [--domains code docs math] [--exported]

Writes runs/NAME/scores.json, which `npm run quality` reads. Everything is float32 in PyTorch unless asked otherwise; --exported
measures weights.gguf (8 bits) instead of the checkpoint, --fast takes bfloat16. The base's loss is measured once for each held-out set.
Exercises are answered greedily by the model alone.
"""
import argparse
import json
import random

import torch

from .__main__ import RUNS, measure, replace
from .arms import Arm, merge
from .base import WEIGHTS, current, read, sha256
from .exercises import asked, exercise
from .export import load, restore
from .generate import Model
from .layouts import decode, stop
from .model import Backbone, Upper
from .pack import MAKERS, PACKED, packed
from .states import States


def exact(model, split, count, batch=50, most=320):
    """Share of exercises whose last line "Answer: ..." is right, over all and by kind."""
    rng, rights = random.Random(f"exercises {split}"), {}
    made = sorted((exercise(split, rng) for _ in range(count)), key=lambda e: len(e[1]))
    for at in range(0, count, batch):
        part = made[at:at + batch]
        for (kind, _, _, answer), ids in zip(part, model.answers([asked(e[1]) for e in part], most, stop("tasks"))):
            said = [line for line in decode(ids).split("\n") if line.startswith("Answer:")]
            rights.setdefault(kind, []).append(bool(said) and " ".join(said[-1][7:].split()) == " ".join(answer.split()))
    every = [right for some in rights.values() for right in some]
    return {"exact": sum(every) / count, "of": count, "by_kind": {k: f"{sum(v)}/{len(v)}" for k, v in sorted(rights.items())}}


def held_out(domain, window=512, tokens=48_000):
    """The packed set on which losses are measured and reported."""
    return packed(domain, "held-out", window, tokens)


def counted(held):
    """How many tokens the loss of a packed set counts."""
    return int((held.weights[:, 1:] > 0).sum())


def original():
    """What runs are held against: for the embedded model upstream's, as it comes."""
    return read(WEIGHTS) if current().embedded else current()


def base_loss(held, device, fast):
    """The loss of the base, for the embedded one that of upstream's model, on a packed set; kept beside it for each precision."""
    path, precision = PACKED / f"{held.name}.base.json", "bfloat16" if fast else "float32"
    known = json.loads(path.read_text()) if path.exists() else {}
    if precision not in known:
        base = original()
        arm = Arm("expert", base.config, base.tensors, base.cut, device, torch.bfloat16 if fast else torch.float32)
        known[precision] = measure(arm, held, States(held, arm.backbone, arm.cut, device, keep=False), 8, device, fast)
        replace(path, lambda new: new.write_text(json.dumps(known) + "\n"))
    return known[precision]


def exported(name):
    """Digest of runs/NAME/weights.gguf when it was made of the checkpoint beside it, else None."""
    weights, checkpoint = RUNS / name / "weights.gguf", RUNS / name / "checkpoint.pt"
    fresh = weights.exists() and weights.stat().st_mtime >= checkpoint.stat().st_mtime
    return sha256(weights) if fresh else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--tokens", type=int, default=48_000, help="held-out tokens a domain")
    parser.add_argument("--exercises", type=int, default=200)
    parser.add_argument("--domains", nargs="+", default=("code", "docs", "math"), choices=sorted(MAKERS))
    parser.add_argument("--exported", action="store_true")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    arm, settings = restore(given.name, given.device, torch.bfloat16 if given.fast else torch.float32)
    if given.exported:
        merge(arm.trained)
        load(RUNS / given.name / "weights.gguf", arm.trained)
    scores = {"settings": settings, "weights": exported(given.name), "exported": given.exported, "fast": given.fast,
              "loss": {}, "exercises": {}}
    for domain in given.domains:
        held = held_out(domain, settings["window"], given.tokens)
        states = States(held, arm.backbone, arm.cut, given.device, keep=given.device == "cpu" and arm.kind == "expert")
        before = base_loss(held, given.device, given.fast)
        after = measure(arm, held, states, 8, given.device, given.fast)
        scores["loss"][domain] = {"base": before, "trained": after, "ratio": after / before, "set": held.name,
                                  "counted": counted(held)}
        print(domain, json.dumps(scores["loss"][domain]), flush=True)
    if "math" in given.domains and given.exercises:
        base, kind = original(), torch.bfloat16 if given.fast else torch.float32
        plain = (Backbone(base.config, base.tensors, base.cut, kind), Upper(base.config, base.tensors, base.cut))
        for split in ("held-out", "templates"):
            for which, (below, above) in (("base", plain), ("trained", (arm.backbone, arm.trained))):
                model = Model(below.to(given.device), above.to(given.device), arm.head, given.fast)
                count, most = (given.exercises, 320) if which == "trained" else (min(given.exercises, 50), 200)
                scores["exercises"][f"{split} {which}"] = exact(model, split, count, most=most)
                print(split, which, json.dumps(scores["exercises"][f"{split} {which}"]), flush=True)
    path = RUNS / given.name / ("scores-exported.json" if given.exported else "scores.json")
    replace(path, lambda new: new.write_text(json.dumps(scores, indent=1) + "\n"))


if __name__ == "__main__":
    main()
