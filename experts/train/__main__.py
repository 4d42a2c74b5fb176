# python -m train EXPERT --budget TOKENS: trains one expert, goes on where a killed run stopped, extends a finished one.
import argparse
import hashlib
import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import torch

from .arms import Arm, upper_of
from .base import WEIGHTS, read, use
from .cycles import cycle_of, described, plan, refusal, schedule
from .fetch import HERE, MANIFEST
from .pack import MAKERS, MIXED, packed
from .states import CHUNK, States

RUNS = HERE / "runs"


def arguments():
    parser = argparse.ArgumentParser(prog="python -m train", description="Trains one expert of Coterie.")
    parser.add_argument("expert", choices=sorted({*MAKERS, *MIXED} - {"talk"}))
    parser.add_argument("--budget", type=int, required=True, metavar="TOKENS",
                        help="training tokens, padding not counted; more than a finished run had begin a further cycle")
    parser.add_argument("--pool", type=int, metavar="TOKENS", help="different tokens (default: those of the cycle, one epoch)")
    parser.add_argument("--arm", choices=("expert", "full", "lora"), default="expert")
    parser.add_argument("--start", metavar="RUN", help="begin with the upper layers of this run in runs/, of all layers")
    parser.add_argument("--base", metavar="PATH", help="another model than the embedded one: a GGUF file or the folder of a "
                        "safetensors model, of the llama or qwen2 family")
    parser.add_argument("--cut", type=int, help="first trained layer (default: at four fifths, as in `coterie import`)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("float32", "mixed", "bfloat16"),
                        help="float32: everything; mixed: frozen parts in bfloat16; bfloat16: autocast as well")
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--batch", type=int, default=4, help="windows a step")
    parser.add_argument("--rate", type=float, default=4e-4, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--held-out", type=int, default=24_000, metavar="TOKENS", help="tokens of the regular measurement")
    parser.add_argument("--every", type=int, default=50, help="steps between measurements and checkpoints")
    parser.add_argument("--only-states", action="store_true", help="make the backbone's states ahead of a run beside this one")
    parser.add_argument("--name", help="folder in runs/ (default: the expert, or expert-arm)")
    given = parser.parse_args()
    fast = given.device == "cuda" or has_bfloat16()
    given.precision = given.precision or ("bfloat16" if fast else "float32")
    parts = (given.expert, given.arm if given.arm != "expert" else None, Path(given.base).stem if given.base else None)
    given.name = given.name or "-".join(part for part in parts if part)
    if given.expert == "backbone":
        given.arm = "full"
    return given


def has_bfloat16():
    """Whether this processor multiplies bfloat16 faster than float32."""
    return "avx512_bf16" in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else False


def batch_of(set_, states, windows, device):
    put = lambda array: torch.from_numpy(array[windows].astype(np.int64)).to(device)
    return states.get(windows), put(set_.tokens), put(set_.positions), put(set_.weights)


@torch.no_grad()
def measure(arm, set_, states, batch, device, autocast):
    """Mean loss in nats a counted token over a whole packed set."""
    total, count = 0.0, 0
    with torch.compiler.set_stance("force_eager"):  # its last batch has another size
        for at in range(0, len(set_), batch):
            loss, counted = arm.loss(*batch_of(set_, states, list(range(at, min(at + batch, len(set_)))), device), autocast)
            total, count = total + loss.item(), count + counted.item()
    return total / count


def optimizer_of(arm):
    matrices = [p for p in arm.learnable().values() if p.ndim > 1]
    vectors = [p for p in arm.learnable().values() if p.ndim == 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8, fused=matrices[0].device.type == "cuda")


def commit():
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def replace(path, write):
    """Writes a file beside `path` and renames it, so that a kill leaves the old one or the new one."""
    temporary = path.with_suffix(".new")
    write(temporary)
    os.replace(temporary, path)


def base_of(arm, path):
    """Chooses the base of a run. All layers are trained from those of upstream's model, an expert on the adapted backbone."""
    return use(path or (None if arm == "expert" else WEIGHTS))


def based(given):
    """The base that the arguments ask for; what they leave open about it is filled in. Raises SystemExit when it does not fit."""
    base = base_of(given.arm, given.base)
    given.base = None if base.embedded else str(base.path)
    given.cut = base.cut if given.cut is None else given.cut
    if not base.embedded and given.arm != "expert":
        raise SystemExit("--arm compares ways to train the embedded model: leave out --arm or --base.")
    if not 0 < given.cut < base.config.layers:
        raise SystemExit(f"--cut {given.cut}: {base.title} has {base.config.layers} layers; cut it between 1 and {base.config.layers - 1}.")
    return base


def begin(arm, run):
    """Puts the upper layers of a run of all layers into an arm that trains these. Raises SystemExit when there are none."""
    path = RUNS / run / "checkpoint.pt"
    if not path.exists():
        raise SystemExit(f"--start {run}: there is no {path}; train it first.")
    weights = upper_of(torch.load(path, map_location="cpu", weights_only=True), arm.cut)
    for name, parameter in arm.learnable().items():
        parameter.data.copy_(weights[name])


def main():
    given = arguments()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    base = based(given)
    device, autocast = given.device, given.precision == "bfloat16"
    frozen = torch.float32 if given.precision == "float32" else torch.bfloat16
    folder = RUNS / given.name
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint, record = folder / "checkpoint.pt", folder / "run.json"
    saved = torch.load(checkpoint, map_location=device, weights_only=True) if checkpoint.exists() else None
    if saved and "optimizer" not in saved:
        raise SystemExit(f"{folder} holds weights without moments (train.carry, train.blend), which cannot go on: choose another --name.")
    ended = json.loads(record.read_text())["commit"] if record.exists() else commit()
    cycle = cycle_of(saved, given.budget, ended)
    given.pool = given.pool or given.budget - cycle.start
    settings = {k: v for k, v in vars(given).items() if k not in ("threads", "name", "every", "only_states")}
    settings["manifest"] = hashlib.sha256(MANIFEST.read_bytes()).hexdigest()
    settings["backbone"] = base.digest

    teacher = read(WEIGHTS).tensors if given.expert == "general" else None
    arm = Arm(given.arm, base.config, base.tensors, given.cut, device, frozen, given.seed, teacher)
    sets = [packed(given.expert, "train", given.window, given.pool, given.seed),
            packed(given.expert, "held-out", given.window, given.held_out)]
    # On a GPU what is seen but once is not kept: it takes memory from runs beside this one.
    keep = given.arm == "expert"
    train, held = sets
    states = States(train, arm.backbone, given.cut, device, keep and (device == "cpu" or given.budget - cycle.start > given.pool))
    held_states = States(held, arm.backbone, given.cut, device, keep)
    if given.only_states:
        # From the last chunk back: a run beside this one makes those that it needs by itself, and rarely the same ones.
        for first in reversed(range(0, len(train), CHUNK)):
            states.get([first])
        return
    steps = plan(train, given.budget - cycle.start, given.batch, cycle.seed_of(given.seed))
    if given.start:
        begin(arm, given.start)
    optimizer, step, curve = optimizer_of(arm), 0, []
    if device == "cuda":
        arm.compile()
    if saved:
        if different := refusal(saved, settings, cycle, len(steps)):
            raise SystemExit(f"{folder} holds a run with other {', '.join(different)}: choose another --name or remove it.")
        for name, parameter in arm.learnable().items():
            parameter.data.copy_(saved["weights"][name])
        optimizer.load_state_dict(saved["optimizer"])
        step, curve = saved["step"] if cycle.saved else 0, saved["curve"]
        print(f"going on at step {step} of {len(steps)}, cycle {len(cycle.finished) + 1}", flush=True)
    held_loss = lambda: measure(arm, held, held_states, given.batch, device, autocast)
    if not curve:
        curve = [{"tokens": 0, "held_out": held_loss()}]
        print(f"{len(steps)} steps, {steps[-1][1]} tokens, base held-out loss {curve[0]['held_out']:.4f}", flush=True)

    busy, laid, losses = 0.0, 0, []
    while step < len(steps):
        started, (windows, spent) = time.process_time() if device == "cpu" else time.perf_counter(), steps[step]
        for group in optimizer.param_groups:
            group["lr"] = schedule(step, len(steps), given.rate)
        loss, counted = arm.loss(*batch_of(train, states, windows, device), autocast)
        (loss / counted).backward()
        torch.nn.utils.clip_grad_norm_(arm.learnable().values(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append((loss / counted).detach())
        step += 1
        measured = step % given.every == 0 or step == len(steps)
        train_loss = torch.stack(losses).mean().item() if measured else None  # here a GPU's steps are waited for: they took this time
        # On a CPU the time is that of the process, so a paused run does not look slow.
        busy += (time.process_time() - started) / given.threads if device == "cpu" else time.perf_counter() - started
        laid += spent - (steps[step - 2][1] if step > 1 else 0)
        if measured:
            curve.append({"tokens": cycle.start + spent, "train": train_loss, "held_out": held_loss()})
            print(f"step {step}/{len(steps)} tokens {cycle.start + spent} train {curve[-1]['train']:.4f} held-out "
                  f"{curve[-1]['held_out']:.4f} = {curve[-1]['held_out'] / curve[0]['held_out']:.4f} of base, "
                  f"{laid / busy:.0f} tokens/s", flush=True)
            busy, laid, losses = 0.0, 0, []
            state = {"settings": settings, "step": step, "steps": len(steps), "cycles": cycle.finished, "curve": curve,
                     "optimizer": optimizer.state_dict(), "weights": {n: p.data for n, p in arm.learnable().items()}}
            replace(checkpoint, lambda path: torch.save(state, path))
            record.unlink(missing_ok=True)  # of an earlier cycle: the checkpoint is no longer its end
    last = described(settings, cycle.start + steps[-1][1], commit())
    result = {**settings, **last, "cycles": [*cycle.finished, last], "curve": curve}
    replace(record, lambda path: path.write_text(json.dumps(result, indent=1) + "\n"))
    print(f"done: {folder}", flush=True)


if __name__ == "__main__":
    main()
