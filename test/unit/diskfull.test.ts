// A disk that fills while a model is imported: a real one, in memory, in a mount namespace of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const disk = mkdtempSync(join(tmpdir(), "coterie-disk-"));
after(() => rmSync(disk, { recursive: true }));

/** Runs a command where `disk` is a file system of 100 MB that nobody else sees. */
function onSmallDisk(command: string, ...args: readonly string[]) {
  const script = 'mount -t tmpfs -o size=100m none "$0" && exec "$@"';
  return spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-c", script, disk, command, ...args], {
    encoding: "utf8",
  });
}

const isAllowed = process.platform === "linux" && onSmallDisk("true").status === 0;
const skip = isAllowed ? false : "this system lets nobody mount a disk of their own";

test("a full disk leaves no lock behind", { skip }, () => {
  const script = `
    import { existsSync, writeFileSync } from "node:fs";
    import { withLock } from "./server/packs/lock.ts";
    const disk = ${JSON.stringify(disk)};
    try { for (let i = 0; ; i++) writeFileSync(\`\${disk}/\${i}\`, Buffer.alloc(1 << 20)); } catch {}
    try { withLock(\`\${disk}/lock\`, () => console.log("taken"), 0); } catch (error) { console.log(error.code); }
    console.log(existsSync(\`\${disk}/lock\`));`;
  const { stdout, stderr } = onSmallDisk(process.execPath, "--import", "tsx", "--input-type=module", "-e", script);
  assert.deepEqual(stdout.split("\n"), ["ENOSPC", "false", ""], stderr);
});

test("a disk that fills during an import: one line, nothing left behind, and with room again it works", {
  skip,
}, () => {
  const model = join(import.meta.dirname, "..", "engine", "reference", "own", "qwen2-small.gguf");
  const script = join(import.meta.dirname, "filling.ts");
  const { status, stdout, stderr } = onSmallDisk(process.execPath, "--import", "tsx", script, disk, model);
  assert.equal(status, 0, stderr);
  const { told, left, again } = JSON.parse(stdout);
  assert.match(told, /^Refusal: there is not enough space for the model in .*; free some and try again$/);
  assert.deepEqual(left, []);
  assert.equal(again, "mine");
});
