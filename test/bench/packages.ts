// The held-out packages of experts/train/manifest.json on this disk: fetched where they are missing, checked by their digests.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as z from "zod";

const splitSchema = z.looseObject({ split: z.enum(["train", "held-out"]) });
/** Packages to train on may come as source archives too; those held out are what people install. */
const entrySchema = z.object({
  from: z.enum(["npm", "pip"]),
  name: z.string(),
  version: z.string(),
  sha256: z.string(),
});
type Entry = z.infer<typeof entrySchema>;

export interface Package {
  readonly name: string;
  readonly folder: string;
}

/** What the manifest says of the held-out packages, in its order. */
export function heldOutEntries(manifest: unknown): readonly Entry[] {
  const entries = z.array(splitSchema).parse(manifest);
  return z.array(entrySchema).parse(entries.filter(({ split }) => split === "held-out"));
}

/** The held-out packages, as far as they are on this disk or can be fetched into the folder `data`. */
export function heldOut(data: string): readonly Package[] {
  return fetched(heldOutEntries(JSON.parse(readFileSync("experts/train/manifest.json", "utf8"))), data);
}

/** Packages with chains of promises, which those held out hardly have. The manifest names none of them: nobody was trained on them. */
export const promising: readonly Entry[] = [
  {
    ...{ from: "npm", name: "generic-pool", version: "3.9.0" },
    sha256: "6818f397fbba6d2aae483e4b8f1dd1e4b8fc5857a1be6d8160c5f8e2e57e677c",
  },
  {
    ...{ from: "npm", name: "npm-registry-fetch", version: "19.1.1" },
    sha256: "8425c064fcdf3165cbef24689b7f54307f4fee71cb1635de289a85281581a6fe",
  },
  {
    ...{ from: "npm", name: "whatwg-fetch", version: "3.6.20" },
    sha256: "a5c77df8df7e140794763c4558954d50f04b5ff7fa80b0a0eec6b95f15b021af",
  },
];

/** In the order of the entries. One that cannot be fetched is told and left out. */
export function fetched(entries: readonly Entry[], data: string): readonly Package[] {
  return entries.flatMap((entry) => {
    const folder = resolve(data, `${entry.from}-${entry.name.replace("/", "_")}`);
    const stamp = join(folder, ".coterie-digest");
    const isThere = existsSync(stamp) && readFileSync(stamp, "utf8") === entry.sha256;
    const why = isThere ? null : fetch(entry, folder, stamp);
    if (why !== null) console.error(`${entry.name} ${entry.version} is left out: ${why}`);
    return why === null ? [{ name: `${entry.name} ${entry.version}`, folder }] : [];
  });
}

/** Through the registry's own client, as experts/train/fetch.py does it; returns why it failed, or null. */
function fetch({ from, name, version, sha256 }: Entry, folder: string, stamp: string): string | null {
  const target = mkdtempSync(join(tmpdir(), "coterie-fetch-"));
  try {
    const asked =
      from === "npm"
        ? ["npm", "pack", `${name}@${version}`, "--ignore-scripts", "--silent", "--pack-destination", target]
        : [
            "python3",
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-d",
            target,
            `${name}==${version}`,
          ];
    const fetched = run(asked, target);
    if (fetched !== null) return fetched;
    const [archive, ...more] = readdirSync(target).map((each) => join(target, each));
    if (archive === undefined || more.length > 0) return "no archive came";
    if (createHash("sha256").update(readFileSync(archive)).digest("hex") !== sha256) return "its digest is another one";
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const unpacked =
      from === "npm"
        ? run(["tar", "-xzf", archive, "-C", folder], target)
        : run(["python3", "-m", "zipfile", "-e", archive, folder], target);
    if (unpacked !== null) return unpacked;
    writeFileSync(stamp, sha256);
    return null;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function run([program = "", ...args]: readonly string[], cwd: string): string | null {
  const done = spawnSync(program, args, { cwd, encoding: "utf8", shell: false });
  if (done.error) return done.error.message;
  return done.status === 0 ? null : done.stderr.trim().split("\n").at(-1) || `${program} ended with ${done.status}`;
}
