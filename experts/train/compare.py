# Trains and measures the arms of the comparison at equal tokens: an expert, the full model, LoRA.
"""python -m train.compare [--tokens 150000] [--cuts 22 26]

For code every arm at three learning rates, for docs and math at the best of them; then the best runs are exported and measured in
float32 on their own domain. With --cuts the expert for code is also trained at other cuts, for the choice of the backbone's depth.
One process after another, at low priority. What is finished is skipped and a stopped run goes on, so this can be stopped and
started again at any time. Writes runs/comparison.json, which `npm run quality` reads.
"""
import argparse
import json
import math
import os
import signal
import subprocess
import sys

from .__main__ import RUNS, replace
from .base import WEIGHTS
from .evaluate import exported
from .fetch import HERE

RATES = {"expert": ("2e-4", "5e-4", "1e-3"), "full": ("3e-5", "1e-4", "3e-4"), "lora": ("3e-4", "1e-3", "3e-3")}
DOMAINS = ("code", "docs", "math")
COMPARISON = RUNS / "comparison.json"


def call(*words):
    """Runs `python -m WORDS` to its end; a signal to stop is handed on to it. Raises SystemExit when it fails."""
    print("python -m", *words, flush=True)
    child = subprocess.Popen([sys.executable, "-m", *map(str, words)], cwd=HERE.parent)
    before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
        if child.poll() is None:
            child.terminate()
            child.wait()
    if code:
        raise SystemExit(f"stopped (status {code}) in {' '.join(map(str, words))}: the same command goes on from here")


def trained(name, *words):
    """run.json of a run, trained first where need be."""
    path = RUNS / name / "run.json"
    if not path.exists():
        call("train", *words, "--name", name)
    return json.loads(path.read_text())


def best(tried):
    """The try with the lowest held-out loss; one that went wrong (not a number) never wins."""
    return min(tried, key=lambda each: math.inf if math.isnan(each["held_out"]) else each["held_out"])


def same_for_all(given):
    """What every run of the comparison has in common, as arguments of `python -m train`."""
    # On upstream's model as it comes: the adapted backbone has learnt from all of the corpora already.
    return ("--base", WEIGHTS, "--budget", given.tokens, "--held-out", given.held_out, "--every", 25, "--threads", given.threads)


def chosen(domain, arm, rates, given):
    """The best run of an arm and domain among learning rates, with what was tried."""
    tried = []
    for rate in rates:
        name = f"compare-{given.tokens}-{domain}-{arm}-{rate}"
        run = trained(name, domain, "--arm", arm, "--rate", rate, *same_for_all(given))
        tried.append({"run": name, "rate": rate, "tokens": run["tokens"], "held_out": run["curve"][-1]["held_out"],
                      "base": run["curve"][0]["held_out"]})
    return {**best(tried), "tried": tried}


def at_cut(cut, rate, given):
    """The held-out loss of the expert for code whose first trained layer is `cut`."""
    run = trained(f"compare-{given.tokens}-code-cut-{cut}", "code", "--cut", cut, "--rate", rate, *same_for_all(given))
    return {"cut": cut, "tokens": run["tokens"], "held_out": run["curve"][-1]["held_out"],
            "base": run["curve"][0]["held_out"]}


def measured(name, domain, given):
    """Exports a run and measures it on its domain, unless that was done for these weights."""
    if not exported(name):
        call("train.export", name)
    path = RUNS / name / "scores.json"
    scores = json.loads(path.read_text()) if path.exists() else {}
    if scores.get("weights") != exported(name) or scores["fast"] or domain not in scores["loss"]:
        call("train.evaluate", name, "--domains", domain, "--exercises", 0, "--tokens", given.loss_tokens, "--threads", given.threads)


def main():
    parser = argparse.ArgumentParser(prog="python -m train.compare", description="Trains the arms that experts are compared with.")
    parser.add_argument("--tokens", type=int, default=150_000, help="training tokens of every run")
    parser.add_argument("--domains", nargs="+", default=DOMAINS, choices=DOMAINS, help="code is always first, for the rates")
    parser.add_argument("--cuts", nargs="*", type=int, default=(), metavar="LAYER", help="also train code from these layers up")
    parser.add_argument("--held-out", type=int, default=24_000, metavar="TOKENS", help="tokens by which rates are chosen")
    parser.add_argument("--loss-tokens", type=int, default=48_000, metavar="TOKENS", help="tokens of the losses that are reported")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    if hasattr(os, "nice"):
        os.nice(10)
    found = {"tokens": given.tokens, "domains": {}}
    rates = {}
    for domain in ("code", *(d for d in given.domains if d != "code")):
        for arm in RATES:
            run = chosen(domain, arm, RATES[arm] if domain == "code" else [rates[arm]], given)
            rates.setdefault(arm, run["rate"])
            measured(run["run"], domain, given)
            found["domains"].setdefault(domain, {})[arm] = run
            replace(COMPARISON, lambda new: new.write_text(json.dumps(found, indent=1) + "\n"))
    if given.cuts:
        found["cuts"] = [at_cut(cut, rates["expert"], given) for cut in given.cuts]
        replace(COMPARISON, lambda new: new.write_text(json.dumps(found, indent=1) + "\n"))
    print(f"done: {COMPARISON}", flush=True)


if __name__ == "__main__":
    main()
