# Carries what training needs to a machine with a GPU and no network, and trained weights home, in pieces of a size.
"""python -m train.carry pack NAME FOLDER MIB FILE...   FILEs below experts/ to FOLDER/NAME.1, NAME.2, ... of at most MIB each
python -m train.carry unpack NAME FOLDER             there: puts them where they were
python -m train.carry home FOLDER RUN...             there: exported runs and their records, to pieces home.1, home.2, ... of 15 MiB
python -m train.carry take FOLDER                    here: runs/RUN of each, ready for train.evaluate and train.ship

A packed set travels without what can be made again: its positions are counted from where documents start. Moments do not come home,
so a run that was taken home cannot be extended, and weights come as they are exported, at 8 bits.
"""
import io
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
import torch

from .__main__ import RUNS, base_of, commit
from .arms import Arm
from .base import EXPERTS
from .export import checkpoint_of, load

HOME = 15  # MiB of a piece that goes home


def slim(path):
    """A packed set (pack.py) as bytes of tokens and two bit masks."""
    arrays, held = np.load(path), io.BytesIO()
    np.savez(held, tokens=arrays["tokens"], starts=np.packbits(arrays["positions"] == 0), counts=np.packbits(arrays["weights"]))
    return held.getvalue()


def whole(data):
    """The arrays of a packed set, from `slim`."""
    arrays = np.load(io.BytesIO(data))
    tokens = arrays["tokens"]
    starts, counts = (np.unpackbits(arrays[name], count=tokens.size).reshape(tokens.shape) for name in ("starts", "counts"))
    columns = np.arange(tokens.shape[1])
    last = np.maximum.accumulate(np.where(starts, columns, 0), 1)  # the column at which the document of each token starts
    return {"tokens": tokens, "positions": (columns - last).astype(np.uint16), "weights": counts}


def split(data, name, folder, mebibytes):
    """Writes bytes as numbered pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    size = int(mebibytes * 2**20)
    for at in range(0, len(data), size):
        (folder / f"{name}.{at // size + 1}").write_bytes(data[at:at + size])


def joined(name, folder):
    """The bytes of numbered pieces. Raises SystemExit when there are none."""
    pieces = sorted(folder.glob(f"{name}.[0-9]*"), key=lambda path: int(path.suffix[1:]))
    if not pieces:
        raise SystemExit(f"{folder} holds no {name}.1: carry it first.")
    return b"".join(path.read_bytes() for path in pieces)


def pack(name, folder, mebibytes, *files):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:xz", preset=4) as archive:
        for path in map(Path, files):
            data = slim(path) if path.suffix == ".npz" else path.read_bytes()
            entry = tarfile.TarInfo(str(path.resolve().relative_to(EXPERTS.resolve())))
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    split(held.getvalue(), name, Path(folder), float(mebibytes))


def unpack(name, folder):
    with tarfile.open(fileobj=io.BytesIO(joined(name, Path(folder)))) as archive:
        for entry in archive:
            path, data = EXPERTS / entry.name, archive.extractfile(entry).read()
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".npz":
                np.savez(path, **whole(data))
            else:
                path.write_bytes(data)


def home(folder, *runs):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for run in runs:
            saved = checkpoint_of(run)
            said = {key: value for key, value in saved.items() if key not in ("optimizer", "weights")}
            (RUNS / run / "checkpoint.json").write_text(json.dumps(said))
            for path in (*sorted((RUNS / run).glob("*.gguf")), *sorted((RUNS / run).glob("*.json"))):
                archive.add(path, f"{run}/{path.name}")
    split(held.getvalue(), "home", Path(folder), HOME)


def take(folder):
    with tarfile.open(fileobj=io.BytesIO(joined("home", Path(folder)))) as archive:
        archive.extractall(RUNS, filter="data")
        runs = dict.fromkeys(name.partition("/")[0] for name in archive.getnames())
    for run in runs:
        for path in (RUNS / run).glob("*.json"):
            # The other machine has no history: the commit is the one that was carried.
            path.write_text(path.read_text().replace('"commit": "unknown"', f'"commit": {json.dumps(commit())}'))
        path = RUNS / run / "checkpoint.json"
        saved = json.loads(path.read_text())
        path.unlink()
        base, whole = base_of("expert", None), saved["settings"]["expert"] == "backbone"
        arm = Arm("expert", base.config, base.tensors, base.cut if whole else saved["settings"]["cut"], "cpu", torch.bfloat16)
        load(RUNS / run / ("upper.gguf" if whole else "weights.gguf"), arm.trained)
        # Of the run `backbone` what experts start from and are blended with is in the checkpoint: the layers above the cut.
        saved["settings"]["arm"] = "expert"
        torch.save({**saved, "weights": {name: value.detach() for name, value in arm.learnable().items()}}, RUNS / run / "checkpoint.pt")
        (RUNS / run / "weights.gguf").touch()  # it stays newer than the checkpoint


if __name__ == "__main__":
    commands = {"pack": pack, "unpack": unpack, "home": home, "take": take}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        raise SystemExit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
