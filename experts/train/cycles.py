# The steps of a run: its learning rate, its windows, and how a finished run is extended by a further cycle.
"""A run is one cycle or several, one after another on the same weights and moments. A cycle warms up, stays constant and
ends at rate zero, so every end is a model that can be shipped (warm restarts: Loshchilov & Hutter, arXiv 1608.03983; a
warm-up, stable and decay schedule that goes on from its decayed end, WSD-S: Wen et al., arXiv 2410.05192). A larger
budget on a finished run begins a further cycle of the tokens between the two; it may have data and a rate of its own.
"""
import random
from dataclasses import dataclass, field

# What a further cycle may choose anew; the rest is what the run is.
FREE = ("budget", "pool", "seed", "rate", "manifest")
DECAY = 0.7  # the share of a cycle's steps after which its rate goes to zero


@dataclass(frozen=True)
class Cycle:
    """Where a run stands: the tokens before its current cycle, the finished cycles, the checkpoint to go on from."""

    start: int = 0
    finished: list = field(default_factory=list)
    saved: dict | None = None  # of this cycle; None where it begins now

    def seed_of(self, seed):
        """What the order of this cycle's windows comes from: the run's seed, in later cycles with their number."""
        return f"{seed} {len(self.finished)}" if self.finished else seed


def cycle_of(saved, budget, commit):
    """The cycle that a run with this budget is in, given its checkpoint (None: there is none). `commit` is that of the
    finished cycle, should the checkpoint hold its end."""
    if saved is None:
        return Cycle()
    finished = saved.get("cycles", [])
    if saved["step"] < saved["steps"] or budget <= saved["settings"]["budget"]:
        return Cycle(finished[-1]["tokens"] if finished else 0, finished, saved)
    done = described(saved["settings"], saved["curve"][-1]["tokens"], commit)
    return Cycle(done["tokens"], [*finished, done])


def described(settings, tokens, commit):
    """What run.json keeps of a cycle: what it chose, and all tokens of the run at its end."""
    return {**{key: settings[key] for key in FREE}, "tokens": tokens, "commit": commit}


def refusal(saved, settings, cycle, steps):
    """Which settings of a command differ from those of the run that it would go on with; none when it may."""
    different = [key for key in settings if saved["settings"].get(key) != settings[key]]
    if cycle.saved is None:
        return [key for key in different if key not in FREE]
    early = saved["step"] <= DECAY * min(saved["steps"], steps)
    return [] if different == ["budget"] and early else different


def schedule(step, steps, rate):
    """Warm-up over 20 steps, constant, then linear to zero over the last 30 % of the steps. Until then a cycle does not
    depend on its budget: a stopped one can go on with a smaller or larger one."""
    decay = min(round(DECAY * steps), steps - 1)
    return rate * min(1, (step + 1) / 20, (steps - step) / (steps - decay))


def plan(train, budget, batch, seed):
    """The windows of every step, fixed by the seed, until the budget is spent: list of (windows, tokens so far)."""
    real, steps, spent, order = (train.tokens.shape[1] - train.padding), [], 0, []
    rng = random.Random(seed)
    while spent < budget:
        if len(order) < batch:
            order += rng.sample(range(len(train)), len(train))
        windows, order = order[:batch], order[batch:]
        spent += int(real[windows].sum())
        steps.append((windows, spent))
    return steps
