# Makes one run of several: the mean of their weights, and the base's, in shares chosen on held-out packages.
"""python -m train.blend NAME RUN... --share S [--domain D]      writes runs/NAME; without --share tries shares and writes nothing

What a long run learns of its training packages by heart costs it others. The mean of runs of one start ("model soups", Wortsman et
al., arXiv 2203.05482) and a share of the start itself (WiSE-FT, arXiv 2109.01903) take much of that back, at no cost when used.
The weights are base + S * (mean - base).
"""
import argparse
import json

import torch

from .__main__ import RUNS, commit, has_bfloat16, measure, replace
from .arms import Arm, upper_of
from .base import use
from .export import checkpoint_of
from .pack import MAKERS, packed
from .states import States


def blended(start, runs, share):
    """start + share * (mean of runs - start), tensor by tensor; dicts of the same names."""
    return {name: value + share * (sum(run[name] for run in runs) / len(runs) - value) for name, value in start.items()}


def read(names):
    """The checkpoints of runs of the embedded model, of the run `backbone` its upper layers. Raises SystemExit for those that do not
    fit together."""
    found = [checkpoint_of(name) for name in names]
    first = found[0]["settings"]
    for name, saved in zip(names, found):
        settings = saved["settings"]
        whole = settings["expert"] == "backbone"
        if (settings["arm"] != "expert" and not whole) or settings.get("base") or (settings["cut"] != first["cut"] and not whole):
            raise SystemExit(f"{name}: only experts of the embedded model with one cut can be blended.")
        saved["weights"] = upper_of(saved, first["cut"])
    return found


def main():
    parser = argparse.ArgumentParser(prog="python -m train.blend", description="Blends runs of one expert with each other and the base.")
    parser.add_argument("name", help="folder in runs/ that is written")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--share", type=float, help="of the runs' mean; the base has the rest")
    parser.add_argument("--try", dest="tried", nargs="+", type=float, default=(0.5, 0.6, 0.7, 0.8, 0.9, 1), metavar="SHARE")
    parser.add_argument("--domain", nargs="+", default=None, choices=sorted(MAKERS), help="on which shares are tried (default: the runs')")
    parser.add_argument("--held-out", type=int, default=24_000, metavar="TOKENS")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    base, found = use(), read(given.runs)
    settings = found[0]["settings"]
    fast = has_bfloat16()
    arm = Arm("expert", base.config, base.tensors, settings["cut"], "cpu", torch.bfloat16 if fast else torch.float32)
    start = {name: value.detach().clone() for name, value in arm.learnable().items()}
    weights = [saved["weights"] for saved in found]
    if given.share is None:
        for domain in given.domain or [settings["expert"]]:
            held = packed(domain, "held-out", settings["window"], given.held_out)
            states = States(held, arm.backbone, settings["cut"], "cpu", keep=True)
            losses = {}
            for share in (0, *given.tried):
                for name, value in blended(start, weights, share).items():
                    arm.learnable()[name].data.copy_(value)
                losses[share] = measure(arm, held, states, 4, "cpu", fast)
            print(domain, *given.runs, {share: round(loss / losses[0], 4) for share, loss in losses.items()}, flush=True)
        return
    folder = RUNS / given.name
    folder.mkdir(parents=True, exist_ok=True)
    # A run that was stopped has no run.json: what it is stands in its checkpoint.
    parts = [{**{key: saved["settings"][key] for key in ("expert", "pool", "seed", "rate", "batch", "device")},
              "tokens": saved["curve"][-1]["tokens"]} for saved in found]
    run = {**settings, "tokens": sum(part["tokens"] for part in parts), "blend": {"share": given.share, "of": parts}, "commit": commit()}
    replace(folder / "checkpoint.pt", lambda path: torch.save({"settings": settings, "weights": blended(start, weights, given.share)}, path))
    replace(folder / "run.json", lambda path: path.write_text(json.dumps(run, indent=1) + "\n"))
    print(f"done: {folder}", flush=True)


if __name__ == "__main__":
    main()
